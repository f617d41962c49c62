//go:build e2e

package e2e

import (
	"testing"
)

// sdk is one version of an SDK as its page configures it.
type sdk struct {
	name   string            // of its fixtures: SDK and version
	script string            // in pages, without .js
	alias  map[string]string // packages of the script's imports
	data   string            // more attributes of the script tag
	value  string            // of the SDK dimension

	// except lists what the SDK does not send, or counts differently than the page,
	// by scenario ("*" for all), separated by blanks:
	//
	//	inp              the vital must be missing, not zero
	//	inp@/cart        the same on one page only
	//	inp?             the vital is sometimes lost, else correct
	//	cls~0.05         the SDK rounds the vital by as much
	//	cls!             the SDK defines the vital differently
	//	inp^             the vital has no page: the total must have it
	//	views=1          another count of views, errors, errored, failed or users
	//	errors?          the count is sometimes lower, but never 0 for views
	//	event flag user release environment types group
	//	                 is not sent; types: types of errors; group: types and messages
	//	late             the SDK batches for seconds: wait before the tab is hidden
	//	slow             the same before a navigation or a change of route
	except map[string]string
}

// sdks are the SDKs of the scenarios. To add one, write its page script and a row
// here.
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

// webVitals sends only vitals. Before version 6 it does not name the measured
// route.
func webVitals(route string) map[string]string {
	return map[string]string{"*": "errors=0 errored=0 failed=0 event flag environment group", "route": "views=1 " + route}
}

// boomerang has paints only before the load event, in whole milliseconds, and
// layout shifts in thousandths. Values since its last beacon carry the route of
// the next. It reports a restore only if the page stays open long enough.
func boomerang() map[string]string {
	return map[string]string{
		"*": "lcp? fcp? ttfb~2 cls~0.003 types", "restored": "views?",
		"route": "inp@/users/:id/orders cls!",
	}
}

// faroRoute: values measured until the end carry the last route's address.
const faroRoute = "inp@/users/:id/orders cls@/users/:id/orders"

// sentry11: values measured before the span of the page load ends have no page,
// unless an error named it.
func sentry11() map[string]string {
	return map[string]string{"hidden twice": "lcp^ inp^ cls^", "navigated": "lcp? inp? cls?"}
}

// sentry10 does not report restores, nor CLS without layout shifts.
func sentry10() map[string]string {
	return map[string]string{"restored": "views=2", "navigated": "cls@/cart?"}
}

// datadog: views are sent at most every three seconds, also when the tab is hidden;
// layout shifts have four digits. Before version 7 a restored page is not a view.
func datadog(restored string) map[string]string {
	return map[string]string{"*": "late", "restored": "views=" + restored}
}

// TestSDKs plays every scenario with every SDK, on pages of another origin than the
// collector, and compares what rumtop shows with the page's own measurements.
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
