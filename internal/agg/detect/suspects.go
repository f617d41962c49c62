package detect

import (
	"strings"

	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/stats"
)

// A finding must be unlikely by chance, and matter.
const (
	// falseFindingsPerDay is how many findings a day chance alone may raise, over
	// all segments and measures: the thresholds are corrected for it
	// (Bonferroni). Windows of five minutes make 288 independent looks a day.
	falseFindingsPerDay = 0.01
	looksPerDay         = 288
	// suspectP is the p-value below which a segment may be a part of an
	// explanation, once there is something to explain.
	suspectP = 1e-3

	minAffected   = 5   // users
	minTrials     = 20  // page views, or requests
	minPast       = 100 // the same in the past
	minValues     = 30  // of a vital
	persistence   = 2   // steps in a row
	rolloutFactor = 3   // times its share of all in the past: a release that is being rolled out
)

// suspect is a segment that got worse in a measure.
type suspect struct {
	segment int
	p       float64
	steps   int // length of the window that shows it
	matters bool
}

// findEpisodes compares the last minute and the last five minutes with the past,
// and starts an episode for each measure that got significantly worse.
func (w *Watch) findEpisodes() {
	threshold := falseFindingsPerDay / (looksPerDay * 2 * float64(len(w.segments)) * float64(measure.Num))
	for m := range measure.Num {
		if w.active(m) != nil {
			continue
		}
		suspects := w.suspects(m)
		worst := suspect{p: 1}
		for _, s := range suspects {
			if s.matters && s.p < worst.p {
				worst = s
			}
		}
		if worst.p >= threshold {
			w.streak[m] = 0
			continue
		}
		if w.streak[m]++; w.streak[m] >= persistence {
			w.streak[m] = 0
			w.startEpisode(m, worst, suspects)
		}
	}
}

// suspects returns the segments that may have got worse in a measure.
func (w *Watch) suspects(m measure.ID) []suspect {
	var out []suspect
	calm := w.stepsAfterEpisode(m)
	for _, window := range [...]struct {
		sums  []sum
		steps int
	}{{w.long, longSteps}, {w.short, shortSteps}} {
		if calm < window.steps { // the window still has steps of the last episode
			continue
		}
		for seg := range window.sums {
			p, matters := compare(m, &window.sums[seg], w.pastOf(m, seg))
			if p < suspectP {
				out = append(out, suspect{seg, p, window.steps, matters})
			}
		}
	}
	return out
}

// pastOf returns what a segment is compared with: its own past, or that of the
// total if it is a release or a tag's value without one.
func (w *Watch) pastOf(m measure.ID, seg int) *sum {
	own, total, now := &w.past[seg], &w.past[0], w.long[seg].trialsOf(m)
	few := own.trialsOf(m) < minPast && own.trialsOf(m) < now
	// What a release did while it was rolled out is not its past.
	rolling := w.segments[seg].Field == "release" && own.trialsOf(m)*w.long[0].trialsOf(m)*rolloutFactor < now*total.trialsOf(m)
	if seg != 0 && (few || rolling) && ComparesWithAll(w.segments[seg].Field) {
		return total
	}
	return own
}

// ComparesWithAll reports whether a new value of a field is compared with the
// total: a new release does the same work as the old one, a new page does not.
func ComparesWithAll(field string) bool {
	tag, isTag := strings.CutPrefix(field, "tag.")
	return field == "release" || isTag && tag != ""
}

// compare returns the p-value of a measure that rose from past to now, and
// whether the change is large enough to matter.
func compare(m measure.ID, now, past *sum) (p float64, matters bool) {
	if now.trialsOf(m) < minTrials || past.trialsOf(m) < minPast {
		return 1, false
	}
	if measure.All[m].Vital >= 0 {
		return compareVital(m, now, past)
	}
	k := rateIndex(m)
	x, n := now.affected[k], now.trials[k]
	y, o := past.affected[k], past.trials[k]
	if x/n <= y/o {
		return 1, false
	}
	// Counts that are scaled up from a sample weigh as the fewer that were seen.
	p = stats.RateTest(
		x*x/now.weightSquares[k], n*x/now.weightSquares[k],
		unscaled(y, y, past.weightSquares[k]), unscaled(o, y, past.weightSquares[k]))
	matters = x*x/now.weightSquares[k] >= minAffected &&
		x/n >= measure.All[m].MinFactor*y/o && x/n-y/o >= measure.All[m].MinChange
	return p, matters
}

// unscaled divides a count by the mean weight of what it counts, which has a sum
// of weights and one of their squares.
func unscaled(count, weights, squares float64) float64 {
	if squares <= 0 {
		return count
	}
	return count * weights / squares
}

// compareVital compares the share of values above the past's p75 with the
// quarter that was above it: a test of the order statistic that people watch,
// which assumes nothing of how the values are distributed.
func compareVital(m measure.ID, now, past *sum) (p float64, matters bool) {
	vital := measure.All[m].Vital
	if now.n[vital] < minValues {
		return 1, false
	}
	level := past.p75Level(vital)
	x, y := now.aboveLevel(vital, level), past.aboveLevel(vital, level)
	n, o := float64(now.n[vital]), float64(past.n[vital])
	if x/n <= y/o {
		return 1, false
	}
	is, was := now.p75(vital), past.p75(vital)
	return stats.ShareTest(x, n, y, o), is >= measure.All[m].MinFactor*was && is-was >= measure.All[m].MinChange
}
