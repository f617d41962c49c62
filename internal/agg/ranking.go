package agg

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
)

// rankedSegment is a segment with what it is ordered by.
type rankedSegment struct {
	segment int
	key     string
	cell    *cell
	rate    float64
	p75     float64 // of the vital to order by, else 0
}

// rankSegments returns the segments of the window in the query's order. (other) is
// last: it is not one segment.
func (a *Aggregator) rankSegments(q *frame.Query) []rankedSegment {
	list := make([]rankedSegment, 0, len(a.now.cells))
	vital := -1
	if m, ok := measure.ByName(q.Sort); ok {
		vital = m.Vital
	}
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
	by := segmentOrder(q.Sort, vital)
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

// byAffected orders by affected users, the most first.
func byAffected(x, y rankedSegment) int {
	return cmp.Or(
		cmp.Compare(y.cell.affected, x.cell.affected),
		cmp.Compare(y.rate, x.rate),
		cmp.Compare(y.cell.views, x.cell.views),
	)
}

// segmentOrder returns the comparison for a sort column: the largest value first,
// keys in alphabetical order. Columns without an order of their own are ordered by
// affected users.
func segmentOrder(column string, vital int) func(x, y rankedSegment) int {
	switch {
	case column == "key":
		return func(x, y rankedSegment) int { return strings.Compare(x.key, y.key) }
	case column == "views":
		return func(x, y rankedSegment) int { return cmp.Compare(y.cell.views, x.cell.views) }
	case column == "users":
		return func(x, y rankedSegment) int { return cmp.Compare(y.cell.users, x.cell.users) }
	case column == measure.All[measure.ErrorRate].Name:
		return func(x, y rankedSegment) int { return cmp.Compare(y.rate, x.rate) }
	case vital >= 0:
		return func(x, y rankedSegment) int { return cmp.Compare(y.p75, x.p75) }
	}
	return byAffected
}

// compareErrors orders error groups by affected users, then by count.
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
