package agg

import (
	"math/bits"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
)

// lens looks at the log through a filter and a grouping. It holds what the
// contract's definitions need to know of each page view (where it counts, its
// first error, its last values), and writes its verdicts into the log's rows:
// one for the total, and one for the row's segment, which differ where a view's
// beacons fall into several segments.
type lens struct {
	log      *store.Log
	matcher  *store.Matcher
	segments store.Segments

	views  store.Paged[viewState]  // by log.views
	failed map[uint32]store.Ref    // the first error of views
	split  map[uint32][]splitState // views in several segments

	errors []seenSpan // by error group: when it was seen

	// retract is told of each verdict that a later beacon took back: bits of
	// the total's and of the segment's.
	retract func(c *store.Chunk, i int, total, own uint8)

	overflow int64 // rows counted in the segment (other)
}

// viewState is what is known of a page view: the rows that stand for it.
type viewState struct {
	start     store.Ref
	last      [len(beacon.Vitals)]store.Ref
	segment   uint16 // segment + 1, 0: no beacon yet, or splitView
	navigated bool   // start is a navigation
}

// seenSpan is when an error group was seen first and last, Unix milliseconds.
type seenSpan struct{ first, last int64 }

type splitState struct {
	viewState // segment is the number itself
	err       store.Ref
}

const splitView = 1<<16 - 1

func newLens(l *store.Log, e filter.Expr, by string) *lens {
	return &lens{log: l, matcher: store.NewMatcher(l, e), segments: store.NewSegments(l, by),
		split: map[uint32][]splitState{}, failed: map[uint32]store.Ref{}, retract: func(*store.Chunk, int, uint8, uint8) {}}
}

// rebuild judges all rows of the log.
func (n *lens) rebuild() {
	n.views.Grow(n.log.Views.Bound())
	for k, c := range n.log.Chunks {
		from := n.log.ChunkRef(k)
		for i := range c.Rows {
			n.assignRoles(c, i, from+uint32(i))
		}
	}
}

// release forgets a view that has no row left.
func (n *lens) release(view uint32) {
	if int(view) < n.views.Len() {
		*n.views.Elem(view) = viewState{}
		delete(n.split, view)
		delete(n.failed, view)
	}
}

// assignRoles writes the verdicts of a row that has just come last.
func (n *lens) assignRoles(c *store.Chunk, i int, r store.Ref) {
	if !n.matcher.Passes(c, i) {
		c.TotalRoles[i], c.SegmentRoles[i] = 0, 0
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
		first := splitState{*st, n.failed[v]}
		first.segment--
		n.split[v] = []splitState{first}
		st.segment = splitView
		n.assignSplitRoles(c, i, r, v, seg)
		return
	}
	b := store.RolePasses | n.updateError(v, c, i, r, true, true) | n.update(st, c, i, r, true, true)
	c.TotalRoles[i], c.SegmentRoles[i] = b, b
}

// recordErrors takes note of when error groups were seen.
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

// assignSplitRoles judges for the total and for the segment apart.
func (n *lens) assignSplitRoles(c *store.Chunk, i int, r store.Ref, v uint32, seg uint16) {
	c.TotalRoles[i] = store.RolePasses | n.updateError(v, c, i, r, true, false) | n.update(n.views.Elem(v), c, i, r, true, false)
	states := n.split[v]
	k := 0
	for k < len(states) && states[k].segment != seg {
		k++
	}
	if k == len(states) {
		states = append(states, splitState{viewState: viewState{segment: seg}})
		n.split[v] = states
	}
	c.SegmentRoles[i] = store.RolePasses | n.updateFirstError(&states[k].err, c, i, r, false, true) | n.update(&states[k].viewState, c, i, r, false, true)
}

// updateError takes a row's errors into what is known of its view.
func (n *lens) updateError(v uint32, c *store.Chunk, i int, r store.Ref, total, own bool) uint8 {
	if c.Flags[i]&store.HasErrors == 0 {
		return 0
	}
	known := n.failed[v]
	b := n.updateFirstError(&known, c, i, r, total, own)
	if b != 0 {
		n.failed[v] = known
	}
	return b
}

// updateFirstError makes a row with errors the first of its view, if it is.
func (n *lens) updateFirstError(known *store.Ref, c *store.Chunk, i int, r store.Ref, total, own bool) uint8 {
	if c.Flags[i]&store.HasErrors == 0 || *known != 0 && !n.before(c.ReceivedAt(i), *known) {
		return 0
	}
	n.clearRoles(*known, store.RoleErrored, total, own)
	*known = r
	return store.RoleErrored
}

// update takes a row's start and values into what is known of its view and
// returns its part of the verdict, after taking back what it replaces.
func (n *lens) update(st *viewState, c *store.Chunk, i int, r store.Ref, total, own bool) (b uint8) {
	flags := c.Flags[i]
	if flags&beacon.FlagUnsampled != 0 {
		return b
	}
	navigation := flags&beacon.FlagNavigation != 0
	if st.start == 0 || navigation && !st.navigated ||
		navigation == st.navigated && n.before(c.ReceivedAt(i), st.start) {
		n.clearRoles(st.start, store.RoleView, total, own)
		st.start, st.navigated = r, navigation
		b |= store.RoleView
	}
	for m := c.VitalMask[i]; m != 0; m &= m - 1 {
		k := bits.TrailingZeros8(m)
		old := st.last[k]
		if old != 0 {
			if n.before(c.ReceivedAt(i), old) {
				continue
			}
			n.clearRoles(old, 1<<k, total, own)
		}
		st.last[k] = r
		b |= 1 << k
	}
	return b
}

// before reports whether t is before the receive time of row r. A row that was
// evicted is before everything.
func (n *lens) before(t int64, r store.Ref) bool {
	if !n.log.Has(r) {
		return false
	}
	c, i := n.log.Row(r)
	return t < c.ReceivedAt(i)
}

// clearRoles takes bits of a verdict back.
func (n *lens) clearRoles(r store.Ref, bits uint8, total, own bool) {
	if !n.log.Has(r) {
		return
	}
	c, i := n.log.Row(r)
	var t, o uint8
	if total {
		t = bits
	}
	if own {
		o = bits
	}
	c.TotalRoles[i] &^= t
	c.SegmentRoles[i] &^= o
	n.retract(c, i, t, o)
}
