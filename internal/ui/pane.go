package ui

import (
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// pane is a page that is open in place of the triage screen or of a part of it.
// A pane is a value: what changes it returns a new one, and what it wants of
// the screen it returns as a [request]. To add one, write a file with it and
// put it into [keyMap.panes].
type pane interface {
	// room is how much of the screen the pane takes.
	room() room
	// ask adds to the query what the pane shows, in so many lines.
	ask(q frame.Query, h int) frame.Query
	// receive takes a frame.
	receive(f *frame.Frame) (pane, request)
	// resize takes what the pane is drawn into, after every message.
	resize(s scene) pane
	// bindings are the keys of the pane; they come before those of the screen.
	bindings(k *keyMap) []paneBinding
	// hints are its keys worth naming, most useful first.
	hints(k *keyMap) []key.Binding
	// view draws the pane in at most s.h lines.
	view(s scene) []string
	// summary is what y copies of the pane in one line; "" for what it copies of
	// the triage screen. Alone leaves out site, time and filter.
	summary(f *frame.Frame) (line string, alone bool)
}

// room is how much of the screen a pane takes.
type room int

const (
	roomPage   room = iota // all between status and trust line
	roomLists              // table and errors
	roomTable              // the table: a choice, made or left before anything else
	roomScreen             // all of it
)

// scene is what a pane is drawn from, and into how much.
type scene struct {
	frame *frame.Frame // nil: none has arrived
	theme draw.Theme
	loc   *time.Location
	w, h  int
}

// paneBinding is a key of a pane and what it does: the pane as it is then, and
// what it wants of the screen, nil for nothing.
type paneBinding struct {
	key key.Binding
	do  func() (pane, request)
}

// listBindings are the keys of the pane's list; with gives the pane another one.
func listBindings(k *keyMap, l list, with func(list) pane) []paneBinding {
	var out []paneBinding
	for _, m := range k.motions() {
		out = append(out, paneBinding{m.key, func() (pane, request) { return with(m.move(l)), nil }})
	}
	return out
}

// closeBindings are keys that close a pane.
func closeBindings(p pane, keys ...key.Binding) []paneBinding {
	var out []paneBinding
	for _, k := range keys {
		out = append(out, paneBinding{k, func() (pane, request) { return p, closePane{} }})
	}
	return out
}

// entry is a way into a pane: its name on the command line, and its key.
type entry struct {
	name string
	key  key.Binding
	open action
}

// panes lists every pane with a key of its own, in the order of the help.
func (k *keyMap) panes() []entry {
	return []entry{
		{"differs", k.differs, openDiffers},
		{"verdict", k.verdict, openPage(releasePane{})},
		{"inspect", k.inspect, openInspect},
		{"sessions", k.sessions, openSessions},
		{"markers", k.markers, openPage(markerPane{})},
		{"objectives", k.objectives, openObjectives},
		{"watchers", k.viewers, openViewers},
		{"trust", k.trust, openTrust},
	}
}

// paneBindings open panes from wherever numbers are shown.
func (m model) paneBindings() []binding {
	var out []binding
	for _, e := range m.keys.panes() {
		out = append(out, binding{e.key, e.open})
	}
	return out
}

// openPage opens a pane that has the keys to itself until it is closed.
func openPage(p pane) action {
	return func(m model) (model, tea.Cmd) {
		m.onErrors = false
		return m.open(p)
	}
}

// open puts a pane in place of the one that is open; nil leads back to the
// triage screen.
func (m model) open(p pane) (model, tea.Cmd) {
	m.pane = p
	if p == nil || m.frame == nil {
		return m, nil
	}
	return m.update(p.receive(m.frame))
}

// update takes the pane as it is now and does what it wants. The triage screen
// shows the same errors as their pane, with one cursor.
func (m model) update(p pane, want request) (model, tea.Cmd) {
	m.pane = p
	if e, ok := p.(errorPane); ok {
		m.errors = e.errorList
	}
	if want == nil {
		return m, nil
	}
	return want.apply(m)
}

// paneRoom is how much of the screen the open pane takes; none takes none.
func (m model) paneRoom() (r room, open bool) {
	if m.pane == nil {
		return 0, false
	}
	return m.pane.room(), true
}
