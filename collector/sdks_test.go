package collector

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

// recorded is one request that a real SDK sent from Chromium to a collector on
// another origin, in the order of time; scene tells what happened on the page.
type recorded struct {
	Scene   string
	Method  string
	Path    string
	Headers map[string]string
	Body    string
	Binary  []byte // a body that is no text
}

func fixture(t testing.TB, name string) []recorded {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("wire", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []recorded
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i].Body += string(all[i].Binary)
	}
	return slices.DeleteFunc(all, func(r recorded) bool { return r.Path == "" })
}

// replay sends a fixture as the browser did.
func (h *harness) replay(name string) {
	h.t.Helper()
	for i, rec := range fixture(h.t, name) {
		if a := h.do(rec.Method, rec.Path, rec.Body, headers(rec)...); a.status != 200 && a.status != 202 && a.status != 204 {
			h.t.Errorf("request %d of %s: %d %s", i, name, a.status, a.body)
		}
	}
}

func headers(rec recorded) (list []string) {
	for name, value := range rec.Headers {
		list = append(list, name, value)
	}
	return list
}

// viewSummary is what one page view viewSummary in the end, as viewers count it.
type viewSummary struct {
	pages   []string
	metrics map[string]float64
	errors  []string
	failed  int
	events  []string
}

// summariseViews folds beacons into views, in the order in which views began.
func summariseViews(all []beacon.Beacon) []*viewSummary {
	views := map[beacon.ID]*viewSummary{}
	var order []*viewSummary
	seen := map[beacon.ID]bool{}
	for i := range all {
		b := &all[i]
		if b.ID != 0 && seen[b.ID] {
			continue
		}
		seen[b.ID] = true
		v := views[b.View]
		if v == nil {
			v = &viewSummary{metrics: map[string]float64{}}
			views[b.View], order = v, append(order, v)
		}
		if !slices.Contains(v.pages, b.Dims[beacon.Page]) {
			v.pages = append(v.pages, b.Dims[beacon.Page])
		}
		for _, m := range b.Metrics {
			v.metrics[m.Name] = m.Value
		}
		for _, e := range b.Errors {
			v.errors = append(v.errors, e.Type)
		}
		for _, q := range b.Requests {
			if q.Failed() {
				v.failed++
			}
		}
		for _, e := range b.Events {
			v.events = append(v.events, e.Name)
		}
	}
	return order
}

func (v *viewSummary) String() string {
	var metrics []string
	for name, value := range v.metrics {
		switch name {
		case "dns", "tcp", "tls", "fid":
			continue
		}
		metrics = append(metrics, fmt.Sprintf("%s=%.4g", name, value))
	}
	slices.Sort(metrics)
	return fmt.Sprintf("%s; %s; errors %v; failed %d; events %v", strings.Join(v.pages, " "), strings.Join(metrics, " "), v.errors, v.failed, v.events)
}

