package report

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// errors lists the error groups of the incident, with a stack of each.
func (b *builder) errors(by string) {
	b.r.Errors = []Error{}
	q := b.phases[b.during]
	q.Errors = maxErrors
	f := b.ask(q)
	b.r.Commands.Errors = b.command(q)
	for i := range f.Errors {
		g := &f.Errors[i]
		if g.Users < b.o.MinCohort {
			b.r.Fewer = true
			continue
		}
		one := q
		one.Fingerprint = g.Fingerprint
		e := Error{
			Fingerprint: g.Fingerprint, Type: plain.Line(g.Type, maxLine), Message: plain.Text(g.Message, maxStack),
			Count: counted(g.Count), Users: people(g.Users), FirstSeen: g.FirstSeen, LastSeen: g.LastSeen, Releases: []string{},
		}
		if d := b.ask(one).Detail; d != nil {
			e.Stack, e.Handled = plain.Text(d.Stack, maxStack), d.Handled
		}
		for _, release := range g.Releases {
			e.Releases = append(e.Releases, plain.Line(release, maxLine))
		}
		if b.before {
			isNew := g.FirstSeen.After(b.r.Incident.Onset.At)
			e.New = &isNew
		}
		if term, err := filter.NewTerm("fingerprint", filter.Eq, g.Fingerprint); err == nil {
			one.Filter = one.Filter.And(term)
		}
		e.Command = b.command(one)
		b.r.Errors = append(b.r.Errors, e)
	}
}

// differs asks what errored views share and, if a vital got worse, what slow views
// share. It returns the dimensions of the answers: conceal needs the number of
// users behind each value.
func (b *builder) differs(by string, episodes []frame.Finding) (fields []string) {
	b.r.Differs = []Differs{}
	specs := []frame.DiffersSpec{{Kind: frame.DiffersErrored}}
	for _, e := range episodes {
		if metric, ok := strings.CutSuffix(e.Measure, "_p75"); ok {
			specs = append(specs, frame.DiffersSpec{Kind: frame.DiffersSlow, Metric: metric})
			break
		}
	}
	for _, spec := range specs {
		q := b.phases[b.during]
		q.By, q.Differs = by, spec
		d := b.ask(q).Differs
		if d == nil {
			continue
		}
		out := Differs{Of: plain.Line(d.Of, maxLine), Against: plain.Line(d.Against, maxLine), A: counted(d.A), B: counted(d.B), Compared: d.Compared, Note: d.Note,
			Together: plain.Line(d.Together.Filter, maxLine), Coverage: d.Together.Coverage, Caught: d.Together.Caught, Precision: d.Together.Precision}
		for _, v := range d.Values[:min(len(d.Values), maxErrors)] {
			x := Difference{Field: v.Field, Value: v.Value, A: v.A, B: v.B, Diff: v.Diff, Lift: v.Lift}
			for _, s := range v.Same {
				x.Same = append(x.Same, s.Field+"="+s.Value)
			}
			out.Values = append(out.Values, x)
			fields = append(fields, v.Field)
		}
		b.r.Differs = append(b.r.Differs, out)
		b.together = append(b.together, d.Together.Terms)
	}
	return compact(fields)
}

// conceal removes the values of few users from what differs.
func (b *builder) conceal(fields []string) {
	for _, by := range fields {
		if b.rows[by] == nil {
			q := b.phases[b.during]
			q.By = by
			b.keep(by, b.ask(q))
		}
	}
	few := func(field, value string) bool {
		row := b.rows[field][value]
		return row == nil || row.Affected < b.o.MinCohort
	}
	for i := range b.r.Differs {
		d := &b.r.Differs[i]
		n := len(d.Values)
		d.Values = slices.DeleteFunc(d.Values, func(v Difference) bool { return few(v.Field, v.Value) })
		b.r.Privacy.Concealed += n - len(d.Values)
		for k := range d.Values {
			v := &d.Values[k]
			v.Same = slices.DeleteFunc(v.Same, func(s string) bool {
				field, value, _ := strings.Cut(s, "=")
				return few(field, value)
			})
			q := b.phases[b.during]
			q.By = v.Field
			if command := b.command(q); !slices.Contains(d.Commands, command) {
				d.Commands = append(d.Commands, command)
			}
			v.Field, v.Value = plain.Line(v.Field, maxLine), plain.Line(v.Value, maxLine)
			for j := range v.Same {
				v.Same[j] = plain.Line(v.Same[j], maxLine)
			}
		}
	}
	for i, terms := range b.together {
		q := b.phases[b.during]
		q.Filter = narrowed(q.Filter, terms)
		if d := &b.r.Differs[i]; len(terms) > 0 && b.ask(q).Total.Affected < b.o.MinCohort {
			d.Together, d.Coverage, d.Caught, d.Precision = "", 0, 0, 0
			b.r.Privacy.Concealed++
		}
	}
}

// narrowed is a filter with terms added.
func narrowed(e filter.Expr, terms []frame.Term) filter.Expr {
	for _, t := range terms {
		// Terms come from values in the log: one that no filter can express is left
		// out.
		if term, err := filter.NewTerm(t.Field, filter.Eq, filter.Literal(t.Value)); err == nil {
			e = e.And(term)
		}
	}
	return e
}

// few reports whether a share of n is too few page views to show.
func (b *builder) few(share float64, n int) bool {
	x := math.Round(share * float64(n))
	return x > 0 && x < float64(b.o.MinCohort)
}

// burnLooks is how often the objectives are evaluated over the report.
const burnLooks = 60

// objectives are the burn rates at the end of the incident, and their peaks.
func (b *builder) objectives(by string) {
	r := &b.r
	r.Objectives = []Objective{}
	if len(b.o.Config.Objectives) == 0 {
		return
	}
	end := b.phases[b.during].At
	q := frame.Query{Filter: b.o.Filter, By: by, At: end, Window: time.Minute}
	r.Commands.Objectives = b.command(q) + " " + join(b.o.ObjectiveFlags)
	for _, burn := range b.ask(q).Objectives {
		o := Objective{
			Name: plain.Line(burn.Name, maxLine), Objective: plain.Line(burn.Objective, maxLine), Known: burn.Known,
			Good: figureOf(burn.Good), N: burn.N, Burn: figureOf(burn.Rate), Page: burn.Page,
		}
		if b.few(1-burn.Good, burn.N) {
			o.Good, o.Burn = withheld, withheld
		}
		r.Objectives = append(r.Objectives, o)
	}
	step := r.To.Sub(r.From) / burnLooks
	for i := range burnLooks {
		q.At = r.To.Add(-step * time.Duration(burnLooks-1-i))
		for k, burn := range b.ask(q).Objectives {
			o := &r.Objectives[k]
			if burn.Known {
				o.Peak = max(o.Peak, burn.Rate)
			}
			o.Page = o.Page || burn.Page
			o.Spent = burn.Spent // the last one is over the whole recording
		}
	}
}
