package stats

import (
	"math"
	"testing"
)

func TestWilson(t *testing.T) {
	for _, c := range []struct {
		share    float64
		n        int
		want     Estimate
		oneSided float64
	}{
		{0, 0, Estimate{0, 0, 1, 0}, 0},
		{0, 10, Estimate{0, 0, 0.2775401687666166, 10}, 0},
		{.5, 20, Estimate{.5, 0.2992949144298199, 0.70070508557018, 20}, 0.32739023917605586},
		{.003, 40_000, Estimate{.003, 0.0025096697255339107, 0.0035857848670070216, 40_000}, 0.0025825550777355357},
		{1, 30, Estimate{1, 0.886482908609522, 1, 30}, 0.9172621864014352},
	} {
		if got := Wilson(c.share, c.n); !near(got, c.want) {
			t.Errorf("Wilson(%v, %v) = %+v, want %+v", c.share, c.n, got, c.want)
		}
		if got := WilsonLow(c.share, c.n); math.Abs(got-c.oneSided) > 1e-12 {
			t.Errorf("WilsonLow(%v, %v) = %v, want %v", c.share, c.n, got, c.oneSided)
		}
	}
}

func TestNewcombe(t *testing.T) {
	got := Newcombe(Wilson(.76, 90), Wilson(.2, 7340))
	want := Estimate{.56, 0.4618497228344893, 0.6369480724435863, 90}
	if !near(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func near(x, y Estimate) bool {
	return math.Abs(x.Value-y.Value) < 1e-12 && math.Abs(x.Low-y.Low) < 1e-12 && math.Abs(x.High-y.High) < 1e-12 && x.N == y.N
}
