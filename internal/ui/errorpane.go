package ui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
)

// errorPane shows the list of errors in place of table and errors, or the detail
// of one of them.
type errorPane struct {
	errorList
	detail detail
	inside bool // it shows the detail
	traces traces
}

func openErrors(m model) (model, tea.Cmd) {
	return m.open(errorPane{errorList: m.errors, traces: m.traces})
}

// openError opens the detail of the error under the cursor.
func openError(m model) (model, tea.Cmd) {
	return m.update(errorPane{errorList: m.errors, traces: m.traces}.showDetail())
}

// showDetail shows the error under the cursor.
func (p errorPane) showDetail() (pane, request) {
	g := p.selected()
	if g == nil {
		return p, notify("no error selected")
	}
	p.inside, p.detail = true, detail{fingerprint: g.Fingerprint, group: *g, traces: p.traces}
	return p, nil
}

func (p errorPane) room() room {
	if p.inside {
		return roomPage
	}
	return roomLists
}

func (p errorPane) ask(q frame.Query, _ int) frame.Query {
	if p.inside {
		q.Fingerprint = p.detail.fingerprint
	}
	return q
}

func (p errorPane) receive(f *frame.Frame) (pane, request) {
	p.errorList = p.errorList.receive(f)
	if !p.inside {
		return p, nil
	}
	p.detail = p.detail.receive(f)
	var want request
	p.detail, want = p.detail.lookUp()
	return p, want
}

func (p errorPane) resize(s scene) pane {
	p.errorList = p.errorList.resize(s.h)
	p.detail = p.detail.resize(s)
	return p
}

func (p errorPane) bindings(k *keyMap) []paneBinding {
	if p.inside {
		return p.detailBindings(k)
	}
	var out []paneBinding
	for _, m := range k.motions() {
		out = append(out, paneBinding{m.key, func() (pane, request) {
			p.errorList = p.move(m.move)
			return p, nil
		}})
	}
	return slices.Concat(out, []paneBinding{{k.open, p.showDetail}}, closeBindings(p, k.back, k.errors, k.next))
}

func (p errorPane) detailBindings(k *keyMap) []paneBinding {
	change := func(d detail) (pane, request) { p.detail = d; return p, nil }
	keep := func(exclude bool) func() (pane, request) {
		return func() (pane, request) { return p, narrow{p.detail.terms(), exclude} }
	}
	beside := func(move func(list) list) func() (pane, request) {
		return func() (pane, request) {
			p.errorList = p.move(move)
			return p.showDetail()
		}
	}
	leave := func() (pane, request) { p.inside = false; return p, nil }
	d := p.detail
	return []paneBinding{
		{k.up, func() (pane, request) { d.values = d.values.up(); return change(d) }},
		{k.down, func() (pane, request) { d.values = d.values.down(); return change(d) }},
		{k.top, func() (pane, request) { d.values = d.values.home(); return change(d) }},
		{k.bottom, func() (pane, request) { d.values = d.values.end(); return change(d) }},
		{k.pageUp, func() (pane, request) { d.stack = d.stack.pageUp(); return change(d) }},
		{k.pageDown, func() (pane, request) { d.stack = d.stack.pageDown(); return change(d) }},
		{k.back, leave}, {k.errors, leave},
		{k.nextError, beside(list.down)}, {k.previousError, beside(list.up)},
		{k.keep, keep(false)}, {k.exclude, keep(true)},
		{k.onlyThis, func() (pane, request) {
			return p, narrow{terms: []frame.Term{{Field: "fingerprint", Value: d.fingerprint}}}
		}},
	}
}

func (p errorPane) hints(k *keyMap) []key.Binding {
	if !p.inside {
		window := key.NewBinding(key.WithHelp("[ ]", "window"))
		time := key.NewBinding(key.WithHelp("← →", "time"))
		return []key.Binding{k.open, k.back, k.filter, window, k.pause, time, k.copy, k.help}
	}
	move := key.NewBinding(key.WithHelp("↑ ↓", "move"))
	stack := key.NewBinding(key.WithHelp("ctrl+d", "scroll the stack"))
	return []key.Binding{k.onlyThis, move, k.keep, k.exclude, k.nextError, k.copy, k.back, stack, k.help}
}

func (p errorPane) view(s scene) []string {
	if p.inside {
		return p.detail.view(s)
	}
	return p.lines(s, true)
}

func (p errorPane) summary(f *frame.Frame) (string, bool) {
	if p.inside {
		return p.detail.summary(f), false
	}
	return p.errorList.summary(f), false
}
