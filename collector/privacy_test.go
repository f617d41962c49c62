package collector

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

func TestConsentLevels(t *testing.T) {
	const content = `"user":"u","session":"s","view":"v","navigation":true,"trace":"4bf92f3577b34da6a3ce929d0e0e4736","metrics":{"lcp":1},"events":[{"name":"e"}],"errors":[{"type":"E","message":"m"}]`
	for _, tc := range []struct {
		name     string
		fallback string
		word     string
		header   []string
		want     consent
	}{
		{"no word", "", "", nil, consentFull},
		{"full", "", "full", nil, consentFull},
		{"minimal", "", "minimal", nil, consentMinimal},
		{"none", "", "none", nil, consentNone},
		{"unknown word", "", "sure", nil, consentNone},
		{"GPC", "", "full", []string{"Sec-GPC", "1"}, consentMinimal},
		{"DNT", "", "full", []string{"DNT", "1"}, consentMinimal},
		{"DNT off", "", "full", []string{"DNT", "0"}, consentFull},
		{"GPC and none", "", "none", []string{"Sec-GPC", "1"}, consentNone},
		{"site's default", "minimal", "", nil, consentMinimal},
		{"page over the site's default", "none", "full", nil, consentFull},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t, func(c *Config) { c.DefaultConsent = tc.fallback })
			word := ""
			if tc.word != "" {
				word = `"consent":"` + tc.word + `",`
			}
			a := h.post("{"+word+content+"}", tc.header...)
			if a.status != 202 || !strings.Contains(a.body, `"accepted": 1`) {
				t.Fatalf("status %d: %s", a.status, a.body)
			}
			all := h.settle()
			if tc.want == consentNone {
				if len(all) != 0 || h.balanced().Dropped["consent"] != 1 {
					t.Errorf("kept %+v", all)
				}
				return
			}
			if len(all) != 1 {
				t.Fatalf("%d beacons, want 1", len(all))
			}
			b := all[0]
			if len(b.Errors) != 1 {
				t.Errorf("errors %+v", b.Errors)
			}
			anything := b.User != 0 || b.Session != 0 || b.View != 0 || b.Navigation || b.Trace != "" || len(b.Metrics)+len(b.Events) > 0
			everything := b.User != 0 && b.Session != 0 && b.View != 0 && b.Navigation && b.Trace != "" && len(b.Metrics) == 1 && len(b.Events) == 1
			if tc.want == consentMinimal && anything || tc.want == consentFull && !everything {
				t.Errorf("kept %+v", b)
			}
		})
	}
}

// An identifier under a label has the hash of the user, so that one person's errors
// can be distinguished from many people's; without full consent it has none.
func TestLabelledIdentifierHashedAsUser(t *testing.T) {
	const content = `"user":"5512087","errors":[{"type":"E","message":"account_id=5512087 is locked"}],"tags":{"customer_name":"Aoife Brennan","user_id":"5512087"}`
	for _, tc := range []struct {
		consent string
		hashed  bool
	}{{"full", true}, {"minimal", false}} {
		t.Run(tc.consent, func(t *testing.T) {
			h := newHarness(t, nil)
			h.post(`{"consent":"` + tc.consent + `",` + content + `}`)
			all := h.settle()
			if len(all) != 1 || len(all[0].Errors) != 1 {
				t.Fatalf("got %+v", all)
			}
			b, id := all[0], "[id]"
			if tc.hashed {
				id = fmt.Sprintf("[id:%08x]", uint64(b.User)>>32)
			}
			if got, want := b.Errors[0].Message, "account_id="+id+" is locked"; got != want {
				t.Errorf("message %q, want %q", got, want)
			}
			for _, want := range []beacon.Tag{{Key: "customer_name", Value: "[name]"}, {Key: "user_id", Value: id}} {
				if !slices.Contains(b.Tags, want) {
					t.Errorf("tags %v, want %v", b.Tags, want)
				}
			}
		})
	}
}

func TestConsentMinimalNoErrors(t *testing.T) {
	h := newHarness(t, nil)
	if a := h.post(`{"consent":"minimal","navigation":true,"metrics":{"lcp":1}}`); a.status != 202 {
		t.Errorf("status %d: %s", a.status, a.body)
	}
	if all := h.settle(); len(all) != 0 {
		t.Errorf("kept %+v", all)
	}
}

