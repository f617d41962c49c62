package collector

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

// hostile are strings that attack programs behind the collector: terminals,
// brokers, scrapers, proxies, readers of logs.
var hostile = []string{
	"\x1b]0;owned\x07", "\x1b[2J", "\u009b31m", "a\r\nSet-Cookie: owned=1", "owned\" level=ERROR msg=\"owned",
	"rum.v1.>", "*.*", "shop.owned", "{owned=\"1\"} 1\nowned_total 1", "\u202edenwo", "o\u200bwned", strings.Repeat("owned", 2000),
}

// No client string becomes part of a subject, a metric, a log line or a header;
// and no string that reaches NATS can move a cursor.
func TestHostileStringsContained(t *testing.T) {
	var log testwait.Output
	h := newHarness(t, func(c *Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
		c.TrustedProxies = []string{"127.0.0.1", "::1"}
		c.RegionHeader = "X-Region"
		c.BatchBeacons = 1
	})
	before := families(t, h.do("GET", "/metrics", "").body)
	for _, bad := range hostile {
		h.sendEverywhere(bad)
	}
	if n := len(h.settle()); n < len(hostile) {
		t.Fatalf("%d beacons: hostile strings were not even accepted", n)
	}
	for _, p := range h.publisher.batches {
		checkPublished(t, p)
	}
	for name, labels := range families(t, h.do("GET", "/metrics", "").body) {
		if _, known := before[name]; !known {
			t.Errorf("metric %q", name)
		}
		for _, label := range labels {
			if strings.Contains(label, "owned") {
				t.Errorf("%s has label %q", name, label)
			}
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(log.String()), "\n") {
		if !strings.HasPrefix(line, "time=") || strings.Count(line, "level=") > 1 && !strings.Contains(line, `\"`) || strings.ContainsAny(line, "\x07\x1b\r\u009b\u202e\u200b") {
			t.Errorf("log line %q", line)
		}
	}
}

// sendEverywhere sends a string in every place where a client can put one, and
// checks that no answer repeats it.
func (h *harness) sendEverywhere(bad string) {
	h.t.Helper()
	quoted, err := json.Marshal(bad)
	if err != nil {
		h.t.Fatal(err)
	}
	q := string(quoted)
	body := `{"id":` + q + `,"release":` + q + `,"environment":` + q + `,"url":` + q + `,"route":` + q + `,"view":` + q + `,"session":` + q + `,"user":` + q + `,
		"navigation":true,"device":` + q + `,"connection":` + q + `,"sdk":` + q + `,"trace":` + q + `,"consent":"full","tags":{"tier":` + q + `,` + q + `:"x"},
		"metrics":{` + q + `:1},"errors":[{"type":` + q + `,"message":` + q + `,"stack":` + q + `}],
		"requests":[{"url":` + q + `,"method":` + q + `,"status":500,"trace":` + q + `}],"events":[{"name":` + q + `}]}`
	h.checkAnswer(h.post(body))
	h.checkAnswer(h.do("POST", "/v1/beacons?key="+url.QueryEscape(bad), body))
	h.checkAnswer(h.do("POST", "/k/"+url.PathEscape(bad)+"/v1/beacons", body))
	h.checkAnswer(h.do("POST", "/collect?key="+testKey, `{"meta":{"page":{"url":`+q+`},"app":{"version":`+q+`},"session":{"id":`+q+`}},"events":[{"name":`+q+`}]}`))
	// A client library would refuse to send these headers.
	for _, name := range []string{"User-Agent", "X-Region", "X-Forwarded-For", "X-Rum-Key", "Referer", "Content-Type", "Content-Encoding", "Cookie", "Dnt"} {
		req := httptest.NewRequest("POST", "/v1/beacons?key="+testKey, strings.NewReader(body))
		req.RemoteAddr = "127.0.0.1:1"
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set(name, bad)
		w := httptest.NewRecorder()
		h.c.Handler().ServeHTTP(w, req)
		h.checkAnswer(answer{w.Code, w.Header(), w.Body.String()})
	}
	h.c.Server().ErrorLog.Print("http: " + bad)
	h.c.serverLines.last.Store(0)
}

// checkAnswer checks that an answer has known headers only, and nothing of a
// hostile string.
func (h *harness) checkAnswer(a answer) {
	h.t.Helper()
	known := []string{
		"Access-Control-Expose-Headers", "Content-Length", "Content-Type", "Date",
		"Retry-After", "Vary", "X-Content-Type-Options",
	}
	for name, values := range a.header {
		if !slices.Contains(known, name) || strings.Contains(strings.Join(values, ""), "owned") {
			h.t.Errorf("header %s: %q", name, values)
		}
	}
	if strings.Contains(a.body, "owned") {
		h.t.Errorf("answer %q", a.body)
	}
}

// checkPublished checks that a batch has a valid subject and plain strings.
func checkPublished(t *testing.T, p published) {
	t.Helper()
	site, region, _, ok := beacon.ParseSubject(p.subject)
	if !ok || site != "shop" || !beacon.ValidToken(region) {
		t.Errorf("subject %q", p.subject)
	}
	var b beacon.Batch
	if err := beacon.Decode(p.payload, &b); err != nil {
		t.Fatal(err)
	}
	for _, s := range b.Strings {
		if !utf8.ValidString(s) || strings.ContainsAny(strings.ReplaceAll(s, "\n", ""), "\x00\x07\x1b\r\u009b\u202e\u200b") {
			t.Errorf("on NATS: %q", s)
		}
	}
}

// families are the metrics of a scrape, with the values of their labels.
func families(t *testing.T, text string) map[string][]string {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	parsed, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for name, family := range parsed {
		out[name] = nil
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				out[name] = append(out[name], l.GetValue())
			}
		}
	}
	return out
}

