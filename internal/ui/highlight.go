package ui

import (
	"time"

	"github.com/rumtop/rumtop/internal/frame"
)

// highlight is a stretch of time that all charts show: what is chosen, else the
// window where it has been moved away from now.
type highlight struct {
	from, to time.Time // zero: nothing
	edge     int8      // that keys move: -1 the earlier, 1 the later, 0 neither
}

func (m model) highlighted() highlight {
	switch f := m.frame; {
	case !m.chosen.empty() && m.chosen.later:
		return highlight{m.chosen.from, m.chosen.to, 1}
	case !m.chosen.empty():
		return highlight{m.chosen.from, m.chosen.to, -1}
	case f != nil && !f.Live && m.recording == nil:
		return highlight{f.At.Add(-windowOf(f)), f.At, 0}
	}
	return highlight{}
}

// onEdge is the line of a point on the edge of a highlight.
const onEdge int8 = -4

// columns are those of a plot that a highlight takes, [start, end); false where the plot shows none of it.
func (h highlight) columns(f *frame.Frame, columns int) (start, end int, ok bool) {
	from, to, ok := chartTimes(f)
	if !ok || columns < 2 || !h.to.After(from) || !h.from.Before(to) {
		return 0, 0, false
	}
	n, step := f.Series.Complete, f.Series.Step
	point := func(t time.Time) int { return int((between(t, from, to).Sub(from) + step/2) / step) }
	// As resample has it: the first column of the first point, and the last of the last.
	start = (point(h.from)*columns + min(n, columns) - 1) / n
	end = (point(h.to)*columns-1)/n + 1
	start = min(max(start, 1), columns-1)
	return start, min(max(end, start+1), columns), true
}

// draw shades a highlight and draws its edges behind the lines of a plot.
func (h highlight) draw(grid [][]point, f *frame.Frame) {
	if len(grid) == 0 {
		return
	}
	start, end, ok := h.columns(f, len(grid[0]))
	if !ok {
		return
	}
	for y := range grid {
		for x := start; x < end; x++ {
			c := &grid[y][x]
			c.lit = true
			if c.line != onBlank && c.line != onMark {
				continue
			}
			switch {
			case x == start && h.edge < 0, x == end-1 && h.edge > 0:
				c.glyph, c.line = '┃', onEdge
			case x == start || x == end-1:
				c.glyph, c.line = '╎', onEdge
			}
		}
	}
}

// putBottom writes the lower edge of a chart up to its corner: the highlight from a
// column of the screen to another, and the times at both ends where it leaves room.
func (h highlight) putBottom(p *pen, from, to string, start, end, w int, th theme) {
	b := edges()
	p.fill(th.faint, b.Bottom, axisLabel-1)
	if p.cells+cells(from) < start {
		p.put(th.dim, from)
	}
	p.fill(th.faint, b.Bottom, start-p.cells)
	p.fill(th.accent, "━", end-p.cells)
	if at := w - 1 - cells(to); at > end {
		p.fill(th.faint, b.Bottom, at-p.cells)
		p.put(th.dim, to)
	}
}

// style is that of a point, on the shade if it is lit.
func (c point) style(th theme, s style) style {
	switch {
	case !c.lit || th.shade == "":
		return s
	case s == "":
		return th.shade
	}
	return s + ";" + th.shade
}
