package ui

import (
	"math"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
)

// deltaText shows a delta by its sign: ▲ worse, ▼ better, = no significant
// change, · not comparable.
func deltaText(d frame.Delta, comparable bool, show func(float64) string) string {
	switch {
	case !comparable || !d.Known:
		return measure.Unknown
	case d.Sign == 0:
		return "="
	}
	glyph := "▲"
	if d.Diff < 0 {
		glyph = "▼"
	}
	return glyph + show(math.Abs(d.Diff))
}
