package ui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// sessionPane lists the sessions that were hurt, and tells the course of one:
// what somebody did before it failed.
type sessionPane struct {
	fingerprint string // with this error, "": with any
	by, key     string // of the segment
	whole       bool
	rows        []frame.SessionRow
	known       bool // an answer has come
	cursor      int
	id          string // the session whose course is shown, "": the list
	course      []frame.Step
	step        int // the cursor in it
	traces      traces
}

// openSessions shows those of the error, or of the row, under the cursor.
func openSessions(m model) (model, tea.Cmd) {
	p := sessionPane{by: m.query.By, whole: true, traces: m.traces}
	switch {
	case m.mode == modeDetail:
		p.fingerprint = m.detail.fingerprint
	case m.mode == modeErrors || m.onErrors:
		if g := m.errors.selected(); g != nil {
			p.fingerprint = g.Fingerprint
		}
	case m.mode == modeTriage:
		if r := m.table.selected(); r != nil && m.table.moved {
			p.key, p.whole = r.Key, false
		}
	}
	return openPane(p)(m)
}

func (p sessionPane) ask(q frame.Query, _ int) frame.Query {
	q.Sessions = frame.SessionsSpec{On: true, Fingerprint: p.fingerprint, Key: p.key, Whole: p.whole, ID: p.id}
	return q
}

func (p sessionPane) show(f *frame.Frame) pane {
	if f.Sessions != nil || p.known {
		p.rows, p.known = f.Sessions, true
	}
	p.cursor = max(min(p.cursor, len(p.rows)-1), 0)
	if p.id != "" && f.Course != nil {
		first := p.course == nil
		p.course = f.Course
		if first {
			p.step = worstStep(p.course)
		}
	}
	p.step = max(min(p.step, len(p.course)-1), 0)
	return p
}

// worstStep is where a course first goes wrong.
func worstStep(course []frame.Step) int {
	for i, s := range course {
		if s.Kind == "error" {
			return i
		}
	}
	return 0
}

func (p sessionPane) bindings(k *keyMap) []binding {
	move := func(by int) action {
		return onPane(func(p sessionPane) pane {
			if p.id == "" {
				p.cursor = max(min(p.cursor+by, len(p.rows)-1), 0)
			} else {
				p.step = max(min(p.step+by, len(p.course)-1), 0)
			}
			return p
		})
	}
	list := []binding{
		{k.up, move(-1)}, {k.down, move(1)}, {k.pageUp, move(-10)}, {k.pageDown, move(10)}, {k.top, move(-far)}, {k.bottom, move(far)},
		{k.sessions, closePane},
	}
	if p.id != "" {
		return append(list, binding{k.back, onPane(func(p sessionPane) pane { p.id, p.course = "", nil; return p })})
	}
	return append(list, binding{k.open, onPane(func(p sessionPane) pane {
		if p.cursor < len(p.rows) {
			p.id, p.course, p.step = p.rows[p.cursor].ID, nil, 0
		}
		return p
	})})
}

func (p sessionPane) hints(k *keyMap) []key.Binding {
	if p.id != "" {
		return []key.Binding{key.NewBinding(key.WithHelp("↑ ↓", "move")), k.back, k.copy, k.help}
	}
	return []key.Binding{k.open, k.back, k.filter, k.copy, k.help}
}

// copied is what y copies: the trace of the step, or the session's id.
func (p sessionPane) copied() string {
	if p.id != "" && p.step < len(p.course) && p.course[p.step].Trace != "" {
		return p.traces.copied(p.course[p.step].Trace)
	}
	if p.id == "" && p.cursor < len(p.rows) {
		return "session=" + p.rows[p.cursor].ID
	}
	return "session=" + p.id
}

func (p sessionPane) view(f *frame.Frame, s scene) []string {
	if p.id != "" {
		return p.viewCourse(s)
	}
	return p.viewList(s)
}

func (p sessionPane) title() string {
	switch {
	case p.fingerprint != "":
		return "sessions with this error"
	case !p.whole:
		return "sessions with errors in " + draw.Clean(p.by+"="+p.key, 60)
	}
	return "sessions with errors"
}

