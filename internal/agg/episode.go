package agg

import (
	"math"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/stats"
)

// episode is a time in which a measure was worse for someone, from the alarm on.
// Its past is what came before its onset, and stays that for as long as it lasts.
type episode struct {
	measure watched
	alarm   int64 // number of the step in which it was noticed
	ended   int64 // and in which it was found to be over; 0: it is on
	until   int64 // the last step that was worse, once it is over

	terms     []frame.Term
	matcher   *store.Matcher
	only      []bool  // by endpoint: the requests that count, nil for all
	explained float64 // share of the excess that terms describe
	review    int64   // the step in which to look for terms again
	bound     float32 // of a vital: what is above is an event
	p         float64 // corrected

	onset, from, to int64 // steps; the last two bound it
	points          []point
	first           int64 // number of the step of points[0]
	before          past
	calm            int // steps in a row that were as before

	told told
}

// point is a step of an episode's segment, and of everyone.
type point struct{ events, trials, allEvents, all float64 }

// past is what an episode is compared with.
type past struct {
	events, trials float64
	values         hist.Histogram // of a vital
	everyone       bool           // the segment has no past of its own: everyone's
}

const (
	reviewFirst = 3              // steps until the terms are looked at again, then twice that, …
	reviewLast  = 12             // … up to this many
	pastSteps   = 60             // ten minutes of the past are enough to explain by
	calmWindow  = 2 * shortSteps // must be as before …
	calmSteps   = 6              // … this many times in a row
	maxEpisodes = 100
	mustExplain = .6 // of the excess, for a release that is new to be named before all else
	newShare    = 10 // how many times as many page views a new release has now
	// betterBy is by how much more likely other terms must be to take the place of
	// those that have been told: a sentence that changes is not believed.
	betterBy = 1.2
)

// active is the episode of a measure that is on, nil if there is none.
func (w *watch) active(m watched) *episode {
	for _, e := range w.episodes {
		if e.measure == m && e.ended == 0 {
			return e
		}
	}
	return nil
}

// frozen are the measures that an episode is on of, as bits.
func (w *watch) frozen() (b uint8) {
	for _, e := range w.episodes {
		if e.ended == 0 {
			b |= 1 << e.measure
		}
	}
	return b
}

// since is how many steps have passed after the last episode of a measure.
func (w *watch) since(m watched) int {
	n := math.MaxInt
	for _, e := range w.episodes {
		if e.measure == m && e.ended != 0 {
			n = min(n, int(w.newest()-e.until))
		}
	}
	return n
}

func (w *watch) begin(m watched, worst alarm, suspects []alarm) {
	e := &episode{measure: m, alarm: w.newest(), onset: w.newest(), review: w.newest() + reviewFirst}
	e.p = min(1, worst.p*float64(len(w.segments))*float64(numMeasures)*2)
	if k := m.vital(); k >= 0 {
		s := &w.base[0]
		e.bound = float32(levelEdge(k, levelOfRank(&s.vitals[k], .75*float64(s.n[k]))+1))
	}
	terms, explained := w.explain(e, suspects, worst.steps)
	e.explained = explained
	w.locate(e, terms, worst.steps)
	w.episodes = append(w.episodes, e)
	w.episodes = w.episodes[max(0, len(w.episodes)-maxEpisodes):]
	w.settlePast(e)
}

// settlePast keeps what an episode spoils out of what is compared with.
func (w *watch) settlePast(e *episode) {
	at := max(w.index(e.onset), 0)
	for _, s := range w.steps[at:] {
		s.excluded |= 1 << e.measure
	}
	w.restore(e.measure, at)
}

// follow brings the episodes that are on up to the newest step.
func (w *watch) follow() {
	for _, e := range w.episodes {
		if e.ended != 0 {
			continue
		}
		e.points = append(e.points, w.count(e, w.newest()))
		if e.calmNow() {
			e.calm++
		} else {
			e.calm = 0
		}
		if e.calm >= calmSteps {
			e.ended, e.until = w.newest(), e.lastWorse()
			e.points = nil
			w.restore(e.measure, len(w.steps)-longSteps)
			continue
		}
		if w.newest() >= e.review {
			e.review = w.newest() + min(2*max(e.review-e.alarm, reviewFirst), reviewLast)
			w.reconsider(e)
		}
	}
}

