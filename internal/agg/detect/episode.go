package detect

import (
	"math"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/stats"
)

// episode is a time in which a measure is significantly worse in a segment. Its
// past is what came before its onset, and stays that as long as it lasts.
type episode struct {
	measure   measure.ID
	found     int64 // number of the step in which it was found
	ended     int64 // number of the step in which it was found to be over; 0: it is active
	lastWorse int64 // the last step that was worse, once it is over

	terms     []frame.Term // of the segment; none: the total
	matcher   *store.Matcher
	endpoints []bool  // by endpoint: the requests that count, nil for all
	explained float64 // share of the excess that terms describe
	review    int64   // the step in which to review the terms
	bound     float32 // of a vital: values above are events
	p         float64 // p-value, corrected

	onset, from, to int64 // steps; the onset is between from and to
	points          []point
	first           int64 // number of the step of points[0]
	past            past
	calm            int // steps in a row that were as before

	described describedFinding
}

func (e *episode) vital() int { return measure.All[e.measure].Vital }

// point is a step of an episode's segment, and of the total.
type point struct{ events, trials, allEvents, all float64 }

// past is what an episode is compared with.
type past struct {
	events, trials float64
	values         hist.Histogram // of a vital
	ofTotal        bool           // the segment has no past of its own
}

const (
	reviewFirst = 3              // steps until the terms are reviewed, then twice as many, …
	reviewLast  = 12             // … up to this many
	calmWindow  = 2 * shortSteps // must be as before …
	calmSteps   = 6              // … this many times in a row
	calmP       = 0.01           // at most, to be worse than before
	minOwnPast  = 50             // trials below which a segment has no past of its own
	maxEpisodes = 100
)

// active returns the active episode of a measure, nil if there is none.
func (w *Watch) active(m measure.ID) *episode {
	for _, e := range w.episodes {
		if e.measure == m && e.ended == 0 {
			return e
		}
	}
	return nil
}

// activeMeasures returns the bits of the measures with an active episode.
func (w *Watch) activeMeasures() (b uint8) {
	for _, e := range w.episodes {
		if e.ended == 0 {
			b |= 1 << e.measure
		}
	}
	return b
}

// stepsAfterEpisode is how many steps ago the last episode of a measure ended.
func (w *Watch) stepsAfterEpisode(m measure.ID) int {
	n := math.MaxInt
	for _, e := range w.episodes {
		if e.measure == m && e.ended != 0 {
			n = min(n, int(w.newest()-e.lastWorse))
		}
	}
	return n
}

// startEpisode starts an episode that the worst of the suspects shows.
func (w *Watch) startEpisode(m measure.ID, worst suspect, suspects []suspect) {
	e := &episode{measure: m, found: w.newest(), onset: w.newest(), review: w.newest() + reviewFirst}
	e.p = min(1, worst.p*float64(len(w.segments))*float64(measure.Num)*2)
	if k := measure.All[m].Vital; k >= 0 {
		e.bound = float32(levelEdge(k, w.past[0].p75Level(k)+1))
	}
	terms, explained := w.explain(e, suspects, worst.steps)
	e.explained = explained
	w.locate(e, terms, worst.steps)
	w.episodes = append(w.episodes, e)
	if over := len(w.episodes) - maxEpisodes; over > 0 {
		w.forgotten += int64(over)
		w.episodes = w.episodes[over:]
	}
	w.excludeSteps(e)
}

// excludeSteps keeps the steps of an episode out of the past.
func (w *Watch) excludeSteps(e *episode) {
	at := max(w.index(e.onset), 0)
	for _, s := range w.steps[at:] {
		s.excluded |= 1 << e.measure
	}
	w.recountPast(e.measure, at)
}

// followEpisodes counts the newest step of the active episodes, ends those that
// are over, and reviews the terms of the others.
func (w *Watch) followEpisodes() {
	for _, e := range w.episodes {
		if e.ended != 0 {
			continue
		}
		e.points = append(e.points, w.countStep(e, w.newest()))
		if e.isCalm() {
			e.calm++
		} else {
			e.calm = 0
		}
		if e.calm >= calmSteps {
			e.ended, e.lastWorse = w.newest(), e.lastWorseStep()
			e.points = nil
			w.recountPast(e.measure, len(w.steps)-longSteps)
			continue
		}
		if w.newest() >= e.review {
			e.review = w.newest() + min(2*max(e.review-e.found, reviewFirst), reviewLast)
			w.reviewTerms(e)
		}
	}
}

// reviewTerms looks for a better explanation, now that more is known.
func (w *Watch) reviewTerms(e *episode) {
	var suspects []suspect
	for seg := range w.long {
		if p, _ := compare(e.measure, &w.long[seg], w.pastOf(e.measure, seg)); p < suspectP {
			suspects = append(suspects, suspect{seg, p, longSteps, true})
		}
	}
	steps := int(min(w.newest()-e.onset+1, longSteps))
	terms, explained := w.explain(e, suspects, steps)
	e.explained = explained
	if frame.FilterText(terms) == frame.FilterText(e.terms) {
		return
	}
	next := *e
	w.locate(&next, terms, steps)
	// An onset that is known stays: it does not move because more users came.
	if e.onset < next.onset {
		next.onset, next.from = e.onset, min(e.from, next.from)
	}
	*e = next
	w.excludeSteps(e)
}

// lastWorseStep is the step after which the rate was as before.
func (e *episode) lastWorseStep() int64 {
	first := max(e.onset, e.first)
	var steps []stats.Step
	var all stats.Step
	for _, p := range e.points[min(int(first-e.first), len(e.points)):] {
		steps = append(steps, stats.Step{Events: p.events, Trials: p.all})
		all.Events, all.Trials = all.Events+p.events, all.Trials+p.all
	}
	if k := stats.LastAbove(steps, all.Events/max(all.Trials, 1)/2); k >= 0 {
		return first + int64(k)
	}
	return e.onset
}

// rate is the rate of events, a little above 0 if there was none.
func (p *past) rate() float64 { return (p.events + .5) / (p.trials + 1) }

// isCalm reports whether the last two minutes were as before.
func (e *episode) isCalm() bool {
	var x, n float64
	for _, p := range e.points[max(0, len(e.points)-calmWindow):] {
		x, n = x+p.events, n+p.trials
	}
	if e.vital() >= 0 {
		return n < minTrials || stats.ShareTest(x, n, e.past.events, e.past.trials) > calmP
	}
	return x < 3 || x < 1.2*e.past.rate()*n || stats.RateTest(x, n, e.past.events, e.past.trials) > calmP
}
