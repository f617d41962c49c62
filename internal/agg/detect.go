package agg

import (
	"math"

	"github.com/rumtop/rumtop/internal/stats"
)

// What is called worse must be unlikely and matter.
const (
	// alarmsPerDay is how often chance alone may raise a finding, over all
	// segments and measures: the thresholds are Bonferroni's for it. Windows of
	// five minutes make 288 independent looks a day.
	alarmsPerDay = 0.01
	looksPerDay  = 288
	// suspicious is how unlikely a segment must be to be tried as a part of the
	// explanation once there is something to explain.
	suspicious = 1e-3

	minHurt     = 5   // people
	minTrials   = 20  // page views, or requests
	minPast     = 100 // the same in the past
	minValues   = 30  // of a vital
	worseRate   = 1.5 // times
	worseVital  = 1.1
	isNew       = 50 // page views in the past under which an episode's segment has none
	persistence = 2  // steps in a row
	rollsOut    = 3  // times the share of all that it had before: a release that is new
)

// worseBy is the least absolute change that matters: shares of views and of
// requests; milliseconds; units of CLS.
var worseBy = [numMeasures]float64{0.003, 100, 25, 0.02, 0.005}

// alarm is a segment that got worse in a measure.
type alarm struct {
	segment int
	p       float64
	steps   int // the length of the window that shows it
	matters bool
}

// judge compares the last minute and the last five with the past.
func (w *watch) judge() {
	w.follow()
	threshold := alarmsPerDay / (looksPerDay * 2 * float64(len(w.segments)) * float64(numMeasures))
	for m := range numMeasures {
		if w.active(m) != nil {
			continue
		}
		suspects := w.compare(m)
		worst := alarm{p: 1}
		for _, a := range suspects {
			if a.matters && a.p < worst.p {
				worst = a
			}
		}
		if worst.p >= threshold {
			w.hot[m] = 0
			continue
		}
		if w.hot[m]++; w.hot[m] >= persistence {
			w.hot[m] = 0
			w.begin(m, worst, suspects)
		}
	}
}

// compare finds the segments that are suspiciously worse in a measure.
func (w *watch) compare(m watched) []alarm {
	var out []alarm
	quiet := w.since(m)
	for _, window := range [...]struct {
		sums  []watchSum
		steps int
	}{{w.long, longSteps}, {w.short, shortSteps}} {
		if quiet < window.steps { // an incident that is over is still in it
			continue
		}
		for seg := range window.sums {
			p, matters := w.test(m, &window.sums[seg], w.past(m, seg))
			if p < suspicious {
				out = append(out, alarm{seg, p, window.steps, matters})
			}
		}
	}
	return out
}

// past is what a segment is compared with: its own past, or the total's where it
// is a release or a tag that has none.
func (w *watch) past(m watched, seg int) *watchSum {
	s, now := &w.base[seg], w.long[seg].trialsOf(m)
	few := s.trialsOf(m) < minPast && s.trialsOf(m) < now
	// What a release did while it was rolled out is no past.
	rolling := w.segments[seg].Field == "release" && s.trialsOf(m)*w.long[0].trialsOf(m)*rollsOut < now*w.base[0].trialsOf(m)
	if seg != 0 && (few || rolling) && comparesWithAll(w.segments[seg].Field) {
		return &w.base[0]
	}
	return s
}

// comparesWithAll tells of which fields a value that is new may be held against
// everyone: a new release does the same work as the old one, a new page does not.
func comparesWithAll(field string) bool {
	return field == "release" || len(field) > 4 && field[:4] == "tag."
}

func (s *watchSum) trialsOf(m watched) float64 {
	switch m {
	case ofErrors:
		return s.raw[0]
	case ofRequests:
		return s.raw[1]
	}
	return float64(s.n[m.vital()])
}

// test is how unlikely now is, given before, and whether the change matters.
func (w *watch) test(m watched, now, before *watchSum) (p float64, matters bool) {
	if now.trialsOf(m) < minTrials || before.trialsOf(m) < minPast {
		return 1, false
	}
	if k := m.vital(); k >= 0 {
		return testVital(k, now, before)
	}
	k := 0
	if m == ofRequests {
		k = 1
	}
	x, n := now.hurt[k], now.trials[k]
	y, o := before.hurt[k], before.trials[k]
	if x/n <= y/o {
		return 1, false
	}
	// Counts that are scaled up from a sample are as good as the fewer that were seen.
	p = stats.RateTest(x*x/now.square[k], n*x/now.square[k], effective(y, y, before.square[k]), effective(o, y, before.square[k]))
	matters = x*x/now.square[k] >= minHurt && x/n >= worseRate*y/o && x/n-y/o >= worseBy[m]
	return p, matters
}

// effective scales a count down by the mean weight of what it was counted by.
func effective(v, sum, squares float64) float64 {
	if squares <= 0 {
		return v
	}
	return v * sum / squares
}

// testVital holds the share of values over the past's p75 against the quarter
// that was over it: a test of the order statistic that people watch, which asks
// nothing of how the values are distributed.
func testVital(k int, now, before *watchSum) (p float64, matters bool) {
	if now.n[k] < minValues {
		return 1, false
	}
	edge := levelOfRank(&before.vitals[k], .75*float64(before.n[k]))
	above := func(s *watchSum) (n float64) {
		for _, c := range s.vitals[k][edge+1:] {
			n += float64(c)
		}
		return n
	}
	x, y := above(now), above(before)
	n, o := float64(now.n[k]), float64(before.n[k])
	if x/n <= y/o {
		return 1, false
	}
	is, was := now.p75(k), before.p75(k)
	return stats.ShareTest(x, n, y, o), is >= worseVital*was && is-was >= worseBy[int(ofLCP)+k]
}

func levelOfRank(counts *[levels]int32, rank float64) int {
	sum := 0.
	for level, n := range counts {
		if sum += float64(n); sum >= rank {
			return level
		}
	}
	return levels - 1
}

// p75 is interpolated within its level.
func (s *watchSum) p75(k int) float64 {
	rank := .75 * float64(s.n[k])
	level := levelOfRank(&s.vitals[k], rank)
	below := 0.
	for _, n := range s.vitals[k][:level] {
		below += float64(n)
	}
	lo, hi := levelEdge(k, level), levelEdge(k, level+1)
	return lo + (hi-lo)*math.Max(0, rank-below)/math.Max(1, float64(s.vitals[k][level]))
}
