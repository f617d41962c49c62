package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/measure"
)

// The words that Markdown and HTML share.

// provenance is where the report comes from.
func provenance(r *Report) string {
	s := fmt.Sprintf("%s of %s, %s to %s (%s), %s beacons", "Report", r.Source.File, date(r.Source.From), date(r.Source.To), span(r.Source.To.Sub(r.Source.From)), whole(float64(r.Source.Beacons)))
	if r.Source.Version != "" {
		s += ", recorded by rumtop " + r.Source.Version
	}
	if !r.Source.TakenAt.IsZero() {
		s += " at " + date(r.Source.TakenAt)
	}
	if r.Version != "" {
		s += ", written by rumtop " + r.Version
	}
	return s + ". All times are UTC."
}

func moment(m Moment) string {
	if !m.Known() {
		return m.Why
	}
	s := date(m.At) + " (" + m.Why
	if !m.From.IsZero() && m.To.After(m.From) {
		s += ", between " + clock(m.From) + " and " + clock(m.To) + " (95% CI)"
	}
	return s + ")"
}

// affectedOver is what the number of affected users covers.
func affectedOver(r *Report) string {
	p := &r.Phases[r.during()]
	s := " distinct users with at least one error from " + clock(p.From) + " to " + clock(p.To)
	if f := p.Total.Users; f.Shown() && r.Affected.Shown() && f.Value > 0 {
		s += ", " + percent(r.Affected.Value/f.Value) + " of " + whole(f.Value)
	}
	return s
}

// during is the index of the incident's phase: 0 if the incident is unknown.
func (r *Report) during() int {
	return max(0, slices.IndexFunc(r.Phases, func(p Phase) bool { return p.Name == "during" }))
}

// words describes a finding: measure, values, segment, users, time.
func (f *Finding) words() string {
	s := measureTitle(f.Measure) + who(f.Filter)
	if f.Last != nil {
		s += ": " + estimate(f.Measure, *f.Last) + " in its last 5 min"
	}
	if f.Before != nil {
		before := ", before "
		if f.Against != "" {
			before = ", overall was "
		}
		s += before + estimate(f.Measure, *f.Before)
	}
	if f.Measure == "error_rate" {
		s += "; " + f.Over.Affected.show(whole) + " affected users"
	}
	s += "; from " + clock(f.Since)
	if f.Until.IsZero() {
		s += ", ongoing when the recording ended"
	} else {
		s += " to " + clock(f.Until)
	}
	if f.After != "" {
		s += "; after “" + f.After + "”"
	}
	if f.Filter != "" && f.Explained > 0 {
		s += "; explains " + strconv.Itoa(int(math.Round(20*f.Explained))*5) + "% of the excess"
	}
	return s
}

// measureRows are the rows of the table of phases.
var measureRows = [...]struct {
	name string
	of   func(*Row) string
}{
	{"users", func(r *Row) string { return r.Users.show(whole) }},
	{"affected users", func(r *Row) string { return r.Affected.show(whole) }},
	{"page views", func(r *Row) string { return counts(r) + r.Views.show(whole) }},
	{"errors", func(r *Row) string { return counts(r) + r.Errors.show(whole) }},
	{"error rate", func(r *Row) string { return marked(r.ErrorRate.show(percent), r.Change.ErrorRate) }},
	{"requests", func(r *Row) string { return counts(r) + r.Requests.show(whole) }},
	{"failed requests", func(r *Row) string { return counts(r) + r.FailedRequests.show(whole) }},
	{"LCP p75", func(r *Row) string { return marked(showVital(measure.LCP, r.LCP.P75, r.LCP.Thin), r.Change.LCP) }},
	{"LCP p95", func(r *Row) string { return showVital(measure.LCP, r.LCP.P95, r.LCP.Thin) }},
	{"LCP n", func(r *Row) string { return r.LCP.N.show(whole) }},
	{"INP p75", func(r *Row) string { return marked(showVital(measure.INP, r.INP.P75, r.INP.Thin), r.Change.INP) }},
	{"INP p95", func(r *Row) string { return showVital(measure.INP, r.INP.P95, r.INP.Thin) }},
	{"INP n", func(r *Row) string { return r.INP.N.show(whole) }},
	{"CLS p75", func(r *Row) string { return marked(showVital(measure.CLS, r.CLS.P75, r.CLS.Thin), r.Change.CLS) }},
	{"CLS p95", func(r *Row) string { return showVital(measure.CLS, r.CLS.P95, r.CLS.Thin) }},
	{"CLS n", func(r *Row) string { return r.CLS.N.show(whole) }},
}

