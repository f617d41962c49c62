package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// picker chooses the dimension to group by.
type picker struct {
	list
	names []string
}

// openPicker opens the picker at the present dimension.
func openPicker(m model) (model, tea.Cmd) {
	var tags []string
	if m.frame != nil {
		tags = m.frame.Tags
	}
	return m.open(newPicker(m.query.By, tags))
}

func newPicker(now string, tags []string) picker {
	p := picker{names: beacon.DimNames()}
	for _, tag := range tags {
		p.names = append(p.names, "tag."+tag)
	}
	p.list = p.fit(len(p.names), 1).moveTo(max(slices.Index(p.names, now), slices.Index(p.names, "tag."+now), 0))
	return p
}

func (p picker) room() room { return roomTable }

func (p picker) ask(q frame.Query, _ int) frame.Query { return q }

func (p picker) receive(*frame.Frame) (pane, request) { return p, nil }

func (p picker) resize(s scene) pane {
	p.list = p.fit(len(p.names), s.h-2) // inside the box
	return p
}

func (p picker) bindings(k *keyMap) []paneBinding {
	return slices.Concat(
		listBindings(k, p.list, func(l list) pane { p.list = l; return p }),
		closeBindings(p, k.back, k.by),
		[]paneBinding{{k.choose, func() (pane, request) { return p, groupBy(p.names[p.cursor]) }}},
	)
}

func (p picker) hints(k *keyMap) []key.Binding {
	return []key.Binding{key.NewBinding(key.WithHelp("↑ ↓", "move")), k.choose, k.back}
}

func (p picker) summary(*frame.Frame) (string, bool) { return "", false }

// view lists the dimensions in columns, in at most h lines.
func (p picker) view(s scene) []string {
	t, w, h := s.theme, s.w, s.h
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
	title := fmt.Sprintf("group by (%d of %d)", p.cursor+1, len(p.names))
	return draw.Box(t, title, lipgloss.JoinHorizontal(lipgloss.Top, columns...), w, h)
}
