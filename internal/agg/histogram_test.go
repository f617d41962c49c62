package agg

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// TestQuantiles compares with the exact nearest-rank quantile, over the ranges
// of all vitals and far beyond, after values were taken back.
func TestQuantiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, draw := range map[string]func() float64{
		"lcp":     func() float64 { return math.Exp(r.NormFloat64() + 7.5) },
		"ttfb":    func() float64 { return r.Float64() * 2 },
		"cls":     func() float64 { return math.Exp(r.NormFloat64()*3 - 6) },
		"zeros":   func() float64 { return float64(r.IntN(3)) },
		"one":     func() float64 { return 100 },
		"extreme": func() float64 { return math.Ldexp(1+r.Float64(), r.IntN(47)-20) },
	} {
		for _, n := range []int{1, 2, 3, 4, 19, 100, 5000} {
			var h histogram
			var kept []float64
			for len(kept) < n {
				v := float32(draw())
				h.add(v, 1)
				if r.Float64() < .3 {
					h.add(v, -1)
				} else {
					kept = append(kept, float64(v))
				}
			}
			slices.Sort(kept)
			for _, q := range []float64{.01, .5, .75, .95, .99, 1} {
				want := nearestRank(kept, q)
				if want < math.Ldexp(1, -20) {
					want = 0
				}
				if got := h.quantile(q); math.Abs(got-want) > .008*want {
					t.Errorf("%s: p%v of %d values is %v, want %v", name, q*100, n, got, want)
				}
			}
			if d := h.dist(); d.N != n || d.P75 != h.quantile(.75) || d.P99 != h.quantile(.99) {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
}

func TestHistogramRange(t *testing.T) {
	var h histogram
	for _, v := range []float32{0, 1e-30, math.SmallestNonzeroFloat32, 1e9, math.MaxFloat32} {
		h.add(v, 1)
	}
	if got := h.quantile(.5); got != 0 {
		t.Errorf("median %v", got)
	}
	if got := h.quantile(1); got < 1<<28*.99 || got > 1<<28 {
		t.Errorf("largest %v", got)
	}
}

// TestAgainstLibrary compares with the reference implementation, at three
// significant digits in tenths of a millisecond.
func TestAgainstLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	lib := hdrhistogram.New(1, 36_000_000, 3)
	var h histogram
	for range 20_000 {
		v := math.Exp(r.NormFloat64()*.7 + 7.6)
		h.add(float32(v), 1)
		if err := lib.RecordValue(int64(math.Round(v * 10))); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []float64{50, 75, 95, 99} {
		want := float64(lib.ValueAtPercentile(q)) / 10
		if got := h.quantile(q / 100); math.Abs(got-want) > .01*want {
			t.Errorf("p%v: %v, the library %v", q, got, want)
		}
	}
}

// BenchmarkHistogram is what the two cost to record a value.
func BenchmarkHistogram(b *testing.B) {
	values := make([]float32, 1024)
	for i := range values {
		values[i] = float32(math.Exp(rand.NormFloat64()*.7 + 7.6))
	}
	b.Run("ours", func(b *testing.B) {
		var h histogram
		for i := 0; b.Loop(); i++ {
			h.add(values[i&1023], 1)
		}
	})
	b.Run("library", func(b *testing.B) {
		h := hdrhistogram.New(1, 36_000_000, 2)
		for i := 0; b.Loop(); i++ {
			_ = h.RecordValue(int64(values[i&1023] * 10))
		}
	})
	b.Run("library packed", func(b *testing.B) {
		h := hdrhistogram.NewPacked(1, 36_000_000, 2)
		for i := 0; b.Loop(); i++ {
			_ = h.RecordValue(int64(values[i&1023] * 10))
		}
	})
}
