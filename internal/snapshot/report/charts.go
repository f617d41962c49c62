package report

import (
	"strings"
	"time"
)

// stepLengths are round lengths for steps of a time axis, shortest first.
var stepLengths = [...]time.Duration{
	5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute,
	15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour,
}

const (
	maxPoints = 96
	minPoints = 16
	// maxConcealed is the share of hidden points above which longer steps are
	// tried: few users in many steps show less than more users in fewer steps.
	maxConcealed = 0.03
)

// setChart cuts the report into steps, with a frame for each. Steps end at
// round times; the remainders at both ends of the report are left out.
func (b *builder) setChart(by string) {
	r := &b.r
	span := r.To.Sub(r.From)
	for _, step := range stepLengths {
		n := int(span / step)
		if n > maxPoints && step != stepLengths[len(stepLengths)-1] {
			continue
		}
		if n < minPoints && len(r.Chart.Points) > 0 {
			break
		}
		concealed := b.setSteps(by, step)
		if float64(concealed) <= maxConcealed*float64(len(r.Chart.Points)) {
			r.Privacy.Concealed += concealed
			return
		}
	}
	for _, p := range r.Chart.Points {
		if !p.Figures[errorRateLine].Shown() {
			r.Privacy.Concealed++
		}
	}
}

// setSteps sets the chart's points and returns how many of them are hidden.
func (b *builder) setSteps(by string, step time.Duration) (concealed int) {
	c := &b.r.Chart
	*c = Chart{StepS: step.Seconds(), Points: []Point{}}
	first := b.r.From.Truncate(step).Add(step)
	if b.r.From.Equal(first.Add(-step)) {
		first = b.r.From
	}
	q := queryOver(b.o, by, first, first.Add(step))
	c.Command = strings.Replace(b.openCommand(q), timeFlag(q.At), "TIME", 1)
	for ; !q.At.After(b.r.To); q.At = q.At.Add(step) {
		f := b.frameOf(q)
		row := newRow(&f.Total, b.o.MinCohort)
		if suppressRows([]*Row{&row}, 0, b.o.MinCohort) > 0 {
			concealed++
		}
		p := Point{To: q.At}
		if f.Total.Beacons > 0 { // else 0 affected users would look like health
			for i := range lines {
				p.Figures[i] = lines[i].of(&row)
			}
		}
		c.Points = append(c.Points, p)
	}
	return concealed
}
