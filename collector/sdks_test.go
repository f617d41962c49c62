package collector

import (
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

// The scenes of every fixture: a page load with a click that blocks 300 ms;
// errors, failed requests and custom measures; a change of route and another
// click; a navigation; back, from the back/forward cache; leaving.
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
			h := newReplayHarness(t)
			h.replay(tc.fixture)
			all := h.settle()
			checkViews(t, all, tc.views)
			for _, b := range all {
				if b.Dims[beacon.SDK] != tc.sdk || b.Dims[beacon.Browser] != "Chrome" || b.Dims[beacon.Device] != "desktop" {
					t.Errorf("dimensions %q", b.Dims)
				}
			}
			if tc.sdk == "faro" {
				checkFaroBeacons(t, all)
				h.checkResend(tc.fixture)
			}
		})
	}
}

// checkFaroBeacons checks what only Faro's fixtures report: release, environment,
// a tag and one user.
func checkFaroBeacons(t *testing.T, all []beacon.Beacon) {
	t.Helper()
	users := map[beacon.ID]bool{}
	for _, b := range all {
		users[b.User] = true
		if b.Dims[beacon.Release] != "2.4.1" || b.Dims[beacon.Environment] != "production" || len(b.Tags) != 1 {
			t.Errorf("dimensions %q, tags %v", b.Dims, b.Tags)
		}
	}
	if len(users) != 1 {
		t.Errorf("%d users, want 1", len(users))
	}
}
