//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// page is a tab with a page of the shop, on another origin than the collector.
type page struct {
	t     *testing.T
	ctx   context.Context
	close context.CancelFunc
}

// openShop serves the shop with an SDK's script tag in its head and opens it. The
// tag is created after the collector starts, which needs the shop's origin.
func openShop(t *testing.T, e *env, tag func(r *harness) string) (*page, *harness) {
	t.Helper()
	var head string
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch script := e.scripts[req.URL.Path]; {
		case script != nil:
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write(script)
		case strings.HasPrefix(req.URL.Path, "/status/500"):
			w.WriteHeader(http.StatusInternalServerError)
		case req.URL.Path == "/favicon.ico":
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = fmt.Fprintf(w, `<!doctype html><html><head><title>shop</title><script src="/truth.js"></script>%s
				<script src="/shop.js?user=fontainebleau@example.com"></script></head>
				<body><h1>shop</h1><div id="banner"></div><p style="height:150px">orders</p><button onclick="shop.pay()">pay</button></body></html>`, head)
		}
	}))
	t.Cleanup(shop.Close)
	r := newHarness(t, e, "--origin", shop.URL)
	head = tag(r)

	p := &page{t: t}
	p.ctx, p.close = chromedp.NewContext(e.browser)
	t.Cleanup(p.close)
	var stop context.CancelFunc
	p.ctx, stop = context.WithTimeout(p.ctx, 2*testwait.Patience)
	t.Cleanup(stop)
	if err := chromedp.Do(p.ctx, chromedp.Navigate(shop.URL+"/users/8412/orders?mail=fontainebleau@example.com")); err != nil {
		t.Fatalf("open the shop: %v", err)
	}
	return p, r
}

// run evaluates JavaScript and awaits it.
func (p *page) run(js string) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[chromedp.Void]("(async () => {"+js+"})()", chromedp.EvalAwaitPromise)); err != nil {
		p.t.Fatalf("%s: %v", js, err)
	}
}

// waitJS waits for a JavaScript expression to be true.
func (p *page) waitJS(js string) {
	p.t.Helper()
	p.run(fmt.Sprintf("const end = performance.now() + %d; while (!(%s)) { if (performance.now() > end) throw new Error('not true in time'); await new Promise(r => setTimeout(r, 10)) }",
		testwait.Patience.Milliseconds(), js))
}

// vitals are the page's own measurements.
type vitals struct{ LCP, INP, CLS, FCP, TTFB float64 }

// degrade causes a layout shift and a blocking click, then runs the rest, which is
// JavaScript.
func (p *page) degrade(rest string) vitals {
	p.t.Helper()
	p.waitJS("truth.lcp > 0")
	p.run("await new Promise(r => requestAnimationFrame(() => setTimeout(r))); shop.shift()")
	p.waitJS("truth.cls > 0")
	p.pay(300)
	p.run(rest)
	return p.measured()
}

// measured returns the page's measurements so far.
func (p *page) measured() vitals {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[vitals]("({LCP: truth.lcp, INP: truth.inp, CLS: truth.cls, FCP: truth.fcp, TTFB: truth.ttfb})"))
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// pay clicks the button, which blocks for slowness milliseconds.
func (p *page) pay(slowness int) {
	p.t.Helper()
	at, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]float64](fmt.Sprintf(
		"shop.slowness = %d; button = document.querySelector('button'); button.scrollIntoView(); (({x, y, width, height}) => [x + width / 2, y + height / 2])(button.getBoundingClientRect())", slowness)))
	if err == nil {
		// By position, not by node: chromedp loses its nodes when a page is restored.
		err = chromedp.Do(p.ctx, chromedp.MouseClickXY(at[0], at[1]))
	}
	if err != nil {
		p.t.Fatalf("click: %v", err)
	}
	p.waitJS(fmt.Sprintf("truth.inp >= %d", slowness))
	// The web-vitals library, which most SDKs use, processes an interaction when
	// the page is idle; it loses one if the page is hidden before that.
	p.run("await new Promise(r => requestAnimationFrame(() => requestIdleCallback(r, {timeout: 5000})))")
}

func (p *page) hide() { p.t.Helper(); p.window(browser.WindowStateMinimized, "hidden") }
func (p *page) show() { p.t.Helper(); p.window(browser.WindowStateNormal, "visible") }

func (p *page) window(state browser.WindowState, visibility string) {
	p.t.Helper()
	w, err := chromedp.Call(p.ctx, browser.GetWindowForTarget, browser.GetWindowForTargetParams{})
	if err == nil {
		_, err = chromedp.Call(p.ctx, browser.SetWindowBounds, browser.SetWindowBoundsParams{
			WindowID: w.WindowID, Bounds: &browser.Bounds{WindowState: state},
		})
	}
	if err != nil {
		p.t.Fatalf("window %s: %v", state, err)
	}
	p.waitJS("document.visibilityState === '" + visibility + "'")
}

// check compares a row of one view with the page's measurements, within the 1 % of
// the histograms.
func (v vitals) check(t *testing.T, row *frame.Row) {
	t.Helper()
	for _, m := range []struct {
		name string
		got  frame.Dist
		want float64
	}{{"lcp", row.LCP, v.LCP}, {"inp", row.INP, v.INP}, {"cls", row.CLS, v.CLS}} {
		if m.got.N != 1 || math.Abs(m.got.P75-m.want) > 0.01*m.want {
			t.Errorf("%s of row %q: %+v, the page measured %v", m.name, row.Key, m.got, m.want)
		}
	}
}

// hasVitals reports whether a frame has all three vitals of one view.
func hasVitals(f *frame.Frame) bool {
	return f.Total.LCP.N == 1 && f.Total.INP.N == 1 && f.Total.CLS.N == 1
}
