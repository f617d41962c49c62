package forward

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/testwait"
)

// vendor is a real server that records its requests.
type vendor struct {
	*httptest.Server
	mu     sync.Mutex
	got    []*http.Request
	bodies []string
}

func newVendor(t *testing.T, answer http.HandlerFunc) *vendor {
	v := new(vendor)
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v.mu.Lock()
		v.got, v.bodies = append(v.got, r), append(v.bodies, string(body))
		v.mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(v.Close)
	return v
}

func newTee(t *testing.T, cfg Config) *Tee {
	t.Helper()
	tee, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeNow(tee) })
	return tee
}

// closeNow drops the queue.
func closeNow(tee *Tee) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	tee.Close(ctx)
}

// drain waits until the queue is sent.
func drain(t *testing.T, tee *Tee) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testwait.Patience)
	defer cancel()
	tee.Close(ctx)
	if ctx.Err() != nil {
		t.Fatal("the tee does not close")
	}
}

func TestTeeRoutes(t *testing.T) {
	for name, tc := range map[string]struct {
		format, base, path, query, plain string
		want                             string // empty: not for this target
	}{
		"otlp":                      {"otlp", "https://o.example/otlp/", "/v1/traces", "key=pk", "", "https://o.example/otlp/v1/traces"},
		"elastic":                   {"elastic", "https://apm.example", "/intake/v2/rum/events", "", "", "https://apm.example/intake/v2/rum/events"},
		"query without our key":     {"boomerang", "https://b.example", "/boomerang", "a=1&key=pk&b=2", "", "https://b.example/boomerang?a=1&b=2"},
		"sentry":                    {"sentry", "https://s.example", "/api/7/envelope/", "sentry_key=pub&sentry_version=7", "", "https://s.example/api/7/envelope/?sentry_key=pub&sentry_version=7"},
		"sentry's tunnel":           {"sentry", "https://s.example", "/tunnel", "key=pk", `{"dsn":"https://pub@s.example/42"}` + "\n{}", "https://s.example/api/42/envelope/?sentry_key=pub&sentry_version=7"},
		"tunnel to another host":    {"sentry", "https://s.example", "/tunnel", "", `{"dsn":"https://pub@evil.example/42"}` + "\n", ""},
		"tunnel to another port":    {"sentry", "https://s.example", "/tunnel", "", `{"dsn":"https://pub@s.example:8443/42"}` + "\n", ""},
		"tunnel with a path":        {"sentry", "https://s.example", "/tunnel", "", `{"dsn":"https://pub@s.example/../42"}` + "\n", ""},
		"tunnel without a user":     {"sentry", "https://s.example", "/tunnel", "", `{"dsn":"https://s.example/42"}` + "\n", ""},
		"tunnel without a header":   {"sentry", "https://s.example", "/tunnel", "", `nonsense`, ""},
		"tunnel with a long header": {"sentry", "https://s.example", "/tunnel", "", `{"dsn":"https://pub@s.example/42","x":"` + strings.Repeat("x", maxEnvelopeHeader) + `"}`, ""},
		"datadog":                   {"datadog", "https://d.example", "/datadog", "ddforward=%2Fapi%2Fv2%2Frum%3Fddsource%3Dbrowser%26dd-api-key%3Dpub", "", "https://d.example/api/v2/rum?ddsource=browser&dd-api-key=pub"},
		"datadog's other paths":     {"datadog", "https://d.example", "/datadog", "ddforward=%2Fapi%2Fv1%2Fkeys", "", ""},
		"datadog's path upwards":    {"datadog", "https://d.example", "/datadog", "ddforward=%2Fapi%2Fv2%2F..%2Fv1%2Fkeys", "", ""},
		"datadog's escaped upwards": {"datadog", "https://d.example", "/datadog", "ddforward=%2Fapi%2Fv2%2F%252e%252e%2Fv1", "", ""},
		"datadog to another host":   {"datadog", "https://d.example", "/datadog", "ddforward=https%3A%2F%2Fevil.example%2Fapi%2Fv2%2Frum", "", ""},
		"datadog to a bare host":    {"datadog", "https://d.example", "/datadog", "ddforward=%2F%2Fevil.example%2Fapi%2Fv2%2Frum", "", ""},
		"datadog without a path":    {"datadog", "https://d.example", "/datadog", "", "", ""},
		"path that points upwards":  {"otlp", "https://o.example", "/v1/../admin", "", "", ""},
		"path with a second host":   {"otlp", "https://o.example", "//evil.example/v1", "", "", ""},
		"path with escapes":         {"otlp", "https://o.example", "/v1/%2e%2e/admin", "", "", ""},
		"not a path":                {"otlp", "https://o.example", "@evil.example/", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			tee := newTee(t, Config{Targets: map[string]string{tc.format: tc.base}})
			r, ok := tee.vendorRequest(tee.targets[tc.format], &Request{Format: tc.format, Method: "POST", Path: tc.path, Query: tc.query, Header: http.Header{}, Inflated: []byte(tc.plain)})
			got := ""
			if ok {
				got = r.URL.String()
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestTeeForwardsUnchanged(t *testing.T) {
	v := newVendor(t, nil)
	for _, withIP := range []bool{false, true} {
		tee := newTee(t, Config{Targets: map[string]string{"elastic": v.URL}, ClientIP: withIP})
		tee.Offer(Request{
			Format: "elastic", Method: "POST", Path: "/intake/v2/rum/events", Body: []byte("\x1f\x8bas it came"), Client: netip.MustParseAddr("192.0.2.7"),
			Header: http.Header{
				"Content-Type": {"application/x-ndjson"}, "Content-Encoding": {"gzip"}, "User-Agent": {"UA"}, "Origin": {"https://shop.example"}, "Authorization": {"Bearer public"},
				"Cookie": {"session=secret"}, "X-Forwarded-For": {"192.0.2.9"}, "Connection": {"keep-alive"}, "Referer": {"https://shop.example/?mail=jane"}, "X-Rum-Key": {"pk"}, "Forwarded": {"for=192.0.2.9"},
			},
		})
		drain(t, tee)
		if s := tee.Stats()[0]; s.Forwarded != 1 || s.Failed != 0 || s.Waiting != 0 {
			t.Errorf("%+v", s)
		}
	}
	for i, r := range v.got {
		if v.bodies[i] != "\x1f\x8bas it came" || r.URL.Path != "/intake/v2/rum/events" {
			t.Errorf("%s %q", r.URL, v.bodies[i])
		}
		for name, want := range map[string]string{
			"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip", "User-Agent": "UA", "Origin": "https://shop.example", "Authorization": "Bearer public",
			"Cookie": "", "Referer": "", "X-Rum-Key": "", "Forwarded": "", "Accept-Encoding": "", "X-Forwarded-For": []string{"", "192.0.2.7"}[i],
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	}
	if len(v.got) != 2 {
		t.Errorf("%d requests", len(v.got))
	}
}

// A password that the browser adds is not forwarded.
func TestTeeDropsBasicCredentials(t *testing.T) {
	tee := newTee(t, Config{Targets: map[string]string{"otlp": "https://o.example"}})
	r, _ := tee.vendorRequest(tee.targets["otlp"], &Request{Method: "POST", Path: "/v1/logs", Header: http.Header{"Authorization": {"Basic c2VjcmV0"}}})
	if r == nil || r.Header.Get("Authorization") != "" {
		t.Errorf("%+v", r)
	}
}

func TestTeeIgnoresRedirect(t *testing.T) {
	other := newVendor(t, nil)
	v := newVendor(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	tee := newTee(t, Config{Targets: map[string]string{"otlp": v.URL}})
	tee.Offer(Request{Format: "otlp", Method: "POST", Path: "/v1/logs", Body: []byte("x")})
	drain(t, tee)
	if s := tee.Stats()[0]; len(other.got) != 0 || s.Failed != 1 || s.Forwarded != 0 {
		t.Errorf("%d requests to the redirect target, %+v", len(other.got), s)
	}
}

// The queue of a target that does not answer is bounded and does not delay other
// targets.
func TestTeeSlowTarget(t *testing.T) {
	hold := make(chan struct{})
	release := sync.OnceFunc(func() { close(hold) })
	slow := newVendor(t, func(http.ResponseWriter, *http.Request) { <-hold })
	t.Cleanup(release) // before the server is closed
	quick := newVendor(t, nil)
	tee := newTee(t, Config{Targets: map[string]string{"otlp": slow.URL, "elastic": quick.URL}, QueueBytes: 10 * (1000 + overhead), Workers: 2})
	for range 25 {
		tee.Offer(Request{Format: "otlp", Method: "POST", Path: "/v1/logs", Body: make([]byte, 1000)})
	}
	for range 10 {
		tee.Offer(Request{Format: "elastic", Method: "POST", Path: "/x", Body: []byte("x")})
	}
	otlp := tee.Stats()[1]
	if otlp.Dropped["queue full"] != 15 || otlp.Waiting != 10*(1000+overhead) {
		t.Errorf("%+v", otlp)
	}
	testwait.Until(t, "all requests to the other target", func() bool { return tee.Stats()[0].Forwarded == 10 })
	release()
	drain(t, tee)
	if s := tee.Stats()[1]; s.Forwarded != 10 || s.Waiting != 0 {
		t.Errorf("%+v", s)
	}
}

func TestTeeDeadTarget(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	tee := newTee(t, Config{Targets: map[string]string{"otlp": "http://" + address}})
	for range 5 {
		tee.Offer(Request{Format: "otlp", Method: "POST", Path: "/v1/logs", Body: []byte("x")})
	}
	drain(t, tee)
	if s := tee.Stats()[0]; s.Failed != 5 || s.Forwarded != 0 || s.Waiting != 0 {
		t.Errorf("%+v", s)
	}
}

// Close with an ended context is quick and drops the queue.
func TestCloseDropsQueue(t *testing.T) {
	hold := make(chan struct{})
	v := newVendor(t, func(http.ResponseWriter, *http.Request) { <-hold })
	t.Cleanup(func() { close(hold) }) // before the server is closed
	tee := newTee(t, Config{Targets: map[string]string{"otlp": v.URL}, Workers: 1})
	for range 5 {
		tee.Offer(Request{Format: "otlp", Method: "POST", Path: "/v1/logs", Body: []byte("x")})
	}
	closeNow(tee)
	tee.Offer(Request{Format: "otlp", Method: "POST", Path: "/v1/logs", Body: []byte("x")})
	s := tee.Stats()[0]
	if s.Forwarded != 0 || s.Failed+s.Dropped["shutdown"] != 6 || s.Waiting != 0 {
		t.Errorf("%+v", s)
	}
}

func TestTeeRetryAfter(t *testing.T) {
	v := newVendor(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	tee := newTee(t, Config{Targets: map[string]string{"otlp": v.URL}})
	offer := func() { tee.Offer(Request{Format: "otlp", Method: "POST", Path: "/v1/logs", Body: []byte("x")}) }
	offer()
	testwait.Until(t, "the response of the target", func() bool { return tee.Stats()[0].Failed == 1 })
	offer()
	if s := tee.Stats()[0]; s.Dropped["target asked to wait"] != 1 || len(v.got) != 1 {
		t.Errorf("%+v", s)
	}
	to := tee.targets["otlp"]
	for text, want := range map[string]time.Duration{"7": 7 * time.Second, "99999999": maxPause, "0": 0, "-3": 0, "soon": 0, "": 0} {
		to.pausedUntil.Store(0)
		to.pause(text, time.Unix(1000, 0))
		got := time.Duration(to.pausedUntil.Load())
		if got > 0 {
			got -= time.Duration(time.Unix(1000, 0).UnixNano())
		}
		if got != want {
			t.Errorf("Retry-After %q: %v, want %v", text, got, want)
		}
	}
}

func TestConfigCheck(t *testing.T) {
	formats := []string{"otlp", "sentry"}
	for address, ok := range map[string]bool{
		"https://s.example": true, "http://127.0.0.1:4318": true, "https://s.example/otlp/": true,
		"": false, "s.example": false, "ftp://s.example": false, "https://": false, "https://u:p@s.example": false, "https://s.example?x=1": false, "https://s.example#x": false, "https://s.example/%zz": false,
	} {
		if err := (Config{Targets: map[string]string{"otlp": address}}).Check(formats); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
	if err := (Config{Targets: map[string]string{"unknown": "https://s.example"}}).Check(formats); err == nil || !strings.Contains(err.Error(), "otlp, sentry") {
		t.Errorf("%v", err)
	}
	var none *Tee
	if none.HasTarget("otlp") || none.Stats() != nil {
		t.Error("a nil tee has targets or counters")
	}
	none.Withhold("otlp")
	none.Offer(Request{Format: "otlp"})
	none.Close(context.Background())
}

// FuzzRoute checks that every forwarded request goes to the target.
func FuzzRoute(f *testing.F) {
	f.Add("/api/7/envelope/", "sentry_key=pub", "")
	f.Add("/tunnel", "", `{"dsn":"https://pub@t.example/42"}`)
	f.Add("/datadog", "ddforward=%2Fapi%2Fv2%2Frum%3Fx%3D1", "")
	f.Add("//evil.example", "ddforward=//evil.example/api/v2/", `{"dsn":"https://pub@evil.example@t.example/42"}`)
	f.Fuzz(func(t *testing.T, path, query, plain string) {
		tee, err := New(Config{Targets: map[string]string{"sentry": "https://t.example/base", "datadog": "https://t.example/base", "otlp": "https://t.example/base"}, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer closeNow(tee)
		for format, to := range tee.targets {
			r, ok := tee.vendorRequest(to, &Request{Format: format, Method: "POST", Path: path, Query: query, Inflated: []byte(plain)})
			if ok && (r.URL.Scheme != "https" || r.URL.Host != "t.example" || r.URL.User != nil || !strings.HasPrefix(r.URL.Path, "/base/") || strings.Contains(r.URL.Path, "..") && strings.Contains(r.URL.Path, "/../")) {
				t.Errorf("%s: %s", format, r.URL)
			}
		}
	})
}

func BenchmarkOffer(b *testing.B) {
	v := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer v.Close()
	tee, err := New(Config{Targets: map[string]string{"otlp": v.URL}})
	if err != nil {
		b.Fatal(err)
	}
	defer closeNow(tee)
	body := make([]byte, 2<<10)
	h := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"UA " + strconv.Itoa(b.N)}}
	b.ReportAllocs()
	for b.Loop() {
		tee.Offer(Request{Format: "otlp", Method: "POST", Path: "/v1/logs", Header: h, Body: body})
	}
}
