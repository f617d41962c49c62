package ui

import (
	"hash/fnv"
	"strconv"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// markColumn is where in a plot that many columns wide a moment stands; false
// where the plot does not show it.
func markColumn(f *frame.Frame, at int64, columns int) (int, bool) {
	if f == nil || f.Series.Complete <= 0 || f.Series.Step <= 0 || columns < 2 {
		return 0, false
	}
	s := &f.Series
	span := time.Duration(s.Complete) * s.Step
	since := time.UnixMilli(at).Sub(s.From)
	if since < 0 || since >= span {
		return 0, false
	}
	return max(int(int64(columns)*int64(since)/int64(span)), 1), true
}

// drawMarks draws markers behind the lines of a plot.
func drawMarks(g draw.Grid, marks []beacon.Marker, f *frame.Frame) {
	if len(g) == 0 {
		return
	}
	for _, m := range marks {
		if x, ok := markColumn(f, m.At, len(g[0])); ok {
			g.Mark(x)
		}
	}
}

// A markPlace is a marker in the lower edge of a chart. Its text stands to the
// right of it or, where there is more room, to the left.
type markPlace struct {
	x    int
	text string
	left bool
}

// leastMark is the room under which the beginning of a marker's text says nothing.
const leastMark = 4

// placeMarks finds places between two columns of the screen. The newest choose first.
func placeMarks(f *frame.Frame, marks []beacon.Marker, from, end, columns int) []markPlace {
	var places []markPlace
	for _, m := range marks {
		x, ok := markColumn(f, m.At, columns)
		if x += 1 + axisLabel; !ok || x <= from || x >= end {
			continue
		}
		if n := len(places); n > 0 && places[n-1].x == x {
			places[n-1].text = m.Text
			continue
		}
		places = append(places, markPlace{x: x, text: m.Text})
	}
	free := end // where what stands to the right begins
	for i := len(places) - 1; i >= 0; i-- {
		p := &places[i]
		before := from
		if i > 0 {
			before = places[i-1].x + 1
		}
		right, left := free-p.x-1, p.x-before
		n := draw.Cells(draw.Clean(p.text, 200))
		p.left = right < n && left > right
		room := max(right, left)
		if p.text = draw.Clean(p.text, room); room < leastMark {
			p.text = ""
		}
		free = p.x
		if p.left {
			free -= draw.Cells(p.text)
		}
	}
	return places
}

// putMarks writes markers into the lower edge of a chart, up to a column of the screen.
func putMarks(p *draw.Line, f *frame.Frame, marks []beacon.Marker, end, columns int, th draw.Theme) {
	edge := draw.Edges().Bottom
	for _, m := range placeMarks(f, marks, p.Len(), end, columns) {
		if m.left {
			p.Fill(th.Faint, edge, m.x-draw.Cells(m.text)-p.Len())
			p.Put(th.Dim, m.text)
		}
		p.Fill(th.Faint, edge, m.x-p.Len())
		p.Put(th.Accent, "┊")
		if !m.left {
			p.Put(th.Dim, m.text)
		}
	}
}

// marksHash tells whether markers have changed.
func marksHash(marks []beacon.Marker) uint64 {
	h := fnv.New64a()
	for _, m := range marks {
		_, _ = h.Write([]byte(m.ID + "\x00" + m.Text + strconv.FormatInt(m.At, 36)))
	}
	return h.Sum64()
}
