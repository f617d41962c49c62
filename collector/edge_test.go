package collector

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const view = `{"navigation":true,"url":"/a"}`

func TestKeys(t *testing.T) {
	two := func(c *Config) { c.Sites = map[string]string{"shop": "pk_shop", "blog": "pk_blog"} }
	open := func(c *Config) { c.Sites = map[string]string{"dev": ""} }
	for _, tc := range []struct {
		name   string
		config func(*Config)
		path   string
		header []string
		status int
		site   string
	}{
		{"header", two, "/v1/beacons", []string{"X-Rum-Key", "pk_blog"}, 202, "blog"},
		{"query", two, "/v1/beacons?a=b&key=pk_shop", nil, 202, "shop"},
		{"escaped query", two, "/v1/beacons?key=pk%5Fshop", nil, 202, "shop"},
		{"path", two, "/k/pk_blog/v1/beacons", nil, 202, "blog"},
		{"Faro's own header", two, "/collect", []string{"X-Api-Key", "pk_shop"}, 202, "shop"},
		{"Faro's header elsewhere", two, "/v1/beacons", []string{"X-Api-Key", "pk_shop"}, 401, ""},
		{"missing", two, "/v1/beacons", nil, 401, ""},
		{"empty", two, "/v1/beacons?key=", nil, 401, ""},
		{"unknown", two, "/v1/beacons", []string{"X-Rum-Key", "pk_sho"}, 401, ""},
		{"unknown in path", two, "/k/x/v1/beacons", nil, 401, ""},
		{"open site without key", open, "/v1/beacons", nil, 202, "dev"},
		{"open site with any key", open, "/v1/beacons?key=x", nil, 202, "dev"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t, tc.config)
			body := view
			if strings.HasPrefix(tc.path, "/collect") {
				body = `{"meta":{},"events":[{"name":"bought","timestamp":"2026-11-20T14:00:00Z"}]}`
			}
			if a := r.do("POST", tc.path, body, tc.header...); a.status != tc.status {
				t.Fatalf("status %d, want %d: %s", a.status, tc.status, a.body)
			}
			all := r.settle()
			if tc.site == "" {
				if len(all) != 0 {
					t.Errorf("published %v", all)
				}
			} else if len(all) != 1 || all[0].Site != tc.site {
				t.Errorf("published %v, want one beacon of %s", all, tc.site)
			}
		})
	}
}

// A wrong key is refused before a byte of the body is asked for.
func TestKeyBeforeBody(t *testing.T) {
	r := newRig(t, nil)
	req, err := http.NewRequest("POST", r.url+"/v1/beacons?key=wrong", &untouchable{t})
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 1000
	req.Header.Set("Expect", "100-continue")
	req.Header.Set("Content-Type", "application/json")
	transport := &http.Transport{ExpectContinueTimeout: time.Minute}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 401 {
		t.Errorf("status %d", res.StatusCode)
	}
}

type untouchable struct{ t *testing.T }

func (u *untouchable) Read([]byte) (int, error) {
	u.t.Error("body was read")
	return 0, http.ErrBodyNotAllowed
}

