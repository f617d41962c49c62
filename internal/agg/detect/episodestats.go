package detect

import (
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/measure"
)

// episodeStats is the state of an episode's segment in the five minutes up to a
// step, no further back than its onset.
type episodeStats struct {
	events, trials  float64
	n               int // trials, not scaled
	values          hist.Histogram
	users, affected store.UserSet  // of all; of the segment, with an event
	groups          map[uint32]int // errors by group
}

// stats counts an episode up to a step.
func (w *Watch) stats(e *episode, upTo int64) *episodeStats {
	p := &episodeStats{groups: map[uint32]int{}}
	k, events := e.vital(), w.events(e)
	from := min(max(e.onset, upTo-longSteps+1), upTo)
	w.each(from, upTo, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 {
			return
		}
		user := w.log.Identities.UserOf(c.Identity[i])
		p.users.Insert(user)
		x, n := events(c, i)
		failed := e.measure == measure.ErrorRate && c.Flags[i]&store.HasErrors != 0
		if x == 0 && n == 0 && !failed || e.matcher != nil && !e.matcher.Passes(c, i) {
			return
		}
		p.events, p.trials = p.events+x, p.trials+n
		if n > 0 {
			p.n++
		}
		if k >= 0 {
			p.values.Add(c.Vital(i, k), 1)
		}
		if x > 0 || failed {
			p.affected.Insert(user)
		}
		if failed {
			for _, entry := range c.RowErrors(i) {
				p.groups[w.log.Errors.Kinds[entry.Kind].Group]++
			}
		}
	})
	if e.measure == measure.FailedRequests {
		p.n = int(p.trials)
	}
	return p
}

// topGroup is the error group with most errors.
func (p *episodeStats) topGroup() (group uint32, ok bool) {
	n := 0
	for g, m := range p.groups {
		if m > n || m == n && g < group {
			group, n = g, m
		}
	}
	return group, n > 0
}
