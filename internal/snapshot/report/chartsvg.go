package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"
)

// Charts are drawn here rather than by a plotting library: those for Go set
// colours and fonts in style attributes, which a strict content security policy
// forbids and which cannot follow light and dark mode, and write no title and
// description for screen readers. All styles are in report.css.

// The sizes of a chart, in units of its view box. Charts are shown at about
// this size, so that letters keep their size.
const (
	chartW, chartH   = 480.0, 196.0
	plotL, plotR     = 58.0, chartW - 10
	plotT, plotB     = 32.0, chartH - 24
	hiddenH          = 5.0  // of the mark for few users
	labelW           = 44.0 // of a label on the axis of time
	timeLabels       = 6
	numberW, numberH = 13.0, 12.0
	numberT          = 11.0 // base line of the first row of numbers
)

// mark is a vertical line with a number, which the timeline explains.
type mark struct {
	at     time.Time
	number int
}

type canvas struct{ strings.Builder }

func (c *canvas) writef(format string, args ...any) { _, _ = fmt.Fprintf(c, format, args...) }

// chartSVG draws a plot of a report.
func chartSVG(id string, r *Report, p *plot, marks []mark) template.HTML {
	points, step := r.Chart.Points, r.Chart.stepLength()
	from, to := points[0].To.Add(-step), points[len(points)-1].To
	most := 0.0
	for _, l := range p.lines {
		_, m := rangeOf(points, l)
		most = max(most, m)
	}
	ticks, top := ticksTo(most, 5)
	x := func(t time.Time) float64 {
		return plotL + (plotR-plotL)*min(1, max(0, float64(t.Sub(from))/float64(to.Sub(from))))
	}
	y := func(v float64) float64 { return plotB - (plotB-plotT)*min(1, v/top) }

	c := &canvas{}
	c.writef(`<svg class="chart" viewBox="0 0 %g %g" role="img" aria-labelledby="%s-t %s-d">`, chartW, chartH, id, id)
	c.writef(`<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`, id, html.EscapeString(p.title), id, html.EscapeString(describe(r, p)))
	if in := r.Incident; in.Onset.Known() {
		end := to
		if in.End.Known() {
			end = in.End.At
		}
		c.writef(`<rect class="during" x="%.1f" y="%g" width="%.1f" height="%g"/>`, x(in.Onset.At), plotT, x(end)-x(in.Onset.At), plotB-plotT)
	}
	for _, v := range ticks {
		c.writef(`<line class="grid" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/>`, plotL, plotR, y(v), y(v))
		c.writef(`<text class="tick" x="%g" y="%.1f" text-anchor="end">%s</text>`, plotL-6, y(v)+4, html.EscapeString(p.tick(v)))
	}
	for _, bound := range [...]struct {
		class, text string
		v           float64
	}{{"good", "good up to here", p.bounds.Good}, {"poor", "poor from here", p.bounds.Poor}} {
		if bound.v > 0 && bound.v < top {
			c.writef(`<line class="bound %s" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/>`, bound.class, plotL, plotR, y(bound.v), y(bound.v))
			c.writef(`<text class="bound" x="%g" y="%.1f">%s</text>`, plotL+3, y(bound.v)-3, bound.text)
		}
	}
	c.drawTimes(from, to, x)
	c.drawMarks(marks, from, to, x)
	for k, l := range p.lines {
		c.drawLine(points, step, l, k, x, y)
	}
	c.writef(`</svg>`)
	return template.HTML(c.String())
}

// drawLine draws a line with gaps where data is missing, and marks hidden
// values.
func (c *canvas) drawLine(points []Point, step time.Duration, line, k int, x func(time.Time) float64, y func(float64) float64) {
	var path strings.Builder
	pen := 'M'
	for i := range points {
		f := points[i].Figures[line]
		middle := x(points[i].To.Add(-step / 2))
		switch {
		case f.Shown():
			_, _ = fmt.Fprintf(&path, "%c%.1f %.1f", pen, middle, y(f.Value))
			if next := i + 1; pen == 'M' && (next == len(points) || !points[next].Figures[line].Shown()) {
				path.WriteString("h0.1") // a point by itself
			}
			pen = 'L'
			continue
		case f.State == StateUnder || f.State == StateWithheld:
			c.writef(`<rect class="few" x="%.1f" y="%g" width="%.1f" height="%g"/>`, x(points[i].To.Add(-step)), plotB-hiddenH, x(points[i].To)-x(points[i].To.Add(-step)), hiddenH)
		}
		pen = 'M'
	}
	c.writef(`<path class="line line%d" d="%s"/>`, k, path.String())
}

