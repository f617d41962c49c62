package detect

import (
	"math/bits"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/measure"
)

// step is what was counted in ten seconds.
type step struct {
	cells    []*cell // by segment
	bytes    int
	excluded uint8 // measures with an active episode: the step is not their past
}

// cell is what is counted of a segment in a step. A user counts once in five
// minutes for each measure, so that counts are independent: one user whose page
// fails at every click is one user.
type cell struct {
	trials        [2]float32                 // page views, requests; scaled
	raw           [2]uint32                  // the same, not scaled
	affected      [2]float32                 // users with an error, with a failed request; scaled
	weightSquares [2]float32                 // sums of the squared weights of these
	vitals        *[numVitals][levels]uint16 // users by the level of their value
}

// What a cell takes on the heap, and its vitals.
const (
	cellBytes   = 48
	vitalsBytes = 288
)

// readStep counts a step.
func (w *Watch) readStep(number int64) *step {
	s := &step{cells: make([]*cell, len(w.segments))}
	at := uint16(number)
	w.each(number, number, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 {
			return
		}
		var d rowDelta
		if d.fill(w, c, i, at) {
			for _, seg := range w.segmentsOf(c.Origin[i]) {
				s.countRow(w, seg, &d)
			}
			if seg := w.pageSegment(c.Page[i]); seg != unwatched {
				s.countRow(w, seg, &d)
			}
		}
	})
	s.bytes += 8 * cap(s.cells)
	w.counted += s.bytes
	return s
}

// rowDelta is what one row adds to its segments.
type rowDelta struct {
	weight   float32
	trials   [2]uint32
	affected [2]bool
	vitals   uint8
	level    [numVitals]uint8
}

// fill sets what a row adds and reports whether that is anything.
func (d *rowDelta) fill(w *Watch, c *store.Chunk, i int, step uint16) bool {
	flags := c.Flags[i]
	user := w.log.Identities.UserOf(c.Identity[i])
	d.weight = float32(w.log.Origins.Weights[c.Origin[i]]) / store.One
	some := false
	if c.TotalRoles[i]&store.RoleView != 0 {
		d.trials[0], some = 1, true
	}
	if flags&store.HasErrors != 0 && w.countsOnce(user, measure.ErrorRate, step) {
		d.affected[0], some = true, true
	}
	if flags&store.HasRequests != 0 {
		n, failed := c.RequestCounts(i)
		d.trials[1], some = uint32(n), true
		d.affected[1] = failed > 0 && w.countsOnce(user, measure.FailedRequests, step)
	}
	if flags&beacon.FlagUnsampled == 0 {
		for m := c.VitalMask[i] & (1<<len(d.level) - 1); m != 0; m &= m - 1 {
			k := bits.TrailingZeros8(m)
			if w.countsOnce(user, ofVital(k), step) {
				d.vitals |= 1 << k
				d.level[k] = uint8(levelOf(k, c.Vital(i, k)))
				some = true
			}
		}
	}
	return some
}

// countsOnce reports whether a user counts for a measure in a step: not if they
// counted in the five minutes before. It remembers that they do.
func (w *Watch) countsOnce(user uint32, m measure.ID, step uint16) bool {
	if user == 0 {
		return true
	}
	w.counts.Grow(int(user) + 1)
	last := &w.counts.Elem(user)[m]
	if *last != 0 && step-*last < longSteps {
		return false
	}
	*last = step
	return true
}

// MergeUsers makes one user of two: it has counted for a measure when either of
// them has.
func (w *Watch) MergeUsers(m store.Merge) {
	if int(m.From) >= w.counts.Len() {
		return
	}
	w.counts.Grow(int(m.To) + 1)
	from, to := w.counts.Elem(m.From), w.counts.Elem(m.To)
	for k, last := range from {
		if last != 0 && (to[k] == 0 || int16(last-to[k]) > 0) {
			to[k] = last
		}
	}
	clear(from[:])
}

// countRow adds a row to a segment.
func (s *step) countRow(w *Watch, seg uint16, d *rowDelta) {
	if int(seg) >= len(s.cells) {
		s.cells = append(s.cells, make([]*cell, len(w.segments)-len(s.cells))...)
	}
	c := s.cells[seg]
	if c == nil {
		c = &cell{}
		s.cells[seg] = c
		s.bytes += cellBytes
	}
	for k := range d.trials {
		c.trials[k] += float32(d.trials[k]) * d.weight
		c.raw[k] += d.trials[k]
		if d.affected[k] {
			c.affected[k] += d.weight
			c.weightSquares[k] += d.weight * d.weight
		}
	}
	if d.vitals != 0 && c.vitals == nil {
		c.vitals = new([numVitals][levels]uint16)
		s.bytes += vitalsBytes
	}
	for m := d.vitals; m != 0; m &= m - 1 {
		k := bits.TrailingZeros8(m)
		c.vitals[k][d.level[k]]++
	}
}
