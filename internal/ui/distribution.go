package ui

import (
	"math"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// rated is the style of a value by the bounds of its vital.
func rated(v float64, i *frame.Inspection, t draw.Theme) draw.Style {
	switch {
	case v >= i.Poor:
		return t.Bad
	case v >= i.Good:
		return t.Warn
	}
	return t.Good
}

// distributionHeight is the height of the distribution's bars in lines.
const distributionHeight = 5

// distributionLines draws a histogram of page views by value; the label of a bar
// is the value that it starts at.
func distributionLines(i *frame.Inspection, t draw.Theme, width int) []string {
	bins := i.Bins
	room := max(width-2*margin, 1)
	if len(bins) > room { // cut the sparse end
		bins = bins[:room]
	}
	bar := max(min(room/max(len(bins), 1), 5), 1)
	most := 0
	for _, b := range bins {
		most = max(most, b.N)
	}
	const eighths = "▁▂▃▄▅▆▇█"
	w := draw.Line{Width: width}
	var lines []string
	for row := distributionHeight - 1; row >= 0; row-- {
		w.Skip(margin)
		for _, b := range bins {
			level := int(math.Ceil(float64(b.N)/float64(max(most, 1))*distributionHeight*8)) - 8*row
			if wide := max(bar-1, 1); level <= 0 {
				w.Skip(wide)
			} else {
				w.Fill(rated(b.Lo, i, t), string([]rune(eighths)[min(level, 8)-1]), wide)
			}
			if bar > 1 {
				w.Skip(1)
			}
		}
		lines = append(lines, w.Flush())
	}
	show := formatOf(i.Vital)
	w.Skip(margin)
	for k, b := range bins {
		at := margin + k*bar
		if label := show(b.Lo); at >= w.Len()+1 || k == 0 {
			if at+draw.Cells(label) < width {
				w.SkipTo(at)
				w.Put(t.Dim, label)
			}
		}
	}
	return append(lines, w.Flush())
}

// heatLines draws the distribution over time: slow above, fast below, denser for
// more page views.
func heatLines(i *frame.Inspection, s scene) []string {
	const label = 9
	m := &i.Map
	if len(m.Counts) == 0 || len(m.Bins) == 0 {
		return nil
	}
	t := s.theme
	most, perBin := 0, make([]int, len(m.Bins))
	for _, step := range m.Counts {
		for b, n := range step {
			most = max(most, n)
			perBin[b] += n
		}
	}
	columns := max(s.w-2*margin-label-1, 1)
	show := formatOf(i.Vital)
	const shades = "·░▒▓█"
	w := draw.Line{Width: s.w}
	var lines []string
	for b := len(m.Bins) - 1; b >= 0; b-- {
		if perBin[b] == 0 {
			continue
		}
		w.PutRight(t.Dim, show(m.Bins[b]), margin+label)
		w.Skip(1)
		for x := range columns {
			n := m.Counts[x*len(m.Counts)/columns][b]
			if n == 0 {
				w.Skip(1)
				continue
			}
			shade := int(math.Pow(float64(n)/float64(most), 0.7) * 5)
			w.Put(rated(m.Bins[b], i, t), string([]rune(shades)[min(shade, 4)]))
		}
		lines = append(lines, w.Flush())
	}
	w.Skip(margin + label + 1)
	from, to := m.From.In(s.loc).Format("15:04"), m.From.Add(m.Step*time.Duration(len(m.Counts))).In(s.loc).Format("15:04")
	w.Put(t.Dim, from)
	w.SkipTo(margin + label + 1 + columns - len(to))
	w.Put(t.Dim, to)
	return append(lines, w.Flush())
}
