//go:build e2e

package agent

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/rumtop/rumtop/internal/testwait"
)

// navigationTo waits for the page view of a path to begin.
func (s *harness) navigationTo(path string) sent {
	s.t.Helper()
	return s.collector.beacon(s.t, "view of "+path, func(b sent) bool { return b.Navigation && b.URL == s.site.URL+path })
}

func route(t *testing.T, s *harness) {
	s.page(s.tag(`data-route="/home"`), blocking)
	s.open("/home")
	s.click("button")
	s.run("history.pushState({}, '', '/cart/12?x=1'); rum.route('/cart/:id'); rum.event('in cart')")
	s.run("history.replaceState({}, '', '/cart/12?x=2')") // the same page
	s.run("await new Promise(r => setTimeout(r, 600)); history.pushState({}, '', '/pay'); history.back()")
	s.waitJS("location.pathname === '/cart/12'")
	s.run("rum.event('back'); rum.error(new Error('after back'))")
	s.hide()
	home, cart := s.navigationTo("/home"), s.navigationTo("/cart/12")
	pay := s.navigationTo("/pay")
	back := s.collector.beacon(t, "event after back", event("back"))
	views := map[string]bool{home.View: true, cart.View: true, pay.View: true, back.View: true}
	if len(views) != 4 {
		t.Errorf("views = %v", views)
	}
	if home.Route != "/home" || cart.Route != "/cart/:id" || pay.Route != "" || !back.Navigation {
		t.Errorf("routes = %q, %q, %q", home.Route, cart.Route, pay.Route)
	}
	if b := s.collector.beacon(t, "event in cart", event("in cart")); b.View != cart.View {
		t.Errorf("event in view %s, want %s", b.View, cart.View)
	}
	if b := s.collector.beacon(t, "error", failure("Error")); b.View != back.View {
		t.Errorf("error in view %s, want %s", b.View, back.View)
	}
	if b := s.collector.beacon(t, "inp", metric("inp")); b.View != home.View {
		t.Errorf("the click on /home counts for %s", b.URL)
	}
	n := 0
	for _, b := range s.collector.all() {
		if b.Navigation {
			n++
		}
		for _, name := range []string{"lcp", "fcp", "ttfb"} {
			if _, ok := b.Metrics[name]; ok && b.View != home.View {
				t.Errorf("%s for a route, %s", name, b.URL)
			}
		}
		if b.Session != home.Session {
			t.Errorf("session changed from %s to %s", home.Session, b.Session)
		}
	}
	if n != 4 {
		t.Errorf("%d page views, want 4", n)
	}
}

func hashRoute(t *testing.T, s *harness) {
	s.page(s.tag(""), "")
	s.open("/app#/users/1")
	s.run("location.hash = '#/users/2?tab=x'; await new Promise(r => setTimeout(r, 50)); location.hash = 'section'")
	s.run("await new Promise(r => setTimeout(r, 50)); location.hash = 'other'; await new Promise(r => setTimeout(r, 50)); rum.flush()")
	s.navigationTo("/app/users/1")
	s.navigationTo("/app/users/2")
	s.navigationTo("/app")
	n := 0
	for _, b := range s.collector.all() {
		if b.Navigation {
			n++
		}
	}
	if n != 3 {
		t.Errorf("%d page views, want 3: an anchor is no route", n)
	}
}

func backForwardCache(t *testing.T, s *harness) {
	s.page(`<script>addEventListener('pageshow', e => e.persisted && fetch('/restored'))</script>`+s.tag(""), blocking)
	s.open("/first")
	s.open("/second")
	if _, err := chromedp.Run(s.ctx, chromedp.Evaluate[chromedp.Void]("setTimeout(() => history.back()); undefined")); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.restored:
	case <-time.After(testwait.Patience):
		t.Fatal("the page was not restored from the back/forward cache")
	}
	s.click("button")
	s.hide()
	first := s.navigationTo("/first")
	restored := s.collector.beacon(t, "restored view", func(b sent) bool {
		return b.Navigation && b.URL == first.URL && b.View != first.View
	})
	inp := s.collector.beacon(t, "inp of the restored view", func(b sent) bool { return b.Metrics["inp"] >= 200 })
	if inp.View != restored.View {
		t.Errorf("inp counts for view %s, want %s", inp.View, restored.View)
	}
	s.collector.beacon(t, "cls of the restored view", func(b sent) bool { return b.View == restored.View && metric("cls")(b) })
	for _, b := range s.collector.all() {
		for _, name := range []string{"lcp", "fcp", "ttfb"} {
			if _, ok := b.Metrics[name]; ok && b.View == restored.View {
				t.Errorf("%s of a restored view", name)
			}
		}
	}
}

func navigatedAway(t *testing.T, s *harness) {
	s.page(s.tag(""), blocking)
	s.open("/first")
	s.click("button")
	s.run("rum.event('leaving'); fetch('/never')")
	s.open("/second")
	b := s.collector.beacon(t, "event of the page that was left", event("leaving"))
	inp := s.collector.beacon(t, "inp of the page that was left", metric("inp"))
	if inp.View != b.View || inp.Metrics["inp"] < 200 {
		t.Errorf("inp = %v of view %s, want view %s", inp.Metrics["inp"], inp.View, b.View)
	}
	s.run("rum.flush()")
	if second := s.navigationTo("/second"); second.Session != b.Session || second.View == b.View {
		t.Errorf("second page: view %s session %s, first: %s %s", second.View, second.Session, b.View, b.Session)
	}
	for _, b := range s.collector.all() {
		if len(b.Requests) > 0 {
			t.Errorf("navigating away counts as failed request: %v", b.Requests)
		}
	}
}

func closed(t *testing.T, s *harness) {
	s.page(s.tag(""), blocking)
	s.open("/")
	s.click("button")
	s.run("rum.event('closing'); setTimeout(() => { throw new EvalError('last') }); await new Promise(r => setTimeout(r, 20))")
	s.close()
	s.collector.beacon(t, "event of the closed page", event("closing"))
	s.collector.beacon(t, "error of the closed page", failure("EvalError"))
	s.collector.beacon(t, "inp of the closed page", metric("inp"))
}
