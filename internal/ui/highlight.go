package ui

import (
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
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
func (h highlight) draw(g draw.Grid, f *frame.Frame) {
	if len(g) == 0 {
		return
	}
	if start, end, ok := h.columns(f, len(g[0])); ok {
		g.Shade(start, end, h.edge)
	}
}

// putBottom writes the lower edge of a chart up to its corner: the highlight from a
// column of the screen to another, and the times at both ends where it leaves room.
func (h highlight) putBottom(p *draw.Line, from, to string, start, end, w int, th draw.Theme) {
	b := draw.Edges()
	p.Fill(th.Faint, b.Bottom, axisLabel-1)
	if p.Len()+draw.Cells(from) < start {
		p.Put(th.Dim, from)
	}
	p.Fill(th.Faint, b.Bottom, start-p.Len())
	p.Fill(th.Accent, "━", end-p.Len())
	if at := w - 1 - draw.Cells(to); at > end {
		p.Fill(th.Faint, b.Bottom, at-p.Len())
		p.Put(th.Dim, to)
	}
}
