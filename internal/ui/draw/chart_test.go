package draw

import (
	"math"
	"testing"
)

// A chart fills exactly its place, at any size.
func TestChartFillsPlace(t *testing.T) {
	nan := math.NaN()
	th := Theme{}
	for _, series := range [][][]float64{nil, {nil}, {{nan, nan}}, {{1, 2, nan, 4}, {8, 9, 10, 12}}} {
		for w := 8; w < 60; w++ {
			for h := 3; h < 20; h++ {
				c := Chart{
					Series: series, Least: 5, Label: AxisNumber, From: "13:37", To: "14:07",
					Marks: []Mark{{2, "deploy"}, {2, "again"}, {9, "flag"}},
				}
				if plot := PlotWidth(w); h%2 == 0 && plot > 4 {
					c.Lit = Highlight{Start: 2, End: plot - 1, Edge: 1}
				}
				c.Marks = within(c.Marks, PlotWidth(w))
				lines := c.Lines(w, h, th)
				if len(lines) != h-1 {
					t.Fatalf("%d×%d: %d lines", w, h, len(lines))
				}
				for _, line := range append(lines, ChartTitle{Name: "LCP s", Lines: []string{"p75", "p95"}, Now: "2.61 6.1", Delta: "▲0.60"}.Draw(&Line{Width: w}, w, th)) {
					if got := Cells(line); got != w {
						t.Fatalf("%d×%d: %d cells: %q", w, h, got, line)
					}
				}
			}
		}
	}
}

func within(marks []Mark, columns int) (out []Mark) {
	for _, m := range marks {
		if m.Column < columns {
			out = append(out, m)
		}
	}
	return out
}

func TestAxisNumberFits(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.04: ".04", 0.5: "0.5", 9.94: "9.9", 12: "12", 999.4: "999", 1500: "1.5k", 12e3: "12k", 1e6: ">1M",
	} {
		if got := AxisNumber(v); got != want || Cells(got) > axisWidth {
			t.Errorf("AxisNumber(%v) = %q, want %q", v, got, want)
		}
	}
	if got := AxisNumber(math.NaN()); got != "" {
		t.Errorf("got %q for NaN", got)
	}
}