func (p sessionPane) viewList(s scene) []string {
	const id, when, number, release, browser, page = 18, 7, 7, 10, 14, 20
	t := s.theme
	w := draw.Line{Width: s.w}
	w.Skip(margin)
	w.Put(t.Strong, p.title())
	w.Put(t.Dim, ": keyed hashes, nobody can be told from them")
	lines := []string{"", w.Flush(), ""}
	if len(p.rows) == 0 {
		w.Skip(margin)
		text := "looking …"
		if p.known {
			text = "none in the window"
		}
		w.Put(t.Dim, text)
		return append(lines, w.Flush())
	}
	w.Skip(margin)
	w.PutLeft(t.Dim, "session", id)
	w.PutLeft(t.Dim, "last", when)
	w.PutRight(t.Dim, "errors", number)
	w.PutRight(t.Dim, "views", number)
	w.PutRight(t.Dim, "failed", number)
	w.Skip(2)
	wide := s.w >= twoColumns
	w.PutLeft(t.Dim, "release", release)
	if wide {
		w.PutLeft(t.Dim, "browser", browser)
		w.PutLeft(t.Dim, "page", page)
	}
	w.Put(t.Dim, "last error")
	lines = append(lines, w.Flush())
	room := s.h - len(lines)
	from := max(min(p.cursor-room/2, len(p.rows)-room), 0)
	for i, r := range p.rows[from:] {
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
		w.PutLeft(style, r.ID, id)
		w.PutLeft(t.Dim, r.Last.In(s.loc).Format("15:04"), when)
		w.PutRight(style, count(float64(r.Errors)), number)
		w.PutRight(t.Text, count(float64(r.Views)), number)
		w.PutRight(t.Text, count(float64(r.Failed)), number)
		w.Skip(2)
		w.PutLeft(t.Text, draw.Clean(r.Release, release-1), release)
		if wide {
			w.PutLeft(t.Dim, draw.Clean(r.Browser, browser-1), browser)
			w.PutLeft(t.Dim, draw.Clean(r.Page, page-1), page)
		}
		w.Put(t.Text, draw.Clean(r.Error, max(s.w-w.Len(), 0)))
		lines = append(lines, w.Flush())
	}
	return lines
}

func (p sessionPane) viewCourse(s scene) []string {
	const when, kind = 14, 9
	t := s.theme
	w := draw.Line{Width: s.w}
	w.Skip(margin)
	w.Put(t.Strong, "session "+p.id)
	if len(p.course) > 0 {
		last := p.course[len(p.course)-1].At
		w.Put(t.Dim, " · "+plural(float64(len(p.course)), "step")+" in "+draw.Span(last.Sub(p.course[0].At))+", of what is retained")
	}
	lines := []string{"", w.Flush(), ""}
	if p.course == nil {
		w.Skip(margin)
		w.Put(t.Dim, "looking …")
		return append(lines, w.Flush())
	}
	room := max(s.h-len(lines), 1)
	from := max(min(p.step-room/2, len(p.course)-room), 0)
	page := ""
	for i, step := range p.course[from:] {
		if len(lines) >= s.h {
			break
		}
		style := t.Text
		if step.Bad {
			style = t.Bad
		}
		if from+i == p.step {
			w.Put(t.Accent, " ▶ ")
		} else {
			w.Skip(margin)
		}
		w.PutLeft(t.Dim, step.At.In(s.loc).Format("15:04:05.000"), when)
		w.PutLeft(t.Dim, draw.Clean(step.Kind, kind-1), kind)
		if step.Kind == "view" || step.Page != page {
			w.Put(t.Accent, draw.Clean(step.Page, 40)+" ")
			page = step.Page
		}
		tail, trace := "", ""
		if step.Trace != "" && (s.w >= twoColumns || from+i == p.step) {
			tail, trace = " trace ", draw.Clean(step.Trace, maxTraceID)
		}
		w.Put(style, draw.Clean(step.Text, max(s.w-w.Len()-draw.Cells(tail)-draw.Cells(trace), 0)))
		w.Put(t.Dim, tail)
		p.traces.put(&w, t.Dim, trace)
		lines = append(lines, w.Flush())
	}
	return lines
}
