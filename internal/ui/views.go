package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
)

// Views are questions by name. Names must not wait; Open and Save may.
type Views interface {
	Names() []string
	// Open gives a question; what it leaves at zero stays as it is on the screen.
	Open(name string) (frame.Query, error)
	// Save keeps a question's filter, grouping and window, and its baseline where
	// that is no moment.
	Save(name string, q frame.Query) error
}

// viewMsg brings a question by name; savedMsg says whether one was saved.
type (
	viewMsg struct {
		name  string
		query frame.Query
		err   error
	}
	savedMsg struct {
		name string
		err  error
	}
)

func openView(name string) action {
	return func(m model) (model, tea.Cmd) {
		if m.views == nil {
			return m.say("no views can be opened here")
		}
		views := m.views
		return m, func() tea.Msg {
			q, err := views.Open(name)
			return viewMsg{name, q, err}
		}
	}
}

func saveView(name string) action {
	return func(m model) (model, tea.Cmd) {
		if m.views == nil {
			return m.say("no views can be saved here")
		}
		views, q := m.views, m.query
		return m, func() tea.Msg { return savedMsg{name, views.Save(name, q)} }
	}
}

// viewed goes where a view looks.
func (m model) viewed(msg viewMsg) (model, tea.Cmd) {
	if msg.err != nil {
		return m.say(msg.err.Error())
	}
	q := msg.query
	m.drill = append(m.drill, level{filter: m.query.Filter, by: m.query.By})
	m.query.Filter, m.query.Baseline = q.Filter, q.Baseline
	m.t0 = t0{}
	if q.By != "" {
		m.query.By = q.By
	}
	if q.Window > 0 {
		m.query.Window = q.Window
	}
	m.mode, m.onErrors = modeTriage, false
	return m.say("view " + msg.name)
}

func (m model) savedView(msg savedMsg) (model, tea.Cmd) {
	if msg.err != nil {
		return m.say(msg.err.Error())
	}
	return m.say("saved: open it with :view " + msg.name + " or rumtop --view " + msg.name)
}
