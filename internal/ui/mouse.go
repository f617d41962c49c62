package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// click does with the mouse what the keys do: the wheel moves the cursor, a row
// is chosen, chosen again it is drilled into, a heading sorts, and what is drawn over on a chart is
// chosen.
func (m model) click(e tea.MouseEvent) (model, tea.Cmd) {
	l := m.layout()
	switch {
	case m.mode == modeTriage && e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionMotion:
		return m.drag(e, l), nil
	case m.mode == modePrompt || m.mode == modeHelp || e.Action != tea.MouseActionPress:
		return m, nil
	case e.Button == tea.MouseButtonWheelUp:
		return m.press(tea.KeyMsg{Type: tea.KeyUp})
	case e.Button == tea.MouseButtonWheelDown:
		return m.press(tea.KeyMsg{Type: tea.KeyDown})
	case e.Button != tea.MouseButtonLeft || m.mode == modePick || m.mode == modeDetail:
		return m, nil
	case m.mode == modeErrors && l.table.holds(e.Y):
		return m.clickError(e.Y-l.table.y-1, l.table.h-1)
	case m.mode == modeTriage && l.charts.holds(e.Y):
		m.chosen.anchor, _ = m.columnAt(e, l)
		return m, nil
	case l.table.holds(e.Y):
		return m.clickTable(e.X, e.Y-l.table.y, l)
	case l.errors.holds(e.Y):
		m.onErrors = true
		return m.clickError(e.Y-l.errors.y-1, l.errors.h-1)
	}
	return m, nil
}

func (m model) clickTable(x, y int, l layout) (model, tea.Cmd) {
	m.onErrors = false
	if y == 0 {
		if name, ok := planColumns(m.width, m.table.subject.by, m.table.extras).sortAt(x); ok {
			return sortBy(name)(m)
		}
		return m, nil
	}
	at := m.table.offset + y - 1
	if y-1 >= visibleRows(l.table.h) || at >= len(m.table.rows) {
		return m, nil
	}
	if at == m.table.cursor && m.table.moved {
		return m.drillInto(filter.Eq)
	}
	m.table = m.table.move(at-m.table.cursor, visibleRows(l.table.h))
	return m, nil
}

func (m model) clickError(y, visible int) (model, tea.Cmd) {
	at := m.errors.offset + y
	if y < 0 || at >= len(m.errors.groups) {
		return m, nil
	}
	if at == m.errors.cursor && m.errors.moved {
		return openDetail(m)
	}
	m.errors = m.errors.move(at-m.errors.cursor, visible)
	return m, nil
}

// columnAt is the time that the column of a chart under the mouse stands for.
func (m model) columnAt(e tea.MouseEvent, l layout) (selected, bool) {
	from, _, ok := chartTimes(m.frame)
	if !ok || !l.charts.holds(e.Y) {
		return selected{}, false
	}
	x := e.X
	for i := range m.charts.which(l) {
		w := boxWidth(l, i)
		if x >= w {
			x -= w
			continue
		}
		columns := draw.PlotWidth(w)
		if x -= draw.PlotLeft; x < 0 || x >= columns {
			break
		}
		s := &m.frame.Series
		first := x * s.Complete / columns
		last := max((x+1)*s.Complete/columns, first+1)
		return selected{from.Add(time.Duration(first) * s.Step), from.Add(time.Duration(last) * s.Step)}, true
	}
	return selected{}, false
}

// drag chooses from where the button went down to where the mouse is.
func (m model) drag(e tea.MouseEvent, l layout) model {
	here, ok := m.columnAt(e, l)
	a := m.chosen.anchor
	if !ok || a.to.IsZero() {
		return m
	}
	s := selection{from: a.from, to: here.to, later: true, anchor: a}
	if here.from.Before(a.from) {
		s.from, s.to, s.later = here.from, a.to, false
	}
	m.chosen = s.fit(m.frame, m.frame.Series.Step)
	return m
}
