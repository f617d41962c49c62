package agg

import (
	"math/bits"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
)

// window counts the rows received in [lo, hi), in total and by segment. It moves:
// it adds the rows that enter and subtracts those that leave, so that a frame
// costs what arrived since the last one, however long the window is and however
// many segments there are.
type window struct {
	log    *store.Log
	lens   *lens
	lo, hi int64 // Unix milliseconds

	total cell
	cells []*cell // by segment; nil: nothing in the window

	users                 []uint32 // rows by user
	affected              tally    // rows with errors by user
	segUsers, segAffected tally    // the same by segment and user

	groups     map[uint32]*groupCell
	groupUsers tally

	leftOut [beacon.NumTraffic]int64 // fixed-point: views by traffic, errors of extensions

	measure uint32        // the custom measure to count, in store.Log.Strings; store.NoString: none
	weights map[int64]int // rows by weight, those of weight 1 left out
	skew    hist.Histogram
}

// cell counts a segment, or the total.
type cell struct {
	views, errors, errored, requests, failed int64 // fixed-point, see store.One

	beacons, scaled      int // rows; those with a weight other than 1
	rawViews, rawErrored int // not scaled
	users, affected      int
	vitals               [len(beacon.Vitals)]hist.Histogram
	measure              hist.Histogram
}

// groupCell counts an error group.
type groupCell struct {
	count    int64 // fixed-point
	n, users int
	releases map[uint32]int // rows by release, in store.Log.Strings
}

func newWindow(l *store.Log, n *lens) *window {
	w := &window{log: l, lens: n}
	w.reset()
	return w
}

func (w *window) reset() {
	w.lo, w.hi = 0, 0
	w.total = cell{}
	w.cells = nil
	clear(w.users)
	w.affected.clear()
	w.segUsers.clear()
	w.segAffected.clear()
	w.groups = map[uint32]*groupCell{}
	w.groupUsers.clear()
	w.leftOut = [beacon.NumTraffic]int64{}
	w.weights = map[int64]int{}
	w.skew = hist.Histogram{}
}

// keepMeasure makes the cells count a custom measure from now on.
func (w *window) keepMeasure(measure uint32) {
	if w.measure != measure {
		w.measure = measure
		w.reset()
	}
}

// moveTo moves the window to [lo, hi).
func (w *window) moveTo(lo, hi int64) {
	if overlap := min(hi, w.hi) - max(lo, w.lo); overlap < (hi-lo)/2 {
		w.reset()
		w.lo, w.hi = lo, lo
	}
	enter := func(c *store.Chunk, i int) { w.countRow(c, i, 1) }
	leave := func(c *store.Chunk, i int) { w.countRow(c, i, -1) }
	w.log.Each(w.lo, lo, leave)
	w.log.Each(hi, w.hi, leave)
	w.log.Each(lo, min(w.lo, hi), enter)
	w.log.Each(max(w.hi, lo), hi, enter)
	w.lo, w.hi = lo, hi
}

// sampling returns the lowest sampling rate in the window, 0 without beacons.
func (w *window) sampling() float64 {
	if w.total.beacons == 0 {
		return 0
	}
	rate := 1.0
	for weight := range w.weights {
		rate = min(rate, store.One/float64(weight))
	}
	return rate
}

// covers reports whether the window contains a time.
func (w *window) covers(t int64) bool { return w.lo <= t && t < w.hi }

// countRow counts a row, or subtracts it if by is -1.
func (w *window) countRow(c *store.Chunk, i, by int) {
	if c.TotalRoles[i]&store.RolePasses == 0 {
		if roles := c.SegmentRoles[i]; roles != 0 {
			w.countLeftOut(c, i, roles, by)
		}
		return
	}
	weight := w.log.Origins.Weights[c.Origin[i]]
	seg := w.lens.segments.OfRow(c, i)
	cl := w.cellFor(seg)
	flags := c.Flags[i]
	w.total.beacons += by
	cl.beacons += by
	if weight != store.One {
		w.total.scaled += by
		cl.scaled += by
		if w.weights[weight] += by; w.weights[weight] == 0 {
			delete(w.weights, weight)
		}
	}
	if s := c.Skew[i]; s != 0 {
		w.skew.Add(store.UnpackSkew(s), by)
	}
	user := w.log.Identities.UserOf(c.Identity[i])
	if user != 0 {
		w.total.users += w.countUser(user, by)
		cl.users += w.segUsers.change(pair(uint32(seg), user), by)
	}
	if flags&store.HasRequests != 0 {
		n, failed := c.RequestCounts(i)
		w.total.requests += int64(by*n) * weight
		w.total.failed += int64(by*failed) * weight
		cl.requests += int64(by*n) * weight
		cl.failed += int64(by*failed) * weight
	}
	if flags&store.HasErrors != 0 {
		w.countErrors(c, i, by, weight, seg, user)
	}
	if flags&store.HasCustoms != 0 && w.measure != store.NoString {
		for _, e := range c.RowCustoms(i) {
			if e.Name == w.measure {
				w.total.measure.Add(e.Value, by)
				cl.measure.Add(e.Value, by)
			}
		}
	}
	w.countRoles(c, i, c.TotalRoles[i], c.SegmentRoles[i], by)
	if cl.beacons == 0 {
		w.cells[seg] = nil
	}
}