func TestOrigins(t *testing.T) {
	some := func(c *Config) {
		c.Origins = []string{"https://shop.example", "https://*.shop.example", "http://*.dev:8443"}
	}
	all := func(c *Config) { c.Origins = []string{"*"} }
	for _, tc := range []struct {
		config func(*Config)
		origin string
		ok     bool
	}{
		{some, "", true},
		{some, "https://shop.example", true},
		{some, "https://www.shop.example", true},
		{some, "https://a.b.shop.example", true},
		{some, "http://a.dev:8443", true},
		{some, "http://shop.example", false},
		{some, "https://shop.example:8443", false},
		{some, "https://evilshop.example", false},
		{some, "https://shop.example.evil.test", false},
		{some, "https://evil.test/.shop.example", false},
		{some, "https://evil.test#.shop.example", false},
		{some, "https://.shop.example", false},
		{some, "null", false},
		{some, "http://localhost:3000", false},
		{nil, "http://localhost:3000", true},
		{nil, "http://127.0.0.1:9101", true},
		{nil, "http://[::1]:9101", true},
		{nil, "https://shop.localhost", true},
		{nil, "https://shop.example", false},
		{nil, "https://localhost.evil.test", false},
		{nil, "http://collect.example", true}, // the collector's own host
		{nil, "null", false},
		{all, "https://anything.example", true},
		{all, "null", false},
	} {
		r := newRig(t, tc.config)
		var header []string
		if tc.origin != "" {
			header = []string{"Origin", tc.origin, "Host", "collect.example"}
		}
		a := r.post(view, header...)
		preflight := r.do("OPTIONS", "/v1/beacons", "", append(header, "Access-Control-Request-Method", "POST")...)
		if ok := a.status == 202; ok != tc.ok {
			t.Errorf("origin %q: status %d", tc.origin, a.status)
		}
		want := tc.origin
		if !tc.ok {
			want = ""
			if a.status != 403 || preflight.status != 403 {
				t.Errorf("origin %q: status %d, preflight %d", tc.origin, a.status, preflight.status)
			}
		} else if preflight.status != 204 {
			t.Errorf("origin %q: preflight %d", tc.origin, preflight.status)
		}
		for _, h := range []http.Header{a.header, preflight.header} {
			if h.Get("Vary") != "Origin" {
				t.Errorf("origin %q: Vary %q", tc.origin, h.Get("Vary"))
			}
			credentials := h.Get("Access-Control-Allow-Credentials")
			if allowed := want != "" && !r.c.origins.all; (credentials == "true") != allowed {
				t.Errorf("origin %q: credentials %q", tc.origin, credentials)
			}
			if got := h.Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("origin %q: allowed %q", tc.origin, got)
			}
		}
	}
	for _, bad := range []string{"shop.example", "https://shop.example/path", "https://*", "https://a.*.example", "ftp://shop.example", "https://"} {
		if _, err := New(Config{Sites: map[string]string{"shop": "k"}, Origins: []string{bad}}, &server{}); err == nil {
			t.Errorf("origin pattern %q was taken", bad)
		}
	}
}

func TestPreflight(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Origins = []string{"https://shop.example"} })
	for _, path := range []string{"/v1/beacons", "/collect", "/web-vitals", "/k/pk_shop/collect"} {
		a := r.do("OPTIONS", path, "", "Origin", "https://shop.example", "Access-Control-Request-Method", "POST",
			"Access-Control-Request-Headers", "content-type,x-api-key,x-faro-session-id,idempotency-key,content-encoding")
		if a.status != 204 || a.header.Get("Access-Control-Max-Age") != "7200" ||
			a.header.Get("Access-Control-Allow-Credentials") != "true" || a.header.Get("Vary") != "Origin" {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
		allowed := strings.ToLower(a.header.Get("Access-Control-Allow-Headers"))
		for _, h := range []string{"content-type", "x-api-key", "x-faro-session-id", "idempotency-key", "content-encoding", "x-rum-key"} {
			if !strings.Contains(allowed, h) {
				t.Errorf("%s: header %s is not allowed", path, h)
			}
		}
		if !strings.Contains(a.header.Get("Access-Control-Expose-Headers"), "Retry-After") {
			t.Errorf("%s: Retry-After is not exposed", path)
		}
	}
}

func TestRateLimit(t *testing.T) {
	var passed atomic.Int64 // nanoseconds; the collector's own goroutine looks, too
	r := newRig(t, func(c *Config) {
		c.RateLimit = 2
		c.TrustedProxies = []string{"127.0.0.1", "::1"}
		c.Origins = []string{"https://shop.example"}
		c.Now = func() time.Time { return time.Unix(1763647652, passed.Load()) }
	})
	from := func(address string) answer {
		return r.post(view, "X-Forwarded-For", address, "Origin", "https://shop.example")
	}
	for i := range 20 { // ten seconds' worth
		if a := from("203.0.113.7"); a.status != 202 {
			t.Fatalf("request %d: %d", i, a.status)
		}
	}
	a := from("203.0.113.7")
	if a.status != 429 || a.header.Get("Retry-After") != "1" || a.header.Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("over the limit: %d %v", a.status, a.header)
	}
	if a := from("203.0.113.8"); a.status != 202 {
		t.Errorf("a neighbour: %d", a.status)
	}
	// Whatever else can be asked costs as much, but for what balancers ask.
	for path, want := range map[string]int{"OPTIONS /v1/beacons": 429, "GET /metrics": 429, "GET /rum.js": 429, "GET /healthz": 200, "GET /readyz": 200} {
		method, path, _ := strings.Cut(path, " ")
		if a := r.do(method, path, "", "X-Forwarded-For", "203.0.113.7", "Origin", "https://shop.example"); a.status != want {
			t.Errorf("%s %s over the limit: %d, want %d", method, path, a.status, want)
		}
	}
	passed.Add(int64(500 * time.Millisecond))
	if a := from("203.0.113.7"); a.status != 202 {
		t.Errorf("half a second later: %d", a.status)
	}
	if a := from("203.0.113.7"); a.status != 429 {
		t.Errorf("and again: %d", a.status)
	}
	for i := range 20 { // one IPv6 network is one client
		if a := from("2001:db8:1:2::" + string(rune('a'+i%6))); a.status != 202 {
			t.Fatalf("request %d: %d", i, a.status)
		}
	}
	if a := from("2001:db8:1:2:ffff::1"); a.status != 429 {
		t.Errorf("the same /64: %d", a.status)
	}
	if a := from("2001:db8:1:3::1"); a.status != 202 {
		t.Errorf("the next /64: %d", a.status)
	}
}

