package ui

import (
	"slices"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// chart is what one chart shows.
type chart struct {
	name   string
	lines  []string // their names, if there are several
	scale  scale
	least  float64 // the axis reaches at least this far, so that noise looks small
	series func(*frame.Series) [][]float64
	now    func(*frame.Row) string

	compares bool       // a measure, whose delta the title shows
	measure  measure.ID // if it compares
}

// chartTable is the charts, in the order of the key that zooms them.
var chartTable = []chart{
	{"error rate", nil, percents, 0.01, func(s *frame.Series) [][]float64 { return [][]float64{s.ErrorRate} },
		func(r *frame.Row) string { return unlessNone(float64(r.Views), measure.Percent(r.ErrorRate)) }, true, measure.ErrorRate},
	vitalChart(measure.LCP, 1000),
	vitalChart(measure.INP, 100),
	{"affected users", nil, numbers, 5, func(s *frame.Series) [][]float64 { return [][]float64{s.Affected} },
		func(r *frame.Row) string { return unlessNone(float64(r.Beacons), measure.Count(float64(r.Affected))) }, false, 0},
}

// vitalChart shows the percentiles of the vital that a measure compares.
func vitalChart(id measure.ID, least float64) chart {
	i := measure.All[id].Vital
	v := &measure.Vitals[i]
	scale := scaleOf(v)
	return chart{v.Title, []string{"p75", "p95"}, scale, least,
		func(s *frame.Series) [][]float64 { p75, p95 := s.Vital(i); return [][]float64{p75, p95} },
		func(r *frame.Row) string { return percentilesNow(*r.Vital(i), scale) }, true, id}
}

// unlessNone is a number that is computed from n others.
func unlessNone(n float64, s string) string {
	if n == 0 {
		return measure.Unknown
	}
	return s
}

func percentilesNow(d frame.Dist, s scale) string {
	switch {
	case d.N == 0:
		return measure.Unknown
	case d.Thin():
		return s.value(d.P75) + thinMark(true)
	}
	return s.value(d.P75) + " " + s.tail(d.P95)
}

// plotWidth is how many columns the plot of each chart has.
func plotWidth(l layout) int {
	if l.plots == 0 {
		return 0
	}
	return max(draw.PlotWidth(l.w/l.plots), 0)
}

// charts are the drawn charts. They are drawn when a point is complete or the
// screen changes, not with every frame: between the two, not one byte of them
// is sent.
type charts struct {
	zoom  int        // 0: all; else the number of the one that is zoomed
	worse int        // the number of the one whose measure got worse, 0: none
	boxes [][]string // per chart the lines below its title
	drawn stamp
}

// stamp is what a drawing depends on.
type stamp struct {
	end    int64 // right edge of the last complete point, or of any while loading
	from   int64
	step   time.Duration
	filter string
	site   string
	layout layout
	zoom   int
	worse  int
	stale  bool
	utc    bool
	empty  bool
	marks  uint64
	lit    highlight
}

// cycle zooms the next chart, and after the last none.
func (c charts) cycle() charts {
	c.zoom = (c.zoom + 1) % (len(chartTable) + 1)
	return c
}

// which lists the charts that a layout shows.
func (c charts) which(l layout) []chart {
	all := chartTable
	switch {
	case l.plots == 0:
		return nil
	case c.zoom > 0:
		return all[c.zoom-1 : c.zoom]
	}
	shown := all[:min(l.plots, len(all))]
	if c.worse > len(shown) { // the measure that got worse has the last place
		shown = slices.Clone(shown)
		shown[len(shown)-1] = all[c.worse-1]
	}
	return shown
}

// chartOf is the number of the chart of the measure that got worse, 0 if it has
// none.
func chartOf(f *frame.Frame) int {
	if f == nil || f.Finding.State != frame.FindingOn {
		return 0
	}
	m, ok := measure.ByKey(f.Finding.Measure)
	if !ok {
		return 0
	}
	return 1 + slices.IndexFunc(chartTable, func(c chart) bool { return c.compares && c.measure == m.ID })
}

// draw brings the drawing up to date.
func (c charts) draw(f *frame.Frame, marks []beacon.Marker, lit highlight, l layout, th draw.Theme, loc *time.Location, stale bool) charts {
	now := stamp{layout: l, zoom: c.zoom, worse: chartOf(f), stale: stale, utc: loc == time.UTC, empty: f == nil, marks: marksHash(marks), lit: lit}
	if f != nil {
		s := &f.Series
		now.step, now.filter, now.site = s.Step, f.Filter, f.Site
		now.end = s.From.Add(time.Duration(s.Complete) * s.Step).Unix()
		now.from = s.From.Truncate(max(s.Step, time.Second)).Unix()
		if f.Health.Loading < 1 {
			now.end = -f.At.Unix()
		}
	}
	if now == c.drawn && c.boxes != nil {
		return c
	}
	c.drawn, c.worse = now, now.worse
	shown := c.which(l)
	c.boxes = make([][]string, len(shown))
	for i, x := range shown {
		w := boxWidth(l, i)
		plot := x.plot(f, loc)
		plot.Marks, plot.Lit = marksOn(f, marks, draw.PlotWidth(w)), lit.on(f, draw.PlotWidth(w))
		c.boxes[i] = plot.Lines(w, l.charts.h, th)
	}
	return c
}

// boxWidth divides the width among the charts without a rest.
func boxWidth(l layout, i int) int {
	return l.w*(i+1)/l.plots - l.w*i/l.plots
}

// plot is the chart of a frame.
func (c chart) plot(f *frame.Frame, loc *time.Location) draw.Chart {
	out := draw.Chart{Least: c.least, Label: func(v float64) string { return draw.AxisNumber(v * c.scale.per) }}
	if f == nil {
		return out
	}
	for _, s := range c.series(&f.Series) {
		out.Series = append(out.Series, s[:max(min(f.Series.Complete, len(s)), 0)])
	}
	if from, to, ok := chartTimes(f); ok {
		out.From, out.To = draw.Clock(from, f.At, loc), draw.Clock(to, f.At, loc)
	}
	return out
}

// title is what the measure is now.
func (c chart) title(f *frame.Frame, th draw.Theme) draw.ChartTitle {
	t := draw.ChartTitle{Name: titled(c.name, c.scale.unit), Lines: c.lines, DeltaStyle: th.Dim}
	if f == nil {
		return t
	}
	t.Now = c.now(&f.Total)
	if !c.compares || !f.Baseline.Complete {
		return t
	}
	if d := f.Total.Delta.Of(c.measure); d.Known && d.Sign != 0 {
		t.Delta, t.DeltaStyle = deltaText(d, true, c.scale.value), th.Good
		if d.Sign > 0 {
			t.DeltaStyle = th.Bad
		}
	}
	return t
}

// view puts the charts side by side, in exactly the layout's lines.
func (c charts) view(f *frame.Frame, l layout, th draw.Theme) []string {
	lines := make([]string, l.charts.h)
	if l.charts.h == 0 {
		return lines
	}
	for i, x := range c.which(l) {
		w := boxWidth(l, i)
		lines[0] += x.title(f, th).Draw(&draw.Line{Width: w}, w, th)
		if i >= len(c.boxes) {
			continue
		}
		for y, line := range c.boxes[i] {
			if y+1 < len(lines) {
				lines[y+1] += line
			}
		}
	}
	return lines
}
