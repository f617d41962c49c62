package report

import (
	"strconv"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/plain"
)

// burnSamples is how often the objectives are evaluated over the report.
const burnSamples = 60

// setObjectives sets the burn rates at the end of the incident, and their
// peaks.
func (b *builder) setObjectives(by string) {
	r := &b.r
	r.Objectives = []Objective{}
	if len(b.o.Config.Objectives) == 0 {
		return
	}
	end := b.phases[b.during].At
	q := frame.Query{Filter: b.o.Filter, Traffic: b.o.Traffic, By: by, At: end, Window: time.Minute}
	r.Commands.Objectives = b.openCommand(q) + " " + shellJoin(b.o.ObjectiveFlags)
	for _, burn := range b.frameOf(q).Objectives {
		o := Objective{
			Name: plain.Line(burn.Name, maxLine), Objective: plain.Line(burn.Objective, maxLine), Known: burn.Known,
			Good: newFigure(burn.Good), N: burn.N, Burn: newFigure(burn.Rate), Page: burn.Page,
		}
		if b.isFew(1-burn.Good, burn.N) {
			o.Good, o.Burn = withheld, withheld
		}
		r.Objectives = append(r.Objectives, o)
	}
	step := r.To.Sub(r.From) / burnSamples
	for i := range burnSamples {
		q.At = r.To.Add(-step * time.Duration(burnSamples-1-i))
		for k, burn := range b.frameOf(q).Objectives {
			o := &r.Objectives[k]
			if burn.Known {
				o.Peak = max(o.Peak, burn.Rate)
			}
			o.Page = o.Page || burn.Page
			o.Spent = burn.Spent // the last one is over the whole recording
		}
	}
}

var objectiveHead = [...]string{"objective", "rule", "good at the end", "n", "burn", "peak burn", "budget spent", "breach"}

const budgetWords = "Burn is how many times faster than its 30 days allow the error budget was spent, over the long window, at the end of the incident. " +
	"Budget spent assumes that all 30 days look like this recording."

func (o *Objective) cells() []string {
	times := measure.Times
	if !o.Known {
		return []string{o.Name, o.Objective, "unknown", whole(float64(o.N)), "–", times(o.Peak), percent(o.Spent), yesNo(o.Page)}
	}
	return []string{o.Name, o.Objective, o.Good.format(func(v float64) string { return strconv.FormatFloat(100*v, 'f', 3, 64) + "%" }), whole(float64(o.N)), o.Burn.format(times), times(o.Peak), percent(o.Spent), yesNo(o.Page)}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
