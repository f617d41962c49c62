//go:build e2e

package e2e

import (
	"testing"
)

// sdk is one SDK in one version, as its page sets it up.
type sdk struct {
	name   string            // of its fixtures: SDK and version
	script string            // in pages, without .js
	alias  map[string]string // what the script imports, and the package that stands for it
	data   string            // more attributes of the script tag
	value  string            // of the SDK dimension

	// except says what the SDK does not send, or counts in another way than the
	// page did, by scenario ("*" is all of them), blank between:
	//
	//	inp              a vital that must be missing, not zero
	//	inp@/cart        that of one page alone
	//	inp?             a vital that is lost at times; if it comes it is right
	//	cls~0.05         a vital that the SDK rounds by as much
	//	cls!             a vital that the SDK defines otherwise
	//	inp^             a vital that is told without its page: the total must have it
	//	views=1          another count: of views, errors, errored, failed or users
	//	errors?          a count of which some are lost at times; never more, nor no view at all
	//	users+           a count that is one too many at times
	//	event flag user release environment types group
	//	                 is not sent; types: not the errors' class; group: nor their messages
	//	late             gathers for seconds: the user stays for some before the tab is hidden
	//	slow             the same before the page is left or its route changes
	except map[string]string
}

// sdks are the SDKs that the scenarios are played with. To add one, write the page
// script and a line here.
func sdks() []sdk {
	return append(telemetrySDKs(), []sdk{
		{name: "sentry-11.12.0", script: "sentry", alias: map[string]string{"sentry": "sentry11"}, value: "sentry", except: sentry11()},
		{name: "sentry-10.78.0", script: "sentry", alias: map[string]string{"sentry": "sentry10"}, value: "sentry", except: sentry10()},
		{name: "sentry-8.55.2", script: "sentry", alias: map[string]string{"sentry": "sentry8"}, value: "sentry", except: sentry10()},
		{name: "sentry-tunnel-11.12.0", script: "sentry", alias: map[string]string{"sentry": "sentry11"}, data: `data-tunnel="/tunnel"`, value: "sentry", except: sentry11()},
		{name: "datadog-7.16.2", script: "datadog", alias: map[string]string{"datadog": "datadog7"}, value: "datadog", except: datadog("3")},
		{name: "datadog-6.33.0", script: "datadog", alias: map[string]string{"datadog": "datadog6"}, value: "datadog", except: datadog("2")},
		{name: "datadog-5.35.1", script: "datadog", alias: map[string]string{"datadog": "datadog5"}, value: "datadog", except: datadog("2")},
		{name: "datadog-deflate-7.16.2", script: "datadog", alias: map[string]string{"datadog": "datadog7"}, data: "data-compress", value: "datadog", except: datadog("3")},
		{name: "faro-2.12.1", script: "faro", alias: map[string]string{"faro": "faro2"}, value: "faro", except: map[string]string{
			"route": faroRoute,
		}},
		{name: "faro-1.19.0", script: "faro", alias: map[string]string{"faro": "faro1"}, value: "faro", except: map[string]string{
			"trouble": "types", "route": faroRoute,
			"navigated": "inp@/users/:id/orders? cls@/users/:id/orders?", "closed": "inp? cls?", // not flushed in time
		}},
		{name: "web-vitals-6.2.3", script: "web-vitals", value: "web-vitals", except: webVitals("")},
		{name: "web-vitals-5.3.0", script: "web-vitals", alias: map[string]string{"web-vitals": "web-vitals5"}, value: "web-vitals", except: webVitals(faroRoute)},
		{name: "web-vitals-3.5.2", script: "web-vitals", alias: map[string]string{"web-vitals": "web-vitals3"}, value: "web-vitals", except: webVitals(faroRoute)},
		{name: "boomerang-1.815.1", script: "boomerang", value: "boomerang", except: boomerang()},
		{name: "boomerang-get-1.815.1", script: "boomerang", data: `data-type="GET"`, value: "boomerang", except: boomerang()},
		{name: "aws-rum-3.2.1", script: "aws-rum", value: "aws-rum", except: map[string]string{
			"*": "environment",
		}},
	}...)
}

// webVitals measures and reports nothing else. Before version 6 it does not say
// which route it measured.
func webVitals(route string) map[string]string {
	return map[string]string{"*": "errors=0 errored=0 failed=0 event flag environment group", "route": "views=1 " + route}
}

// boomerang has paints only if they came before the load event, whole
// milliseconds, and layout shifts in thousandths. What it measured since its last
// beacon carries the route of the next. It tells of a restore only if the page
// stays long enough.
func boomerang() map[string]string {
	return map[string]string{
		"*": "lcp? fcp? ttfb~2 cls~0.003 types", "restored": "views?",
		"route": "inp@/users/:id/orders cls!",
	}
}

// faroRoute: what is measured until the end carries the last route's address.
const faroRoute = "inp@/users/:id/orders cls@/users/:id/orders"

// sentry11: what is measured before the span of the page load has ended comes
// without the page's address, unless an error has told it.
func sentry11() map[string]string {
	return map[string]string{"hidden twice": "lcp^ inp^ cls^", "navigated": "lcp? inp? cls?"}
}

// sentry10: interactions come without the user, and before what names one; the
// SDK says nothing of a restore, nor of layout shifts where there are none.
func sentry10() map[string]string {
	return map[string]string{"hidden twice": "users=2", "restored": "users=2 views=2", "navigated": "users=2 cls@/cart?"}
}

// datadog: views are sent every three seconds at most, and no sooner when the
// tab is hidden; layout shifts have four digits. Before version 7 a restored
// page is no view. What it sends first may come before it knows the user, also
// where the page has named one before.
func datadog(restored string) map[string]string {
	return map[string]string{"*": "late users+", "restored": "views=" + restored}
}

// TestSDKs plays every scenario with every SDK, in a browser whose pages are on
// another origin than the collector, and holds what rumtop shows against what
// the page itself has measured.
func TestSDKs(t *testing.T) {
	m := newSDKShop(t, sdks())
	t.Run("sdk", func(t *testing.T) {
		for i := range m.sdks {
			x := &m.sdks[i]
			t.Run(x.name, func(t *testing.T) {
				t.Cleanup(func() { m.proxy.saveFixture(t, x) })
				for _, sc := range scenarios() {
					t.Run(sc.name, func(t *testing.T) {
						t.Parallel()
						m.play(t, x, sc)
					})
				}
			})
		}
	})
	m.harness.checkPrivacy()
}
