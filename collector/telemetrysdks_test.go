package collector

import (
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

// The scenes: a page load with a layout shift and a click that blocks 300 ms; an
// event, an error, a rejection, a request that fails and one that reaches no
// server; hidden, shown, another click, hidden again. Then a page load, a change
// of route with an error and both requests; a navigation; back, from the
// back/forward cache; leaving.
func TestRecordedTelemetrySDKs(t *testing.T) {
	for _, tc := range []struct {
		fixture string
		views   []string
	}{
		{"otlp-browser-0.6.0-json", []string{
			"/users/:id/orders; cls=0.2216 fcp=424 inp=512 lcp=424 ttfb=12.5; errors [TypeError RangeError]; failed 2; events [checkout_completed]",
			"/users/:id/orders /route2; cls=0.2216 fcp=188 inp=304 lcp=188 ttfb=84; errors []; failed 0; events []",
			"/route2; ; errors [TypeError]; failed 2; events []",
			"/cart; cls=0 fcp=104 lcp=104 ttfb=24.1; errors []; failed 0; events []",
			"/route2; cls=0; errors []; failed 0; events []",
		}},
		{"otlp-browser-0.6.0-protobuf", []string{
			"/users/:id/orders; cls=0.2216 fcp=312 inp=512 lcp=312 ttfb=11.7; errors [TypeError RangeError]; failed 2; events [checkout_completed]",
			"/users/:id/orders /route2; cls=0.2216 fcp=192 inp=312 lcp=192 ttfb=9; errors []; failed 0; events []",
			"/route2; ; errors [TypeError]; failed 2; events []",
			"/cart; cls=0 fcp=152 lcp=152 ttfb=11.6; errors []; failed 0; events []",
			"/route2; cls=0; errors []; failed 0; events []",
		}},
		{"otlp-honeycomb-1.5.1", []string{
			"/users/:id/orders; cls=0.2216 fcp=392 inp=504 lcp=392 ttfb=88.8; errors [TypeError RangeError]; failed 2; events [checkout_completed]",
			"/users/:id/orders; cls=0.2216 fcp=244 inp=304 lcp=244 ttfb=4.8; errors []; failed 0; events []",
			"/route2; ; errors [TypeError]; failed 2; events []",
			"/cart; cls=0 fcp=172 lcp=172 ttfb=39.1; errors []; failed 0; events []",
			"/users/:id/orders; cls=0; errors []; failed 0; events []",
		}},
		{"otlp-dash0-0.22.1", []string{
			"/users/:id/orders; cls=0.22 inp=504 lcp=104 ttfb=8; errors [TypeError RangeError]; failed 2; events [checkout_completed]",
			"/users/:id/orders; cls=0.22 inp=304 lcp=164 ttfb=8.9; errors []; failed 0; events []",
			"/route2; ; errors [TypeError]; failed 2; events []",
			"/cart; cls=0 lcp=120 ttfb=17.6; errors []; failed 0; events []",
			"/route2; cls=0; errors []; failed 0; events []",
		}},
		{"elastic-5.17.5-v2", []string{
			"/users/:id/orders; cls=0.2216 fcp=133 inp=616 lcp=136 tbt=251 ttfb=3; errors [TypeError RangeError]; failed 2; events [checkout_completed]",
			"/users/:id/orders; cls=0.2216 fcp=83 inp=312 lcp=84 tbt=258 ttfb=3; errors []; failed 0; events []",
			"/route2; ; errors [TypeError]; failed 2; events []",
			"/cart; cls=0 fcp=84 lcp=92 tbt=0 ttfb=3; errors []; failed 0; events []",
		}},
		{"elastic-5.17.5-v3", []string{
			"/users/:id/orders; cls=0.2216 fcp=143 inp=504 lcp=144 tbt=256 ttfb=4; errors [TypeError RangeError]; failed 2; events [checkout_completed]",
			"/users/:id/orders; cls=0.2216 fcp=182 inp=360 lcp=184 tbt=303 ttfb=3; errors []; failed 0; events []",
			"/route2; ; errors [TypeError]; failed 2; events []",
			"/cart; cls=0 fcp=187 lcp=196 tbt=0 ttfb=11; errors []; failed 0; events []",
		}},
	} {
		t.Run(tc.fixture, func(t *testing.T) {
			h := newReplayHarness(t)
			h.replay(tc.fixture)
			all := h.settle()
			checkViews(t, all, tc.views)
			sdk, _, _ := strings.Cut(tc.fixture, "-")
			users := map[beacon.ID]bool{}
			for _, b := range all {
				users[b.User] = true
				d := b.Dims
				if d[beacon.SDK] != sdk || d[beacon.Release] != "2.4.1" || d[beacon.Environment] != "production" || d[beacon.Browser] != "Chrome" || d[beacon.Device] != "desktop" || b.SampleRate != 1 {
					t.Errorf("dimensions %q, rate %v", d, b.SampleRate)
				}
			}
			delete(users, 0) // Dash0 reports the page before it knows the user
			if len(users) != 1 {
				t.Errorf("%d users, want 1", len(users))
			}
			h.checkResend(tc.fixture)
		})
	}
}
