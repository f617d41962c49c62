package ui

import (
	"hash/fnv"
	"strconv"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// markColumn is the column of a moment in a plot of that many columns, false if
// the plot does not show it.
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

// marksOn are the markers that a plot of that many columns shows.
func marksOn(f *frame.Frame, marks []beacon.Marker, columns int) (on []draw.Mark) {
	for _, m := range marks {
		if x, ok := markColumn(f, m.At, columns); ok {
			on = append(on, draw.Mark{Column: x, Text: m.Text})
		}
	}
	return on
}

// marksHash changes with the markers.
func marksHash(marks []beacon.Marker) uint64 {
	h := fnv.New64a()
	for _, m := range marks {
		_, _ = h.Write([]byte(m.ID + "\x00" + m.Text + strconv.FormatInt(m.At, 36)))
	}
	return h.Sum64()
}
