package ui

import (
	"slices"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// triage is the children of the triage screen.
type triage struct {
	charts   charts
	chosen   selection // on the charts
	table    table
	errors   errorList
	onErrors bool // the errors have the cursor keys, not the table
}

// receive gives a frame to table and errors; the charts are drawn once all else
// has its place.
func (t triage) receive(f *frame.Frame, q frame.Query) triage {
	t.table = t.table.receive(f, subject{f.By, f.Filter, q.Sort, q.Reverse})
	t.errors = t.errors.receive(f)
	return t
}

func (t triage) resize(l layout) triage {
	t.table = t.table.resize(l.table.h)
	t.errors = t.errors.resize(l.errors.h)
	return t
}

// selecting reports whether the keys are those of the selection on the charts.
func (m model) selecting() bool {
	return m.pane == nil && !m.prompt.active && !m.chosen.empty()
}

func (m model) triageBindings() []binding {
	k := &m.keys
	out := []binding{
		{k.next, func(m model) (model, tea.Cmd) {
			m.onErrors = !m.onErrors && m.layout().errors.h > 0
			return m, nil
		}},
		{k.enter, func(m model) (model, tea.Cmd) {
			if m.onErrors {
				return openError(m)
			}
			return m.drillInto(filter.Eq)
		}},
		{k.exclude, func(m model) (model, tea.Cmd) { return m.drillInto(filter.Ne) }},
		{k.back, func(m model) (model, tea.Cmd) { return m.back() }},
		{k.by, openPicker},
		{k.releases, setBy("release")},
		{k.errors, openErrors},
		{k.sortLeft, func(m model) (model, tea.Cmd) { return m.sortBeside(-1) }},
		{k.sortRight, func(m model) (model, tea.Cmd) { return m.sortBeside(1) }},
		{k.reverse, func(m model) (model, tea.Cmd) { m.query.Reverse = !m.query.Reverse; return m, nil }},
		{k.zoom, func(m model) (model, tea.Cmd) { m.charts = m.charts.cycle(); return m, nil }},
		{k.narrower, func(m model) (model, tea.Cmd) { return m.stretch(-1) }},
		{k.wider, func(m model) (model, tea.Cmd) { return m.stretch(1) }},
		{k.selection, toggleSelection},
	}
	for _, motion := range k.motions() {
		out = append(out, binding{motion.key, func(m model) (model, tea.Cmd) {
			if m.onErrors {
				m.errors = m.errors.move(motion.move)
			} else {
				m.table = m.table.move(motion.move)
			}
			return m, nil
		}})
	}
	return out
}

// hints are the keys worth naming on the last line, most useful first; keys
// without room are in the help.
func (m model) hints() []key.Binding {
	k := m.shownKeys()
	switch {
	case m.pane != nil:
		return m.pane.hints(&k)
	case m.selecting():
		return m.chosen.hints(&k)
	}
	return m.triageHints(&k)
}

// shownKeys are the keys with what the pause key does now.
func (m model) shownKeys() keyMap {
	k := m.keys
	switch {
	case m.recording != nil: // a recording has no pause
		k.pause = k.zone
	case m.paused:
		k.pause = bind("space", "resume", " ")
	}
	return k
}

func (m model) triageHints(k *keyMap) []key.Binding {
	window := key.NewBinding(key.WithHelp("[ ]", "window"))
	time := key.NewBinding(key.WithHelp("← →", "time"))
	sort := key.NewBinding(key.WithHelp("< >", "sort"))
	hints := []key.Binding{k.enter, k.filter}
	if m.paused { // the ways back come early
		hints = append(hints, k.pause)
	}
	if len(m.drill) > 0 || m.query.Filter.Text != "" {
		hints = append(hints, k.back)
	}
	hints = append(hints, k.by, k.differs, k.errors, window)
	if !m.paused {
		hints = append(hints, k.pause)
	}
	return append(hints, time, k.exclude, k.selection, k.inspect, k.releases, sort, k.zoom, k.copy, k.help)
}

// chartSpans is how many windows the charts may look back; 0 is all history.
var chartSpans = [...]int{1, 2, 3, chartSpan, 12, 36, 0}

// stretch makes the charts look back further, or less far.
func (m model) stretch(by int) (model, tea.Cmd) {
	i := slices.Index(chartSpans[:], m.span) + by
	if i < 0 || i >= len(chartSpans) {
		return m, nil
	}
	m.span = chartSpans[i]
	if m.span == 0 {
		return m.notify("charts show all history")
	}
	return m.notify("charts show " + draw.Span(time.Duration(m.span)*m.query.Window))
}

// sortBeside orders the rows by the next visible column.
func (m model) sortBeside(by int) (model, tea.Cmd) {
	names := planColumns(m.width, m.table.subject.by, m.table.extras).sorts()
	now := m.query.Sort
	if now == "" {
		now = "affected"
	}
	i := slices.Index(names, now)
	return sortBy(names[((i+by)%len(names)+len(names))%len(names)])(m)
}
