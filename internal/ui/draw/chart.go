package draw

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// The parts of a chart's width that are not plot.
const (
	axisWidth = 4
	sides     = 2 // left and right edge
)

// PlotLeft is the column of a chart at which its plot begins.
const PlotLeft = 1 + axisWidth

// PlotWidth is how many columns the plot of a chart of that width has.
func PlotWidth(w int) int { return w - sides - axisWidth }

// Chart is a chart without its upper edge, which is a [ChartTitle].
type Chart struct {
	Series [][]float64 // oldest first; the first series is on top
	Least  float64     // the axis reaches at least this far, so that noise looks small
	Label  func(v float64) string
	Marks  []Mark // by column
	Lit    Highlight
	// From and To are the times at both ends; empty without data.
	From, To string
}

// Mark is a marker: a vertical line behind the plot and its text in the lower
// edge.
type Mark struct {
	Column int // of the plot
	Text   string
}

// Highlight is a span of the plot's columns, [Start, End); the zero value is
// none.
type Highlight struct {
	Start, End int
	Edge       int8 // that keys move: -1 the first, 1 the last, 0 neither
}

func (h Highlight) empty() bool { return h.End <= h.Start }

// Lines draws the chart in h-1 lines of exactly w cells.
func (c *Chart) Lines(w, h int, th Theme) []string {
	rows := h - 2
	bound := AxisTop(rows, c.Least, c.Series...)
	g := Plot(c.Series, bound, PlotWidth(w), rows)
	if len(g) > 0 {
		for _, m := range c.Marks {
			g.mark(m.Column)
		}
		g.shade(c.Lit)
	}
	lines := make([]string, 0, h-1)
	l := Line{Width: w}
	b := Edges()
	for y, row := range g {
		l.Put(th.Faint, b.Left)
		label := ""
		if labelled(y, rows) && anyFinite(c.Series) {
			label = c.Label(bound * float64(rows-1-y) / float64(max(rows-1, 1)))
		}
		l.PutRight(th.Dim, label, axisWidth)
		l.putPoints(row, th)
		l.SkipTo(w - 1)
		l.Put(th.Faint, b.Right)
		lines = append(lines, l.FlushCell())
	}
	for len(lines) < rows {
		l.Put(th.Faint, b.Left)
		l.SkipTo(w - 1)
		l.Put(th.Faint, b.Right)
		lines = append(lines, l.FlushCell())
	}
	return append(lines, c.bottom(&l, w, th))
}

func anyFinite(series [][]float64) bool {
	for _, s := range series {
		if slices.ContainsFunc(s, Finite) {
			return true
		}
	}
	return false
}

// bottom is the lower edge: the times at both ends, and between them the
// highlight or the markers.
func (c *Chart) bottom(l *Line, w int, th Theme) string {
	b := Edges()
	l.Put(th.Faint, b.BottomLeft)
	if c.From != "" {
		if !c.Lit.empty() {
			c.putHighlight(l, w, th)
		} else if room := w - Cells(c.From) - Cells(c.To) - axisWidth - 4; room >= 2 {
			l.Fill(th.Faint, b.Bottom, axisWidth-1)
			l.Put(th.Dim, c.From)
			end := w - Cells(c.To) - 1
			c.putMarks(l, end-1, th)
			l.Fill(th.Faint, b.Bottom, end-l.Len())
			l.Put(th.Dim, c.To)
		}
	}
	l.Fill(th.Faint, b.Bottom, w-1-l.Len())
	l.Put(th.Faint, b.BottomRight)
	return l.FlushCell()
}

// putHighlight writes the lower edge up to its corner: the highlight, and the
// times at both ends if it leaves room for them.
func (c *Chart) putHighlight(l *Line, w int, th Theme) {
	b := Edges()
	start, end := c.Lit.Start+PlotLeft, c.Lit.End+PlotLeft
	l.Fill(th.Faint, b.Bottom, axisWidth-1)
	if l.Len()+Cells(c.From) < start {
		l.Put(th.Dim, c.From)
	}
	l.Fill(th.Faint, b.Bottom, start-l.Len())
	l.Fill(th.Accent, "━", end-l.Len())
	if left := w - 1 - Cells(c.To); left > end {
		l.Fill(th.Faint, b.Bottom, left-l.Len())
		l.Put(th.Dim, c.To)
	}
}

// place is a marker in the lower edge. Its text is to the right of it or, if
// there is more room, to the left.
type place struct {
	x    int
	text string
	left bool
}