// One site's flood is turned away before it costs anything, and the other site
// does not notice.
func TestSiteRateLimit(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.SiteRateLimit = 2
		c.Sites = map[string]string{"shop": testKey, "blog": "pk_blog"}
		c.Now = func() time.Time { return time.Unix(1763647652, 0) }
	})
	for i := range 20 { // ten seconds' worth
		if a := r.post(view); a.status != 202 {
			t.Fatalf("request %d: %d", i, a.status)
		}
	}
	if a := r.post(view); a.status != 429 || a.header.Get("Retry-After") != "1" {
		t.Errorf("over the limit: %d %v", a.status, a.header)
	}
	if a := r.do("POST", "/v1/beacons?key=pk_blog", view); a.status != 202 {
		t.Errorf("the other site: %d", a.status)
	}
	if a := r.do("GET", "/metrics", ""); !strings.Contains(a.body, `requests_denied_total{reason="site_rate"} 1`) ||
		!strings.Contains(a.body, `requests_denied_total{reason="client_rate"} 0`) {
		t.Error("the refusal is not in the metrics")
	}
}

func TestOtherPaths(t *testing.T) {
	r := newRig(t, nil)
	for _, tc := range []struct {
		method, path string
		status       int
		contains     string
	}{
		{"GET", "/v1/beacons", 405, ""},
		{"PUT", "/collect", 405, ""},
		{"GET", "/nothing", 404, ""},
		{"GET", "/healthz", 200, "ok"},
		{"GET", "/readyz", 200, "ready"},
		{"GET", "/rum.js", 200, ""},
		{"GET", "/metrics", 200, "rumtop_collector_beacons_received_total 0"},
	} {
		if a := r.do(tc.method, tc.path, ""); a.status != tc.status || !strings.Contains(a.body, tc.contains) {
			t.Errorf("%s %s: %d %.200s", tc.method, tc.path, a.status, a.body)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	site := map[string]string{"shop": "k"}
	for name, cfg := range map[string]Config{
		"no site":              {},
		"bad site name":        {Sites: map[string]string{"My Shop": "k"}},
		"two open sites":       {Sites: map[string]string{"a": "", "b": "k"}},
		"shared key":           {Sites: map[string]string{"a": "k", "b": "k"}},
		"bad proxy":            {Sites: site, TrustedProxies: []string{"proxy"}},
		"bad region":           {Sites: site, Region: "EU West"},
		"header without proxy": {Sites: site, RegionHeader: "CF-IPCountry"},
		"no GeoIP file":        {Sites: site, GeoIP: "missing.mmdb"},
		"bad consent":          {Sites: site, DefaultConsent: "maybe"},
		"negative limit":       {Sites: site, Limits: Limits{Body: -1}},
		"negative linger":      {Sites: site, Linger: -1},
	} {
		if _, err := New(cfg, &server{}); err == nil {
			t.Errorf("%s: no error", name)
		} else if s := err.Error(); s == "" || s[0] >= 'A' && s[0] <= 'Z' || strings.HasSuffix(s, ".") {
			t.Errorf("%s: %q", name, s)
		}
	}
}