// reconsider looks for a better explanation now that more is known.
func (w *watch) reconsider(e *episode) {
	var suspects []alarm
	for seg := range w.long {
		if p, _ := w.test(e.measure, &w.long[seg], w.past(e.measure, seg)); p < suspicious {
			suspects = append(suspects, alarm{seg, p, longSteps, true})
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
	// What is known of the onset stays known: nothing began later because more people came.
	if e.onset < next.onset {
		next.onset, next.from = e.onset, min(e.from, next.from)
	}
	*e = next
	w.settlePast(e)
}

// events is how many events and trials a row stands for.
func (w *watch) events(e *episode) func(c *store.Chunk, i int) (x, n float64) {
	k := e.measure.vital()
	weight := func(c *store.Chunk, i int) float64 { return float64(w.log.Origins.Weights[c.Origin[i]]) / store.One }
	switch {
	case k >= 0:
		return func(c *store.Chunk, i int) (x, n float64) {
			if c.TotalRoles[i]&(1<<k) == 0 {
				return 0, 0
			}
			if c.Vital(i, k) > e.bound {
				return 1, 1
			}
			return 0, 1
		}
	case e.measure == ofRequests:
		return func(c *store.Chunk, i int) (x, n float64) {
			if c.TotalRoles[i]&store.RolePasses == 0 || c.Flags[i]&store.HasRequests == 0 {
				return 0, 0
			}
			all, failed := e.requestCounts(c, i)
			return float64(failed) * weight(c, i), float64(all) * weight(c, i)
		}
	}
	return func(c *store.Chunk, i int) (x, n float64) {
		if c.TotalRoles[i]&store.RoleErrored != 0 {
			x = weight(c, i)
		}
		if c.TotalRoles[i]&store.RoleView != 0 {
			n = weight(c, i)
		}
		return x, n
	}
}

// locate gives an episode its terms, and finds its onset and its past.
func (w *watch) locate(e *episode, terms []frame.Term, steps int) {
	e.terms, e.matcher, e.only = terms, w.matching(terms), w.endpointsOf(terms)
	e.points = e.points[:0:0]
	e.first = w.newest() - int64(len(w.steps)) + 1
	for k := range w.steps {
		e.points = append(e.points, w.count(e, e.first+int64(k)))
	}
	w.date(e, steps)
	own, everyone := past{}, past{everyone: true}
	for k, s := range w.steps[:max(w.index(e.onset), 0)] {
		if s.excluded>>e.measure&1 == 1 {
			continue
		}
		p := e.points[k]
		own.events, own.trials = own.events+p.events, own.trials+p.trials
		everyone.events, everyone.trials = everyone.events+p.allEvents, everyone.trials+p.all
		if e.measure.vital() >= 0 {
			w.values(e, e.first+int64(k), &own.values, &everyone.values)
		}
	}
	e.before = own
	if own.trials < isNew {
		e.before = everyone
	}
}

func (w *watch) values(e *episode, number int64, own, everyone *hist.Histogram) {
	k := e.measure.vital()
	w.each(number, number, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&(1<<k) == 0 {
			return
		}
		v := c.Vital(i, k)
		everyone.Add(v, 1)
		if e.matcher == nil || e.matcher.Passes(c, i) {
			own.Add(v, 1)
		}
	})
}

// count counts a step of an episode.
func (w *watch) count(e *episode, number int64) (p point) {
	events := w.events(e)
	w.each(number, number, func(c *store.Chunk, i int) {
		x, n := events(c, i)
		if x == 0 && n == 0 {
			return
		}
		p.allEvents += x
		p.all += n
		if e.matcher == nil || e.matcher.Passes(c, i) {
			p.events += x
			p.trials += n
		}
	})
	return p
}

// date finds since when an episode is on.
func (w *watch) date(e *episode, last int) {
	var x0, n0, x1, n1 float64
	steps := make([]stats.Step, len(e.points))
	for k, p := range e.points {
		steps[k] = stats.Step{Events: p.events, Trials: p.all}
		switch {
		case k >= len(e.points)-last:
			x1, n1 = x1+p.events, n1+p.all
		case k < len(e.points)-longSteps && w.steps[k].excluded>>e.measure&1 == 0:
			x0, n0 = x0+p.events, n0+p.all
		}
	}
	at, from, to := stats.ChangePoint(steps, (x0+.5)/(n0+1), x1/max(n1, 1))
	e.onset, e.from, e.to = e.first+int64(at), e.first+int64(from), e.first+int64(to)
}

// lastWorse is the step after which the events were as before.
func (e *episode) lastWorse() int64 {
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

func (p *past) rate() float64 { return (p.events + .5) / (p.trials + 1) }

// calmNow reports whether the last two minutes were as before.
func (e *episode) calmNow() bool {
	var x, n float64
	for _, p := range e.points[max(0, len(e.points)-calmWindow):] {
		x, n = x+p.events, n+p.trials
	}
	if e.measure.vital() >= 0 {
		return n < minTrials || stats.ShareTest(x, n, e.before.events, e.before.trials) > alphaDiffers
	}
	return x < 3 || x < 1.2*e.before.rate()*n || stats.RateTest(x, n, e.before.events, e.before.trials) > alphaDiffers
}
