package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// click maps the mouse to what keys do: the wheel moves the cursor, a click
// selects a row and a second one drills into it, a click on a heading sorts, and
// dragging over a chart selects a time range.
func (m model) click(e tea.MouseEvent) (model, tea.Cmd) {
	room, open := m.paneRoom()
	switch {
	case e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionMotion && !open && !m.prompt.active:
		return m.drag(e, m.layout()), nil
	case m.prompt.active || open && room == roomScreen || e.Action != tea.MouseActionPress:
		return m, nil
	case e.Button == tea.MouseButtonWheelUp:
		return m.handleKey(tea.KeyMsg{Type: tea.KeyUp})
	case e.Button == tea.MouseButtonWheelDown:
		return m.handleKey(tea.KeyMsg{Type: tea.KeyDown})
	case e.Button != tea.MouseButtonLeft:
		return m, nil
	case open:
		return m.clickPane(e)
	}
	return m.clickTriage(e)
}

// clickPane clicks on the list of errors, the only pane with rows to click.
func (m model) clickPane(e tea.MouseEvent) (model, tea.Cmd) {
	p, ok := m.pane.(errorPane)
	l := m.layout()
	if !ok || p.inside || !l.table.holds(e.Y) {
		return m, nil
	}
	errors, again := p.clickRow(e.Y - l.table.y - 1)
	p.errorList = errors
	if again {
		return m.update(p.showDetail())
	}
	return m.update(p, nil)
}

func (m model) clickTriage(e tea.MouseEvent) (model, tea.Cmd) {
	l := m.layout()
	switch {
	case l.charts.holds(e.Y):
		m.chosen.anchor, _ = m.columnAt(e, l)
	case l.table.holds(e.Y):
		return m.clickTable(e.X, e.Y-l.table.y)
	case l.errors.holds(e.Y):
		m.onErrors = true
		var again bool
		if m.errors, again = m.errors.clickRow(e.Y - l.errors.y - 1); again {
			return openError(m)
		}
	}
	return m, nil
}

func (m model) clickTable(x, y int) (model, tea.Cmd) {
	m.onErrors = false
	if y == 0 {
		if name, ok := planColumns(m.width, m.table.subject.by, m.table.extras).sortAt(x); ok {
			return sortBy(name)(m)
		}
		return m, nil
	}
	at, ok := m.table.rowAt(y - 1)
	switch {
	case !ok:
		return m, nil
	case at == m.table.cursor && m.table.moved:
		return m.drillInto(filter.Eq)
	}
	m.table = m.table.move(func(l list) list { return l.moveTo(at) })
	return m, nil
}

// clickRow selects the error on a line below the heading; again is whether it was
// selected before.
func (e errorList) clickRow(y int) (_ errorList, again bool) {
	at, ok := e.rowAt(y)
	switch {
	case !ok:
		return e, false
	case at == e.cursor && e.moved:
		return e, true
	}
	return e.move(func(l list) list { return l.moveTo(at) }), false
}

// columnAt is the time range of the chart column under the mouse.
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

// drag selects from where the button was pressed to where the mouse is.
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
	m.chosen = s.snap(m.frame, m.frame.Series.Step)
	return m
}