func marked(s string, sign *int) string { return strings.TrimSpace(s + " " + change(sign)) }

// column is one of a breakdown: a measure, or one phase of it.
type column struct {
	group, name string
	of          func(*Segment) string
}

// columnsOf are the columns of a breakdown: the incident's, and error rate and LCP
// of every phase.
func columnsOf(r *Report) []column {
	during := r.during()
	in := func(i int, of func(*Row) string) func(*Segment) string {
		return func(s *Segment) string {
			if s.Rows[i] == nil {
				return "–"
			}
			return of(s.Rows[i])
		}
	}
	out := []column{
		{"", "affected", in(during, func(r *Row) string { return r.Affected.show(whole) })},
		{"", "users", in(during, func(r *Row) string { return r.Users.show(whole) })},
		{"", "views", in(during, func(r *Row) string { return counts(r) + r.Views.show(whole) })},
	}
	for i, p := range r.Phases {
		out = append(out, column{"error rate", p.Name, in(i, func(r *Row) string { return r.ErrorRate.show(percent) + sign(r.Change.ErrorRate) })})
	}
	for i, p := range r.Phases {
		out = append(out, column{"LCP p75", p.Name, in(i, func(r *Row) string { return showVital(measure.LCP, r.LCP.P75, r.LCP.Thin) + sign(r.Change.LCP) })})
	}
	return append(out,
		column{"LCP p75", "n", in(during, func(r *Row) string { return r.LCP.N.show(whole) })},
		column{"INP p75", r.Phases[during].Name, in(during, func(r *Row) string { return showVital(measure.INP, r.INP.P75, r.INP.Thin) + sign(r.Change.INP) })},
		column{"INP p75", "n", in(during, func(r *Row) string { return r.INP.N.show(whole) })},
	)
}

func overlap(b *Breakdown) string {
	s := "Users can be in several rows: the total is a union, not a sum."
	if b.Hidden > 0 {
		s += fmt.Sprintf(" %d more are not shown.", b.Hidden)
	}
	return s
}

func (e *Error) title() string { return strings.TrimPrefix(e.Type+": "+e.Message, ": ") }

// facts are what is known of a group beside its stack.
func (e *Error) facts() string {
	s := e.Users.show(whole) + " users · " + e.Count.show(whole) + " times · first seen " + clock(e.FirstSeen) + " · last " + clock(e.LastSeen)
	if e.New != nil && *e.New {
		s += " · new since the onset"
	} else if e.New != nil {
		s += " · seen before the onset"
	}
	if len(e.Releases) > 0 {
		s += " · in " + strings.Join(e.Releases, ", ")
	}
	if e.Handled {
		s += " · handled"
	}
	return s + " · " + e.Fingerprint
}

// title asks what one side of a comparison shares.
func (d *Differs) title() string {
	return "What " + d.Of + " share and " + strings.Replace(d.Against, "the rest", "the others", 1) + " do not"
}

func (d *Differs) words() string {
	s := fmt.Sprintf("%s vs %s page views, %d values compared.", d.A.show(whole), d.B.show(whole), d.Compared)
	if d.Note != "" {
		s += " " + capital(d.Note) + "."
	}
	if d.Together != "" {
		s += fmt.Sprintf(" Combined: %s matches %s of them and %s of the others.", d.Together, percent(d.Coverage), percent(d.Caught))
	}
	return s
}

