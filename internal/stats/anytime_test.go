package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestAnytimeZIsUsable(t *testing.T) {
	for _, n := range []float64{50, 500, 5000, 50_000, 5e6} {
		if z := AnytimeZ(n); z < 2.8 || z > 10 {
			t.Errorf("%v standard errors at %v values", z, n)
		}
	}
}

// TestAnytimeZAllowsPeeking looks at two releases that are the same after every
// value from the 20th on: in no more than about a twentieth of the runs the
// interval ever excludes 0.
func TestAnytimeZAllowsPeeking(t *testing.T) {
	wrong := 0
	const runs = 200
	for run := range runs {
		r := rand.New(rand.NewPCG(uint64(run), 7))
		var sum float64
		for n := 1; n <= 4000; n++ {
			sum += r.NormFloat64()
			if n >= 20 && math.Abs(sum)/math.Sqrt(float64(n)) > AnytimeZ(float64(n)) {
				wrong++
				break
			}
		}
	}
	if wrong > runs*8/100 {
		t.Errorf("%d of %d runs", wrong, runs)
	}
}
