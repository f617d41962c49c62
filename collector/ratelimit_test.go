package collector

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestClientRateLimit(t *testing.T) {
	var passed atomic.Int64 // nanoseconds; the collector's own goroutine reads it, too
	h := newHarness(t, func(c *Config) {
		c.RateLimit = 2
		c.TrustedProxies = []string{"127.0.0.1", "::1"}
		c.Origins = []string{"https://shop.example"}
		c.Now = func() time.Time { return time.Unix(1763647652, passed.Load()) }
	})
	from := func(address string) answer {
		return h.post(view, "X-Forwarded-For", address, "Origin", "https://shop.example")
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
	// Other requests count, too, except health checks.
	for path, want := range map[string]int{"OPTIONS /v1/beacons": 429, "GET /metrics": 429, "GET /rum.js": 429, "GET /healthz": 200, "GET /readyz": 200} {
		method, path, _ := strings.Cut(path, " ")
		if a := h.do(method, path, "", "X-Forwarded-For", "203.0.113.7", "Origin", "https://shop.example"); a.status != want {
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

// One site's flood is denied before it costs anything, and does not affect the
// other site.
func TestSiteRateLimit(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.SiteRateLimit = 2
		c.Sites = map[string]string{"shop": testKey, "blog": "pk_blog"}
		c.Now = func() time.Time { return time.Unix(1763647652, 0) }
	})
	for i := range 20 { // ten seconds' worth
		if a := h.post(view); a.status != 202 {
			t.Fatalf("request %d: %d", i, a.status)
		}
	}
	if a := h.post(view); a.status != 429 || a.header.Get("Retry-After") != "1" {
		t.Errorf("over the limit: %d %v", a.status, a.header)
	}
	if a := h.do("POST", "/v1/beacons?key=pk_blog", view); a.status != 202 {
		t.Errorf("the other site: %d", a.status)
	}
	if a := h.do("GET", "/metrics", ""); !strings.Contains(a.body, `requests_denied_total{reason="site_rate"} 1`) ||
		!strings.Contains(a.body, `requests_denied_total{reason="client_rate"} 0`) {
		t.Error("the denial is not in the metrics")
	}
}
