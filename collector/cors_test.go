package collector

import (
	"strings"
	"testing"
)

func TestCORSAnswers(t *testing.T) {
	some := func(c *Config) { c.Origins = []string{"https://shop.example"} }
	all := func(c *Config) { c.Origins = []string{"*"} }
	apps := func(c *Config) { c.Origins = []string{"capacitor://localhost", "null", "file://"} }
	for _, tc := range []struct {
		name   string
		config func(*Config)
		origin string
		ok     bool
		any    bool // no credentials: everybody can have this origin
	}{
		{"allowed", some, "https://shop.example", true, false},
		{"denied", some, "https://evil.test", false, false},
		{"default", nil, "https://shop.example", false, false},
		{"default, own host", nil, "http://collect.example", true, false},
		{"all", all, "https://anything.example", true, true},
		{"all, Capacitor", all, "capacitor://localhost", true, true},
		{"all, Ionic", all, "ionic://localhost", true, true},
		{"all, a file", all, "file://", true, true},
		{"all, Electron", all, "app://shop", true, true},
		{"all, opaque", all, "null", true, true},
		{"named, Capacitor", apps, "capacitor://localhost", true, false},
		{"named, opaque", apps, "null", true, true},
		{"named, a file", apps, "file://", true, false},
		{"not named", apps, "ionic://localhost", false, false},
	} {
		h := newHarness(t, tc.config)
		header := []string{"Origin", tc.origin, "Host", "collect.example"}
		a := h.post(view, header...)
		preflight := h.do("OPTIONS", "/v1/beacons", "", append(header, "Access-Control-Request-Method", "POST")...)
		statuses, origin, credentials := [2]int{202, 204}, tc.origin, ""
		if !tc.ok {
			statuses, origin = [2]int{403, 403}, ""
		} else if !tc.any {
			credentials = "true"
		}
		for i, a := range []answer{a, preflight} {
			if a.status != statuses[i] {
				t.Errorf("%s: status %d, want %d", tc.name, a.status, statuses[i])
			}
			for name, want := range map[string]string{
				"Vary": "Origin", "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": credentials,
			} {
				if got := a.header.Get(name); got != want {
					t.Errorf("%s: %s %q, want %q", tc.name, name, got, want)
				}
			}
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
