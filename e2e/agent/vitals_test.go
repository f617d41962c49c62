//go:build e2e

package agent

import (
	"math"
	"strings"
	"testing"
	"time"
)

func load(t *testing.T, s *harness) {
	s.page(`<meta name="traceparent" content="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01">`+
		s.tag(`data-environment="production" data-tags="tier=paid, flag=new-flow" data-route="/users/:id/orders"`), "")
	before := time.Now()
	s.open("/users/8412/orders?x=1#top")
	truth := eval[map[string]float64](s, `{
		fcp: await new Promise(r => new PerformanceObserver(l => l.getEntriesByName('first-contentful-paint').forEach(e => r(e.startTime))).observe({type: 'paint', buffered: true})),
		ttfb: performance.getEntriesByType('navigation')[0].responseStart,
		lcp: await new Promise(r => new PerformanceObserver(l => r(l.getEntries().pop().startTime)).observe({type: 'largest-contentful-paint', buffered: true})),
	}`)
	s.hide() // LCP is final now
	b := s.collector.beacon(t, "navigation", navigation)
	if b.Release != "2.4.1" || b.Environment != "production" || b.Route != "/users/:id/orders" || b.SDK != "rum.js" {
		t.Errorf("beacon = %+v", b)
	}
	if want := s.site.URL + "/users/8412/orders"; b.URL != want {
		t.Errorf("url = %s, want %s", b.URL, want)
	}
	if b.Tags["tier"] != "paid" || b.Tags["flag"] != "new-flow" || len(b.Tags) != 2 {
		t.Errorf("tags = %v", b.Tags)
	}
	if b.Trace != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("trace = %q", b.Trace)
	}
	if b.View == "" || b.Session == "" || b.ID == "" || b.User != "" || b.Consent != "" || b.Sampled != nil {
		t.Errorf("identity = %+v", b)
	}
	if b.SampleRate != 1 {
		t.Errorf("sample rate = %v", b.SampleRate)
	}
	if d := time.UnixMilli(b.Time).Sub(before); d < -time.Second || d > time.Minute {
		t.Errorf("time is %v off", d)
	}
	seen := map[string]float64{}
	for _, name := range []string{"ttfb", "fcp", "lcp", "dns", "tcp"} {
		m := s.collector.beacon(t, name, metric(name))
		seen[name] = m.Metrics[name]
		if m.View != b.View {
			t.Errorf("%s belongs to view %s, not %s", name, m.View, b.View)
		}
	}
	if _, ok := b.Metrics["tls"]; ok {
		t.Error("tls was measured without tls")
	}
	for name, want := range truth {
		if math.Abs(seen[name]-want) > 0.1 {
			t.Errorf("%s = %v, the page measured %v", name, seen[name], want)
		}
	}
	posts := s.collector.wait(t, "posts", func(p []post) bool { return len(p) > 0 })
	if p := posts[0]; p.key != "k1" || p.path != "/v1/beacons" || !strings.HasPrefix(p.contentType, "text/plain") {
		t.Errorf("post = %+v", p)
	}
}

// timer: without other occasions, the agent's timer sends.
func timer(t *testing.T, s *harness) {
	start := time.Now()
	s.visit("")
	b := s.collector.beacon(t, "navigation", navigation)
	checkWithin(t, start, 9*time.Second, "the first beacon")
	if _, ok := b.Metrics["fcp"]; !ok {
		t.Errorf("what the load brought did not travel together: %v", b.Metrics)
	}
}

const blocking = `<button onclick="const end = performance.now() + +this.dataset.ms; while (performance.now() < end);" data-ms="300">buy</button>`

func blockedClick(t *testing.T, s *harness) {
	s.page(s.tag(""), blocking)
	s.open("/")
	s.click("button")
	s.hide()
	b := s.collector.beacon(t, "inp", metric("inp"))
	if inp := b.Metrics["inp"]; inp < 200 || inp > 2000 {
		t.Errorf("inp = %v after a click that blocked for 300 ms", inp)
	}
}

func layoutShift(t *testing.T, s *harness) {
	s.page(s.tag("")+`<script>
		window.shifts = 0;
		new PerformanceObserver(l => l.getEntries().forEach(e => { if (!e.hadRecentInput) shifts += e.value; })).observe({type: 'layout-shift', buffered: true});
	</script>`, `<div id="banner"></div><p style="height:300px">content</p>`)
	s.open("/")
	s.run("await new Promise(r => requestAnimationFrame(() => setTimeout(r, 50))); document.getElementById('banner').style.height = '200px'")
	s.waitJS("shifts > 0")
	truth := eval[float64](s, "shifts")
	s.hide()
	b := s.collector.beacon(t, "cls", metric("cls"))
	if math.Abs(b.Metrics["cls"]-truth) > 0.0001 {
		t.Errorf("cls = %v, the page measured %v", b.Metrics["cls"], truth)
	}
}

// hiddenAgain: vitals that grow are sent again with the same view.
func hiddenAgain(t *testing.T, s *harness) {
	s.page(s.tag(""), blocking)
	s.open("/")
	s.click("button")
	s.hide()
	first := s.collector.beacon(t, "inp", metric("inp"))
	s.show()
	s.run("document.querySelector('button').dataset.ms = 600")
	s.click("button")
	s.hide()
	again := s.collector.beacon(t, "a higher inp", func(b sent) bool { return b.Metrics["inp"] > first.Metrics["inp"]+150 })
	if again.View != first.View || again.ID == first.ID {
		t.Errorf("views %s and %s, ids %s and %s", first.View, again.View, first.ID, again.ID)
	}
	navigations := 0
	for _, b := range s.collector.all() {
		if b.Navigation {
			navigations++
		}
	}
	if navigations != 1 {
		t.Errorf("%d page views began, want 1", navigations)
	}
}

func longTask(t *testing.T, s *harness) {
	s.visit("")
	s.run("await new Promise(r => setTimeout(() => { const end = performance.now() + 120; while (performance.now() < end); r() }))")
	s.run("await new Promise(r => setTimeout(r, 50)); rum.flush()")
	b := s.collector.beacon(t, "long tasks", func(b sent) bool { return b.Metrics["long_tasks"] > 0 })
	if n := b.Metrics["long_tasks"]; n > 20 {
		t.Errorf("%v long tasks", n)
	}
}
