package hist

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// TestHistogramQuantiles compares with the exact nearest-rank quantile, over
// the ranges of all vitals and far beyond, after values were removed.
func TestHistogramQuantiles(t *testing.T) {
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
			var h Histogram
			var kept []float64
			for len(kept) < n {
				v := float32(draw())
				h.Add(v, 1)
				if r.Float64() < .3 {
					h.Add(v, -1)
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
				if got := h.Quantile(q); math.Abs(got-want) > .008*want {
					t.Errorf("%s: p%v of %d values is %v, want %v", name, q*100, n, got, want)
				}
			}
			several := [...]float64{.5, .75, .95, .99}
			h.Quantiles(several[:])
			if h.N() != n || several[1] != h.Quantile(.75) || several[3] != h.Quantile(.99) {
				t.Errorf("%s: %d values, quantiles %v", name, h.N(), several)
			}
		}
	}
}

func TestHistogramRange(t *testing.T) {
	var h Histogram
	for _, v := range []float32{0, 1e-30, math.SmallestNonzeroFloat32, 1e9, math.MaxFloat32} {
		h.Add(v, 1)
	}
	if got := h.Quantile(.5); got != 0 {
		t.Errorf("median %v", got)
	}
	if got := h.Quantile(1); got < 1<<28*.99 || got > 1<<28 {
		t.Errorf("largest %v", got)
	}
}

// TestHistogramMatchesLibrary compares with the reference implementation, at
// three significant digits in tenths of a millisecond.
func TestHistogramMatchesLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	lib := hdrhistogram.New(1, 36_000_000, 3)
	var h Histogram
	for range 20_000 {
		v := math.Exp(r.NormFloat64()*.7 + 7.6)
		h.Add(float32(v), 1)
		if err := lib.RecordValue(int64(math.Round(v * 10))); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []float64{50, 75, 95, 99} {
		want := float64(lib.ValueAtPercentile(q)) / 10
		if got := h.Quantile(q / 100); math.Abs(got-want) > .01*want {
			t.Errorf("p%v: %v, the library %v", q, got, want)
		}
	}
}

// nearestRank is the oracle of [Histogram.Quantile].
func nearestRank(sorted []float64, q float64) float64 {
	return sorted[int(math.Ceil(q*float64(len(sorted))))-1]
}

func TestHistogramApdex(t *testing.T) {
	var h Histogram
	for v, n := range map[float32]int{1000: 60, 3000: 30, 20_000: 10} {
		h.Add(v, n)
	}
	if got := h.Apdex(2500); math.Abs(got-0.75) > 1e-9 {
		t.Errorf("apdex is %v, want 0.75", got)
	}
	if got := (&Histogram{}).Apdex(2500); got != 0 {
		t.Errorf("apdex of no values is %v, want 0", got)
	}
}

func TestHistogramBins(t *testing.T) {
	var h, other, empty Histogram
	for _, v := range []float32{0, 100, 100, 500} {
		h.Add(v, 1)
	}
	other.Add(40, 1)
	want := []Bin{{0, 96, 1}, {96, 112, 2}, {112, 128, 0}}
	if got := h.Bins(4); len(got) != 11 || !slices.Equal(got[:3], want) || got[10] != (Bin{448, 512, 1}) {
		t.Errorf("bins %v, want %v first", got, want)
	}
	if got := empty.Bins(4); len(got) != 0 {
		t.Errorf("bins of no values: %v", got)
	}
	edges, counts := BinAll([]Histogram{h, empty, other}, 2)
	if !slices.Equal(edges, []float64{32, 48, 64, 96, 128, 192, 256, 384}) {
		t.Errorf("edges %v", edges)
	}
	for i, want := range [][]int{{1, 0, 0, 2, 0, 0, 0, 1}, {0, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}} {
		if !slices.Equal(counts[i], want) {
			t.Errorf("counts of %d: %v, want %v", i, counts[i], want)
		}
	}
}

func TestHistogramBuckets(t *testing.T) {
	var h Histogram
	for _, v := range []float32{0, 100, 100, 500} {
		h.Add(v, 1)
	}
	var values []float64
	var counts []int
	for v, n := range h.Buckets {
		values, counts = append(values, v), append(counts, n)
	}
	if len(values) != 3 || values[0] != 0 || math.Abs(values[1]-100) > .8 || math.Abs(values[2]-500) > 4 || !slices.Equal(counts, []int{1, 2, 1}) {
		t.Errorf("%v: %v", values, counts)
	}
}

// TestWeightedQuantile merges values that are a tenth of all into a half.
func TestWeightedQuantile(t *testing.T) {
	var common, rare Histogram
	common.Add(0, 10)
	common.Add(100, 80)
	rare.Add(1000, 10)
	var w Weighted
	w.Merge(&common, .5)
	w.Merge(&rare, .5)
	for q, want := range map[float64]float64{.01: 0, .4: 100, .75: 1000, 1: 1000} {
		if got := w.Quantile(q); math.Abs(got-want) > .008*want {
			t.Errorf("p%v is %v, want %v", 100*q, got, want)
		}
	}
}

// BenchmarkHistogram is the cost of a value in ours and in the library.
func BenchmarkHistogram(b *testing.B) {
	values := make([]float32, 1024)
	for i := range values {
		values[i] = float32(math.Exp(rand.NormFloat64()*.7 + 7.6))
	}
	b.Run("ours", func(b *testing.B) {
		var h Histogram
		for i := 0; b.Loop(); i++ {
			h.Add(values[i&1023], 1)
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
