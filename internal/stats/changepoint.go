package stats

import "math"

// Step is a stretch of a time series: so many events among so many trials.
type Step struct{ Events, Trials float64 }

// ChangePoint returns the step in which the rate of events most likely rose
// from before to now: the one with the least cumulated log-likelihood ratio, as
// in a CUSUM control chart (Page, 1954). The ratio is that of the rate halfway
// between the two, so that a slow rise, as in the roll-out of a release, is
// dated to its beginning. All steps from..to are within a likelihood ratio of
// 1/20 or so, the 95 % interval.
func ChangePoint(steps []Step, before, now float64) (at, from, to int) {
	const tolerance = 1.92 // half of the χ² of one degree at 95 %
	if !(now > before) || before <= 0 {
		return max(len(steps)-1, 0), 0, max(len(steps)-1, 0)
	}
	rise := before + (now-before)/2
	sums := make([]float64, len(steps))
	sum, least := 0., math.Inf(1)
	for k, s := range steps {
		sums[k] = sum // evidence against a change before this step
		if sum < least {
			at, least = k, sum
		}
		sum += s.Events*math.Log(rise/before) - (rise-before)*s.Trials
	}
	from, to = at, at
	for k, sum := range sums {
		if sum <= least+tolerance {
			from, to = min(from, k), max(to, k)
		}
	}
	return at, from, to
}

// LastAbove returns the step after which the rate of events stayed below rate:
// the one with the greatest sum of events in excess, -1 if there is no excess.
func LastAbove(steps []Step, rate float64) int {
	last, most, sum := -1, 0., 0.
	for k, s := range steps {
		if sum += s.Events - rate*s.Trials; sum > most {
			last, most = k, sum
		}
	}
	return last
}