func (d *Difference) name() string {
	s := d.Field + "=" + d.Value
	if len(d.Same) > 0 {
		s += " (nearly the same views: " + strings.Join(d.Same, ", ") + ")"
	}
	return s
}

func (d *Difference) lift() string {
	if d.Lift == 0 {
		return "only here"
	}
	return measure.Times(d.Lift)
}

func (d *Difference) interval() string {
	points := measure.Share.Change
	return points(d.Diff.Value) + " (" + points(d.Diff.Low) + " to " + points(d.Diff.High) + ")"
}

var objectiveHead = [...]string{"objective", "rule", "good at the end", "n", "burn", "peak burn", "budget spent", "breach"}

const budgetWords = "Burn is how many times faster than its 30 days allow the error budget was spent, over the long window, at the end of the incident. " +
	"Budget spent assumes that all 30 days look like this recording."

func (o *Objective) cells() []string {
	times := measure.Times
	if !o.Known {
		return []string{o.Name, o.Objective, "unknown", whole(float64(o.N)), "–", times(o.Peak), percent(o.Spent), yes(o.Page)}
	}
	return []string{o.Name, o.Objective, o.Good.show(func(v float64) string { return strconv.FormatFloat(100*v, 'f', 3, 64) + "%" }), whole(float64(o.N)), o.Burn.show(times), times(o.Peak), percent(o.Spent), yes(o.Page)}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func privacyWords(r *Report) string {
	if r.Privacy.MinCohort == 1 {
		return "No group is hidden."
	}
	s := fmt.Sprintf("Groups under %d users are hidden (<%d)", r.Privacy.MinCohort, r.Privacy.MinCohort)
	return s + fmt.Sprintf(", and so are values that would reveal them: %d rows, values and points.", r.Privacy.Concealed)
}

// prefix is the time and author of a note.
func (n *Note) prefix() string {
	var parts []string
	if !n.At.IsZero() {
		parts = append(parts, date(n.At))
	}
	if n.By != "" {
		parts = append(parts, n.By)
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + ": "
}

// plot is a chart of one or two lines over time.
type plot struct {
	title string
	unit  func(float64) string
	vital int // place in measure.Vitals, whose bounds the chart marks; -1: none
	lines []plotLine
}

type plotLine struct {
	name string
	of   func(*Point) Figure
}

var plots = [...]plot{
	{"Error rate", percentTick, -1, []plotLine{{"error rate", func(p *Point) Figure { return p.ErrorRate }}}},
	{"Affected users", whole, -1, []plotLine{{"affected users", func(p *Point) Figure { return p.Affected }}}},
	{"Largest contentful paint", millisTick, measure.All[measure.LCP].Vital, []plotLine{{"LCP p75", func(p *Point) Figure { return p.LCP75 }}, {"LCP p95", func(p *Point) Figure { return p.LCP95 }}}},
	{"Interaction to next paint", millisTick, measure.All[measure.INP].Vital, []plotLine{{"INP p75", func(p *Point) Figure { return p.INP75 }}, {"INP p95", func(p *Point) Figure { return p.INP95 }}}},
}

func percentTick(v float64) string { return strconv.FormatFloat(100*v, 'g', 4, 64) + "%" }

func millisTick(v float64) string {
	if v >= 1000 {
		return strconv.FormatFloat(v/1000, 'g', 4, 64) + " s"
	}
	return strconv.FormatFloat(v, 'g', 4, 64) + " ms"
}

// rangeOf is the lowest and the highest value shown of a line, 0 if there is none.
func rangeOf(points []Point, of func(*Point) Figure) (least, most float64) {
	least = math.Inf(1)
	for i := range points {
		if f := of(&points[i]); f.Shown() {
			least, most = min(least, f.Value), max(most, f.Value)
		}
	}
	return min(least, most), most
}

// stepOf is the length of a chart's steps.
func (c *Chart) stepOf() time.Duration { return time.Duration(c.StepS * float64(time.Second)) }
