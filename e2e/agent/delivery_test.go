//go:build e2e

package agent

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func ids(p post) []string {
	var out []string
	for _, b := range p.beacons {
		out = append(out, b.ID)
	}
	return out
}

// busyCollector: a full collector gets the same beacons again after Retry-After.
func busyCollector(t *testing.T, s *harness) {
	s.collector.setAnswer(func(n int, h http.Header) int {
		if n > 0 {
			return http.StatusAccepted
		}
		h.Set("Retry-After", "2")
		return http.StatusServiceUnavailable
	})
	s.visit("")
	s.run("rum.event('kept'); rum.flush()")
	start := time.Now()
	s.collector.wait(t, "refused post", func(p []post) bool { return len(p) == 1 })
	s.run("rum.event('meanwhile'); rum.flush()")
	posts := s.collector.wait(t, "second post", func(p []post) bool { return len(p) >= 2 })
	if d := time.Since(start); d < 1900*time.Millisecond {
		t.Errorf("retried after %v, Retry-After was 2 s", d)
	}
	if first, second := ids(posts[0]), ids(posts[1]); !slices.Equal(first, second[:min(len(first), len(second))]) {
		t.Errorf("ids %v, then %v", first, second)
	}
	if first, _, _ := strings.Cut(posts[1].body, "\n"); first != strings.Split(posts[0].body, "\n")[0] {
		t.Errorf("resent differently:\n%s\n%s", posts[0].body, first)
	}
	s.collector.beacon(t, "later event", event("meanwhile"))
}

// refusingCollector: after a denied key or origin, the agent stops sending.
func refusingCollector(t *testing.T, s *harness) {
	s.collector.setAnswer(func(int, http.Header) int { return http.StatusForbidden })
	s.visit("")
	s.run("rum.flush()")
	s.collector.wait(t, "post", func(p []post) bool { return len(p) == 1 })
	s.waitJS("performance.getEntriesByName('" + s.edge.URL + "/v1/beacons?key=k1').length")
	s.run("rum.event('more')")
	if n := s.postsWhenIdle(); n != 1 {
		t.Errorf("%d posts to a collector that refuses, want 1", n)
	}
}

func collectorDown(t *testing.T, s *harness) {
	s.visit(`data-endpoint="` + dead + `"`)
	s.run(act)
	s.run("rum.flush()")
	s.waitJS("Object.keys(localStorage).length") // tried, failed, stored
	s.hide()
	s.show()
	if ok := eval[bool](s, "(await fetch('/status/200')).ok"); !ok {
		t.Error("the page's own requests fail")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.thrown {
		if !strings.Contains(e, s.site.URL) && !strings.HasPrefix(e, "Uncaught") {
			t.Errorf("console: %s", e)
		}
	}
}

// nextPage: the next page delivers what one page could not, with the same ids.
func nextPage(t *testing.T, s *harness) {
	s.collector.setAnswer(func(int, http.Header) int { return http.StatusBadGateway })
	s.visit("")
	s.run("rum.event('undelivered'); rum.flush()")
	posts := s.collector.wait(t, "refused post", func(p []post) bool { return len(p) > 0 })
	s.waitJS("Object.keys(localStorage).length")
	s.collector.setAnswer(func(int, http.Header) int { return http.StatusAccepted })
	s.open("/second")
	s.run("rum.flush()")
	if b := s.collector.beacon(t, "event of the first page", event("undelivered")); b.ID != ids(posts[0])[0] {
		t.Errorf("id %s, first sent as %s", b.ID, ids(posts[0])[0])
	}
	s.waitJS("!Object.keys(localStorage).length")
}

func offline(t *testing.T, s *harness) {
	s.visit("")
	s.run("rum.flush()")
	s.collector.beacon(t, "navigation", navigation)
	s.connect(false)
	s.run("rum.event('offline'); rum.flush()")
	s.waitJS("Object.keys(localStorage).length")
	n := len(s.collector.all())
	s.connect(true)
	b := s.collector.beacon(t, "event from offline", event("offline"))
	if n == 0 || b.ID == "" {
		t.Errorf("beacon = %+v", b)
	}
	s.waitJS("!Object.keys(localStorage).length")
}

// bareBrowser: in a browser without the agent's optional features the page works.
func bareBrowser(t *testing.T, s *harness) {
	s.page(`<script>
		for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, {get() { throw new DOMException('denied', 'SecurityError') }});
		delete window.crypto; delete window.PerformanceObserver; delete window.PerformanceEventTiming;
		performance.getEntriesByType = undefined;
		Object.defineProperty(Navigator.prototype, 'connection', {get: () => undefined});
	</script>`+s.tag(""), "")
	s.open("/")
	s.run(act)
	s.collector.beacon(t, "error", failure("RangeError"))
	if b := s.collector.beacon(t, "navigation", navigation); b.Session == "" || b.Events[0].Name != "bought" {
		t.Errorf("beacon = %+v", b)
	}
}

// keyInPath: a script from /k/<key>/rum.js needs no attributes.
func keyInPath(t *testing.T, s *harness) {
	s.page(`<script src="`+s.edge.URL+`/k/shop1/rum.js" async></script><script src="`+s.edge.URL+`/k/shop1/rum.js" async></script>`, "")
	s.open("/")
	s.run("rum.flush()")
	s.collector.beacon(t, "navigation", navigation)
	s.postsWhenIdle()
	navigations := 0
	for _, b := range s.collector.all() {
		if b.Navigation {
			navigations++
		}
	}
	if navigations != 1 {
		t.Errorf("%d page views of one page with two tags", navigations)
	}
	posts := s.collector.wait(t, "post", func(p []post) bool { return true })
	if posts[0].path != "/k/shop1/v1/beacons" || posts[0].key != "" {
		t.Errorf("post = %s key %q", posts[0].path, posts[0].key)
	}
}
