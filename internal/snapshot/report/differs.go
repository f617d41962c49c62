package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/plain"
)

// setDiffers asks what errored views share and, if a vital got worse, what slow
// views share. It returns the dimensions of the answers, as suppressDiffers
// needs the users behind each value.
func (b *builder) setDiffers(by string, episodes []frame.Finding) (fields []string) {
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
		d := b.frameOf(q).Differs
		if d == nil {
			continue
		}
		out := Differs{Of: plain.Line(d.Of, maxLine), Against: plain.Line(d.Against, maxLine), A: countFigure(d.A), B: countFigure(d.B), Compared: d.Compared, Note: d.Note,
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
		b.conjunctions = append(b.conjunctions, d.Together.Terms)
	}
	return compact(fields)
}

// suppressDiffers removes the values of few users from what differs.
func (b *builder) suppressDiffers(fields []string) {
	for _, by := range fields {
		if b.incidentRows[by] == nil {
			q := b.phases[b.during]
			q.By = by
			b.rememberRows(by, b.frameOf(q))
		}
	}
	few := func(field, value string) bool {
		row := b.incidentRows[field][value]
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
			if command := b.openCommand(q); !slices.Contains(d.Commands, command) {
				d.Commands = append(d.Commands, command)
			}
			v.Field, v.Value = plain.Line(v.Field, maxLine), plain.Line(v.Value, maxLine)
			for j := range v.Same {
				v.Same[j] = plain.Line(v.Same[j], maxLine)
			}
		}
	}
	for i, terms := range b.conjunctions {
		q := b.phases[b.during]
		q.Filter = narrowed(q.Filter, terms)
		if d := &b.r.Differs[i]; len(terms) > 0 && b.frameOf(q).Total.Affected < b.o.MinCohort {
			d.Together, d.Coverage, d.Caught, d.Precision = "", 0, 0, 0
			b.r.Privacy.Concealed++
		}
	}
}

// narrowed is a filter with terms added.
func narrowed(e filter.Expr, terms []frame.Term) filter.Expr {
	for _, t := range terms {
		// Terms come from values in the log: one that no filter can express is
		// left out.
		if term, err := filter.NewTerm(t.Field, filter.Eq, filter.Literal(t.Value)); err == nil {
			e = e.And(term)
		}
	}
	return e
}

// title asks what one side of a comparison shares.
func (d *Differs) title() string {
	return "What " + d.Of + " share and " + strings.Replace(d.Against, "the rest", "the others", 1) + " do not"
}

func (d *Differs) summary() string {
	s := fmt.Sprintf("%s vs %s page views, %d values compared.", d.A.format(whole), d.B.format(whole), d.Compared)
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
