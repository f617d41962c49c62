package stats

import (
	"math"
	"testing"
)

// The wanted values are those of an independent implementation: the continued
// fraction of Press et al., Numerical Recipes, 6.4, by Lentz's method.
func TestRateTest(t *testing.T) {
	for _, c := range []struct{ x1, n1, x0, n0, want float64 }{
		{1, 20, 0, 100, 0.1666666666666667},
		{5, 100, 3, 1000, 0.0002746842105412934},
		{8, 50, 100, 5000, 1.3499384342397e-05},
		{12.5, 321.5, 7.25, 2800, 1.769735360838468e-08},
		{40, 900, 390, 20000, 5.745623651510576e-06},
		{90, 300, 3000, 24000, 4.32081048481108e-13},
		{3, 20000, 1, 20000, 0.3124999999999999},
		{700, 20000, 500, 20000, 4.267683040517493e-09},
		{2, 100, 9000, 100000, 0.998762567889749},
		{19, 20, 1, 100, 2.762462340069174e-14},
		{100, 100, 80, 100, 0.07826573478907785},
		{0, 100, 80, 100, 1},
		{1, 0, 1, 100, 1},
		{1, 100, 1, 0, 1},
		{math.NaN(), 100, 1, 100, 1},
	} {
		got := RateTest(c.x1, c.n1, c.x0, c.n0)
		if math.Abs(got-c.want) > 1e-10 || math.Abs(got-c.want) > 1e-9*c.want {
			t.Errorf("RateTest(%v, %v, %v, %v) = %v, want %v", c.x1, c.n1, c.x0, c.n0, got, c.want)
		}
	}
}

// TestRateTestIsBinomialTail compares with the sum of the binomial's terms.
func TestRateTestIsBinomialTail(t *testing.T) {
	for _, c := range [][4]int{{1, 20, 0, 100}, {5, 100, 3, 1000}, {40, 900, 390, 20_000}, {3, 7, 9, 7}, {60, 60, 60, 60}} {
		x1, n1, x0, n0 := c[0], c[1], c[2], c[3]
		p, n, want := float64(n1)/float64(n1+n0), x1+x0, 0.
		for k := x1; k <= n; k++ {
			choose := logFactorial(n) - logFactorial(k) - logFactorial(n-k)
			want += math.Exp(choose + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
		}
		got := RateTest(float64(x1), float64(n1), float64(x0), float64(n0))
		if math.Abs(got-want) > 1e-10 {
			t.Errorf("RateTest(%v) = %v, want %v", c, got, want)
		}
	}
}

func logFactorial(n int) float64 {
	l, _ := math.Lgamma(float64(n) + 1)
	return l
}

func TestShareTest(t *testing.T) {
	for _, c := range []struct{ x1, n1, x0, n0, want float64 }{
		{30, 100, 250, 1000, 0.136887405407781},
		{500, 2000, 2000, 8000, 0.5},
		{521, 2000, 2000, 8000, 0.1667082212858734},
		{10, 10, 20, 20, 1},
		{0, 10, 0, 20, 1},
	} {
		if got := ShareTest(c.x1, c.n1, c.x0, c.n0); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("ShareTest(%v, %v, %v, %v) = %v, want %v", c.x1, c.n1, c.x0, c.n0, got, c.want)
		}
	}
}

func BenchmarkRateTest(b *testing.B) {
	for b.Loop() {
		RateTest(40, 900, 390, 20_000)
	}
}
