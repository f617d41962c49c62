package detect

import (
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/stats"
)

// locate sets the terms of an episode, and finds its onset and its past.
func (w *Watch) locate(e *episode, terms []frame.Term, steps int) {
	e.terms, e.matcher, e.endpoints = terms, w.matcherOf(terms), w.endpointsOf(terms)
	e.points = e.points[:0:0]
	e.first = w.newest() - int64(len(w.steps)) + 1
	for k := range w.steps {
		e.points = append(e.points, w.countStep(e, e.first+int64(k)))
	}
	w.estimateOnset(e, steps)
	own, total := past{}, past{ofTotal: true}
	for k, s := range w.steps[:max(w.index(e.onset), 0)] {
		if s.excluded>>e.measure&1 == 1 {
			continue
		}
		p := e.points[k]
		own.events, own.trials = own.events+p.events, own.trials+p.trials
		total.events, total.trials = total.events+p.allEvents, total.trials+p.all
		if e.vital() >= 0 {
			w.addValues(e, e.first+int64(k), &own.values, &total.values)
		}
	}
	e.past = own
	if own.trials < minOwnPast {
		e.past = total
	}
}

// addValues adds the values of a step, of an episode's segment and of all.
func (w *Watch) addValues(e *episode, number int64, own, total *hist.Histogram) {
	k := e.vital()
	w.each(number, number, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&(1<<k) == 0 {
			return
		}
		v := c.Vital(i, k)
		total.Add(v, 1)
		if e.matcher == nil || e.matcher.Passes(c, i) {
			own.Add(v, 1)
		}
	})
}

// countStep counts a step for an episode.
func (w *Watch) countStep(e *episode, number int64) (p point) {
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

// estimateOnset finds the onset of an episode that its last steps show.
func (w *Watch) estimateOnset(e *episode, last int) {
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

// events returns the function that counts the events and trials of a row.
func (w *Watch) events(e *episode) func(c *store.Chunk, i int) (x, n float64) {
	k := e.vital()
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
	case e.measure == measure.FailedRequests:
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
