package ui

import "github.com/rumtop/rumtop/internal/plain"

// clean makes a string from outside fit to be shown in a place of that width.
// What is printable ASCII and fits needs nothing done to it.
func clean(s string, width int) string {
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
