package ui

import (
	"fmt"
	"slices"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// Viewer is another viewer of the site and its query. Nothing in it is verified:
// any publisher can send it.
type Viewer struct {
	ID, Name   string
	Filter, By string
	Traffic    string // "" is people
	Window     time.Duration
	At         time.Time // right edge of the window; zero is now
}

// Presence is the other viewers of the site. No method blocks.
type Presence interface {
	Publish(frame.Query) // this viewer's query
	Others() []Viewer
	Note() string // why viewers do not see each other; "" if they do
}

// presence is what the screen knows of the other viewers.
type presence struct {
	with      Presence // nil: this viewer neither shows itself nor sees others
	others    []Viewer
	following string // ID of the viewer whose query the screen takes over; "": none
	name      string // of that viewer
}

// refreshPeers brings the other viewers up to date, and adopts the query of the
// one that is followed.
func (m model) refreshPeers() (model, tea.Cmd) {
	if m.presence.with == nil {
		return m, nil
	}
	m.presence.others = m.presence.with.Others()
	if m.presence.following == "" {
		return m, nil
	}
	i := slices.IndexFunc(m.presence.others, func(v Viewer) bool { return v.ID == m.presence.following })
	if i < 0 {
		m.presence.following = ""
		return m.notify(m.presence.name + " left")
	}
	return m.adopt(&m.presence.others[i]), nil
}

// adopt takes over what another viewer asks, as far as it makes sense.
func (m model) adopt(v *Viewer) model {
	if e, err := filter.Parse(v.Filter); err == nil {
		m.query.Filter, m.query.Traffic = e, v.Traffic
	}
	if v.By != "" {
		m.query.By = v.By
	}
	if v.Window >= time.Second && v.Window <= windows[len(windows)-1] {
		m.query.Window = v.Window
	}
	if !v.At.Equal(m.query.At) {
		m.query.At, m.paused = v.At, !v.At.IsZero()
		if m.frame != nil && v.At.Before(m.frame.At) {
			m.until = m.frame.At
		} else {
			m.until = v.At
		}
	}
	return m
}

// unfollow ends the following once a key changed the query.
func (m model) unfollow(before model) model {
	if m.presence.following == before.presence.following && !sameQuery(before.query, m.query) {
		m.presence.following = ""
	}
	return m
}

// label is what the header shows of the other viewers.
func (p presence) label() string {
	switch n := len(p.others); {
	case p.following != "":
		return "following " + p.name
	case n > 0:
		return fmt.Sprintf("+%d viewers", n)
	}
	return ""
}

// viewerPane lists the other viewers, and what they look at.
type viewerPane struct {
	list
	with   Presence
	others []Viewer
	note   string
}

func openViewers(m model) (model, tea.Cmd) {
	return openPage(viewerPane{with: m.presence.with}.refresh())(m)
}

func (p viewerPane) refresh() viewerPane {
	if p.with != nil {
		p.others, p.note = p.with.Others(), p.with.Note()
	}
	return p
}

func (p viewerPane) room() room { return roomPage }

func (p viewerPane) ask(q frame.Query, _ int) frame.Query { return q }

func (p viewerPane) receive(*frame.Frame) (pane, request) { return p.refresh(), nil }

func (p viewerPane) resize(s scene) pane {
	p.list = p.fit(len(p.others), s.h-len(p.heading(s)))
	return p
}

func (p viewerPane) bindings(k *keyMap) []paneBinding {
	enter := func() (pane, request) {
		if p.cursor >= len(p.others) {
			return p, notify("no viewer to follow")
		}
		return p, follow{p.others[p.cursor]}
	}
	return slices.Concat(
		listBindings(k, p.list, func(l list) pane { p.list = l; return p }),
		[]paneBinding{{k.follow, enter}},
		closeBindings(p, k.back, k.viewers),
	)
}

func (p viewerPane) hints(k *keyMap) []key.Binding {
	return []key.Binding{k.follow, k.back, k.help}
}

func (p viewerPane) summary(*frame.Frame) (string, bool) { return "", false }

// heading draws what is above the rows: the title, notes, the columns' names.
func (p viewerPane) heading(s scene) []string {
	t := s.theme
	w := draw.Line{Width: s.w}
	w.Skip(margin)
	w.Put(t.Strong, "other viewers")
	w.Put(t.Dim, draw.Clean(": names as given, never stored", max(s.w-w.Len(), 0)))
	lines := []string{"", w.Flush(), ""}
	note := func(look draw.Style, text string) {
		w.Skip(margin)
		w.Put(look, draw.Clean(text, s.w-margin))
		lines = append(lines, w.Flush())
	}
	switch {
	case p.with == nil:
		note(t.Dim, "presence is off: set --presence and a name with --author")
		return lines
	case p.note != "":
		note(t.Warn, p.note)
	}
	if len(p.others) == 0 {
		note(t.Dim, "no other viewers")
		return lines
	}
	w.Skip(margin)
	w.PutLeft(t.Dim, "name", viewerName)
	w.PutLeft(t.Dim, "by", viewerBy)
	w.PutLeft(t.Dim, "window", viewerWindow)
	w.PutLeft(t.Dim, "at", viewerAt)
	w.Put(t.Dim, "filter")
	return append(lines, w.Flush())
}

// The columns of a viewer; the filter takes the rest.
const (
	viewerName   = 18
	viewerBy     = 18
	viewerWindow = 8
	viewerAt     = 14
)

func (p viewerPane) view(s scene) []string {
	t := s.theme
	w := draw.Line{Width: s.w}
	lines := p.heading(s)
	from := p.offset
	for i, o := range p.others[from:] {
		if len(lines) >= s.h {
			break
		}
		style := t.Text
		if from+i == p.cursor {
			w.Put(t.Accent, " ▶ ")
			style = t.Strong
		} else {
			w.Skip(margin)
		}
		w.PutLeft(style, draw.Clean(o.Name, viewerName-1), viewerName)
		w.PutLeft(t.Text, draw.Clean(o.By, viewerBy-1), viewerBy)
		w.PutLeft(t.Text, draw.Span(o.Window), viewerWindow)
		when := "now"
		if !o.At.IsZero() {
			when = o.At.In(s.loc).Format("Jan 2 15:04")
		}
		w.PutLeft(t.Text, when, viewerAt)
		w.Put(t.Accent, draw.Clean(o.Filter, max(s.w-w.Len(), 0)))
		lines = append(lines, w.Flush())
	}
	return lines
}
