//go:build e2e

package agent

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/rumtop/rumtop/internal/testwait"
)

// harness is a site, a collector and a tab for one scenario. The site's port is new,
// so its storage is empty.
type harness struct {
	t         *testing.T
	ctx       context.Context
	collector *recorder
	site      *httptest.Server
	edge      *httptest.Server
	close     func()        // the tab
	restored  chan struct{} // a page was restored from the back/forward cache

	mu     sync.Mutex
	body   string // of the site's pages
	thrown []string
}

func newHarness(t *testing.T, browser context.Context) *harness {
	t.Helper()
	s := &harness{t: t, collector: newRecorder(), restored: make(chan struct{}, 1)}
	s.edge = httptest.NewServer(s.collector)
	t.Cleanup(s.edge.Close)
	s.site = httptest.NewServer(s)
	t.Cleanup(s.site.Close)
	ctx, cancel := chromedp.NewContext(browser)
	s.close = sync.OnceFunc(cancel)
	t.Cleanup(s.close)
	s.ctx, cancel = context.WithTimeout(ctx, 4*testwait.Patience)
	t.Cleanup(cancel)
	if err := chromedp.Listen(s.ctx, s.listen); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.collector.mu.Lock()
		defer s.collector.mu.Unlock()
		if t.Failed() {
			t.Logf("the agent sent:\n%s", s.collector.dump())
		}
		for _, w := range s.collector.wrong {
			t.Errorf("the agent sent what it must not: %s", w)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, e := range s.thrown {
			// Scenarios throw in the page on purpose; the agent must not throw.
			if strings.Contains(e, "rum.js") {
				t.Errorf("the agent threw into the page: %s", e)
			}
		}
	})
	return s
}

func (s *harness) listen(ev any) {
	if e, ok := ev.(*runtime.EventExceptionThrown); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.thrown = append(s.thrown, fmt.Sprintf("%s %s", e.ExceptionDetails.Text, e.ExceptionDetails.URL))
	}
}

// ServeHTTP is the site.
func (s *harness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/status/"):
		var status int
		if _, err := fmt.Sscanf(r.URL.Path, "/status/%d", &status); err != nil {
			status = http.StatusNotFound
		}
		w.WriteHeader(status)
	case r.URL.Path == "/never":
		<-r.Context().Done()
	case r.URL.Path == "/restored":
		s.restored <- struct{}{}
	case r.URL.Path == "/favicon.ico":
		w.WriteHeader(http.StatusNoContent)
	default:
		s.mu.Lock()
		defer s.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><html><head><title>shop</title>", s.body, "</body></html>")
	}
}

// tag is the script tag, with more attributes.
func (s *harness) tag(attributes string) string {
	return `<script src="` + s.edge.URL + `/rum.js" data-key="k1" data-release="2.4.1" ` + attributes + ` crossorigin async></script>`
}

// page sets what the site serves: head, then body.
func (s *harness) page(head, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body = head + "</head><body><h1>shop</h1>" + body
}

// open goes to a path and waits for the page and the agent to have loaded.
func (s *harness) open(path string) {
	s.t.Helper()
	if err := chromedp.Do(s.ctx, chromedp.Navigate(s.site.URL+path)); err != nil {
		s.t.Fatalf("open %s: %v", path, err)
	}
}

// visit opens a page that has the script tag with more attributes.
func (s *harness) visit(attributes string) {
	s.t.Helper()
	s.page(s.tag(attributes), "")
	s.open("/users/8412/orders?x=1#top")
}

// run evaluates JavaScript and awaits its promise, if it gives one.
func (s *harness) run(js string) {
	s.t.Helper()
	if _, err := chromedp.Run(s.ctx, chromedp.Evaluate[chromedp.Void]("(async () => {"+js+"})()", chromedp.EvalAwaitPromise)); err != nil {
		s.t.Fatalf("run %s: %v", js, err)
	}
}

// eval returns the value of a JavaScript expression, awaited.
func eval[T any](s *harness, js string) T {
	s.t.Helper()
	v, err := chromedp.Run(s.ctx, chromedp.Evaluate[T]("(async () => ("+js+"))()", chromedp.EvalAwaitPromise))
	if err != nil {
		s.t.Fatalf("eval %s: %v", js, err)
	}
	return v
}

// waitJS waits for a JavaScript expression to be true.
func (s *harness) waitJS(js string) {
	s.t.Helper()
	s.run("const end = performance.now() + 1e4; while (!(" + js + ") && performance.now() < end) await new Promise(r => setTimeout(r, 10))")
	if !eval[bool](s, "!!("+js+")") {
		s.t.Fatalf("not true in time: %s", js)
	}
}

func (s *harness) click(selector string) {
	s.t.Helper()
	// By position, not by node: chromedp loses its nodes when a page is restored.
	at := eval[[]float64](s, "(({x, y, width, height}) => [x + width / 2, y + height / 2])(document.querySelector('"+selector+"').getBoundingClientRect())")
	if err := chromedp.Do(s.ctx, chromedp.MouseClickXY(at[0], at[1])); err != nil {
		s.t.Fatalf("click %s: %v", selector, err)
	}
	// Event timing entries come after the next frame.
	s.run("await new Promise(r => requestAnimationFrame(() => setTimeout(r, 50)))")
}

func (s *harness) window(state browser.WindowState, visibility string) {
	s.t.Helper()
	w, err := chromedp.Call(s.ctx, browser.GetWindowForTarget, browser.GetWindowForTargetParams{})
	if err == nil {
		_, err = chromedp.Call(s.ctx, browser.SetWindowBounds, browser.SetWindowBoundsParams{
			WindowID: w.WindowID, Bounds: &browser.Bounds{WindowState: state},
		})
	}
	if err != nil {
		s.t.Fatalf("window %s: %v", state, err)
	}
	s.waitJS("document.visibilityState === '" + visibility + "'")
}

func (s *harness) hide() { s.t.Helper(); s.window(browser.WindowStateMinimized, "hidden") }
func (s *harness) show() { s.t.Helper(); s.window(browser.WindowStateNormal, "visible") }

// connect switches the network that the page sees.
func (s *harness) connect(online bool) {
	s.t.Helper()
	_, err := chromedp.Call(s.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{
		Offline: !online, DownloadThroughput: -1, UploadThroughput: -1,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.waitJS(fmt.Sprintf("navigator.onLine === %t", online))
}

// postsWhenIdle gives the agent every occasion to send and returns the number of
// posts. A later request of the page shows that they would have arrived.
func (s *harness) postsWhenIdle() int {
	s.t.Helper()
	s.run("rum.flush()")
	s.hide()
	s.show()
	s.run("dispatchEvent(new Event('online')); await new Promise(r => setTimeout(r, 100))")
	s.run("await fetch('/status/200')")
	s.collector.mu.Lock()
	defer s.collector.mu.Unlock()
	return len(s.collector.posts)
}

// checkWithin checks that something took at most limit.
func checkWithin(t *testing.T, since time.Time, limit time.Duration, what string) {
	t.Helper()
	if d := time.Since(since); d > limit {
		t.Errorf("%s took %v, more than %v", what, d, limit)
	}
}
