package report

import (
	"cmp"
	"slices"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// addBreakdown divides the phases by a dimension or tag.
func (b *builder) addBreakdown(by string) {
	d := Breakdown{By: plain.Line(by, maxLine)}
	index := map[string]int{}
	for i, q := range b.phases {
		q.By = by
		f := b.frameOf(q)
		d.Commands = append(d.Commands, b.openCommand(q))
		if i == b.during {
			b.rememberRows(by, f)
		}
		for k := range f.Segments {
			s := &f.Segments[k]
			at, ok := index[s.Key]
			if !ok {
				at = len(d.Segments)
				index[s.Key] = at
				d.Segments = append(d.Segments, Segment{Key: plain.Line(s.Key, maxLine), Rows: make([]*Row, len(b.phases))})
			}
			row := newRow(s, b.o.MinCohort)
			d.Segments[at].Rows[i] = &row
		}
	}
	slices.SortStableFunc(d.Segments, func(x, y Segment) int {
		return cmp.Or(b.compareBy(x.Rows, y.Rows, func(r *Row) Figure { return r.Affected }), b.compareBy(x.Rows, y.Rows, func(r *Row) Figure { return r.Users }), cmp.Compare(x.Key, y.Key))
	})
	d.Hidden = max(0, len(d.Segments)-maxShown)
	for i := range b.phases {
		rows, unseen := []*Row{}, 0
		for k := range d.Segments {
			if row := d.Segments[k].Rows[i]; row != nil {
				rows = append(rows, row)
				if k >= maxShown {
					unseen++
				}
			}
		}
		if !b.r.Phases[i].Total.Users.Shown() {
			for _, row := range rows {
				row.withhold(withheld)
			}
			b.r.Privacy.Concealed += len(rows)
			continue
		}
		b.r.Privacy.Concealed += suppressRows(rows, unseen, b.o.MinCohort)
	}
	d.Segments = d.Segments[:len(d.Segments)-d.Hidden]
	b.r.Breakdowns = append(b.r.Breakdowns, d)
}

// compareBy orders segments by a figure of the incident, the largest first.
func (b *builder) compareBy(x, y []*Row, of func(*Row) Figure) int {
	value := func(rows []*Row) float64 {
		if rows[b.during] == nil {
			return -1
		}
		return of(rows[b.during]).Value
	}
	return cmp.Compare(value(y), value(x))
}

// rememberRows keeps the rows of the incident, for the users behind each value.
func (b *builder) rememberRows(by string, f *frame.Frame) {
	if b.incidentRows == nil {
		b.incidentRows = map[string]map[string]*frame.Row{}
	}
	rows := map[string]*frame.Row{}
	for i := range f.Segments {
		rows[f.Segments[i].Key] = &f.Segments[i]
	}
	b.incidentRows[by] = rows
}

// compact removes duplicates.
func compact(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
