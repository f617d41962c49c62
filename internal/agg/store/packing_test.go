package store

import "testing"

// Exported values must pack to what the log holds.
func TestPackingRoundTrip(t *testing.T) {
	for ms := int64(0); ms < 1<<31; ms += 1 + ms/7 {
		if p := packSkew(ms); packSkew(browserTime(0, p)) != p {
			t.Errorf("a skew of %d ms packs to %d, then to %d", ms, p, packSkew(browserTime(0, p)))
		}
	}
	for _, rate := range []float32{1, .5, .1, .3333, .01, .001, 1e-4, 7e-6} {
		if w := weightOf(rate); weightOf(rateOf(w)) != w {
			t.Errorf("rate %v weighs %d, then %d", rate, w, weightOf(rateOf(w)))
		}
	}
}