// MinText is the room below which the beginning of a text says nothing.
const MinText = 4

// places finds room for markers between two columns of the chart. The newest
// choose first.
func (c *Chart) places(from, end int) []place {
	var places []place
	for _, m := range c.Marks {
		x := m.Column + PlotLeft
		if x <= from || x >= end {
			continue
		}
		if n := len(places); n > 0 && places[n-1].x == x {
			places[n-1].text = m.Text
			continue
		}
		places = append(places, place{x: x, text: m.Text})
	}
	free := end // where the text to the right begins
	for i := len(places) - 1; i >= 0; i-- {
		p := &places[i]
		before := from
		if i > 0 {
			before = places[i-1].x + 1
		}
		right, left := free-p.x-1, p.x-before
		n := Cells(Clean(p.text, 200))
		p.left = right < n && left > right
		room := max(right, left)
		if p.text = Clean(p.text, room); room < MinText {
			p.text = ""
		}
		free = p.x
		if p.left {
			free -= Cells(p.text)
		}
	}
	return places
}

// putMarks writes markers into the lower edge, up to a column of the chart.
func (c *Chart) putMarks(l *Line, end int, th Theme) {
	edge := Edges().Bottom
	for _, p := range c.places(l.Len(), end) {
		if p.left {
			l.Fill(th.Faint, edge, p.x-Cells(p.text)-l.Len())
			l.Put(th.Dim, p.text)
		}
		l.Fill(th.Faint, edge, p.x-l.Len())
		l.Put(th.Accent, "┊")
		if !p.left {
			l.Put(th.Dim, p.text)
		}
	}
}

// ChartTitle is the upper edge of a chart: its name and the number now.
type ChartTitle struct {
	Name       string   // with the unit of all numbers of the chart
	Lines      []string // names of the lines, if there are several
	Now        string
	Delta      string // begins with a glyph, all that is shown without room for more
	DeltaStyle Style
}

// Draw writes the title into exactly w cells. Without room it leaves out the
// delta, then the names of the lines.
func (t ChartTitle) Draw(l *Line, w int, th Theme) string {
	name, delta, glyph := t.Name, t.Delta, ""
	if delta != "" {
		delta = " " + delta
		glyph = string([]rune(delta)[:2])
	}
	for _, line := range t.Lines {
		name += " " + line
	}
	room := w - 7 // "╭ ", " ─", " " and " ╮"
	if Cells(name)+Cells(t.Now)+Cells(delta) > room {
		delta = glyph
	}
	if Cells(name)+Cells(t.Now)+Cells(delta) > room {
		delta = ""
	}
	if Cells(name)+Cells(t.Now) > room {
		name = t.Name
	}
	name, _ = Fit(name, room-Cells(t.Now))
	b := Edges()
	l.Put(th.Faint, b.TopLeft)
	l.Skip(1)
	t.putName(l, name, th)
	l.Skip(1)
	l.Fill(th.Faint, b.Top, w-l.Len()-Cells(t.Now)-Cells(delta)-3)
	l.Skip(1)
	l.Put(th.Strong, t.Now)
	l.Put(t.DeltaStyle, delta)
	l.Skip(1)
	l.Put(th.Faint, b.TopRight)
	return l.FlushCell()
}

// putName writes the name, and those of the lines in their colours.
func (t ChartTitle) putName(l *Line, name string, th Theme) {
	rest, ok := strings.CutPrefix(name, t.Name)
	if !ok || rest == "" {
		l.Put(th.Text, name)
		return
	}
	l.Put(th.Text, t.Name)
	for i, line := range strings.Fields(rest) {
		s := th.Accent
		if i > 0 {
			s = th.Second
		}
		l.Put(s, " "+line)
	}
}

// AxisNumber shows a value beside an axis in at most four cells.
func AxisNumber(v float64) string {
	switch {
	case !Finite(v):
		return ""
	case v == 0:
		return "0"
	case v < 0.0995:
		n := int(math.Round(v * 100))
		return string([]byte{'.', '0' + byte(n/10%10), '0' + byte(n%10)})
	case v < 9.95:
		return oneDecimal(v)
	case v < 999.5:
		return noDecimals(v)
	case v < 9995:
		return oneDecimal(v/1000) + "k"
	case v < 999.5e3:
		return noDecimals(v/1000) + "k"
	}
	return ">1M"
}

func oneDecimal(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
func noDecimals(v float64) string { return strconv.FormatFloat(math.Round(v), 'f', 0, 64) }
