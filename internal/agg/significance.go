package agg

import (
	"math"

	"github.com/rumtop/rumtop/internal/frame"
)

// Whether a difference can be chance. Every p is one-sided: only what got worse is looked for.

// rateP is the chance that x1 events or more fall among n1 trials, where x0 fell
// among n0 and nothing changed: given all events, those of now are binomial
// (Przyborowski and Wilenski, 1940). It is exact for counts however small, where
// a normal approximation would see alarms in three errors.
func rateP(x1, n1, x0, n0 float64) float64 {
	if x1 <= 0 || n1 <= 0 || n0 <= 0 {
		return 1
	}
	return betaInc(x1, x0+1, n1/(n1+n0))
}

// shareP is the two-proportion z test, for shares that are far from 0 and 1.
func shareP(x1, n1, x0, n0 float64) float64 {
	p := (x1 + x0) / (n1 + n0)
	se := math.Sqrt(p * (1 - p) * (1/n1 + 1/n0))
	if !(se > 0) {
		return 1
	}
	return normalTail((x1/n1 - x0/n0) / se)
}

// normalTail is the upper tail of the standard normal distribution.
func normalTail(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// betaInc is the regularised incomplete beta function, by its continued fraction
// (Lentz's method; Press et al., Numerical Recipes, 6.4).
func betaInc(a, b, x float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - betaInc(b, a, 1-x)
	}
	const tiny, enough = 1e-300, 1e-12
	lab, _ := math.Lgamma(a + b)
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	nonzero := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/nonzero(1-(a+b)*x/(a+1))
	f := d
	for m := 1.0; m <= 500; m++ {
		step := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/nonzero(1+step*d), nonzero(1+step/c)
		f *= d * c
		step = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/nonzero(1+step*d), nonzero(1+step/c)
		f *= d * c
		if math.Abs(d*c-1) < enough {
			break
		}
	}
	return front * f
}

const z95 = 1.96

// proportion is a share with Wilson's score interval. n is the trials that were
// seen; share may be of counts that are scaled.
func proportion(share float64, n int) frame.Estimate {
	e := frame.Estimate{Value: share, High: 1, N: n}
	if n == 0 {
		return e
	}
	m := float64(n)
	mid := share + z95*z95/(2*m)
	half := z95 * math.Sqrt(share*(1-share)/m+z95*z95/(4*m*m))
	e.Low, e.High = max(0, (mid-half)/(1+z95*z95/m)), min(1, (mid+half)/(1+z95*z95/m))
	return e
}

// difference is a − b with Newcombe's interval from those of the two (method 10
// of Newcombe, 1998).
func difference(a, b frame.Estimate) frame.Estimate {
	return frame.Estimate{
		Value: a.Value - b.Value, N: min(a.N, b.N),
		Low:  a.Value - b.Value - math.Hypot(a.Value-a.Low, b.High-b.Value),
		High: a.Value - b.Value + math.Hypot(a.High-a.Value, b.Value-b.Low),
	}
}

// quantileEstimate is a percentile with the interval between its order statistics.
func (h *histogram) quantileEstimate(q float64) frame.Estimate {
	e := frame.Estimate{N: h.n}
	if h.n == 0 {
		return e
	}
	n := float64(h.n)
	half := z95 * math.Sqrt(n*q*(1-q))
	r := [...]float64{math.Floor(n*q - half), math.Ceil(n * q), math.Ceil(n*q+half) + 1}
	h.ranks(r[:])
	e.Low, e.Value, e.High = r[0], r[1], r[2]
	return e
}