// Secrets planted in every place that a client can write to are in no output.
func TestPlantedSecretsStayInside(t *testing.T) {
	const (
		mail  = "canary.bird@example.com"
		card  = "4111 1111 1111 1111"
		token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
		name  = "canarybird"
	)
	secrets := []string{mail, "canary.bird", card, token, name}
	var log testwait.Output
	h := newHarness(t, func(c *Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
		c.TrustedProxies = []string{"127.0.0.1", "::1"}
		c.RegionHeader = "X-Region"
		c.Region = "eu-west"
	})
	var answers strings.Builder
	send := func(method, path, body string, header ...string) {
		a := h.do(method, path, body, header...)
		answers.WriteString(a.body)
		for k, v := range a.header {
			answers.WriteString(k + strings.Join(v, " "))
		}
	}
	nasty := mail + " " + card + " " + token
	q := func(s string) string { return `"` + s + `"` }
	bodies := []string{
		`{"id":` + q(name) + `,"release":` + q(nasty) + `,"environment":` + q(nasty) + `,"url":"https://u:` + name + `@shop.example/users/` + name + `/x?mail=` + mail + `#` + token + `",
		  "view":` + q(name) + `,"session":` + q(mail) + `,"user":` + q(mail) + `,"navigation":true,"device":` + q(nasty) + `,"connection":` + q(nasty) + `,"sdk":` + q(nasty) + `,"trace":` + q(nasty) + `,
		  "tags":{"tier":` + q(nasty) + `,"` + mail + `":"x"},"metrics":{"` + mail + `":1,"lcp":"` + nasty + `"},
		  "errors":[{"type":` + q(nasty) + `,"message":` + q("login failed for "+nasty) + `,"stack":"Error: ` + nasty + `\n    at f (https://shop.example/a.js?t=` + token + `:1:2)"}],
		  "requests":[{"url":"https://api.example/users/` + name + `?mail=` + mail + `","method":` + q(nasty) + `,"status":500,"duration":1,"trace":` + q(nasty) + `}],
		  "events":[{"name":` + q(nasty) + `,"value":1}],"` + name + `":{"` + name + `":` + q(nasty) + `}}`,
		`{"route":"/customers/` + name + `/orders","navigation":true}`,
		`{"` + name, `["` + nasty + `"`, `{"navigation":"` + nasty + `"}`,
	}
	for _, body := range bodies {
		send("POST", "/v1/beacons?key="+testKey+"&x="+url.QueryEscape(mail), body,
			"User-Agent", nasty, "Referer", "https://shop.example/?"+url.QueryEscape(nasty), "X-Forwarded-For", nasty,
			"X-Region", nasty, "Origin", "https://"+name+".example", "Cookie", "session="+token)
		send("POST", "/v1/beacons?key="+testKey+"&x="+url.QueryEscape(mail), body,
			"User-Agent", nasty, "Referer", "https://shop.example/?"+url.QueryEscape(nasty), "X-Forwarded-For", nasty,
			"X-Region", nasty, "Authorization", "Bearer "+token, "Forwarded", "for="+nasty, "Accept-Language", nasty, "Traceparent", nasty,
			"Tracestate", nasty, "Sec-Ch-Ua", nasty, "X-Request-Id", nasty)
		send("POST", "/v1/beacons?key="+testKey, body, "Sec-Gpc", name, "Dnt", name)
		send("POST", "/v1/beacons/"+url.PathEscape(mail)+"?key="+testKey, body)
		send("POST", "/k/"+name+"/v1/beacons", body)
		send("POST", "/v1/beacons?key="+name, body)
		send("POST", "/v1/beacons", body, "X-Rum-Key", testKey, "Content-Type", nasty)
		send("POST", "/v1/beacons", body, "X-Rum-Key", testKey, "Content-Encoding", nasty)
		send("GET", "/"+name, "")
		send("OPTIONS", "/v1/beacons", "", "Origin", "https://"+name+".example")
	}
	faro := `{"meta":{"app":{"version":` + q(nasty) + `},"user":{"id":` + q(mail) + `,"email":` + q(mail) + `,"username":` + q(name) + `},"session":{"id":` + q(name) + `,"attributes":{"tier":` + q(nasty) + `}},
	  "page":{"url":"https://shop.example/users/` + name + `?m=` + mail + `"},"view":{"name":"/users/` + name + `"},"browser":{"userAgent":` + q(nasty) + `}},
	  "exceptions":[{"type":` + q(nasty) + `,"value":` + q(nasty) + `,"timestamp":` + q(nasty) + `,"stacktrace":{"frames":[{"filename":"https://shop.example/a.js?` + mail + `","function":` + q(nasty) + `,"lineno":1,"colno":2}]},"context":{"x":` + q(nasty) + `}}],
	  "measurements":[{"type":"web-vitals","values":{"lcp":1},"context":{"id":` + q(nasty) + `,"element":` + q(nasty) + `}},{"type":` + q(nasty) + `,"values":{"value":1}}],
	  "events":[{"name":` + q(nasty) + `,"attributes":{"x":` + q(nasty) + `}},{"name":"faro.performance.resource","attributes":{"name":"https://api.example/users/` + name + `?` + mail + `","initiatorType":"fetch","responseStatus":"500","duration":"1"}}],
	  "logs":[{"message":` + q(nasty) + `}]}`
	send("POST", "/collect?key="+testKey, faro, "X-Faro-Session-Id", name, "Idempotency-Key", mail)
	send("POST", "/web-vitals?key="+testKey, `{"name":"LCP","value":1,"id":`+q(nasty)+`,"entries":[{"url":`+q(nasty)+`}],"url":"https://shop.example/users/`+name+`?`+mail+`","release":`+q(nasty)+`,"user":`+q(mail)+`}`)

	all := h.settle()
	if len(all) < 4 {
		t.Fatalf("%d beacons: the planted secrets were not even accepted", len(all))
	}
	places := map[string]string{"answers": answers.String(), "log": log.String(), "metrics": h.do("GET", "/metrics", "").body}
	for _, p := range h.publisher.batches {
		var b beacon.Batch
		if err := beacon.Decode(p.payload, &b); err != nil {
			t.Fatal(err)
		}
		places["subjects"] += p.subject + " "
		places["batches"] += strings.Join(b.Strings, "\n")
	}
	for place, text := range places {
		for _, s := range secrets {
			if i := strings.Index(strings.ToLower(text), strings.ToLower(s)); i >= 0 {
				t.Errorf("%q is in %s: …%s…", s, place, text[max(0, i-60):min(len(text), i+60)])
			}
		}
	}
}

