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

// Viewer is someone else who watches the site, and what they look at. All of it
// is what they, or somebody in their name, say.
type Viewer struct {
	ID, Name   string
	Filter, By string
	Window     time.Duration
	At         time.Time // right edge of the window; zero is now
}

// Presence is the others who watch. No method waits.
type Presence interface {
	Publish(frame.Query) // what this person looks at
	Others() []Viewer
	Note() string // why they cannot be seen, or this person by them; "" if all can
}

// company is what the screen knows of the others.
type company struct {
	with      Presence // nil: nobody tells and nobody is told
	others    []Viewer
	following string // ID of whose question the screen takes over; "": its own
	name      string // of whom is followed
}

// meet brings the others up to date, and goes where the followed one looks.
func (m model) meet() (model, tea.Cmd) {
	if m.company.with == nil {
		return m, nil
	}
	m.company.others = m.company.with.Others()
	if m.company.following == "" {
		return m, nil
	}
	i := slices.IndexFunc(m.company.others, func(w Viewer) bool { return w.ID == m.company.following })
	if i < 0 {
		m.company.following = ""
		return m.say(m.company.name + " does not watch any more")
	}
	return m.goWith(&m.company.others[i]), nil
}

// goWith takes over what someone asks, as far as it makes sense.
func (m model) goWith(w *Viewer) model {
	if e, err := filter.Parse(w.Filter); err == nil {
		m.query.Filter = e
	}
	if w.By != "" {
		m.query.By = w.By
	}
	if w.Window >= time.Second && w.Window <= windows[len(windows)-1] {
		m.query.Window = w.Window
	}
	if !w.At.Equal(m.query.At) {
		m.query.At, m.paused = w.At, !w.At.IsZero()
		if m.frame != nil && w.At.Before(m.frame.At) {
			m.until = m.frame.At
		} else {
			m.until = w.At
		}
	}
	return m
}

// part ends the following once a key changed the question: from then on it is
// this person's own.
func (m model) part(before model) model {
	if m.company.following == before.company.following && !sameQuestion(before.query, m.query) {
		m.company.following = ""
	}
	return m
}

// line is what the header tells of the others.
func (c company) line() string {
	switch n := len(c.others); {
	case c.following != "":
		return "following " + c.name
	case n > 0:
		return fmt.Sprintf("+%d watching", n)
	}
	return ""
}

// viewerPane lists who else watches, and what.
type viewerPane struct {
	with   Presence
	others []Viewer
	note   string
	cursor int
}

func openViewers(m model) (model, tea.Cmd) {
	return openPane(viewerPane{with: m.company.with}.look())(m)
}

func (p viewerPane) look() viewerPane {
	if p.with != nil {
		p.others, p.note = p.with.Others(), p.with.Note()
	}
	p.cursor = max(min(p.cursor, len(p.others)-1), 0)
	return p
}

func (p viewerPane) ask(q frame.Query, _ int) frame.Query { return q }

func (p viewerPane) show(*frame.Frame) pane { return p.look() }

func (p viewerPane) bindings(k *keyMap) []binding {
	move := func(by int) action {
		return onPane(func(p viewerPane) pane {
			p.cursor = max(min(p.cursor+by, len(p.others)-1), 0)
			return p
		})
	}
	return []binding{
		{k.up, move(-1)}, {k.down, move(1)}, {k.pageUp, move(-10)}, {k.pageDown, move(10)}, {k.top, move(-far)}, {k.bottom, move(far)},
		{k.follow, p.follow}, {k.viewers, closePane},
	}
}

func (p viewerPane) hints(k *keyMap) []key.Binding {
	return []key.Binding{k.follow, k.back, k.help}
}

// follow takes over the question of the one under the cursor until a key changes it.
func (p viewerPane) follow(m model) (model, tea.Cmd) {
	if p.cursor >= len(p.others) {
		return m.say("nobody to follow")
	}
	w := p.others[p.cursor]
	m.company.following, m.company.name = w.ID, draw.Clean(w.Name, 40)
	m = m.goWith(&w)
	m, _ = closePane(m)
	return m.say("following " + m.company.name + ", until a key of yours changes the question")
}

func (p viewerPane) view(_ *frame.Frame, s scene) []string {
	const name, by, window, at = 18, 18, 8, 14
	t := s.theme
	w := draw.Line{Width: s.w}
	w.Skip(margin)
	w.Put(t.Strong, "who else watches")
	w.Put(t.Dim, draw.Clean(": as they say themselves, kept nowhere", max(s.w-w.Len(), 0)))
	lines := []string{"", w.Flush(), ""}
	say := func(st draw.Style, text string) {
		w.Skip(margin)
		w.Put(st, draw.Clean(text, s.w-margin))
		lines = append(lines, w.Flush())
	}
	switch {
	case p.with == nil:
		say(t.Dim, "nobody is told here: --presence is off, or nobody's name is known (--author)")
		return lines
	case p.note != "":
		say(t.Warn, p.note)
	}
	if len(p.others) == 0 {
		say(t.Dim, "nobody else")
		return lines
	}
	w.Skip(margin)
	w.PutLeft(t.Dim, "name", name)
	w.PutLeft(t.Dim, "by", by)
	w.PutLeft(t.Dim, "window", window)
	w.PutLeft(t.Dim, "at", at)
	w.Put(t.Dim, "filter")
	lines = append(lines, w.Flush())
	from := max(p.cursor-(s.h-len(lines))+1, 0)
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
		w.PutLeft(style, draw.Clean(o.Name, name-1), name)
		w.PutLeft(t.Text, draw.Clean(o.By, by-1), by)
		w.PutLeft(t.Text, draw.Span(o.Window), window)
		when := "now"
		if !o.At.IsZero() {
			when = o.At.In(s.loc).Format("Jan 2 15:04")
		}
		w.PutLeft(t.Text, when, at)
		w.Put(t.Accent, draw.Clean(o.Filter, max(s.w-w.Len(), 0)))
		lines = append(lines, w.Flush())
	}
	return lines
}
