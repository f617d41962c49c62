package ui

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// request is a change of the screen that a pane, the prompt or the answer of a
// service asks for. They do not edit the model: it applies their requests.
type request interface {
	apply(m model) (model, tea.Cmd)
}

// closePane leads back to the triage screen.
type closePane struct{}

func (closePane) apply(m model) (model, tea.Cmd) { return m.open(nil) }

// openPane puts another pane in place of the one that is open.
type openPane struct{ pane pane }

func (r openPane) apply(m model) (model, tea.Cmd) { return m.open(r.pane) }

// notify shows a short text for some seconds.
type notify string

func (r notify) apply(m model) (model, tea.Cmd) { return m.notify(string(r)) }

// groupBy groups by another dimension.
type groupBy string

func (r groupBy) apply(m model) (model, tea.Cmd) {
	m.query.By = string(r)
	return m.open(nil)
}

// narrow adds terms to the filter, to keep or to exclude what they match, and
// shows the triage screen.
type narrow struct {
	terms   []frame.Term
	exclude bool
}

func (r narrow) apply(m model) (model, tea.Cmd) {
	if len(r.terms) == 0 {
		return m.notify("no value selected")
	}
	e, err := r.filter(m.query.Filter)
	if err != nil {
		return m.notify(err.Error())
	}
	m.pane, m.onErrors = nil, false
	return setFilter(e)(m)
}

// filter is the narrower filter. Several terms are excluded together: a page
// view that matches only some of them stays.
func (r narrow) filter(e filter.Expr) (filter.Expr, error) {
	if r.exclude && len(r.terms) > 1 {
		return without(e, r.terms)
	}
	op := filter.Eq
	if r.exclude {
		op = filter.Ne
	}
	for _, t := range r.terms {
		term, err := filter.NewTerm(t.Field, op, filter.Literal(t.Value))
		if err != nil {
			return e, err
		}
		e = e.And(term)
	}
	return e, nil
}

// visit shows the window that starts at a moment.
type visit struct{ at time.Time }

func (r visit) apply(m model) (model, tea.Cmd) {
	if !m.paused {
		m, _ = togglePause(m)
	}
	at := r.at.Add(m.query.Window)
	if at.After(m.until) {
		at = m.until
	}
	m.query.At = at
	return m.open(nil)
}

// follow takes over the query of another viewer until a key changes it.
type follow struct{ viewer Viewer }

func (r follow) apply(m model) (model, tea.Cmd) {
	m.presence.following, m.presence.name = r.viewer.ID, draw.Clean(r.viewer.Name, 40)
	m = m.adopt(&r.viewer)
	m.pane = nil
	return m.notify("following " + m.presence.name + " until you change the query")
}

// without excludes what matches all terms.
func without(e filter.Expr, terms []frame.Term) (filter.Expr, error) {
	texts := make([]string, len(terms))
	for i, t := range terms {
		texts[i] = t.String()
	}
	text := "not (" + strings.Join(texts, " ") + ")"
	if e.Text != "" {
		text = "(" + e.Text + ") " + text
	}
	return filter.Parse(text)
}
