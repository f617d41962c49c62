package ui

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// edges are the lines of every box on the screen.
func edges() lipgloss.Border { return lipgloss.RoundedBorder() }

// blockLines takes apart what lipgloss has laid out, without the blanks that it
// fills lines up with.
func blockLines(block string) []string {
	lines := strings.Split(block, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

// framed puts a title and lines into a box of exactly w × h cells; where that
// would leave no room, it leaves the box out.
func framed(t theme, title, body string, w, h int) []string {
	if h < 3 || w < 8 {
		return blockLines(t.looks.text.MaxWidth(w).MaxHeight(h).Render(body))
	}
	p := pen{limit: w}
	b := edges()
	p.put(t.faint, b.TopLeft)
	p.put(t.text, " "+clean(title, w-6)+" ")
	p.fill(t.faint, b.Top, w-1-p.cells)
	p.put(t.faint, b.TopRight)
	box := t.looks.frame.Width(w - 2).Height(h - 2).MaxHeight(h - 1)
	return append([]string{p.line()}, blockLines(box.Render(t.looks.text.MaxWidth(w-2).MaxHeight(h-2).Render(body)))...)
}
