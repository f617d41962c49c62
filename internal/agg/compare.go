package agg

import (
	"math"

	"github.com/rumtop/rumtop/internal/frame"
)

// A difference is marked where chance alone would bring it about less than
// once in a hundred times, and where it is large enough to matter.
const (
	zTwoSided = 2.576 // standard normal, 1 % in both tails
	// Two intervals of this many standard errors touch where the difference of
	// their middles is zTwoSided standard errors of the difference: 2.576/√2.
	zEach = 1.822
	// minEffect is the smallest relative change that is marked. Percentiles are
	// within 0.8 % on either side.
	minEffect = 0.02
)

// rateDelta compares error rates by the two-proportion z test. Its sample sizes
// are the views that were seen, not what they are scaled to.
func rateDelta(now, before *cell) frame.Delta {
	p, q := errorRate(now.errored, now.views), errorRate(before.errored, before.views)
	d := frame.Delta{Diff: p - q}
	n, m := float64(now.rawViews), float64(before.rawViews)
	if n < frame.Thin || m < frame.Thin {
		return d
	}
	d.Known = true
	pooled := (p*n + q*m) / (n + m)
	se := math.Sqrt(pooled * (1 - pooled) * (1/n + 1/m))
	if se > 0 && math.Abs(d.Diff) > zTwoSided*se && math.Abs(d.Diff) > minEffect*q {
		d.Sign = sign(d.Diff)
	}
	return d
}

// quantileDelta compares 75th percentiles by their order-statistic intervals,
// which ask nothing of how the values are distributed: the rank of the true
// percentile among n values is binomial.
func quantileDelta(now, before *histogram) frame.Delta {
	if now.n == 0 || before.n == 0 {
		return frame.Delta{}
	}
	const q = .75
	p, r := now.quantile(q), before.quantile(q)
	d := frame.Delta{Diff: p - r}
	if now.n < frame.Thin || before.n < frame.Thin {
		return d
	}
	d.Known = true
	nowLo, nowHi := now.interval(q)
	beforeLo, beforeHi := before.interval(q)
	if (nowLo > beforeHi || nowHi < beforeLo) && math.Abs(d.Diff) > minEffect*r {
		d.Sign = sign(d.Diff)
	}
	return d
}

// interval is where the q-quantile lies, by zEach standard errors of its rank.
func (h *histogram) interval(q float64) (lo, hi float64) {
	n := float64(h.n)
	half := zEach * math.Sqrt(n*q*(1-q))
	r := [...]float64{math.Floor(n*q - half), math.Ceil(n*q+half) + 1}
	h.ranks(r[:])
	return r[0], r[1]
}

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}
