package draw

import (
	"math"
	"testing"
)

// FuzzPlot draws numbers that asciigraph alone would not survive.
func FuzzPlot(f *testing.F) {
	f.Add(uint8(20), uint8(5), []byte{0, 1, 2, 255, 254, 253})
	f.Add(uint8(0), uint8(0), []byte{})
	f.Add(uint8(255), uint8(1), []byte{255, 255, 255})
	f.Fuzz(func(t *testing.T, w, h uint8, data []byte) {
		special := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0, -1}
		var series [2][]float64
		for i, b := range data {
			v := float64(b)
			if b >= 248 {
				v = special[b-248]
			}
			series[i%2] = append(series[i%2], v)
		}
		rows := int(h % 60)
		grid := Plot(series[:], AxisTop(rows, 1, series[:]...), int(w), rows)
		if w == 0 || rows == 0 {
			if grid != nil {
				t.Fatal("drawn on nothing")
			}
			return
		}
		if len(grid) != rows {
			t.Fatalf("%d rows for %d", len(grid), rows)
		}
		for _, line := range grid {
			if len(line) != int(w) {
				t.Fatalf("%d cells for %d", len(line), w)
			}
			for _, p := range line {
				if Cells(string(p.glyph)) != 1 {
					t.Fatalf("%q is not one cell", p.glyph)
				}
			}
		}
	})
}
