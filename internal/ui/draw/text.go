package draw

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/rumtop/rumtop/internal/plain"
)

// Clean sanitises a string from outside and clips it to that many cells.
// Printable ASCII that fits is returned as it is.
func Clean(s string, width int) string {
	if width <= 0 {
		return ""
	}
	if len(s) > width {
		return plain.Line(s, width)
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return plain.Line(s, width)
		}
	}
	return s
}

// Cells is how many columns a sanitised text takes on the screen.
func Cells(s string) int {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return wideCells(s)
		}
	}
	return len(s)
}

func wideCells(s string) int {
	n := 0
	for _, r := range s {
		if !oneCell(r) {
			return ansi.StringWidth(s)
		}
		n++
	}
	return n
}

// oneCell reports whether a rune is one of the screen's own, all one cell wide:
// drawing then needs no look-up in the width tables.
func oneCell(r rune) bool {
	switch {
	case r < 0x80:
		return r >= 0x20
	case r >= 0x2500 && r <= 0x25ff: // lines, blocks, shapes
		return true
	}
	return strings.ContainsRune("·…×≈→←‖✓✗─", r)
}

// Fit clips sanitised text to a width and returns how many cells it takes.
func Fit(text string, width int) (string, int) {
	if width <= 0 {
		return "", 0
	}
	n := Cells(text)
	if n <= width {
		return text, n
	}
	text = ansi.Truncate(text, width, "…")
	return text, Cells(text)
}

// StyledCells is the width of a finished line, which has escape sequences.
func StyledCells(line string) int { return ansi.StringWidth(line) }
