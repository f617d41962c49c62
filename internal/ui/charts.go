package ui

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// measure is what one chart shows.
type measure struct {
	name   string
	lines  []string // their names, where there are several
	least  float64  // the axis reaches at least this far, so that noise looks small
	series func(*frame.Series) [][]float64
	label  func(float64) string
	now    func(*frame.Row) string
	delta  func(*frame.Row) frame.Delta
	show   func(float64) string // of a delta
}

func chartMeasures() []measure {
	percentiles := []string{"p75", "p95"}
	return []measure{
		{"error rate %", nil, 0.01, func(s *frame.Series) [][]float64 { return [][]float64{s.ErrorRate} },
			func(v float64) string { return axisNumber(v * 100) },
			func(r *frame.Row) string { return whenSeen(float64(r.Views), percent(r.ErrorRate)) },
			func(r *frame.Row) frame.Delta { return r.Delta.ErrorRate }, percent},
		{"LCP s", percentiles, 1000, func(s *frame.Series) [][]float64 { return [][]float64{s.LCP75, s.LCP95} },
			func(v float64) string { return axisNumber(v / 1000) },
			func(r *frame.Row) string { return distNow(r.LCP, seconds, coarseSeconds) },
			func(r *frame.Row) frame.Delta { return r.Delta.LCP }, seconds},
		{"INP ms", percentiles, 100, func(s *frame.Series) [][]float64 { return [][]float64{s.INP75, s.INP95} },
			axisNumber,
			func(r *frame.Row) string { return distNow(r.INP, millis, millis) },
			func(r *frame.Row) frame.Delta { return r.Delta.INP }, millis},
		{"errored users", nil, 5, func(s *frame.Series) [][]float64 { return [][]float64{s.Affected} },
			axisNumber,
			func(r *frame.Row) string { return whenSeen(float64(r.Beacons), count(float64(r.Affected))) },
			func(r *frame.Row) frame.Delta { return frame.Delta{} }, count},
	}
}

func whenSeen(n float64, s string) string {
	if n == 0 {
		return unknown
	}
	return s
}

func distNow(d frame.Dist, p75, p95 func(float64) string) string {
	switch {
	case d.N == 0:
		return unknown
	case d.Thin():
		return p75(d.P75) + "~"
	}
	return p75(d.P75) + " " + p95(d.P95)
}

// axisNumber shows a value beside an axis in at most four cells.
func axisNumber(v float64) string {
	switch {
	case !draw.Finite(v):
		return ""
	case v == 0:
		return "0"
	case v < 0.0995:
		return "." + twoDigits(v)
	case v < 9.95:
		return coarseSeconds(v * 1000)
	case v < 999.5:
		return count(v)
	case v < 9995:
		return coarseSeconds(v) + "k"
	case v < 999.5e3:
		return count(math.Round(v/1000)) + "k"
	}
	return ">1M"
}

func twoDigits(v float64) string {
	n := int(math.Round(v * 100))
	return string([]byte{'0' + byte(n/10%10), '0' + byte(n%10)})
}

// The parts of a chart's width that are not plot.
const (
	axisLabel  = 4
	chartFrame = 2
)

// plotWidth is how many columns the lines of each chart have.
func plotWidth(l layout) int {
	if l.plots == 0 {
		return 0
	}
	return max(l.w/l.plots-chartFrame-axisLabel, 0)
}

// charts are the drawn charts. Drawing happens when a point is complete or the
// screen changes, not with every frame: between the two, not one byte of them
// is sent.
type charts struct {
	zoom  int        // 0: all; else the number of the one that is zoomed
	worse int        // the number of the one that something got worse in, 0: none
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
	c.zoom = (c.zoom + 1) % (len(chartMeasures()) + 1)
	return c
}

// which lists the charts that a layout shows.
func (c charts) which(l layout) []measure {
	all := chartMeasures()
	switch {
	case l.plots == 0:
		return nil
	case c.zoom > 0:
		return all[c.zoom-1 : c.zoom]
	}
	shown := all[:min(l.plots, len(all))]
	if c.worse > len(shown) { // what got worse takes the last place
		shown[len(shown)-1] = all[c.worse-1]
	}
	return shown
}

// chartOf is the number of the chart of what a frame found to be worse, 0 if it has none.
func chartOf(f *frame.Frame) int {
	if f == nil || f.Finding.State != frame.FindingOn {
		return 0
	}
	return slices.Index([]string{"error_rate", "lcp_p75", "inp_p75"}, f.Finding.Measure) + 1
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
	for i, m := range shown {
		c.boxes[i] = m.box(f, marks, lit, boxWidth(l, i), l.charts.h, th, loc)
	}
	return c
}

// boxWidth divides the width among the charts without leaving a rest.
func boxWidth(l layout, i int) int {
	return l.w*(i+1)/l.plots - l.w*i/l.plots
}

