package collector

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rumtop/rumtop/collector/forward"
	"github.com/rumtop/rumtop/internal/testwait"
)

// vendor keeps what a collector forwards to it.
type vendor struct {
	mu  sync.Mutex
	got []string // path, then body
}

func (v *vendor) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.got = append(v.got, r.URL.RequestURI()+" "+r.Header.Get("Content-Encoding")+" "+string(body))
}

func (v *vendor) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.got)
}

func TestForwardConsentedRequests(t *testing.T) {
	v := new(vendor)
	target := httptest.NewServer(v)
	t.Cleanup(target.Close)
	h := newHarness(t, func(c *Config) {
		c.Forward = forward.Config{Targets: map[string]string{"faro": target.URL, "web-vitals": target.URL + "/base"}}
	})
	lcp := func(id, consent string) string {
		return `{"name":"LCP","value":1,"id":"` + id + `","view":"` + id + `","user":"jane.doe@example.com","consent":"` + consent + `"}`
	}
	forwarded := []string{"/base/web-vitals?x=1  " + lcp("a", "full"), "/base/web-vitals gzip " + gzipped(lcp("b", ""))}
	for _, tc := range []struct {
		path, body string
		header     []string
		status     int
	}{
		{"/web-vitals?x=1&key=" + testKey, lcp("a", "full"), nil, 204},
		{"/k/" + testKey + "/web-vitals", gzipped(lcp("b", "")), []string{"Content-Encoding", "gzip"}, 204},
		{"/web-vitals?key=" + testKey, lcp("c", "none"), nil, 204},
		{"/web-vitals?key=" + testKey, "[" + lcp("d", "full") + "," + lcp("e", "minimal") + "]", nil, 204},
		{"/web-vitals?key=" + testKey, lcp("f", ""), []string{"Sec-GPC", "1"}, 204},
		{"/web-vitals?key=" + testKey, lcp("g", ""), []string{"DNT", "1"}, 204},
		{"/web-vitals?key=wrong", lcp("h", ""), nil, 401},
		{"/web-vitals?key=" + testKey, "nonsense", nil, 400},
		{"/v1/beacons?key=" + testKey, `{"navigation":true}`, nil, 202}, // no target
	} {
		if a := h.do("POST", tc.path, tc.body, append([]string{"Content-Type", "text/plain"}, tc.header...)...); a.status != tc.status {
			t.Errorf("%s %s: %d, want %d", tc.path, tc.body, a.status, tc.status)
		}
	}
	faro := `{"events":[{"name":"bought"}],"meta":{"session":{"id":"s"}}}`
	for range 2 { // its answer was lost, and it is sent again
		h.do("POST", "/collect?key="+testKey, faro, "Content-Type", "application/json", "Idempotency-Key", "once")
	}
	forwarded = append(forwarded, "/collect  "+faro)
	testwait.Until(t, "all requests are forwarded", func() bool { return v.count() >= len(forwarded) })
	for _, want := range []string{
		`rumtop_collector_forward_dropped_total{reason="consent",sdk="web-vitals"} 4`,
		`rumtop_collector_forwarded_total{result="taken",sdk="faro"} 1`,
		`rumtop_collector_forwarded_total{result="taken",sdk="web-vitals"} 2`,
	} {
		testwait.Until(t, want, func() bool { return strings.Contains(h.do("GET", "/metrics", "").body, want) })
	}
	if s := h.c.Stats(); s.Forwarded != 3 || s.Unforwarded["consent"] != 4 || s.Unforwarded["failed"] != 0 || s.Denied["key"] != 1 || s.Denied["unusable"] != 1 {
		t.Errorf("stats: %+v", s)
	}
	for _, want := range forwarded {
		found := false
		for _, got := range v.got {
			found = found || got == want
		}
		if !found {
			t.Errorf("%q was not forwarded: %q", want, v.got)
		}
	}
	if len(v.got) != len(forwarded) {
		t.Errorf("%d forwarded, want %d: %q", len(v.got), len(forwarded), v.got)
	}
}

// A vendor that never answers does not delay the collector's answers.
func TestForwardHangingVendorNoDelay(t *testing.T) {
	hold := make(chan struct{})
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }))
	t.Cleanup(target.Close)
	t.Cleanup(func() { close(hold) }) // before the server is closed
	quickest := func(cfg forward.Config) time.Duration {
		h := newHarness(t, func(c *Config) { c.Forward = cfg })
		best := time.Hour
		for range 300 {
			began := time.Now()
			if a := h.do("POST", "/web-vitals?key="+testKey, `{"name":"LCP","value":1,"id":"a","view":"v"}`, "Content-Type", "text/plain"); a.status != http.StatusNoContent {
				t.Fatalf("status %d: %s", a.status, a.body)
			}
			best = min(best, time.Since(began))
		}
		return best
	}
	without := quickest(forward.Config{})
	with := quickest(forward.Config{Targets: map[string]string{"web-vitals": target.URL}, QueueBytes: 64 << 10, Timeout: time.Minute})
	if with > 4*without {
		t.Errorf("an answer takes %v with a vendor that hangs, %v without one", with, without)
	}
}

func TestForwardConfigInvalid(t *testing.T) {
	for name, address := range map[string]string{"beacons": "https://x.example", "unknown": "https://x.example", "faro": "x.example"} {
		cfg := Config{Sites: map[string]string{"shop": ""}, Forward: forward.Config{Targets: map[string]string{name: address}}}
		if err := cfg.Check(); err == nil {
			t.Errorf("forward %s to %s was accepted", name, address)
		}
	}
}
