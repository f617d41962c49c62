package draw

import (
	"math"
	"strings"

	"github.com/guptarohit/asciigraph"
)

// Plot draws series over one another into exactly w × h cells, the first on
// top, over the range from 0 to the bound; column 0 is the axis. Any numbers are
// allowed: those that cannot be drawn leave a gap, those outside the range are
// drawn at its edge. Only Plot calls asciigraph, which panics on series that are
// empty, infinite or far apart.
func Plot(series [][]float64, bound float64, w, h int) Grid {
	if w < 1 || h < 1 {
		return nil
	}
	g := newGrid(w, h)
	if !(bound > 0) || math.IsInf(bound, 0) || w < 2 {
		return g
	}
	for i := len(series) - 1; i >= 0; i-- {
		if rows, ok := toRows(resample(series[i], w), bound, h); ok {
			g.overlay(plotRows(rows, h), int8(i))
		}
	}
	return g
}

// labelled reports whether a row of an axis has a number: every second one from
// the bottom, in a low chart every one, so that the top has one.
func labelled(y, h int) bool { return (h-1-y)%rowsPerLabel(h) == 0 }

func rowsPerLabel(h int) int {
	if h <= 4 {
		return 1
	}
	return 2
}

// toRows converts values to rows above the bottom, and reports whether any can be
// drawn.
func toRows(values []float64, bound float64, h int) ([]float64, bool) {
	any := false
	rows := make([]float64, len(values))
	for i, v := range values {
		if !Finite(v) {
			rows[i] = math.NaN()
			continue
		}
		any = true
		rows[i] = math.Round(min(max(v/bound, 0), 1) * float64(h-1))
	}
	return rows, any
}

// plotRows has asciigraph draw rows 0 to h-1. With these bounds it draws one line
// for each row and scales by exactly one. A height of one row has no interval to
// scale by, so it is drawn on two.
func plotRows(rows []float64, h int) []string {
	text := asciigraph.Plot(rows,
		asciigraph.Height(max(h-1, 1)),
		asciigraph.LowerBound(0), asciigraph.UpperBound(float64(max(h-1, 1))),
		asciigraph.Offset(1),
		asciigraph.YAxisValueFormatter(func(float64) string { return "" }),
	)
	lines := strings.Split(text, "\n")
	return lines[max(len(lines)-h, 0):]
}

// resample fits values to n columns: several in a column keep the highest, so
// that a spike stays visible; fewer are stretched.
func resample(values []float64, n int) []float64 {
	if len(values) == 0 || n <= 0 {
		return nil
	}
	out := make([]float64, n)
	for i := range out {
		from := i * len(values) / n
		to := max((i+1)*len(values)/n, from+1)
		out[i] = math.NaN()
		for _, v := range values[from:to] {
			if Finite(v) && !(out[i] >= v) {
				out[i] = v
			}
		}
	}
	return out
}

// AxisTop is the top of an axis of that many rows, chosen so that rows with a
// label are round numbers. It changes rarely.
func AxisTop(rows int, least float64, series ...[]float64) float64 {
	top := least
	for _, s := range series {
		for _, v := range s {
			if Finite(v) && v > top {
				top = v
			}
		}
	}
	steps := float64(max(rows-1, 1)) / float64(rowsPerLabel(rows))
	return roundUp(top/steps) * steps
}

// roundUp is the next round number, of one or two digits.
func roundUp(v float64) float64 {
	if !(v > 0) {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range [...]float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8} {
		if f*unit >= v*0.999999 {
			return f * unit
		}
	}
	return 10 * unit
}

// Spark draws values as bars one cell wide, over the range from 0 to the bound.
func Spark(values []float64, bound float64, w int) string {
	const bars = "▁▂▃▄▅▆▇█"
	var b strings.Builder
	for _, v := range resample(values, min(w, max(len(values), 0))) {
		if !Finite(v) || !(bound > 0) {
			b.WriteByte(' ')
			continue
		}
		level := int(math.Round(min(max(v/bound, 0), 1) * 7))
		b.WriteString(bars[3*level : 3*level+3])
	}
	return b.String()
}

// Finite reports whether a number can be drawn.
func Finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
