package collector

import (
	"net/http"
	"strings"
	"testing"
)

func TestCORSOrigins(t *testing.T) {
	some := func(c *Config) {
		c.Origins = []string{"https://shop.example", "https://*.shop.example", "http://*.dev:8443"}
	}
	all := func(c *Config) { c.Origins = []string{"*"} }
	for _, tc := range []struct {
		config func(*Config)
		origin string
		ok     bool
		any    bool // every origin is allowed
	}{
		{some, "", true, false},
		{some, "https://shop.example", true, false},
		{some, "https://www.shop.example", true, false},
		{some, "https://a.b.shop.example", true, false},
		{some, "http://a.dev:8443", true, false},
		{some, "http://shop.example", false, false},
		{some, "https://shop.example:8443", false, false},
		{some, "https://evilshop.example", false, false},
		{some, "https://shop.example.evil.test", false, false},
		{some, "https://evil.test/.shop.example", false, false},
		{some, "https://evil.test#.shop.example", false, false},
		{some, "https://.shop.example", false, false},
		{some, "null", false, false},
		{some, "http://localhost:3000", false, false},
		{nil, "http://localhost:3000", true, false},
		{nil, "http://127.0.0.1:9101", true, false},
		{nil, "http://[::1]:9101", true, false},
		{nil, "https://shop.localhost", true, false},
		{nil, "https://shop.example", false, false},
		{nil, "https://localhost.evil.test", false, false},
		{nil, "http://collect.example", true, false}, // the collector's own host
		{nil, "null", false, false},
		{all, "https://anything.example", true, true},
		{all, "null", false, true},
	} {
		h := newHarness(t, tc.config)
		var header []string
		if tc.origin != "" {
			header = []string{"Origin", tc.origin, "Host", "collect.example"}
		}
		a := h.post(view, header...)
		preflight := h.do("OPTIONS", "/v1/beacons", "", append(header, "Access-Control-Request-Method", "POST")...)
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
			if allowed := want != "" && !tc.any; (credentials == "true") != allowed {
				t.Errorf("origin %q: credentials %q", tc.origin, credentials)
			}
			if got := h.Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("origin %q: allowed %q", tc.origin, got)
			}
		}
	}
	for _, bad := range []string{"shop.example", "https://shop.example/path", "https://*", "https://a.*.example", "ftp://shop.example", "https://"} {
		if _, err := New(Config{Sites: map[string]string{"shop": "k"}, Origins: []string{bad}}, &fakePublisher{}); err == nil {
			t.Errorf("origin pattern %q was accepted", bad)
		}
	}
}

func TestCORSPreflight(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Origins = []string{"https://shop.example"} })
	for _, path := range []string{"/v1/beacons", "/collect", "/web-vitals", "/k/pk_shop/collect"} {
		a := h.do("OPTIONS", path, "", "Origin", "https://shop.example", "Access-Control-Request-Method", "POST",
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
