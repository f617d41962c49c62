package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// differsPane shows which values some page views have more often than others.
type differsPane struct {
	list
	asks   differsQuestion
	chosen bool // a user chose the question
	topics differsTopics
	answer *frame.Differs
}

func openDiffers(m model) (model, tea.Cmd) {
	p := differsPane{asks: questionOf(m.frame), topics: differsTopics{over: m.chosen}}
	if !m.chosen.empty() {
		p.asks, p.chosen = differsQuestion{kind: askSelection}, true
	}
	return openPage(p)(m)
}

// differsSpec is what the triage screen asks beside its errors.
func differsSpec(f *frame.Frame) frame.DiffersSpec {
	var t differsTopics
	if f != nil {
		t = t.receive(f)
	}
	return t.spec(questionOf(f))
}

// differsTitle is the heading beside the errors.
func differsTitle(f *frame.Frame) string {
	q := questionOf(f)
	if q.kind == askErrored {
		return "what differs"
	}
	return "what differs: " + differsTopics{}.title(q, time.UTC)
}

// differsCommand asks about the views that pass a filter; without one it opens
// the page.
func differsCommand(arg string) (action, string) {
	if arg == "" {
		return openDiffers, ""
	}
	e, err := filter.Parse(arg)
	if err != nil {
		return nil, err.Error()
	}
	return openPage(differsPane{asks: differsQuestion{kind: askFilter}, chosen: true, topics: differsTopics{filter: e.String()}}), ""
}

func (p differsPane) ask(q frame.Query, _ int) frame.Query {
	q.Differs = p.topics.spec(p.asks)
	return q
}

func (p differsPane) receive(f *frame.Frame) (pane, request) {
	p.topics = p.topics.receive(f)
	if f.Differs != nil {
		p.answer = f.Differs
	}
	// A finding changes the question if there is no answer to read.
	if q := questionOf(f); !p.chosen && q != p.asks && (p.answer == nil || len(p.answer.Values) == 0) {
		p.asks, p.answer = q, nil
	}
	return p, nil
}

// choose asks another question for a user.
func (p differsPane) choose(q differsQuestion) (pane, request) {
	p.asks, p.answer, p.list, p.chosen = q, nil, p.home(), true
	return p, nil
}

// rows are the values and, last, their combination.
func (p differsPane) rows() int {
	if p.answer == nil {
		return 0
	}
	n := len(p.answer.Values)
	if len(p.answer.Together.Terms) > 0 {
		n++
	}
	return n
}

// terms are those under the cursor.
func (p differsPane) terms() []frame.Term {
	switch {
	case p.answer == nil || p.cursor >= p.rows():
		return nil
	case p.cursor < len(p.answer.Values):
		return []frame.Term{p.answer.Values[p.cursor].Term}
	}
	return p.answer.Together.Terms
}

func (p differsPane) room() room { return roomPage }

func (p differsPane) resize(s scene) pane {
	p.list = p.fit(p.rows(), s.h)
	return p
}

func (p differsPane) bindings(k *keyMap) []paneBinding {
	return slices.Concat(
		listBindings(k, p.list, func(l list) pane { p.list = l; return p }),
		[]paneBinding{
			{k.next, func() (pane, request) { return p.choose(p.topics.next(p.asks)) }},
			{k.releases, func() (pane, request) { return p.choose(differsQuestion{kind: askReleases}) }},
			{k.keep, func() (pane, request) { return p, narrow{terms: p.terms()} }},
			{k.exclude, func() (pane, request) { return p, narrow{p.terms(), true} }},
		},
		closeBindings(p, k.back, k.differs),
	)
}

func (p differsPane) hints(k *keyMap) []key.Binding {
	other := bind("tab", "next comparison", "tab")
	return []key.Binding{k.keep, k.exclude, other, k.back, k.releases, k.copy, k.help}
}

func (p differsPane) summary(*frame.Frame) (string, bool) {
	d := p.answer
	if d == nil {
		return "", false
	}
	parts := []string{fmt.Sprintf("%s (n=%s) vs %s (n=%s)", d.Of, measure.Count(float64(d.A)), d.Against, measure.Count(float64(d.B)))}
	if d.Together.Filter != "" {
		parts = append(parts, fmt.Sprintf("%s: %s vs %s", d.Together.Filter, measure.WholePercent(d.Together.Coverage), measure.WholePercent(d.Together.Caught)))
	}
	for _, v := range d.Values[:min(len(d.Values), 3)] {
		parts = append(parts, fmt.Sprintf("%s=%s: %s vs %s", v.Field, v.Value, measure.WholePercent(v.A), measure.WholePercent(v.B)))
	}
	return strings.Join(parts, " · "), false
}

func (p differsPane) view(s scene) []string {
	if s.frame == nil {
		return nil
	}
	l := draw.Line{Width: s.w}
	l.Skip(margin)
	l.Put(s.theme.Strong, "what differs")
	l.Put(s.theme.Dim, draw.Clean(": "+p.topics.title(p.asks, s.loc), max(s.w-l.Len(), 0)))
	if d := p.answer; d != nil && d.A > 0 {
		n := " · " + measure.Count(float64(d.A)) + " vs " + plural(float64(d.B), "page view")
		if draw.Cells(n) <= s.w-l.Len() {
			l.Put(s.theme.Dim, n)
		}
	}
	return append([]string{"", l.Flush()}, newDiffersTable(s.theme, s.w, true).lines(p.answer, "", s.h-2, p.cursor)...)
}