// drawTimes draws the axis of time, in UTC.
func (c *canvas) drawTimes(from, to time.Time, x func(time.Time) float64) {
	c.writef(`<line class="axis" x1="%g" x2="%g" y1="%g" y2="%g"/>`, plotL, plotR, plotB, plotB)
	step, layout := timeStep(to.Sub(from), timeLabels)
	for t := from.Truncate(step).Add(step); t.Before(to); t = t.Add(step) {
		at := x(t)
		c.writef(`<line class="axis" x1="%.1f" x2="%.1f" y1="%g" y2="%g"/>`, at, at, plotB, plotB+4)
		if at-labelW/2 >= plotL-20 && at+labelW/2 <= chartW {
			c.writef(`<text class="tick" x="%.1f" y="%g" text-anchor="middle">%s</text>`, at, plotB+17, t.UTC().Format(layout))
		}
	}
}

// drawMarks draws numbered lines; overlapping numbers move down a row.
func (c *canvas) drawMarks(marks []mark, from, to time.Time, x func(time.Time) float64) {
	var ends []float64 // where each row of numbers ends
	for _, m := range marks {
		if m.at.Before(from) || m.at.After(to) {
			continue
		}
		at := x(m.at)
		row := slices.IndexFunc(ends, func(end float64) bool { return at-numberW/2 >= end })
		if row < 0 {
			row = len(ends)
			ends = append(ends, 0)
		}
		ends[row] = at + numberW/2
		c.writef(`<line class="mark" x1="%.1f" x2="%.1f" y1="%g" y2="%g"/>`, at, at, plotT-6, plotB)
		c.writef(`<text class="mark" x="%.1f" y="%g" text-anchor="middle">%d</text>`, at, numberT+numberH*float64(row), m.number)
	}
}

// describe is a chart in words, for screen readers.
func describe(r *Report, p *plot) string {
	var b strings.Builder
	for _, l := range p.lines {
		lowest, highest := rangeOf(r.Chart.Points, l)
		fmt.Fprintf(&b, "%s from %s to %s. ", lines[l].name, p.tick(lowest), p.tick(highest))
	}
	fmt.Fprintf(&b, "Steps of %s. The table below has the values.", span(r.Chart.stepLength()))
	return b.String()
}

// ticksTo are about n round values from 0, the last at least most.
func ticksTo(most float64, n int) (ticks []float64, top float64) {
	if !(most > 0) || math.IsInf(most, 0) {
		most = 1
	}
	raw := most / float64(n)
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * unit
	for _, m := range [...]float64{1, 2, 2.5, 5} {
		if m*unit >= raw {
			step = m * unit
			break
		}
	}
	for k := 0; ; k++ {
		v := float64(k) * step
		ticks = append(ticks, v)
		if v >= most*.9999 || k > 2*n {
			return ticks, v
		}
	}
}

// timeStep is the shortest round step of which at most n fit, and the format of
// its times.
func timeStep(length time.Duration, n int) (time.Duration, string) {
	for _, s := range stepLengths {
		if length/s <= time.Duration(n) {
			if s < time.Minute {
				return s, "15:04:05"
			}
			return s, "15:04"
		}
	}
	for s := 12 * time.Hour; ; s *= 2 {
		if length/s <= time.Duration(n) {
			return s, "Jan 2"
		}
	}
}

// bar draws a share of the widest bar of a table, for the eye alone: the cell
// beside it has the value.
func bar(share float64) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="%.1f" height="8"/></svg>`, 100*min(1, max(0, share))))
}
