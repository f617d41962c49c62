package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/rumtop/rumtop/internal/ui/draw"
)

// splitView shows two screens at once, before and after: side by side if both
// have room for a table, else one above the other. Every key acts on both.
type splitView struct {
	screens       [2]model
	width, height int
}

// splitWidth is the width from which each screen has half of it.
const splitWidth = 100

// sideMsg is a message for one of the screens.
type sideMsg struct {
	side int
	msg  tea.Msg
}

func (v splitView) Init() tea.Cmd {
	return tea.Batch(sided(0, v.screens[0].Init()), sided(1, v.screens[1].Init()))
}

// sided addresses the message of a command to one screen. Messages for the
// program, such as its end, stay as they are.
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

func (v splitView) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		v.width, v.height = msg.Width, msg.Height
		first, second := v.sizes()
		return v.both(first, second)
	case sideMsg:
		return v.one(msg.side, msg.msg)
	case tea.MouseMsg:
		side, at := v.sideAt(tea.MouseEvent(msg))
		return v.one(side, tea.MouseMsg(at))
	}
	return v.both(msg, msg)
}

func (v splitView) one(side int, msg tea.Msg) (tea.Model, tea.Cmd) {
	m, cmd := v.screens[side].Update(msg)
	v.screens[side] = m.(model)
	return v, sided(side, cmd)
}

func (v splitView) both(first, second tea.Msg) (tea.Model, tea.Cmd) {
	m, left := v.screens[0].Update(first)
	n, right := v.screens[1].Update(second)
	v.screens = [2]model{m.(model), n.(model)}
	return v, tea.Batch(sided(0, left), sided(1, right))
}

func (v splitView) isWide() bool { return v.width >= splitWidth }

// sizes divides the screen, with a line or a column between the two.
func (v splitView) sizes() (first, second tea.WindowSizeMsg) {
	first = tea.WindowSizeMsg{Width: v.width, Height: v.height}
	second = first
	if v.isWide() {
		first.Width = (v.width - 1) / 2
		second.Width = v.width - 1 - first.Width
	} else {
		first.Height = (v.height - 1) / 2
		second.Height = max(v.height-1-first.Height, 0)
	}
	return first, second
}

// sideAt is the screen that the mouse is on, and where on it.
func (v splitView) sideAt(e tea.MouseEvent) (side int, at tea.MouseEvent) {
	first, _ := v.sizes()
	switch {
	case v.isWide() && e.X > first.Width:
		e.X -= first.Width + 1
		return 1, e
	case !v.isWide() && e.Y > first.Height:
		e.Y -= first.Height + 1
		return 1, e
	}
	return 0, e
}

func (v splitView) View() string {
	first, second := v.screens[0].View(), v.screens[1].View()
	th, edge := v.screens[0].theme, draw.Edges()
	if !v.isWide() {
		p := draw.Line{Width: v.width}
		p.Fill(th.Faint, edge.Top, v.width)
		return first + "\n" + p.Flush() + "\n" + second
	}
	p := draw.Line{Width: 1}
	p.Put(th.Faint, edge.Left)
	bar := p.Flush()
	left, right := strings.Split(first, "\n"), strings.Split(second, "\n")
	size, _ := v.sizes()
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