// The server's own log lines quote clients; escape sequences must not reach the
// log.
func TestServerLogPlain(t *testing.T) {
	var log testwait.Output
	h := newHarness(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	s := h.c.Server()
	s.ErrorLog.Print("http: TLS handshake error from 198.51.100.7:4711: EOF")
	s.ErrorLog.Print("http: bad header \x1b]0;owned\x07\u202e of jane@example.com at 198.51.100.7:4711")
	s.ErrorLog.Print("http: and so on, a thousand times a second")
	if strings.ContainsAny(log.String(), "\x1b\x07\u202e") || !strings.Contains(log.String(), "bad header") {
		t.Errorf("log %q", log.String())
	}
	for _, never := range []string{"198.51.100.7", "jane@", "handshake", "and so on"} {
		if strings.Contains(log.String(), never) {
			t.Errorf("%q is in the log: %q", never, log.String())
		}
	}
	if n := h.c.handshakeFailures.Load(); n != 1 {
		t.Errorf("%d failed handshakes, want 1", n)
	}
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes > 64<<10 {
		t.Errorf("server %+v", s)
	}
}

func TestIdentityHashesDistinct(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Sites = map[string]string{"shop": testKey, "blog": "pk_blog"} })
	body := `{"id":"i","view":"x","session":"x","user":"x","navigation":true}`
	h.post(body)
	h.post(body)
	h.do("POST", "/v1/beacons?key=pk_blog", body)
	all := h.settle()
	ids := map[beacon.ID]int{}
	for _, b := range all {
		ids[b.ID]++
		ids[b.View]++
		ids[b.Session]++
		ids[b.User]++
	}
	if len(ids) != 8 { // four purposes, two sites, the same again
		t.Errorf("%d distinct ids, want 8: %v", len(ids), ids)
	}
}

func TestNonsenseBodies400(t *testing.T) {
	h := newHarness(t, nil)
	for _, path := range []string{"/v1/beacons", "/collect", "/web-vitals"} {
		for _, body := range []string{"", "[", "]", "{}", "[[[[", `{"a"`, "\x00", "nul", `"x"`, "[,]", "[{},]", "{}{}", strings.Repeat("[", 1000)} {
			a := h.do("POST", path+"?key="+testKey, body, "Content-Type", "application/json")
			if a.status != http.StatusBadRequest {
				t.Errorf("%s %q: %d %s", path, body, a.status, a.body)
			}
		}
	}
	h.balanced()
}

func TestBrowserClockRange(t *testing.T) {
	now := time.UnixMilli(1763647652123)
	h := newHarness(t, func(c *Config) { c.Now = func() time.Time { return now } })
	for _, tc := range []struct {
		sent string
		want int64
	}{
		{"1763647652000", 1763647652000}, {"1763647652000.75", 1763647652000}, {"null", 0}, {"0", 0},
		{"-1", 0}, {"1e300", 0}, {"12345", 0}, {`"1763647652000"`, 1763647652000},
	} {
		before := len(h.settle())
		h.post(`{"navigation":true,"time":` + tc.sent + `}`)
		if all := h.settle(); len(all) != before+1 || all[before].Time != tc.want {
			t.Errorf("time %s: %+v", tc.sent, all[before:])
		}
	}
}
