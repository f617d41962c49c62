//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/rumtop/rumtop/internal/testwait"
)

const (
	orders   = "/users/8412/orders"
	cart     = "/cart"
	settings = "/settings"
)

// scenario is something that happens to a user.
type scenario struct {
	name string
	play func(v *visitor)
}

// visitor is a user in a separate window, and what rumtop must show of the visit.
type visitor struct {
	*page
	except exceptions
	key    string
	want   want
}

// want is what happened, as the page itself knows.
type want struct {
	views, errors, errored, failed int
	trouble                        bool // has the shop's errors and event
	pages                          map[string]vital
}

// vital has a page's measurements by name; NaN must be missing.
type vital map[string]float64

func (v vitals) all() vital {
	return vital{"lcp": v.LCP, "inp": v.INP, "cls": v.CLS, "fcp": v.FCP, "ttfb": v.TTFB}
}

// loading are the vitals of the page load.
func (v vitals) loading() vital {
	return vital{"lcp": v.LCP, "fcp": v.FCP, "ttfb": v.TTFB}
}

// unmeasured are the vitals of a page without a load.
func unmeasured() vital { return vital{"lcp": math.NaN(), "fcp": math.NaN(), "ttfb": math.NaN()} }

// scenarios start with a loaded page. Their last step must make the SDK send its
// queue.
func scenarios() []scenario {
	return []scenario{
		{"trouble", func(v *visitor) {
			truth := v.degrade("sdk.event('checkout_completed'); shop.throws(); await new Promise(r => setTimeout(r, 50)); shop.rejects(); await shop.fetches('http://nowhere.localhost/')")
			v.hide()
			v.want = want{views: 1, errors: 2, errored: 1, failed: 2, trouble: true, pages: map[string]vital{"/users/:id/orders": truth.all()}}
		}},
		{"closed", func(v *visitor) {
			truth := v.degrade("shop.throws(); await new Promise(r => setTimeout(r))")
			v.stay("slow")
			v.close()
			v.want = want{views: 1, errors: 1, errored: 1, pages: map[string]vital{"/users/:id/orders": truth.all()}}
		}},
		{"navigated", func(v *visitor) {
			truth := v.degrade("")
			v.stay("slow")
			v.open(cart)
			v.waitJS("truth.lcp > 0")
			v.hide()
			next := v.measured().all()
			next["inp"] = math.NaN()
			v.want = want{views: 2, pages: map[string]vital{"/users/:id/orders": truth.all(), cart: next}}
		}},
		{"hidden twice", func(v *visitor) {
			v.degrade("")
			v.hide()
			v.show()
			v.pay(500)
			truth := v.measured()
			v.hide()
			v.want = want{views: 1, pages: map[string]vital{"/users/:id/orders": truth.all()}}
		}},
		{"restored", func(v *visitor) {
			truth := v.degrade("")
			v.stay("slow")
			v.open(cart)
			v.waitJS("truth.lcp > 0")
			v.stay("late")
			v.back()
			v.hide()
			v.want = want{views: 3, pages: map[string]vital{"/users/:id/orders": truth.loading()}}
		}},
		{"route", func(v *visitor) {
			truth := v.degrade("")
			v.stay("slow")
			v.run(fmt.Sprintf("shop.route(%q); await new Promise(r => setTimeout(r, 300)); shop.throws(); await new Promise(r => setTimeout(r))", settings))
			v.hide()
			v.want = want{views: 2, errors: 1, errored: 1, pages: map[string]vital{"/users/:id/orders": truth.all(), settings: unmeasured()}}
		}},
	}
}

// open loads a page of the shop.
func (v *visitor) open(path string) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, chromedp.Navigate(shopOrigin+path+"?mail=fontainebleau@example.com&scene="+v.key)); err != nil {
		v.t.Fatalf("open %s: %v", path, err)
	}
}

// stay waits for an SDK that batches for seconds: it loses what is not in a batch
// when the user continues.
func (v *visitor) stay(where string) {
	v.t.Helper()
	if v.except.has(where) {
		v.run("await new Promise(r => setTimeout(r, 3500))")
	}
}

// hide minimises the window.
func (v *visitor) hide() {
	v.t.Helper()
	v.stay("late")
	v.page.hide()
}

// close closes the tab.
func (v *visitor) close() {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, cdppage.Close, cdp.Empty{}); err != nil {
		v.t.Fatalf("close: %v", err)
	}
}

// back goes back to a page in the back/forward cache.
func (v *visitor) back() {
	v.t.Helper()
	if _, err := chromedp.Run(v.ctx, chromedp.Evaluate[chromedp.Void]("setTimeout(() => history.back()); undefined")); err != nil {
		v.t.Fatalf("back: %v", err)
	}
	testwait.Until(v.t, "the page is restored", func() bool {
		ctx, cancel := context.WithTimeout(v.ctx, time.Second)
		defer cancel()
		restored, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("truth.restored"))
		return err == nil && restored
	})
}
