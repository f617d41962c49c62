package ui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// sessionPane lists the sessions with errors, and shows the timeline of one:
// what its user did before it failed.
type sessionPane struct {
	list
	fingerprint string // with this error, "": with any
	by, key     string // of the segment
	whole       bool
	rows        []frame.SessionRow
	known       bool   // an answer has arrived
	id          string // the session whose timeline is shown, "": the list
	timeline    []frame.TimelineEntry
	steps       list // the cursor in it
	traces      traces
}

// openSessions lists the sessions of the error, or of the row, under the cursor.
func openSessions(m model) (model, tea.Cmd) {
	p := sessionPane{by: m.query.By, whole: true, traces: m.traces}
	errors, open := m.pane.(errorPane)
	switch {
	case open && errors.inside:
		p.fingerprint = errors.detail.fingerprint
	case open || m.onErrors:
		if g := m.errors.selected(); g != nil {
			p.fingerprint = g.Fingerprint
		}
	case m.pane == nil:
		if r := m.table.selected(); r != nil && m.table.moved {
			p.key, p.whole = r.Key, false
		}
	}
	return openPage(p)(m)
}

func (p sessionPane) room() room { return roomPage }

func (p sessionPane) ask(q frame.Query, _ int) frame.Query {
	q.Sessions = frame.SessionsSpec{On: true, Fingerprint: p.fingerprint, Key: p.key, Whole: p.whole, ID: p.id}
	return q
}

func (p sessionPane) receive(f *frame.Frame) (pane, request) {
	if f.Sessions != nil || p.known {
		p.rows, p.known = f.Sessions, true
	}
	if p.id != "" && f.Timeline != nil {
		first := p.timeline == nil
		p.timeline = f.Timeline
		if first {
			p.steps = p.steps.fit(len(p.timeline), p.steps.height).moveTo(worstStep(p.timeline))
		}
	}
	return p, nil
}

// worstStep is the first error of a timeline.
func worstStep(timeline []frame.TimelineEntry) int {
	for i, s := range timeline {
		if s.Kind == "error" {
			return i
		}
	}
	return 0
}

func (p sessionPane) resize(s scene) pane {
	p.list = p.fit(len(p.rows), s.h-sessionHeading-1)
	p.steps = p.steps.fit(len(p.timeline), s.h-sessionHeading)
	return p
}

func (p sessionPane) bindings(k *keyMap) []paneBinding {
	if p.id != "" {
		return slices.Concat(
			listBindings(k, p.steps, func(l list) pane { p.steps = l; return p }),
			[]paneBinding{{k.back, func() (pane, request) { p.id, p.timeline = "", nil; return p, nil }}},
			closeBindings(p, k.sessions),
		)
	}
	enter := func() (pane, request) {
		if p.cursor < len(p.rows) {
			p.id, p.timeline, p.steps = p.rows[p.cursor].ID, nil, p.steps.home()
		}
		return p, nil
	}
	return slices.Concat(
		listBindings(k, p.list, func(l list) pane { p.list = l; return p }),
		[]paneBinding{{k.open, enter}},
		closeBindings(p, k.back, k.sessions),
	)
}

func (p sessionPane) hints(k *keyMap) []key.Binding {
	if p.id != "" {
		return []key.Binding{key.NewBinding(key.WithHelp("↑ ↓", "move")), k.back, k.copy, k.help}
	}
	return []key.Binding{k.open, k.back, k.filter, k.copy, k.help}
}

// summary is the trace of the step, or the session's id, alone: both are pasted
// into searches.
func (p sessionPane) summary(*frame.Frame) (string, bool) {
	switch {
	case p.id != "" && p.steps.cursor < len(p.timeline) && p.timeline[p.steps.cursor].Trace != "":
		return p.traces.copied(p.timeline[p.steps.cursor].Trace), true
	case p.id == "" && p.cursor < len(p.rows):
		return "session=" + p.rows[p.cursor].ID, true
	}
	return "session=" + p.id, true
}

func (p sessionPane) view(s scene) []string {
	if p.id != "" {
		return p.viewTimeline(s)
	}
	return p.viewList(s)
}

// sessionHeading is the lines above the rows, but for the columns' names.
const sessionHeading = 3

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
	const id, when, number, failedWidth, release, browser, page = 18, 7, 7, 11, 10, 14, 20
	t := s.theme
	w := draw.Line{Width: s.w}
	w.Skip(margin)
	w.Put(t.Strong, p.title())
	w.Put(t.Dim, ": ids are keyed hashes, not identities")
	lines := []string{"", w.Flush(), ""}
	if len(p.rows) == 0 {
		w.Skip(margin)
		text := "loading …"
		if p.known {
			text = "none in window"
		}
		w.Put(t.Dim, text)
		return append(lines, w.Flush())
	}
	w.Skip(margin)
	w.PutLeft(t.Dim, "session", id)
	w.PutLeft(t.Dim, "last", when)
	w.PutRight(t.Dim, "errors", number)
	w.PutRight(t.Dim, "views", number)
	w.PutRight(t.Dim, "failed req", failedWidth)
	w.Skip(2)
	wide := s.w >= twoColumns
	w.PutLeft(t.Dim, "release", release)
	if wide {
		w.PutLeft(t.Dim, "browser", browser)
		w.PutLeft(t.Dim, "page", page)
	}
	w.Put(t.Dim, "last error")
	lines = append(lines, w.Flush())
	from := p.offset
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
		w.PutRight(style, measure.Count(float64(r.Errors)), number)
		w.PutRight(t.Text, measure.Count(float64(r.Views)), number)
		w.PutRight(t.Text, measure.Count(float64(r.Failed)), failedWidth)
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

func (p sessionPane) viewTimeline(s scene) []string {
	const when, kind = 14, 9
	t := s.theme
	w := draw.Line{Width: s.w}
	w.Skip(margin)
	w.Put(t.Strong, "session "+p.id)
	if len(p.timeline) > 0 {
		last := p.timeline[len(p.timeline)-1].At
		entries := measure.Quantity(float64(len(p.timeline)), "entry", "entries")
		w.Put(t.Dim, " · "+entries+" in "+draw.Span(last.Sub(p.timeline[0].At))+" of history")
	}
	lines := []string{"", w.Flush(), ""}
	if p.timeline == nil {
		w.Skip(margin)
		w.Put(t.Dim, "loading …")
		return append(lines, w.Flush())
	}
	from := p.steps.offset
	page := ""
	for i, step := range p.timeline[from:] {
		if len(lines) >= s.h {
			break
		}
		style := t.Text
		if step.Bad {
			style = t.Bad
		}
		if from+i == p.steps.cursor {
			w.Put(t.Accent, " ▶ ")
		} else {
			w.Skip(margin)
		}
		w.PutLeft(t.Dim, step.At.In(s.loc).Format("15:04:05.000"), when)
		w.PutLeft(t.Dim, draw.Clean(step.Kind, kind-1), kind)
		if step.Kind == "view" || step.Page != page {
			w.Put(t.Accent, draw.Clean(step.Page, 40))
			if step.Text != "" {
				w.Skip(1)
			}
			page = step.Page
		}
		tail, trace := "", ""
		if step.Trace != "" && (s.w >= twoColumns || from+i == p.steps.cursor) {
			tail, trace = " trace ", draw.Clean(step.Trace, maxTraceID)
		}
		w.Put(style, draw.Clean(step.Text, max(s.w-w.Len()-draw.Cells(tail)-draw.Cells(trace), 0)))
		w.Put(t.Dim, tail)
		p.traces.put(&w, t.Dim, trace)
		lines = append(lines, w.Flush())
	}
	return lines
}
