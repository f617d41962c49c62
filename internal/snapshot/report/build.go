package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/snapshot"
)

// The most that a report holds of anything.
const (
	maxBreakdowns = 12
	maxShown      = 15 // segments of a breakdown
	maxErrors     = 10
	maxFindings   = 6
	maxText       = 16 << 10 // bytes of a summary or a note
	maxLine       = 300      // cells of a name
	maxStack      = 4 << 10  // bytes
)

// ErrNothing says that the file holds nothing of what was asked for.
var ErrNothing = errors.New("there is nothing to report: the file has no beacon that passes, in that time")

// Build reads a snapshot and reports of it. It takes some seconds for millions of
// beacons, and as much memory as o.Config allows.
func Build(f *snapshot.File, o Options) (*Report, error) {
	if o.MinCohort <= 0 {
		o.MinCohort = DefaultMinCohort
	}
	if len(o.By) == 0 {
		o.By = DefaultBy()
	}
	o.By = compact(o.By)
	if len(o.By) > maxBreakdowns {
		return nil, fmt.Errorf("%d dimensions: %d are the most that a report breaks down by", len(o.By), maxBreakdowns)
	}
	l, err := load(f, &o)
	if err != nil {
		return nil, err
	}
	if l.first.IsZero() {
		return nil, ErrNothing
	}
	b := builder{log: l, o: &o}
	if err := b.span(); err != nil {
		return nil, err
	}
	b.frame()
	return &b.r, b.fill()
}

// builder makes a report, part by part.
type builder struct {
	*log
	o       *Options
	r       Report
	phases  []frame.Query // by the first dimension
	during  int           // place of the incident's
	before  bool          // there is a phase before it, as long as it or shorter
	markers []beacon.Marker
	rows    map[string]map[string]*frame.Row // of the incident, by dimension and key, as they are
	// together are the conjunctions of what differs.
	together [][]frame.Term
}

// span is what the report is over: what was asked for, as far as there is a record.
func (b *builder) span() error {
	r := &b.r
	r.From, r.To = b.first.Add(-time.Millisecond).Truncate(time.Second), b.last
	if !b.o.From.IsZero() {
		r.From = b.o.From.UTC().Truncate(time.Millisecond)
	}
	if !b.o.To.IsZero() && b.o.To.Before(r.To) {
		r.To = b.o.To.UTC().Truncate(time.Millisecond)
	}
	switch {
	case r.From.After(b.last):
		return ErrNothing
	case r.To.Sub(r.From) < time.Second:
		return fmt.Errorf("a report is over a second at least, not from %s to %s", stamp(r.From), stamp(r.To))
	}
	return nil
}

func latest(x, y time.Time) time.Time {
	if y.After(x) {
		return y
	}
	return x
}

// frame fills in what needs no figure.
func (b *builder) frame() {
	m, r := &b.meta, &b.r
	r.Schema, r.Version, r.Site, r.Filter = Schema, b.o.Version, m.Site, plain.Line(b.o.Filter.String(), 0)
	r.Source = Source{
		File: plain.Line(b.o.File, maxLine), Version: m.Version, TakenAt: m.TakenAt, From: m.From, To: m.To,
		Only: m.Only, Beacons: m.Counts.Beacons, Anonymised: m.Anonymised,
	}
	r.Privacy.MinCohort = b.o.MinCohort
	r.Summary = plain.Text(cmp.Or(b.o.Summary, m.Summary), maxText)
	r.Notes = []Note{}
	for _, n := range m.Notes {
		r.Notes = append(r.Notes, Note{At: n.At, By: plain.Line(n.By, maxLine), Text: plain.Text(n.Text, maxText)})
	}
	for _, text := range b.o.Notes {
		r.Notes = append(r.Notes, Note{Text: plain.Text(text, maxText)})
	}
}