// box draws a chart's frame and plot, without its title line.
func (m measure) box(f *frame.Frame, marks []beacon.Marker, lit highlight, w, h int, th draw.Theme, loc *time.Location) []string {
	rows := h - 2
	var series [][]float64
	if f != nil {
		for _, s := range m.series(&f.Series) {
			series = append(series, s[:max(min(f.Series.Complete, len(s)), 0)])
		}
	}
	bound := draw.AxisTop(rows, m.least, series...)
	columns := w - chartFrame - axisLabel
	grid := draw.Plot(series, bound, columns, rows)
	drawMarks(grid, marks, f)
	lit.draw(grid, f)
	lines := make([]string, 0, h-1)
	p := draw.Line{Width: w}
	b := draw.Edges()
	for y, row := range grid {
		p.Put(th.Faint, b.Left)
		label := ""
		if draw.Labelled(y, rows) && anyFinite(series) {
			label = m.label(bound * float64(rows-1-y) / float64(max(rows-1, 1)))
		}
		p.PutRight(th.Dim, label, axisLabel)
		p.PutPoints(row, th)
		p.SkipTo(w - 1)
		p.Put(th.Faint, b.Right)
		lines = append(lines, p.FlushCell())
	}
	for len(lines) < rows {
		p.Put(th.Faint, b.Left)
		p.SkipTo(w - 1)
		p.Put(th.Faint, b.Right)
		lines = append(lines, p.FlushCell())
	}
	return append(lines, m.bottom(&p, f, marks, lit, w, th, loc))
}

func anyFinite(series [][]float64) bool {
	for _, s := range series {
		if slices.ContainsFunc(s, draw.Finite) {
			return true
		}
	}
	return false
}

// bottom is the lower edge with the times at both ends.
func (m measure) bottom(p *draw.Line, f *frame.Frame, marks []beacon.Marker, lit highlight, w int, th draw.Theme, loc *time.Location) string {
	b := draw.Edges()
	p.Put(th.Faint, b.BottomLeft)
	if f != nil && f.Series.Complete > 0 && f.Series.Step > 0 {
		s := &f.Series
		from := draw.Clock(s.From, f.At, loc)
		to := draw.Clock(s.From.Add(time.Duration(s.Complete)*s.Step), f.At, loc)
		columns := w - chartFrame - axisLabel
		if start, end, ok := lit.columns(f, columns); ok {
			lit.putBottom(p, from, to, start+1+axisLabel, end+1+axisLabel, w, th)
		} else if room := w - draw.Cells(from) - draw.Cells(to) - axisLabel - 4; room >= 2 {
			p.Fill(th.Faint, b.Bottom, axisLabel-1)
			p.Put(th.Dim, from)
			end := w - draw.Cells(to) - 1
			putMarks(p, f, marks, end-1, columns, th)
			p.Fill(th.Faint, b.Bottom, end-p.Len())
			p.Put(th.Dim, to)
		}
	}
	p.Fill(th.Faint, b.Bottom, w-1-p.Len())
	p.Put(th.Faint, b.BottomRight)
	return p.FlushCell()
}

// title is the upper edge with what the measure is now.
func (m measure) title(p *draw.Line, f *frame.Frame, w int, th draw.Theme) string {
	name, now, delta, arrow := m.name, "", "", ""
	s := th.Dim
	if f != nil {
		now = m.now(&f.Total)
		d := m.delta(&f.Total)
		if f.Baseline.Complete && d.Known && d.Sign != 0 {
			delta = " " + change(d, true, m.show)
			arrow = delta[:len(" ▲")]
			s = th.Good
			if d.Sign > 0 {
				s = th.Bad
			}
		}
	}
	for _, line := range m.lines {
		name += " " + line
	}
	room := w - 7 // "╭ ", " ─", " " and " ╮"
	if draw.Cells(name)+draw.Cells(now)+draw.Cells(delta) > room {
		delta = arrow
	}
	if draw.Cells(name)+draw.Cells(now)+draw.Cells(delta) > room {
		delta = ""
	}
	if draw.Cells(name)+draw.Cells(now) > room {
		name = m.name
	}
	name, _ = draw.Fit(name, room-draw.Cells(now))
	b := draw.Edges()
	p.Put(th.Faint, b.TopLeft)
	p.Skip(1)
	m.putName(p, name, th)
	p.Skip(1)
	p.Fill(th.Faint, b.Top, w-p.Len()-draw.Cells(now)-draw.Cells(delta)-3)
	p.Skip(1)
	p.Put(th.Strong, now)
	p.Put(s, delta)
	p.Skip(1)
	p.Put(th.Faint, b.TopRight)
	return p.FlushCell()
}

// putName writes the name, and those of its lines in their colours.
func (m measure) putName(p *draw.Line, name string, th draw.Theme) {
	rest, ok := strings.CutPrefix(name, m.name)
	if !ok || rest == "" {
		p.Put(th.Text, name)
		return
	}
	p.Put(th.Text, m.name)
	for i, line := range strings.Fields(rest) {
		s := th.Accent
		if i > 0 {
			s = th.Second
		}
		p.Put(s, " "+line)
	}
}

// view puts the charts side by side, in exactly the layout's lines.
func (c charts) view(f *frame.Frame, l layout, th draw.Theme) []string {
	lines := make([]string, l.charts.h)
	if l.charts.h == 0 {
		return lines
	}
	for i, m := range c.which(l) {
		p := draw.Line{Width: boxWidth(l, i)}
		lines[0] += m.title(&p, f, boxWidth(l, i), th)
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
