package ui

import (
	"slices"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// chartSpan is how many windows the charts look back: half an hour for a window
// of five minutes.
const chartSpan = 6

// screenQuery is the user's query with how much of the answer fits on the
// screen.
func (m model) screenQuery(l layout) frame.Query {
	q := m.query
	q.Rows = m.table.wanted(visibleRows(l.table.h))
	q.Steps = steps(plotWidth(l))
	q.Span = m.chartSpan()
	q.Errors = 50
	if m.pane != nil {
		q = m.pane.ask(q, l.table.h)
	}
	if l.beside > 0 && l.errors.h > 0 && q.Differs == (frame.DiffersSpec{}) {
		q.Differs = differsSpec(m.frame)
	}
	if m.prompt.active {
		q.ValuesOf = m.prompt.valuesOf
	}
	return q
}

// chartSpan is how far the charts look back. If the window was moved out of their
// range, the range doubles until it is inside: each new length makes the
// aggregator read its log.
func (m model) chartSpan() time.Duration {
	d := time.Duration(m.span) * m.query.Window
	if d == 0 || m.query.At.IsZero() || m.frame == nil || m.frame.Now.IsZero() {
		return d
	}
	for need := m.frame.Now.Sub(m.query.At) + 2*m.query.Window; d < need; {
		d *= 2
	}
	return d
}

// steps is how many points to ask for: more than a narrow chart has columns, so
// that in half an hour a change shows after half a minute, not after two; and one
// more, since the last is still filling.
func steps(columns int) int {
	if columns > 80 {
		return 120 + 1
	}
	return 60 + 1
}

// sameQuery compares two queries; filters by their canonical text.
func sameQuery(a, b frame.Query) bool {
	if a.Filter.Text != b.Filter.Text || !a.At.Equal(b.At) || !a.Baseline.At.Equal(b.Baseline.At) {
		return false
	}
	a.Filter, b.Filter = filter.Expr{}, filter.Expr{}
	a.At, b.At = time.Time{}, time.Time{}
	a.Baseline.At, b.Baseline.At = time.Time{}, time.Time{}
	return a == b
}

// windows are the steps of the window keys.
var windows = [...]time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// nextWindow is the next longer or shorter step, or the same at the end.
func nextWindow(now time.Duration, longer bool) time.Duration {
	if longer {
		for _, w := range windows {
			if w > now {
				return w
			}
		}
		return now
	}
	for i := len(windows) - 1; i >= 0; i-- {
		if windows[i] < now {
			return windows[i]
		}
	}
	return now
}

// drillOrder is the dimensions in the usual order of a drill.
var drillOrder = beacon.DimsBy(func(d *beacon.Dimension) int { return d.Drill })

// nextDimension is what to group by after a drill into one value of a dimension:
// the next in the usual order that the filter does not fix.
func nextDimension(by string, e filter.Expr) string {
	start := slices.IndexFunc(drillOrder, func(d beacon.Dim) bool { return d.String() == by })
	for i := 1; i <= len(drillOrder); i++ {
		d := drillOrder[(start+i)%len(drillOrder)].String()
		if d != by && !fixes(e, d) {
			return d
		}
	}
	return by
}

// fixes reports whether a filter allows a single value of a field.
func fixes(e filter.Expr, field string) bool {
	is := func(n filter.Node) bool {
		t, ok := n.(*filter.Term)
		return ok && t.Field == field && t.Op == filter.Eq && len(t.Values) == 1 && !strings.Contains(t.Values[0], "*")
	}
	if terms, ok := e.Root.(filter.And); ok {
		return slices.ContainsFunc(terms, is)
	}
	return is(e.Root)
}