// The scenes of every fixture: a page load with a click that blocks 300 ms;
// errors, failed requests and custom measures; a change of route and another
// click; a navigation; back, out of the back/forward cache; leaving.
func TestRecordedSDKs(t *testing.T) {
	for _, tc := range []struct {
		fixture string
		sdk     string
		views   []string
	}{
		{"faro-2.12.1", "faro", []string{
			"/users/:id/orders /route2; cls=0 fcp=248 inp=320 lcp=248 tokens=55 ttfb=119.2 ttft=321; errors [ReferenceError TypeError TypeError]; failed 2; events [checkout_completed]",
			"/cart; cls=0 fcp=76 lcp=76 ttfb=13.6; errors []; failed 0; events []",
			"/route2; cls=0 inp=8; errors []; failed 0; events []",
		}},
		{"faro-1.19.0", "faro", []string{
			"/users/:id/orders /route2; cls=0 fcp=228 inp=320 lcp=228 tokens=55 ttfb=90.8 ttft=321; errors [Error Error TypeError]; failed 2; events [checkout_completed]",
			"/cart; fcp=676 ttfb=200.9; errors []; failed 0; events []",
			"/route2; ; errors []; failed 0; events []",
		}},
		{"web-vitals-6.2.3", "web-vitals", []string{
			"/users/:id/orders; cls=0 fcp=144 inp=464 lcp=144 ttfb=48.1; errors []; failed 0; events []",
			"/cart; cls=0 fcp=112 lcp=112 ttfb=39.7; errors []; failed 0; events []",
			"/users/:id/orders; cls=0 inp=8; errors []; failed 0; events []",
		}},
		{"web-vitals-5.3.0", "web-vitals", []string{
			"/users/:id/orders /route2; cls=0.2216 fcp=128 inp=304 lcp=128 ttfb=6.8; errors []; failed 0; events []",
			"/cart; cls=0 fcp=80 lcp=80 ttfb=5.4; errors []; failed 0; events []",
			"/route2; cls=0; errors []; failed 0; events []",
		}},
		{"web-vitals-3.5.2-queue", "web-vitals", []string{
			"/users/:id/orders /route2; cls=0.2216 fcp=272 inp=336 lcp=272 ttfb=7; errors []; failed 0; events []",
			"/cart; cls=0 fcp=84 lcp=84 ttfb=8.9; errors []; failed 0; events []",
			"/route2; cls=0; errors []; failed 0; events []",
		}},
		{"boomerang-1.815.1", "boomerang", []string{
			"/users/:id/orders; cls=0.222 inp=344 lcp=416 ttfb=11 ttft=321; errors [TypeError]; failed 2; events [checkout_completed]",
			"/route2; cls=0 inp=328; errors [TypeError]; failed 0; events []",
			"/cart; cls=0 ttfb=5; errors []; failed 0; events []",
			"/route2; cls=0; errors []; failed 0; events []",
		}},
		{"boomerang-1.815.1-get", "boomerang", []string{
			"/users/:id/orders; cls=0.222 inp=320 lcp=420 ttfb=6 ttft=321; errors [TypeError]; failed 2; events [checkout_completed]",
			"/route2; cls=0 inp=312; errors [TypeError]; failed 0; events []",
			"/cart; cls=0 lcp=236 ttfb=8; errors []; failed 0; events []",
			"/route2; cls=0; errors []; failed 0; events []",
		}},
		{"boomerang-1.815.1-spa", "boomerang", []string{
			"/users/:id/orders; cls=0.222 inp=312 ttfb=8 ttft=321; errors [TypeError]; failed 2; events [checkout_completed]",
			"/route2; cls=0 inp=312; errors [TypeError]; failed 0; events []",
			"/cart; cls=0 fcp=108 lcp=108 ttfb=4; errors []; failed 0; events []",
			"/route2; cls=0; errors []; failed 0; events []",
		}},
		{"aws-rum-3.2.1", "aws-rum", []string{
			"/users/:id/orders; cls=0.2216 fcp=300 inp=312 lcp=300 ttfb=14.4; errors [TypeError RangeError]; failed 2; events [checkout_completed]",
			"/route2; cls=0; errors [TypeError]; failed 0; events []",
			"/cart; cls=0 fcp=264 ttfb=10.9; errors []; failed 0; events []",
			"/route2; ; errors []; failed 0; events []",
		}},
		{"reporting-chromium-156", "reporting", []string{
			" /users/:id/orders; ; errors [BrowserCrash CSPViolation CSPViolation CSPViolation CSPViolation CSPViolation]; failed 5; events [" +
				"deprecation UnloadHandler deprecation XMLHttpRequestSynchronousInNonWorkerOutsideBefore… intervention NavigatorVibrate " +
				"permissions-policy-violation geolocation csp-report-only style-src-attr intervention NavigatorVibrate deprecation UnloadHandler]",
		}},
		{"web-vitals-3.5.2", "web-vitals", []string{
			"; cls=0 fcp=292 inp=312 lcp=292 ttfb=72.7; errors []; failed 0; events []",
			"; cls=0 fcp=76 inp=312 lcp=76 ttfb=18; errors []; failed 0; events []",
			"; cls=0 inp=312; errors []; failed 0; events []",
		}},
	} {
		t.Run(tc.fixture, func(t *testing.T) {
			h := newHarness(t, func(c *Config) { // one at a time keeps the order
				c.BatchBeacons, c.Origins = 1, []string{"http://127.0.0.1:9101", "https://shop.example", "https://*.shop.example", "http://shop.localhost"}
			})
			h.replay(tc.fixture)
			all := h.settle()
			var got []string
			for _, v := range summariseViews(all) {
				got = append(got, v.String())
			}
			if !slices.Equal(got, tc.views) {
				t.Errorf("views\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(tc.views, "\n     "))
			}
			users := map[beacon.ID]bool{}
			for _, b := range all {
				if tc.sdk == "faro" {
					users[b.User] = true
					if b.Dims[beacon.Release] != "2.4.1" || b.Dims[beacon.Environment] != "production" || len(b.Tags) != 1 {
						t.Errorf("dimensions %q, tags %v", b.Dims, b.Tags)
					}
				}
				if b.Dims[beacon.SDK] != tc.sdk || b.Dims[beacon.Browser] != "Chrome" || b.Dims[beacon.Device] != "desktop" {
					t.Errorf("dimensions %q", b.Dims)
				}
			}
			if tc.sdk == "faro" && len(users) != 1 {
				t.Errorf("%d users", len(users))
			}
			before := len(all)
			if tc.sdk == "faro" { // their answers were lost, and they come again
				h.replay(tc.fixture)
				if after := len(h.settle()); after != before {
					t.Errorf("%d beacons published, %d after a resend", before, after)
				}
			}
		})
	}
}
