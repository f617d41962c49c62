package report

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/rumtop/rumtop/internal/measure"
)

// Chart is the report's time range cut into steps.
type Chart struct {
	StepS   float64 `json:"step_s"`
	Points  []Point `json:"points"`
	Command string  `json:"command"` // of a point; replace TIME with its time
}

// stepLength is the length of a chart's steps.
func (c *Chart) stepLength() time.Duration { return time.Duration(c.StepS * float64(time.Second)) }

// Point is a step: the figures of its frame, a JSON member each.
type Point struct {
	To      time.Time // inclusive; it starts a step before
	Figures [numLines]Figure
}

// MarshalJSON writes "to" and a member for each of lines.
func (p Point) MarshalJSON() ([]byte, error) {
	to, err := json.Marshal(p.To)
	out := append([]byte(`{"to":`), to...)
	for i := range lines {
		figure, failed := p.Figures[i].MarshalJSON()
		if failed != nil {
			err = failed
		}
		out = append(append(out, `,"`+lines[i].key+`":`...), figure...)
	}
	return append(out, '}'), err
}

// The lines of charts, in the order of a point's JSON. A new chart needs its
// lines here and in [lines], and an entry in [plots].
const (
	affectedLine = iota
	errorRateLine
	lcp75Line
	lcp95Line
	inp75Line
	inp95Line
	numLines
)

// lines are the lines of charts: key in JSON, name in charts, and figure.
var lines = [numLines]struct {
	key, name string
	of        func(*Row) Figure
}{
	affectedLine:  {"affected_users", "affected users", func(r *Row) Figure { return r.Affected }},
	errorRateLine: {"error_rate", "error rate", func(r *Row) Figure { return r.ErrorRate }},
	lcp75Line:     {"lcp_p75", "LCP p75", func(r *Row) Figure { return r.LCP.P75 }},
	lcp95Line:     {"lcp_p95", "LCP p95", func(r *Row) Figure { return r.LCP.P95 }},
	inp75Line:     {"inp_p75", "INP p75", func(r *Row) Figure { return r.INP.P75 }},
	inp95Line:     {"inp_p95", "INP p95", func(r *Row) Figure { return r.INP.P95 }},
}

// plot is a chart of one or two lines over time.
type plot struct {
	title  string
	tick   func(float64) string // labels of the axis
	number func(float64) string // values in the table below
	bounds measure.Vital        // whose bounds the chart marks; zero: none
	lines  []int
}

var plots = [...]plot{
	{title: "Error rate", tick: percentTick, number: percent, lines: []int{errorRateLine}},
	{title: "Affected users", tick: whole, number: whole, lines: []int{affectedLine}},
	vitalPlot("Largest contentful paint", lcp, lcp75Line, lcp95Line),
	vitalPlot("Interaction to next paint", inp, inp75Line, inp95Line),
}

// vitalPlot is the chart of a vital in milliseconds.
func vitalPlot(title string, v rowVital, lines ...int) plot {
	return plot{title: title, tick: millisTick, number: v.vital().Unit.Format, bounds: v.vital(), lines: lines}
}

func percentTick(v float64) string { return strconv.FormatFloat(100*v, 'g', 4, 64) + "%" }

func millisTick(v float64) string {
	if v >= 1000 {
		return strconv.FormatFloat(v/1000, 'g', 4, 64) + " s"
	}
	return strconv.FormatFloat(v, 'g', 4, 64) + " ms"
}

// rangeOf is the lowest and the highest value shown of a line, 0 if there is
// none.
func rangeOf(points []Point, line int) (lowest, highest float64) {
	lowest = math.Inf(1)
	for i := range points {
		if f := points[i].Figures[line]; f.Shown() {
			lowest, highest = min(lowest, f.Value), max(highest, f.Value)
		}
	}
	return min(lowest, highest), highest
}
