package draw

import (
	"strings"
	"testing"
)

// The screen's own glyphs must be measured as the renderer measures them.
func TestGlyphsTakeOneCell(t *testing.T) {
	var b strings.Builder
	for r := range asciiOf {
		b.WriteRune(r)
	}
	if got, want := Cells(b.String()), StyledCells(b.String()); got != want || got != len(asciiOf) {
		t.Errorf("%d cells, %d as the renderer measures, for %d glyphs", got, want, len(asciiOf))
	}
}
