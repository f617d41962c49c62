package ui

import (
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// highlight is a time range that all charts show: the selected one, else the
// window if it does not end now.
type highlight struct {
	from, to time.Time // zero: none
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

// on is the highlight on a plot of that many columns, none if the plot does not
// show it.
func (h highlight) on(f *frame.Frame, columns int) draw.Highlight {
	from, to, ok := chartTimes(f)
	if !ok || columns < 2 || !h.to.After(from) || !h.from.Before(to) {
		return draw.Highlight{}
	}
	n, step := f.Series.Complete, f.Series.Step
	point := func(t time.Time) int { return int((between(t, from, to).Sub(from) + step/2) / step) }
	// As a plot resamples: the first column of the first point, the last of the last.
	start := (point(h.from)*columns + min(n, columns) - 1) / n
	end := (point(h.to)*columns-1)/n + 1
	start = min(max(start, 1), columns-1)
	return draw.Highlight{Start: start, End: min(max(end, start+1), columns), Edge: h.edge}
}
