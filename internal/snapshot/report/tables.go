package report

import (
	"fmt"
	"slices"
	"strings"
)

// phaseRow is a row of the table of phases: a measure of each of them.
type phaseRow struct {
	name string
	of   func(*Row) string
}

// phaseRows are the rows of the table of phases.
var phaseRows = slices.Concat([]phaseRow{
	{"users", func(r *Row) string { return r.Users.format(whole) }},
	{"affected users", func(r *Row) string { return r.Affected.format(whole) }},
	{"page views", func(r *Row) string { return estimateMark(r) + r.Views.format(whole) }},
	{"errors", func(r *Row) string { return estimateMark(r) + r.Errors.format(whole) }},
	{"error rate", func(r *Row) string { return marked(r.ErrorRate.format(percent), r.Change.ErrorRate) }},
	{"requests", func(r *Row) string { return estimateMark(r) + r.Requests.format(whole) }},
	{"failed requests", func(r *Row) string { return estimateMark(r) + r.FailedRequests.format(whole) }},
}, vitalRows())

// vitalRows are the rows of the vitals.
func vitalRows() (rows []phaseRow) {
	for _, v := range vitals {
		title := v.vital().Title
		rows = append(rows,
			phaseRow{title + " p75", func(r *Row) string { return marked(v.p75(r), *v.change(&r.Change)) }},
			phaseRow{title + " p95", v.p95},
			phaseRow{title + " n", v.n},
		)
	}
	return rows
}

func marked(s string, sign *int) string { return strings.TrimSpace(s + " " + changeWords(sign)) }

// tableColumn is a column of a breakdown: a measure over one phase.
type tableColumn struct {
	group, name string
	of          func(*Segment) string
}

// breakdownColumns are the columns of a breakdown: the incident's, and error
// rate and LCP of every phase.
func breakdownColumns(r *Report) []tableColumn {
	during := r.during()
	in := func(i int, of func(*Row) string) func(*Segment) string {
		return func(s *Segment) string {
			if s.Rows[i] == nil {
				return "–"
			}
			return of(s.Rows[i])
		}
	}
	p75 := func(v rowVital) func(*Row) string {
		return func(r *Row) string { return v.p75(r) + changeMark(*v.change(&r.Change)) }
	}
	out := []tableColumn{
		{"", "affected", in(during, func(r *Row) string { return r.Affected.format(whole) })},
		{"", "users", in(during, func(r *Row) string { return r.Users.format(whole) })},
		{"", "views", in(during, func(r *Row) string { return estimateMark(r) + r.Views.format(whole) })},
	}
	for i, p := range r.Phases {
		out = append(out, tableColumn{"error rate", p.Name, in(i, func(r *Row) string { return r.ErrorRate.format(percent) + changeMark(r.Change.ErrorRate) })})
	}
	for i, p := range r.Phases {
		out = append(out, tableColumn{lcp.measure().Title, p.Name, in(i, p75(lcp))})
	}
	return append(out,
		tableColumn{lcp.measure().Title, "n", in(during, lcp.n)},
		tableColumn{inp.measure().Title, r.Phases[during].Name, in(during, p75(inp))},
		tableColumn{inp.measure().Title, "n", in(during, inp.n)},
	)
}

// overlapNote explains why the rows of a breakdown do not add up to its total.
func overlapNote(b *Breakdown) string {
	s := "Users can be in several rows: the total is a union, not a sum."
	if b.Hidden > 0 {
		s += fmt.Sprintf(" %d more are not shown.", b.Hidden)
	}
	return s
}
