package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// picker chooses the dimension that a segment is a value of.
type picker struct {
	names  []string
	cursor int
}

func newPicker(now string, tags []string) picker {
	p := picker{names: beacon.DimNames()}
	for _, tag := range tags {
		p.names = append(p.names, "tag."+tag)
	}
	p.cursor = max(slices.Index(p.names, now), slices.Index(p.names, "tag."+now), 0)
	return p
}

func (p picker) bindings(k *keyMap) []binding {
	leave := func(m model) (model, tea.Cmd) { m.mode = modeTriage; return m, nil }
	move := func(by int) action {
		return func(m model) (model, tea.Cmd) {
			m.pick.cursor = max(min(m.pick.cursor+by, len(m.pick.names)-1), 0)
			return m, nil
		}
	}
	return []binding{
		{k.up, move(-1)}, {k.down, move(1)}, {k.pageUp, move(-5)}, {k.pageDown, move(5)},
		{k.top, move(-far)}, {k.bottom, move(far)},
		{k.back, leave}, {k.by, leave},
		{k.choose, func(m model) (model, tea.Cmd) {
			m.mode = modeTriage
			return setBy(m.pick.names[m.pick.cursor])(m)
		}},
	}
}

// view lists the dimensions in columns, in at most h lines.
func (p picker) view(t draw.Theme, w, h int) []string {
	if h == 0 {
		return nil
	}
	const column = 26
	rows := max(h-2, 1) // inside the box
	wide := max(min(w-2, column), 1)
	across := max((w-2)/column, 1)
	first := p.cursor / (rows * across) * rows * across // of the page that the cursor is on
	var columns []string
	for from := first; from < min(first+rows*across, len(p.names)); from += rows {
		var lines []string
		for i, name := range p.names[from:min(from+rows, len(p.names))] {
			sign, look := "   ", t.Styles.Text
			if from+i == p.cursor {
				sign, look = t.Styles.Accent.Render(" ▶ "), t.Styles.Strong
			}
			lines = append(lines, sign+look.Render(draw.Clean(name, wide-margin-1)))
		}
		columns = append(columns, t.Styles.Text.Width(column).Render(strings.Join(lines, "\n")))
	}
	title := fmt.Sprintf("a row is one … (%d of %d)", p.cursor+1, len(p.names))
	return draw.Box(t, title, lipgloss.JoinHorizontal(lipgloss.Top, columns...), w, h)
}
