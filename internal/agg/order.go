package agg

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
)

// rankedSegment is a segment on its way to its place.
type rankedSegment struct {
	segment int
	key     string
	cell    *cell
	rate    float64
	p75     float64 // of the vital that orders, else 0
}

// rankSegments gives the segments of the window in the order that q asks for. (other)
// is always last: it is no segment.
func (a *Aggregator) rankSegments(q *frame.Query) []rankedSegment {
	list := make([]rankedSegment, 0, len(a.now.cells))
	vital := slices.Index([]string{"lcp", "inp", "cls"}, q.Sort)
	for seg, c := range a.now.cells {
		if c == nil {
			continue
		}
		r := rankedSegment{segment: seg, key: a.lens.segments.Key(seg), cell: c, rate: errorRate(c.errored, c.views)}
		if vital >= 0 {
			r.p75 = c.vitals[vital].Quantile(.75)
		}
		list = append(list, r)
	}
	by := ordering(q.Sort)
	slices.SortFunc(list, func(x, y rankedSegment) int {
		if x.segment == store.OtherSegment || y.segment == store.OtherSegment {
			return cmp.Compare(y.segment, x.segment)
		}
		n := cmp.Or(by(x, y), byAffected(x, y), strings.Compare(x.key, y.key))
		if q.Reverse {
			return -n
		}
		return n
	})
	return list
}

// byAffected orders by how many people are hurt.
func byAffected(x, y rankedSegment) int {
	return cmp.Or(
		cmp.Compare(y.cell.affected, x.cell.affected),
		cmp.Compare(y.rate, x.rate),
		cmp.Compare(y.cell.views, x.cell.views),
	)
}

// ordering compares by a column, the most first; keys by the alphabet.
func ordering(column string) func(x, y rankedSegment) int {
	switch column {
	case "key":
		return func(x, y rankedSegment) int { return strings.Compare(x.key, y.key) }
	case "views":
		return func(x, y rankedSegment) int { return cmp.Compare(y.cell.views, x.cell.views) }
	case "error_rate":
		return func(x, y rankedSegment) int { return cmp.Compare(y.rate, x.rate) }
	case "users":
		return func(x, y rankedSegment) int { return cmp.Compare(y.cell.users, x.cell.users) }
	case "lcp", "inp", "cls":
		return func(x, y rankedSegment) int { return cmp.Compare(y.p75, x.p75) }
	}
	return byAffected
}

// compareErrors orders error groups by the users they hit, then by how often.
func (a *Aggregator) compareErrors(x, y uint32) int {
	if x == store.OtherGroup || y == store.OtherGroup {
		return cmp.Compare(y, x)
	}
	p, q := a.now.groups[x], a.now.groups[y]
	groups := a.log.Errors.Groups
	return cmp.Or(
		cmp.Compare(q.users, p.users),
		cmp.Compare(q.count, p.count),
		strings.Compare(groups[x].Fingerprint, groups[y].Fingerprint),
	)
}

// cell is the cell of a segment, nil where it has none.
func (w *window) cell(segment int) *cell {
	if segment >= len(w.cells) {
		return nil
	}
	return w.cells[segment]
}
