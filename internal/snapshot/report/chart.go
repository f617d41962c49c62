package report

import (
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
)

// stepLengths divide an axis of time well.
var stepLengths = [...]time.Duration{
	5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute,
	15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour,
}

const (
	mostPoints  = 96
	leastPoints = 16
	// mostConcealed is the share of points from which longer steps are tried: few
	// people in each of many say less than more people in fewer.
	mostConcealed = 0.03
)

// chart cuts the span into steps, and asks for each as for any window. Steps end
// at round times; what is left over at either end of the span is left out.
func (b *builder) chart(by string) {
	r := &b.r
	span := r.To.Sub(r.From)
	for _, step := range stepLengths {
		n := int(span / step)
		if n > mostPoints && step != stepLengths[len(stepLengths)-1] {
			continue
		}
		if n < leastPoints && len(r.Chart.Points) > 0 {
			break
		}
		concealed := b.steps(by, step)
		if float64(concealed) <= mostConcealed*float64(len(r.Chart.Points)) {
			r.Privacy.Concealed += concealed
			return
		}
	}
	for _, p := range r.Chart.Points {
		if !p.ErrorRate.Shown() {
			r.Privacy.Concealed++
		}
	}
}

// steps fills the chart in, and counts the points that are concealed.
func (b *builder) steps(by string, step time.Duration) (concealed int) {
	c := &b.r.Chart
	*c = Chart{StepS: step.Seconds(), Points: []Point{}}
	first := b.r.From.Truncate(step).Add(step)
	if b.r.From.Equal(first.Add(-step)) {
		first = b.r.From
	}
	q := over(b.o, by, first, first.Add(step))
	c.Command = strings.Replace(b.command(q), stamp(q.At), "TIME", 1)
	for ; !q.At.After(b.r.To); q.At = q.At.Add(step) {
		f := b.ask(q)
		row := rowOf(&f.Total, b.o.MinCohort)
		if concealRows([]*Row{&row}, 0, b.o.MinCohort) > 0 {
			concealed++
		}
		p := Point{To: q.At, Affected: row.Affected, ErrorRate: row.ErrorRate, LCP75: row.LCP.P75, LCP95: row.LCP.P95, INP75: row.INP.P75, INP95: row.INP.P95}
		if silent(&f.Total) {
			p.Affected = Figure{} // nobody is not the same as nobody affected
		}
		c.Points = append(c.Points, p)
	}
	return concealed
}

func silent(r *frame.Row) bool { return r.Beacons == 0 }
