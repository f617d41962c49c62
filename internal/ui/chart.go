package ui

import (
	"math"
	"strings"

	"github.com/guptarohit/asciigraph"
)

// point is one cell of a plot: a glyph and the line that it belongs to.
type point struct {
	glyph rune
	line  int8 // index of the series; axis and blank are negative
	lit   bool // it lies in what is highlighted
}

const (
	onBlank int8 = -2
	onAxis  int8 = -1
)

// plot draws series over one another into exactly w × h cells, the first on
// top, over the range from 0 to the bound: column 0 is the axis. It takes any
// numbers: what cannot be drawn leaves a gap, what lies outside is cut to the
// edge. It is the one place that calls asciigraph, which panics on series that
// are empty, infinite or far apart.
func plot(series [][]float64, bound float64, w, h int) [][]point {
	if w < 1 || h < 1 {
		return nil
	}
	grid := make([][]point, h)
	for y := range grid {
		grid[y] = make([]point, w)
		for x := range grid[y] {
			grid[y][x] = point{glyph: ' ', line: onBlank}
		}
		grid[y][0] = point{glyph: '│', line: onAxis}
		if labelled(y, h) {
			grid[y][0].glyph = '┤'
		}
	}
	if !(bound > 0) || math.IsInf(bound, 0) || w < 2 {
		return grid
	}
	for i := len(series) - 1; i >= 0; i-- {
		if scaled, ok := toRows(resample(series[i], w), bound, h); ok {
			overlay(grid, drawn(scaled, h), int8(i))
		}
	}
	return grid
}

// labelled says which rows of an axis have a number: every second one from the
// bottom, of a low chart each, so that the top has one.
func labelled(y, h int) bool { return (h-1-y)%rowsPerLabel(h) == 0 }

func rowsPerLabel(h int) int {
	if h <= 4 {
		return 1
	}
	return 2
}

// toRows turns values into rows above the bottom, and reports whether there is
// anything to draw.
func toRows(values []float64, bound float64, h int) ([]float64, bool) {
	any := false
	rows := make([]float64, len(values))
	for i, v := range values {
		if !finite(v) {
			rows[i] = math.NaN()
			continue
		}
		any = true
		rows[i] = math.Round(min(max(v/bound, 0), 1) * float64(h-1))
	}
	return rows, any
}

// drawn lets asciigraph draw rows 0 to h-1. With the bounds given it draws one
// line for each row and scales by exactly one. A height of one row has no
// interval to scale by, so it is drawn on two.
func drawn(rows []float64, h int) []string {
	text := asciigraph.Plot(rows,
		asciigraph.Height(max(h-1, 1)),
		asciigraph.LowerBound(0), asciigraph.UpperBound(float64(max(h-1, 1))),
		asciigraph.Offset(1),
		asciigraph.YAxisValueFormatter(func(float64) string { return "" }),
	)
	lines := strings.Split(text, "\n")
	return lines[max(len(lines)-h, 0):]
}

func overlay(grid [][]point, lines []string, series int8) {
	for y, line := range lines {
		if y >= len(grid) {
			return
		}
		x := 0
		for _, r := range line {
			if x >= len(grid[y]) {
				break
			}
			if r != ' ' && r != '┤' {
				grid[y][x] = point{glyph: r, line: series}
				if r == '┼' {
					grid[y][x].line = onAxis
				}
			}
			x++
		}
	}
}

// resample fits values to n columns: several to a column keep the highest, since
// a spike is what one looks for; fewer are stretched.
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
			if finite(v) && !(out[i] >= v) {
				out[i] = v
			}
		}
	}
	return out
}

// scale is the top of an axis of that many rows, such that those with a label
// stand for round numbers. It moves seldom.
func scale(rows int, least float64, series ...[]float64) float64 {
	top := least
	for _, s := range series {
		for _, v := range s {
			if finite(v) && v > top {
				top = v
			}
		}
	}
	steps := float64(max(rows-1, 1)) / float64(rowsPerLabel(rows))
	return roundUp(top/steps) * steps
}

// roundUp gives the next round number, of one or two digits.
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

// spark draws values as bars one cell wide, over the range from 0 to the bound.
func spark(values []float64, bound float64, w int) string {
	const bars = "▁▂▃▄▅▆▇█"
	var b strings.Builder
	for _, v := range resample(values, min(w, max(len(values), 0))) {
		if !finite(v) || !(bound > 0) {
			b.WriteByte(' ')
			continue
		}
		level := int(math.Round(min(max(v/bound, 0), 1) * 7))
		b.WriteString(bars[3*level : 3*level+3])
	}
	return b.String()
}
