package draw

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// Edges are the lines of every box on the screen.
func Edges() lipgloss.Border { return lipgloss.RoundedBorder() }

// BlockLines splits a block that lipgloss has laid out into lines, without the
// blanks that pad them.
func BlockLines(block string) []string {
	lines := strings.Split(block, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

// Box draws a box of exactly w × h cells with a title around a body; without
// room for a box it draws the body alone.
func Box(t Theme, title, body string, w, h int) []string {
	if h < 3 || w < 8 {
		return BlockLines(t.Styles.Text.MaxWidth(w).MaxHeight(h).Render(body))
	}
	l := Line{Width: w}
	b := Edges()
	l.Put(t.Faint, b.TopLeft)
	l.Put(t.Text, " "+Clean(title, w-6)+" ")
	l.Fill(t.Faint, b.Top, w-1-l.Len())
	l.Put(t.Faint, b.TopRight)
	box := t.Styles.frame.Width(w - 2).Height(h - 2).MaxHeight(h - 1)
	return append([]string{l.Flush()}, BlockLines(box.Render(t.Styles.Text.MaxWidth(w-2).MaxHeight(h-2).Render(body)))...)
}