// countLeftOut counts what is missing with a row of traffic that does not count.
func (w *window) countLeftOut(c *store.Chunk, i int, roles uint8, by int) {
	n, origin := by, c.Origin[i]
	if roles&store.RoleErrored != 0 {
		n *= len(c.RowErrors(i))
	}
	w.leftOut[w.log.Origins.Traffic[origin]] += int64(n) * w.log.Origins.Weights[origin]
}

// excluded is what the window leaves out, as frames have it.
func (w *window) excluded() frame.Excluded {
	of := func(c beacon.TrafficClass) frame.Count { return countOf(w.leftOut[c]) }
	return frame.Excluded{People: of(beacon.People), Bots: of(beacon.Bots), Synthetic: of(beacon.Synthetics), Errors: of(beacon.Extensions)}
}

// cellFor returns the cell of a segment, a new one if it has none.
func (w *window) cellFor(seg uint16) *cell {
	if int(seg) >= len(w.cells) {
		w.cells = append(w.cells, make([]*cell, len(w.lens.segments.Keys)-len(w.cells))...)
	}
	c := w.cells[seg]
	if c == nil {
		c = &cell{}
		w.cells[seg] = c
	}
	return c
}

// countUser counts a row of a user. It returns the change of the number of users.
func (w *window) countUser(user uint32, by int) int {
	if int(user) >= len(w.users) {
		w.users = append(w.users, make([]uint32, w.log.Identities.UserBound()-len(w.users))...)
	}
	n := &w.users[user]
	*n += uint32(by)
	switch {
	case by > 0 && *n == 1:
		return 1
	case *n == 0:
		return -1
	}
	return 0
}

// mergeUsers counts for one user what was counted for another.
func (w *window) mergeUsers(m store.Merge) {
	if int(m.From) >= len(w.users) || w.users[m.From] == 0 {
		return
	}
	w.total.users--
	rows := w.users[m.From]
	w.users[m.From] = 0
	if int(m.To) >= len(w.users) {
		w.users = append(w.users, make([]uint32, w.log.Identities.UserBound()-len(w.users))...)
	}
	if w.users[m.To] == 0 {
		w.total.users++
	}
	w.users[m.To] += rows
	failed := w.affected.count(pair(0, m.From)) > 0
	w.total.affected += w.affected.merge(0, m)
	for seg, cl := range w.cells {
		if cl != nil {
			cl.users += w.segUsers.merge(uint32(seg), m)
			cl.affected += w.segAffected.merge(uint32(seg), m)
		}
	}
	if !failed {
		return
	}
	for group, g := range w.groups {
		g.users += w.groupUsers.merge(group, m)
	}
}

func (w *window) countErrors(c *store.Chunk, i, by int, weight int64, seg uint16, user uint32) {
	cl := w.cells[seg]
	errors := c.RowErrors(i)
	n := int64(by*len(errors)) * weight
	w.total.errors += n
	cl.errors += n
	if user != 0 {
		w.total.affected += w.affected.change(pair(0, user), by)
		cl.affected += w.segAffected.change(pair(uint32(seg), user), by)
	}
	release := w.log.Origins.List[c.Origin[i]].Dims[beacon.Release]
	for _, e := range errors {
		group := w.log.Errors.Kinds[e.Kind].Group
		g := w.groups[group]
		if g == nil {
			g = &groupCell{releases: map[uint32]int{}}
			w.groups[group] = g
		}
		g.count += int64(by) * weight
		if g.n += by; g.n == 0 {
			delete(w.groups, group)
		}
		if g.releases[release] += by; g.releases[release] == 0 {
			delete(g.releases, release)
		}
		if user != 0 {
			g.users += w.groupUsers.change(pair(group, user), by)
		}
	}
}

// countRoles counts roles of a row: those in the total and in its segment.
func (w *window) countRoles(c *store.Chunk, i int, total, segment uint8, by int) {
	if (total|segment)&^store.RolePasses == 0 {
		return
	}
	weight := w.log.Origins.Weights[c.Origin[i]]
	w.total.countRoles(c, i, total, by, weight)
	w.cellFor(w.lens.segments.OfRow(c, i)).countRoles(c, i, segment, by, weight)
}

func (cl *cell) countRoles(c *store.Chunk, i int, roles uint8, by int, weight int64) {
	if roles&store.RoleView != 0 {
		cl.views += int64(by) * weight
		cl.rawViews += by
	}
	if roles&store.RoleErrored != 0 {
		cl.errored += int64(by) * weight
		cl.rawErrored += by
	}
	for m := roles & store.RoleVitals; m != 0; m &= m - 1 {
		k := bits.TrailingZeros8(m)
		cl.vitals[k].Add(c.Vital(i, k), by)
	}
}

// errorRate is errored views ÷ views, capped at 1.
func errorRate(errored, views int64) float64 {
	switch {
	case views > 0:
		return min(1, float64(errored)/float64(views))
	case errored > 0:
		return 1
	}
	return 0
}

// countOf turns a fixed-point sum of weights into a count.
func countOf(fixed int64) frame.Count { return frame.Count(float64(fixed) / store.One) }

// cell returns the cell of a segment, nil if the window has none of it.
func (w *window) cell(segment int) *cell {
	if segment >= len(w.cells) {
		return nil
	}
	return w.cells[segment]
}
