package ui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
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
		return "sessions with errors in " + clean(p.by+"="+p.key, 60)
	}
	return "sessions with errors"
}

func (p sessionPane) viewList(s scene) []string {
	const id, when, number, release, browser, page = 18, 7, 7, 10, 14, 20
	t := s.theme
	w := pen{limit: s.w}
	w.skip(margin)
	w.put(t.strong, p.title())
	w.put(t.dim, ": keyed hashes, nobody can be told from them")
	lines := []string{"", w.line(), ""}
	if len(p.rows) == 0 {
		w.skip(margin)
		text := "looking …"
		if p.known {
			text = "none in the window"
		}
		w.put(t.dim, text)
		return append(lines, w.line())
	}
	w.skip(margin)
	w.left(t.dim, "session", id)
	w.left(t.dim, "last", when)
	w.right(t.dim, "errors", number)
	w.right(t.dim, "views", number)
	w.right(t.dim, "failed", number)
	w.skip(2)
	wide := s.w >= twoColumns
	w.left(t.dim, "release", release)
	if wide {
		w.left(t.dim, "browser", browser)
		w.left(t.dim, "page", page)
	}
	w.put(t.dim, "last error")
	lines = append(lines, w.line())
	room := s.h - len(lines)
	from := max(min(p.cursor-room/2, len(p.rows)-room), 0)
	for i, r := range p.rows[from:] {
		if len(lines) >= s.h {
			break
		}
		style := t.text
		if from+i == p.cursor {
			w.put(t.accent, " ▶ ")
			style = t.strong
		} else {
			w.skip(margin)
		}
		w.left(style, r.ID, id)
		w.left(t.dim, r.Last.In(s.loc).Format("15:04"), when)
		w.right(style, count(float64(r.Errors)), number)
		w.right(t.text, count(float64(r.Views)), number)
		w.right(t.text, count(float64(r.Failed)), number)
		w.skip(2)
		w.left(t.text, clean(r.Release, release-1), release)
		if wide {
			w.left(t.dim, clean(r.Browser, browser-1), browser)
			w.left(t.dim, clean(r.Page, page-1), page)
		}
		w.put(t.text, clean(r.Error, max(s.w-w.cells, 0)))
		lines = append(lines, w.line())
	}
	return lines
}

func (p sessionPane) viewCourse(s scene) []string {
	const when, kind = 14, 9
	t := s.theme
	w := pen{limit: s.w}
	w.skip(margin)
	w.put(t.strong, "session "+p.id)
	if len(p.course) > 0 {
		last := p.course[len(p.course)-1].At
		w.put(t.dim, " · "+plural(float64(len(p.course)), "step")+" in "+span(last.Sub(p.course[0].At))+", of what is retained")
	}
	lines := []string{"", w.line(), ""}
	if p.course == nil {
		w.skip(margin)
		w.put(t.dim, "looking …")
		return append(lines, w.line())
	}
	room := max(s.h-len(lines), 1)
	from := max(min(p.step-room/2, len(p.course)-room), 0)
	page := ""
	for i, step := range p.course[from:] {
		if len(lines) >= s.h {
			break
		}
		style := t.text
		if step.Bad {
			style = t.bad
		}
		if from+i == p.step {
			w.put(t.accent, " ▶ ")
		} else {
			w.skip(margin)
		}
		w.left(t.dim, step.At.In(s.loc).Format("15:04:05.000"), when)
		w.left(t.dim, clean(step.Kind, kind-1), kind)
		if step.Kind == "view" || step.Page != page {
			w.put(t.accent, clean(step.Page, 40)+" ")
			page = step.Page
		}
		tail, trace := "", ""
		if step.Trace != "" && (s.w >= twoColumns || from+i == p.step) {
			tail, trace = " trace ", clean(step.Trace, maxTraceID)
		}
		w.put(style, clean(step.Text, max(s.w-w.cells-cells(tail)-cells(trace), 0)))
		w.put(t.dim, tail)
		p.traces.put(&w, t.dim, trace)
		lines = append(lines, w.line())
	}
	return lines
}
