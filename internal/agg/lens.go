package agg

import (
	"math/bits"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// lens is the log seen through a filter and a grouping. It keeps what the
// definitions of the numbers need to know of each page view (the row where it is
// counted, its first error, its last values), and writes the roles of each row:
// those in the total, and those in the row's segment. They differ if the beacons
// of a view are in several segments.
type lens struct {
	log      *store.Log
	matcher  *store.Matcher
	counts   [beacon.NumTraffic]bool // the traffic that counts
	segments store.Segments

	views      store.Paged[viewState]  // by store.Log.Views
	firstError map[uint32]store.Ref    // by view
	split      map[uint32][]splitState // views in several segments, by view
	leftOut    map[uint32]viewStart    // views of traffic that does not count, by view

	errors []seenSpan // by error group

	// retract is called with the roles that a row loses to a later beacon, and
	// retractLeftOut with those that a row loses which does not count.
	retract        func(c *store.Chunk, i int, total, segment uint8)
	retractLeftOut func(c *store.Chunk, i int, roles uint8)

	overflow int64 // rows in the segment (other)
}

// viewState holds the rows where a page view is counted.
type viewState struct {
	start      store.Ref
	last       [len(beacon.Vitals)]store.Ref
	segment    uint16 // segment + 1; 0: no beacon yet; or splitView
	navigation bool   // start is a navigation
}

// viewStart is the row where a page view counts as begun.
type viewStart struct {
	start      store.Ref
	navigation bool // start is a navigation
}

// splitState is the state of a page view in one of its segments.
type splitState struct {
	viewState  // segment is the number itself
	firstError store.Ref
}

const splitView = 1<<16 - 1

// seenSpan is when an error group was seen first and last, Unix milliseconds.
type seenSpan struct{ first, last int64 }

// scope says which roles of a row a change is about.
type scope uint8

const (
	inTotal scope = 1 << iota
	inSegment
	inBoth = inTotal | inSegment
)

// newLens returns a lens for a filter, a grouping and the traffic that counts,
// see [frame.Query.CountedTraffic].
func newLens(l *store.Log, e filter.Expr, by, traffic string) *lens {
	n := &lens{log: l, matcher: store.NewMatcher(l, e), segments: store.NewSegments(l, by),
		split: map[uint32][]splitState{}, firstError: map[uint32]store.Ref{}, leftOut: map[uint32]viewStart{},
		retract: func(*store.Chunk, int, uint8, uint8) {}, retractLeftOut: func(*store.Chunk, int, uint8) {}}
	for c := range n.counts {
		n.counts[c] = traffic == frame.AllTraffic || traffic == beacon.TrafficClass(c).String()
	}
	return n
}

// assignAll assigns the roles of all rows of the log.
func (n *lens) assignAll() {
	n.views.Grow(n.log.Views.Bound())
	for k, c := range n.log.Chunks {
		from := n.log.ChunkRef(k)
		for i := range c.Rows {
			n.assignRoles(c, i, from+uint32(i))
		}
	}
}

// release drops the state of a view that has no row left.
func (n *lens) release(view uint32) {
	if int(view) < n.views.Len() {
		*n.views.Elem(view) = viewState{}
		delete(n.split, view)
		delete(n.firstError, view)
	}
	delete(n.leftOut, view)
}

// assignRoles assigns the roles of a row that was appended last, and takes roles
// from the rows that it replaces.
func (n *lens) assignRoles(c *store.Chunk, i int, r store.Ref) {
	if !n.matcher.Passes(c, i) {
		c.TotalRoles[i], c.SegmentRoles[i] = 0, 0
		return
	}
	if class := n.log.Origins.Traffic[c.Origin[i]]; !n.counts[class] {
		c.TotalRoles[i], c.SegmentRoles[i] = 0, n.leftOutRoles(c, i, r, class)
		return
	}
	seg := n.segments.OfRow(c, i)
	if seg == store.OtherSegment {
		n.overflow++
	}
	if c.Flags[i]&store.HasErrors != 0 {
		n.recordErrors(c, i)
	}
	v := c.View[i]
	if v == 0 {
		c.TotalRoles[i] = store.StandaloneRoles(c.Flags[i], c.VitalMask[i])
		c.SegmentRoles[i] = c.TotalRoles[i]
		return
	}
	n.views.Grow(int(v) + 1)
	st := n.views.Elem(v)
	switch st.segment {
	case 0:
		st.segment = seg + 1
	case seg + 1:
	case splitView:
		n.assignSplitRoles(c, i, r, v, seg)
		return
	default:
		first := splitState{*st, n.firstError[v]}
		first.segment--
		n.split[v] = []splitState{first}
		st.segment = splitView
		n.assignSplitRoles(c, i, r, v, seg)
		return
	}
	b := store.RolePasses | n.updateError(v, c, i, r, inBoth) | n.update(st, c, i, r, inBoth)
	c.TotalRoles[i], c.SegmentRoles[i] = b, b
}

// recordErrors records when the row's error groups were seen.
func (n *lens) recordErrors(c *store.Chunk, i int) {
	t := c.ReceivedAt(i)
	for len(n.errors) < len(n.log.Errors.Groups) {
		n.errors = append(n.errors, seenSpan{})
	}
	for _, e := range c.RowErrors(i) {
		s := &n.errors[n.log.Errors.Kinds[e.Kind].Group]
		if s.last == 0 || t < s.first {
			s.first = t
		}
		s.last = max(s.last, t)
	}
}

// assignSplitRoles assigns the roles in the total and in the segment separately.
func (n *lens) assignSplitRoles(c *store.Chunk, i int, r store.Ref, v uint32, seg uint16) {
	c.TotalRoles[i] = store.RolePasses | n.updateError(v, c, i, r, inTotal) | n.update(n.views.Elem(v), c, i, r, inTotal)
	states := n.split[v]
	k := 0
	for k < len(states) && states[k].segment != seg {
		k++
	}
	if k == len(states) {
		states = append(states, splitState{viewState: viewState{segment: seg}})
		n.split[v] = states
	}
	s := &states[k]
	c.SegmentRoles[i] = store.RolePasses | n.updateFirstError(&s.firstError, c, i, r, inSegment) | n.update(&s.viewState, c, i, r, inSegment)
}

// updateError updates a view's first error with a row. It returns RoleErrored if
// the row is that error.
func (n *lens) updateError(v uint32, c *store.Chunk, i int, r store.Ref, in scope) uint8 {
	if c.Flags[i]&store.HasErrors == 0 {
		return 0
	}
	first := n.firstError[v]
	b := n.updateFirstError(&first, c, i, r, in)
	if b != 0 {
		n.firstError[v] = first
	}
	return b
}

func (n *lens) updateFirstError(first *store.Ref, c *store.Chunk, i int, r store.Ref, in scope) uint8 {
	if c.Flags[i]&store.HasErrors == 0 || *first != 0 && !n.isBefore(c.ReceivedAt(i), *first) {
		return 0
	}
	n.clearRoles(*first, store.RoleErrored, in)
	*first = r
	return store.RoleErrored
}

// update updates a view's start and last values with a row. It returns the roles
// that the row gets, and takes them from the rows that had them.
func (n *lens) update(st *viewState, c *store.Chunk, i int, r store.Ref, in scope) (b uint8) {
	flags := c.Flags[i]
	if flags&beacon.FlagUnsampled != 0 {
		return b
	}
	navigation := flags&beacon.FlagNavigation != 0
	if n.startsBefore(c.ReceivedAt(i), navigation, viewStart{st.start, st.navigation}) {
		n.clearRoles(st.start, store.RoleView, in)
		st.start, st.navigation = r, navigation
		b |= store.RoleView
	}
	for m := c.VitalMask[i]; m != 0; m &= m - 1 {
		k := bits.TrailingZeros8(m)
		old := st.last[k]
		if old != 0 {
			if n.isBefore(c.ReceivedAt(i), old) {
				continue
			}
			n.clearRoles(old, 1<<k, in)
		}
		st.last[k] = r
		b |= 1 << k
	}
	return b
}

// startsBefore reports whether a view counts as begun with a row rather than
// where it did so far: its navigation goes first, then its first beacon.
func (n *lens) startsBefore(t int64, navigation bool, s viewStart) bool {
	return s.start == 0 || navigation && !s.navigation || navigation == s.navigation && n.isBefore(t, s.start)
}

// leftOutRoles returns what is missing with a row that does not count: its
// extensions' errors, or the view that starts with it.
func (n *lens) leftOutRoles(c *store.Chunk, i int, r store.Ref, class beacon.TrafficClass) uint8 {
	if class == beacon.Extensions {
		return store.RoleErrored
	}
	v := c.View[i]
	if v == 0 {
		return store.StandaloneRoles(c.Flags[i], 0) & store.RoleView
	}
	s, navigation := n.leftOut[v], c.Flags[i]&beacon.FlagNavigation != 0
	if c.Flags[i]&beacon.FlagUnsampled != 0 || !n.startsBefore(c.ReceivedAt(i), navigation, s) {
		return 0
	}
	if n.log.Has(s.start) {
		before, k := n.log.Row(s.start)
		before.SegmentRoles[k] &^= store.RoleView
		n.retractLeftOut(before, k, store.RoleView)
	}
	n.leftOut[v] = viewStart{r, navigation}
	return store.RoleView
}

// isBefore reports whether t is before the receive time of row r. A row that was
// evicted is before every time.
func (n *lens) isBefore(t int64, r store.Ref) bool {
	if !n.log.Has(r) {
		return false
	}
	c, i := n.log.Row(r)
	return t < c.ReceivedAt(i)
}

// clearRoles takes roles from a row, if it is still retained.
func (n *lens) clearRoles(r store.Ref, roles uint8, in scope) {
	if !n.log.Has(r) {
		return
	}
	c, i := n.log.Row(r)
	var total, segment uint8
	if in&inTotal != 0 {
		total = roles
	}
	if in&inSegment != 0 {
		segment = roles
	}
	c.TotalRoles[i] &^= total
	c.SegmentRoles[i] &^= segment
	n.retract(c, i, total, segment)
}
