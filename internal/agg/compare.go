package agg

import (
	"math"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/stats"
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
	z, ok := stats.ShareZ(p*n, n, q*m, m)
	if ok && math.Abs(z) > zTwoSided && math.Abs(d.Diff) > minEffect*q {
		d.Sign = sign(d.Diff)
	}
	return d
}

// quantileDelta compares 75th percentiles by their order-statistic intervals.
func quantileDelta(now, before *hist.Histogram) frame.Delta {
	if now.N() == 0 || before.N() == 0 {
		return frame.Delta{}
	}
	const q = .75
	p, r := now.Quantile(q), before.Quantile(q)
	d := frame.Delta{Diff: p - r}
	if now.N() < frame.Thin || before.N() < frame.Thin {
		return d
	}
	d.Known = true
	nowLo, nowHi := now.Interval(q, zEach)
	beforeLo, beforeHi := before.Interval(q, zEach)
	if (nowLo > beforeHi || nowHi < beforeLo) && math.Abs(d.Diff) > minEffect*r {
		d.Sign = sign(d.Diff)
	}
	return d
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