// JSON is read strictly, whatever the content type and the path.
func TestJSONStrictInEveryFormat(t *testing.T) {
	for _, tc := range []struct{ path, kind, good string }{
		{"/v1/beacons", "application/json", `{"navigation":true,"url":"/a"}`},
		{"/v1/beacons", "text/plain;charset=UTF-8", `{"navigation":true,"url":"/a"}`},
		{"/v1/beacons", "application/x-ndjson", `{"navigation":true,"url":"/a"}`},
		{"/collect", "application/json", `{"meta":{"page":{"url":"/a"}},"exceptions":[{"type":"E","value":"m"}]}`},
		{"/web-vitals", "application/json", `{"name":"LCP","value":1,"id":"a","url":"/a"}`},
	} {
		h := newHarness(t, nil)
		head, tail := tc.good[:1], tc.good[1:]
		for name, body := range map[string]string{
			"duplicate names":        head + `"x":1,"x":2,` + tail,
			"duplicate names within": head + `"x":{"y":[{"z":1,"z":1}]},` + tail,
			"duplicate, escaped":     head + `"x":1,"\u0078":2,` + tail,
			"half an escape":         head + `"x":"\ud80",` + tail,
			"trailing data":          tc.good + "x",
			"trailing bracket":       tc.good + "]",
			"comment":                head + `/* x */` + tail,
			"trailing comma":         tc.good[:len(tc.good)-1] + ",}",
			"single quotes":          head + `'x':1,` + tail,
			"undefined":              head + `"x":undefined,` + tail,
			"leading zero":           head + `"x":01,` + tail,
			"control character":      head + "\"x\":\"\x01\"," + tail,
			"two byte order marks":   "\ufeff\ufeff" + tc.good,
		} {
			a := h.do("POST", tc.path+"?key="+testKey, body, "Content-Type", tc.kind)
			if a.status != http.StatusBadRequest {
				t.Errorf("%s as %s, %s: %d %s", tc.path, tc.kind, name, a.status, a.body)
			}
		}
		if all := h.settle(); len(all) != 0 {
			t.Errorf("%s as %s: kept %+v", tc.path, tc.kind, all)
		}
		if a := h.do("POST", tc.path+"?key="+testKey, tc.good, "Content-Type", tc.kind); a.status/100 != 2 {
			t.Errorf("%s as %s: valid JSON got %d %s", tc.path, tc.kind, a.status, a.body)
		}
	}
}

// A panic in a handler affects one request; its log line holds nothing that the
// client sent.
func TestPanicContained(t *testing.T) {
	var log testwait.Output
	h := newHarness(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	func() {
		defer func() {
			p := recover()
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				t.Errorf("the server gets the panic %v", p)
			}
		}()
		defer h.c.recoverPanic()
		panic("no route for jane@example.com\x1b[2J")
	}()
	if s := log.String(); strings.Contains(s, "jane@") || strings.Contains(s, "\x1b") || !strings.Contains(s, "[email]") || !strings.Contains(s, "hostile_test.go") {
		t.Errorf("log %q", s)
	}
	if a := h.do("GET", "/metrics", ""); !strings.Contains(a.body, "panics_total 1") {
		t.Error("the panic is not in the metrics")
	}
}

func TestRetireReadyz503(t *testing.T) {
	h := newHarness(t, nil)
	if a := h.do("GET", "/readyz", ""); a.status != http.StatusOK {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	h.c.Retire()
	if a := h.do("GET", "/readyz", ""); a.status != http.StatusServiceUnavailable {
		t.Errorf("status %d: %s", a.status, a.body)
	}
	if a := h.post(view); a.status != http.StatusAccepted {
		t.Errorf("a beacon after Retire: %d", a.status)
	}
}

// A long address is cut after it was scrubbed, between segments.
func TestLongAddressShortened(t *testing.T) {
	h := newHarness(t, nil)
	h.post(`{"navigation":true,"url":"/shop` + strings.Repeat("/shelf", 2000) + `","requests":[{"url":"https://api.example/` + strings.Repeat("x-y/", 2000) + `"}]}`)
	for _, b := range h.settle() {
		for _, address := range []string{b.Dims[beacon.Page], b.Requests[0].URL} {
			if len(address) > maxAddress || !strings.HasSuffix(address, "/…") || !utf8.ValidString(address) {
				t.Errorf("%d bytes: %.40s…%s", len(address), address, address[max(0, len(address)-20):])
			}
		}
	}
}
