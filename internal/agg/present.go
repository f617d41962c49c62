package agg

import (
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/hist"
)

// people is a set of users.
type people struct {
	bits []uint64
	n    int
}

func (p *people) add(user uint32) {
	if user == 0 {
		return
	}
	if int(user>>6) >= len(p.bits) {
		p.bits = append(p.bits, make([]uint64, int(user>>6)+1-len(p.bits))...)
	}
	if w := &p.bits[user>>6]; *w>>(user&63)&1 == 0 {
		*w |= 1 << (user & 63)
		p.n++
	}
}

// present is what an episode's segment is like in the five minutes up to a step,
// no further back than its onset.
type present struct {
	events, trials float64
	n              int // trials as seen
	values         hist.Histogram
	users, hurt    people // of everyone; of the segment, with an event
	groups         map[uint32]int
}

func (w *watch) present(e *episode, upTo int64) *present {
	p := &present{groups: map[uint32]int{}}
	k, events := e.measure.vital(), w.events(e)
	from := min(max(e.onset, upTo-longSteps+1), upTo)
	w.each(from, upTo, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 {
			return
		}
		user := w.log.Identities.UserOf(c.Identity[i])
		p.users.add(user)
		x, n := events(c, i)
		failed := e.measure == ofErrors && c.Flags[i]&store.HasErrors != 0
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
			p.hurt.add(user)
		}
		if failed {
			for _, entry := range c.RowErrors(i) {
				p.groups[w.log.Errors.Kinds[entry.Kind].Group]++
			}
		}
	})
	if e.measure == ofRequests {
		p.n = int(p.trials)
	}
	return p
}

// mostGroups is the error group with most errors.
func (p *present) mostGroups() (group uint32, ok bool) {
	n := 0
	for g, m := range p.groups {
		if m > n || m == n && g < group {
			group, n = g, m
		}
	}
	return group, n > 0
}
