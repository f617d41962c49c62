package compare

import (
	"math"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/stats"
)

// designEffect is the number of events of each user that had any: events of one
// user correlate, and count less.
func designEffect(events, users int) float64 {
	return max(1, float64(events)/float64(max(users, 1)))
}

// compareRate compares shares, standardised to the weights of the strata.
func compareRate(name string, margin float64, arms *[2]arm, weights []float64, of func(*stratum) (x, n float64), effect func(*arm) float64) frame.MeasureVerdict {
	j := frame.MeasureVerdict{Measure: name, Margin: margin, Verdict: frame.NoData}
	var e [2]frame.Estimate
	both := 0. // half the interval of their difference
	for side := range arms {
		p, variance, n := 0., 0., 0.
		for k, w := range weights {
			if w == 0 {
				continue
			}
			x, m := of(&arms[side].strata[k])
			if m == 0 {
				continue
			}
			// Half an event more (Agresti) keeps a share of 0 from looking certain.
			smooth := (x + .5) / (m + 1)
			p, n = p+w*min(1, x/m), n+m
			variance += w * w * smooth * (1 - min(smooth, 1)) / m
		}
		half := stats.AnytimeZ(max(n, 1)) * math.Sqrt(max(0, variance)*effect(&arms[side]))
		e[side] = frame.Estimate{Value: p, Low: max(0, p-half), High: min(1, p+half), N: int(n)}
		if n < minTrials {
			return j
		}
		both = math.Hypot(both, half)
	}
	j.Baseline, j.Canary = e[0], e[1]
	conclude(&j, e[1].Value-e[0].Value, both, e[1].N)
	return j
}

// compareVital compares the p75s of a vital, with the values weighted by stratum.
// Its intervals are Woodruff's: those of the share below, as values.
func compareVital(k int, margin float64, arms *[2]arm, weights []float64) frame.MeasureVerdict {
	j := frame.MeasureVerdict{Measure: beacon.Vitals[k], Margin: margin, Verdict: frame.NoData}
	var e [2]frame.Estimate
	for side := range arms {
		var merged hist.Weighted
		n, sum := 0., 0.
		for s, w := range weights {
			if w == 0 {
				continue
			}
			if h := &arms[side].strata[s].values[k]; h.N() > 0 && arms[1-side].strata[s].values[k].N() > 0 {
				n, sum = n+float64(h.N()), sum+w
			}
		}
		variance := 0.
		for s, w := range weights {
			if w == 0 {
				continue
			}
			if h := &arms[side].strata[s].values[k]; h.N() > 0 && arms[1-side].strata[s].values[k].N() > 0 {
				merged.Merge(h, w/sum)
				variance += w / sum * w / sum * .75 * .25 / float64(h.N())
			}
		}
		if n < minValues {
			return j
		}
		half := stats.AnytimeZ(n) * math.Sqrt(variance*designEffect(arms[side].values[k], arms[side].users.Len()))
		e[side] = frame.Estimate{Value: merged.Quantile(.75), Low: merged.Quantile(.75 - half), High: merged.Quantile(min(.75+half, 1)), N: int(n)}
	}
	j.Baseline, j.Canary = e[0], e[1]
	if k == beacon.VitalIndex(beacon.CLS) {
		half := math.Hypot(e[0].High-e[0].Low, e[1].High-e[1].Low) / 2
		conclude(&j, e[1].Value-e[0].Value, half, e[1].N)
		return j
	}
	width := func(e frame.Estimate) float64 { return math.Log(max(e.High, 1)/max(e.Low, 1)) / 2 }
	ratio := e[1].Value / max(e[0].Value, 1)
	conclude(&j, ratio-1, ratio*math.Hypot(width(e[0]), width(e[1])), e[1].N)
	return j
}

// conclude sets the verdict on a change, given half the width of its interval.
func conclude(j *frame.MeasureVerdict, change, half float64, n int) {
	j.Change = frame.Estimate{Value: change, Low: change - half, High: change + half, N: n}
	switch {
	case j.Change.High <= j.Margin:
		j.Verdict = frame.NotWorse
		return
	case j.Change.Low > 0 && change > j.Margin:
		j.Verdict = frame.Regressed
		return
	}
	j.Verdict = frame.NeedsMore
	room := j.Margin - change // the half width that would show that it is not worse
	if room <= 0 {
		room = change // or that it is worse
	}
	ratio := half / max(room, j.Margin/20)
	j.Needs = int(math.Ceil(float64(n) * max(ratio*ratio-1, .05)))
}
