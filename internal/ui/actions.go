package ui

import (
	"slices"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// binding is a key of the screen and what it does.
type binding struct {
	key key.Binding
	do  action
}

// bindings lists what the keys do at the moment; of two that match, the first
// one counts.
func (m model) bindings() []binding {
	k := &m.keys
	leave := []binding{
		{k.quit, func(m model) (model, tea.Cmd) { return m, tea.Quit }},
		{k.suspend, func(m model) (model, tea.Cmd) { return m, tea.Sequence(m.restoreTitle, tea.Suspend) }},
	}
	help := binding{k.help, openHelp}
	room, open := m.paneRoom()
	switch {
	case !open:
		return slices.Concat(m.selectionBindings(), m.triageBindings(), leave, []binding{help}, m.queryBindings())
	case room == roomScreen:
		return append(m.bindingsOf(m.pane), leave...)
	case room == roomTable:
		return slices.Concat(m.bindingsOf(m.pane), leave, []binding{help})
	}
	return slices.Concat(m.bindingsOf(m.pane), leave, []binding{help}, m.queryBindings())
}

// bindingsOf are the keys of a pane, which stays the open one.
func (m model) bindingsOf(p pane) []binding {
	var out []binding
	for _, b := range p.bindings(&m.keys) {
		out = append(out, binding{b.key, func(m model) (model, tea.Cmd) { return m.update(b.do()) }})
	}
	return out
}

// queryBindings work wherever numbers are shown.
func (m model) queryBindings() []binding {
	k := &m.keys
	return append(m.paneBindings(), []binding{
		{k.filter, openFilter},
		{k.command, openCommand},
		{k.shorter, func(m model) (model, tea.Cmd) { return setWindow(nextWindow(m.query.Window, false))(m) }},
		{k.longer, func(m model) (model, tea.Cmd) { return setWindow(nextWindow(m.query.Window, true))(m) }},
		{k.pause, togglePause},
		{k.earlier, func(m model) (model, tea.Cmd) { return m.walk(-m.step()) }},
		{k.later, func(m model) (model, tea.Cmd) { return m.walk(m.step()) }},
		{k.muchEarlier, func(m model) (model, tea.Cmd) { return m.walk(-m.query.Window) }},
		{k.muchLater, func(m model) (model, tea.Cmd) { return m.walk(m.query.Window) }},
		{k.zone, toggleZone},
		{k.t0, toggleT0},
		{k.annotate, openMarker},
		{k.snapshot, takeSnapshot},
		{k.record, toggleRecording},
		{k.copy, copySummary},
	}...)
}

func setBy(by string) action {
	return func(m model) (model, tea.Cmd) { m.query.By = by; return m, nil }
}

func setTraffic(traffic string) action {
	return func(m model) (model, tea.Cmd) { m.query.Traffic = traffic; return m, nil }
}

func setWindow(w time.Duration) action {
	return func(m model) (model, tea.Cmd) { m.query.Window = w; return m, nil }
}

func sortBy(name string) action {
	return func(m model) (model, tea.Cmd) {
		if name == "affected" { // worst first has the error rate decide where users are equal
			name = ""
		}
		m.query.Sort, m.query.Reverse = name, false
		return m, nil
	}
}

func toggleZone(m model) (model, tea.Cmd) {
	if m.loc == time.UTC {
		m.loc = time.Local
	} else {
		m.loc = time.UTC
	}
	return m, nil
}

// copySummary puts what is on screen into the clipboard of the user's own
// machine, through whatever terminals lie between.
func copySummary(m model) (model, tea.Cmd) {
	if m.frame == nil {
		return m.notify("no data yet")
	}
	return m, m.copy(summary(m))
}