// fill asks for the figures. A new grouping or filter reads the log anew, so those
// of one are asked for together.
func (b *builder) fill() error {
	r, by := &b.r, b.o.By[0]
	b.ask(frame.Query{Filter: b.o.Filter, By: by, Window: time.Minute}) // what was found now knows the markers
	episodes := b.agg.Episodes()
	q := over(b.o, by, r.From, r.To)
	whole := b.ask(q)
	if whole.Total.Beacons == 0 {
		if err := b.o.Filter.Validate(whole.Tags); err != nil {
			return err
		}
		return ErrNothing
	}
	r.All, r.Commands.All = rowOf(&whole.Total, b.o.MinCohort), b.command(q)
	r.Privacy.Concealed += concealRows([]*Row{&r.All}, 0, b.o.MinCohort)
	b.markers = whole.Markers
	b.incident(episodes)
	b.cut()
	b.chart(by)
	b.objectives(by)
	b.errors(by)
	asked := b.differs(by, episodes)
	for _, by := range b.o.By {
		b.breakdown(by)
	}
	b.verdict()
	b.silent()
	b.conceal(asked)
	b.findings(episodes)
	b.timeline()
	b.caveats(whole)
	return nil
}

// cut makes the phases: the incident, and as long before and after it as it
// lasted, as far as the span reaches; or the span, where no incident is known.
func (b *builder) cut() {
	r := &b.r
	from, to := r.From, r.To
	if !r.Incident.Onset.Known() {
		b.phase("whole", from, to)
	} else {
		onset, end := r.Incident.Onset.At, to
		if r.Incident.End.Known() {
			end = r.Incident.End.At
		}
		length := end.Sub(onset)
		if begin := latest(from, onset.Add(-length)); onset.Sub(begin) >= time.Second {
			b.phase("before", begin, onset)
			b.before = true
		}
		b.during = len(b.phases)
		b.phase("during", onset, end)
		if until := end.Add(length); to.Sub(end) >= time.Second {
			if until.After(to) {
				until = to
			}
			b.phase("after", end, until)
		}
	}
	totals := make([]*Row, len(r.Phases))
	for i := range r.Phases {
		totals[i] = &r.Phases[i].Total
	}
	r.Privacy.Concealed += concealRows(totals, 0, b.o.MinCohort)
	r.Affected = r.Phases[b.during].Total.Affected
}

func (b *builder) phase(name string, from, to time.Time) {
	q := over(b.o, b.o.By[0], from, to)
	if name == "during" {
		q = against(q, from)
	}
	f := b.ask(q)
	b.phases = append(b.phases, q)
	b.r.Phases = append(b.r.Phases, Phase{Name: name, From: from, To: to, Total: rowOf(&f.Total, b.o.MinCohort), Command: b.command(q)})
}

// breakdown divides the phases by a dimension.
func (b *builder) breakdown(by string) {
	d := Breakdown{By: plain.Line(by, maxLine)}
	place := map[string]int{}
	for i, q := range b.phases {
		q.By = by
		f := b.ask(q)
		d.Commands = append(d.Commands, b.command(q))
		if i == b.during {
			b.keep(by, f)
		}
		for k := range f.Segments {
			s := &f.Segments[k]
			at, ok := place[s.Key]
			if !ok {
				at = len(d.Segments)
				place[s.Key] = at
				d.Segments = append(d.Segments, Segment{Key: plain.Line(s.Key, maxLine), Rows: make([]*Row, len(b.phases))})
			}
			row := rowOf(s, b.o.MinCohort)
			d.Segments[at].Rows[i] = &row
		}
	}
	slices.SortStableFunc(d.Segments, func(x, y Segment) int {
		return cmp.Or(b.compare(x.Rows, y.Rows, func(r *Row) Figure { return r.Affected }), b.compare(x.Rows, y.Rows, func(r *Row) Figure { return r.Users }), cmp.Compare(x.Key, y.Key))
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
		b.r.Privacy.Concealed += concealRows(rows, unseen, b.o.MinCohort)
	}
	d.Segments = d.Segments[:len(d.Segments)-d.Hidden]
	b.r.Breakdowns = append(b.r.Breakdowns, d)
}

// compare orders segments by a figure of the incident, the largest first.
func (b *builder) compare(x, y []*Row, of func(*Row) Figure) int {
	value := func(rows []*Row) float64 {
		if rows[b.during] == nil {
			return -1
		}
		return of(rows[b.during]).Value
	}
	return cmp.Compare(value(y), value(x))
}

// keep remembers how many people a value stands for.
func (b *builder) keep(by string, f *frame.Frame) {
	if b.rows == nil {
		b.rows = map[string]map[string]*frame.Row{}
	}
	rows := map[string]*frame.Row{}
	for i := range f.Segments {
		rows[f.Segments[i].Key] = &f.Segments[i]
	}
	b.rows[by] = rows
}

// compact is a list without what it holds twice.
func compact(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
