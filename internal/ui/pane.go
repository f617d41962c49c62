package ui

import (
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// pane is a page of its own: while it is open it has all lines between the
// sentence and the trust line. A pane is a value; what changes it gives a new
// one. To add one, write a file with it and put it into [panes].
type pane interface {
	// ask adds to the question what the pane shows, in so many lines.
	ask(q frame.Query, h int) frame.Query
	// show takes a frame.
	show(f *frame.Frame) pane
	// bindings are the keys of the pane, before those that work everywhere.
	bindings(k *keyMap) []binding
	// hints are its keys worth naming, most useful first.
	hints(k *keyMap) []key.Binding
	// view draws the pane in at most s.h lines.
	view(f *frame.Frame, s scene) []string
}

// scene is what a pane is drawn into.
type scene struct {
	theme draw.Theme
	loc   *time.Location
	w, h  int
}

// opening is a way into a pane: its key, and its name on the command line.
type opening struct {
	name string
	key  key.Binding
	open action
}

// panes lists every pane, in the order of the help.
func (k *keyMap) panes() []opening {
	return []opening{
		{"differs", k.differs, openDiffers},
		{"verdict", k.verdict, openPane(releasePane{})},
		{"inspect", k.inspect, openInspect},
		{"sessions", k.sessions, openSessions},
		{"markers", k.markers, openPane(markerPane{})},
		{"objectives", k.objectives, openPane(objectivePane{})},
		{"watchers", k.viewers, openViewers},
		{"trust", k.trust, openTrust},
	}
}

// paneBindings open panes from wherever numbers are shown.
func (m model) paneBindings() []binding {
	var out []binding
	for _, o := range m.keys.panes() {
		out = append(out, binding{o.key, o.open})
	}
	return out
}

func openPane(p pane) action {
	return func(m model) (model, tea.Cmd) {
		m.mode, m.onErrors = modePane, false
		m.open = p
		if m.frame != nil {
			m.open = p.show(m.frame)
		}
		return m, nil
	}
}

// closePane goes back to the triage screen.
func closePane(m model) (model, tea.Cmd) {
	m.mode = modeTriage
	return m, nil
}

// onPane changes the open pane, which must be a P.
func onPane[P pane](change func(P) pane) action {
	return func(m model) (model, tea.Cmd) {
		if p, ok := m.open.(P); ok {
			m.open = change(p)
		}
		return m, nil
	}
}
