package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// abreast shows two screens at once, before and after: side by side where both
// have room for a table, else one above the other. Keys go to both.
type abreast struct {
	screens       [2]model
	width, height int
}

// abreastWidth is the width from which each screen has half of it.
const abreastWidth = 100

// sideMsg is a message for one of the screens.
type sideMsg struct {
	side int
	msg  tea.Msg
}

func (a abreast) Init() tea.Cmd {
	return tea.Batch(sided(0, a.screens[0].Init()), sided(1, a.screens[1].Init()))
}

// sided marks what a command brings as one screen's own. What concerns the
// program, such as the end of it, stays as it is.
func sided(side int, cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		switch msg := cmd().(type) {
		case tea.BatchMsg:
			for i := range msg {
				msg[i] = sided(side, msg[i])
			}
			return msg
		case nil, tea.QuitMsg, tea.SuspendMsg:
			return msg
		default:
			return sideMsg{side, msg}
		}
	}
}

func (a abreast) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = msg.Width, msg.Height
		first, second := a.sizes()
		return a.both(first, second)
	case sideMsg:
		return a.one(msg.side, msg.msg)
	case tea.MouseMsg:
		side, at := a.under(tea.MouseEvent(msg))
		return a.one(side, tea.MouseMsg(at))
	}
	return a.both(msg, msg)
}

func (a abreast) one(side int, msg tea.Msg) (tea.Model, tea.Cmd) {
	m, cmd := a.screens[side].Update(msg)
	a.screens[side] = m.(model)
	return a, sided(side, cmd)
}

func (a abreast) both(first, second tea.Msg) (tea.Model, tea.Cmd) {
	m, left := a.screens[0].Update(first)
	n, right := a.screens[1].Update(second)
	a.screens = [2]model{m.(model), n.(model)}
	return a, tea.Batch(sided(0, left), sided(1, right))
}

func (a abreast) beside() bool { return a.width >= abreastWidth }

// sizes divides the screen; between the two stands a line or a column.
func (a abreast) sizes() (first, second tea.WindowSizeMsg) {
	first = tea.WindowSizeMsg{Width: a.width, Height: a.height}
	second = first
	if a.beside() {
		first.Width = (a.width - 1) / 2
		second.Width = a.width - 1 - first.Width
	} else {
		first.Height = (a.height - 1) / 2
		second.Height = max(a.height-1-first.Height, 0)
	}
	return first, second
}

// under is the screen that the mouse is on, and where on it.
func (a abreast) under(e tea.MouseEvent) (side int, at tea.MouseEvent) {
	first, _ := a.sizes()
	switch {
	case a.beside() && e.X > first.Width:
		e.X -= first.Width + 1
		return 1, e
	case !a.beside() && e.Y > first.Height:
		e.Y -= first.Height + 1
		return 1, e
	}
	return 0, e
}

func (a abreast) View() string {
	first, second := a.screens[0].View(), a.screens[1].View()
	th, edge := a.screens[0].theme, draw.Edges()
	if !a.beside() {
		p := draw.Line{Width: a.width}
		p.Fill(th.Faint, edge.Top, a.width)
		return first + "\n" + p.Flush() + "\n" + second
	}
	p := draw.Line{Width: 1}
	p.Put(th.Faint, edge.Left)
	bar := p.Flush()
	left, right := strings.Split(first, "\n"), strings.Split(second, "\n")
	size, _ := a.sizes()
	lines := make([]string, max(len(left), len(right)))
	for i := range lines {
		var l, r string
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		lines[i] = l + strings.Repeat(" ", max(size.Width-ansi.StringWidth(l), 0)) + bar + r
	}
	return strings.Join(lines, "\n")
}
