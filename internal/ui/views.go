package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
)

// Views are queries by name. Names must not block; Open and Save may.
type Views interface {
	Names() []string
	// Open returns a query; its zero fields leave the screen's as they are.
	Open(name string) (frame.Query, error)
	// Save saves a query's filter, traffic, grouping and window, and its baseline unless
	// that is a moment.
	Save(name string, q frame.Query) error
}

func openView(name string) action {
	return func(m model) (model, tea.Cmd) {
		if m.views == nil {
			return m.notify("cannot open views here")
		}
		views := m.views
		return m, func() tea.Msg {
			q, err := views.Open(name)
			return viewOpened{name, q, err}
		}
	}
}

func saveView(name string) action {
	return func(m model) (model, tea.Cmd) {
		if m.views == nil {
			return m.notify("cannot save views here")
		}
		views, q := m.views, m.query
		return m, func() tea.Msg { return viewSaved{name, views.Save(name, q)} }
	}
}

// viewOpened brings the query of a view.
type viewOpened struct {
	name  string
	query frame.Query
	err   error
}

func (r viewOpened) apply(m model) (model, tea.Cmd) {
	if r.err != nil {
		return m.notify(r.err.Error())
	}
	q := r.query
	m.drill = append(m.drill, level{filter: m.query.Filter, by: m.query.By})
	m.query.Filter, m.query.Baseline = q.Filter, q.Baseline
	m.t0 = t0{}
	if q.By != "" {
		m.query.By = q.By
	}
	if q.Traffic != "" {
		m.query.Traffic = q.Traffic
	}
	if q.Window > 0 {
		m.query.Window = q.Window
	}
	m.pane, m.onErrors = nil, false
	return m.notify("view " + r.name)
}

// viewSaved reports whether a view was saved.
type viewSaved struct {
	name string
	err  error
}

func (r viewSaved) apply(m model) (model, tea.Cmd) {
	if r.err != nil {
		return m.notify(r.err.Error())
	}
	return m.notify("saved: open it with :view " + r.name + " or rumtop --view " + r.name)
}
