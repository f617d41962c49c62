package ui

import (
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/filter"
)

// differsPane tells what one part of the page views has that the rest has not.
type differsPane struct {
	asks   int // which of its questions
	cursor int
	answer *agg.Differs
	window time.Duration
	at     time.Time
}

// differsAsked are the questions, in the order of the key.
var differsAsked = [...]string{"errored views", "slow LCP", "slow INP", "this window against the one before"}

func (p differsPane) spec() agg.DiffersSpec {
	switch p.asks {
	case 1:
		return agg.DiffersSpec{Kind: agg.DiffersSlow, Metric: "lcp"}
	case 2:
		return agg.DiffersSpec{Kind: agg.DiffersSlow, Metric: "inp"}
	case 3:
		to := p.at.Truncate(10 * time.Second).UnixMilli()
		return agg.DiffersSpec{Kind: agg.DiffersSpan, From: to - p.window.Milliseconds(), To: to}
	}
	return agg.DiffersSpec{Kind: agg.DiffersErrored}
}

func (p differsPane) ask(q agg.Query, _ int) agg.Query {
	q.Differs = p.spec()
	return q
}

func (p differsPane) show(f *agg.Frame) pane {
	p.at, p.window = f.At, time.Duration(f.WindowS*float64(time.Second))
	if f.Differs != nil {
		p.answer = f.Differs
	}
	p.cursor = max(min(p.cursor, p.rows()-1), 0)
	return p
}

// rows are the values and, last, what they have together.
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

// chosen are the terms under the cursor.
func (p differsPane) chosen() []agg.Term {
	switch {
	case p.answer == nil || p.cursor >= p.rows():
		return nil
	case p.cursor < len(p.answer.Values):
		return []agg.Term{p.answer.Values[p.cursor].Term}
	}
	return p.answer.Together.Terms
}

func (p differsPane) bindings(k *keyMap) []binding {
	move := func(by int) action {
		return onPane(func(p differsPane) pane {
			p.cursor = max(min(p.cursor+by, p.rows()-1), 0)
			return p
		})
	}
	return []binding{
		{k.up, move(-1)}, {k.down, move(1)}, {k.top, move(-far)}, {k.bottom, move(far)},
		{k.next, onPane(func(p differsPane) pane {
			return differsPane{asks: (p.asks + 1) % len(differsAsked), at: p.at, window: p.window}
		})},
		{k.keep, func(m model) (model, tea.Cmd) { return m.narrowTo(p.chosen(), true) }},
		{k.exclude, func(m model) (model, tea.Cmd) { return m.narrowTo(p.chosen(), false) }},
		{k.differs, closePane},
	}
}

// narrowTo keeps what all terms hold for, or all else.
func (m model) narrowTo(terms []agg.Term, keep bool) (model, tea.Cmd) {
	if len(terms) == 0 {
		return m.say("no value to choose")
	}
	e := m.query.Filter
	switch {
	case keep || len(terms) == 1:
		op := filter.Eq
		if !keep {
			op = filter.Ne
		}
		for _, t := range terms {
			term, err := filter.NewTerm(t.Field, op, filter.Literal(t.Value))
			if err != nil {
				return m.say(err.Error())
			}
			e = e.And(term)
		}
	default:
		texts := make([]string, len(terms))
		for i, t := range terms {
			texts[i] = t.String()
		}
		text := "not (" + strings.Join(texts, " ") + ")"
		if e.Text != "" {
			text = "(" + e.Text + ") " + text
		}
		var err error
		if e, err = filter.Parse(text); err != nil {
			return m.say(err.Error())
		}
	}
	m.mode, m.onErrors = modeTriage, false
	return setFilter(e)(m)
}

func (p differsPane) hints(k *keyMap) []key.Binding {
	other := bind("tab", "another question", "tab")
	return []key.Binding{k.keep, k.exclude, other, k.back, k.copy, k.help}
}

func (p differsPane) view(f *agg.Frame, s scene) []string {
	if f == nil {
		return nil
	}
	lines := append([]string{""}, differsLines(p.answer, "what differs: "+differsAsked[p.asks], s.theme, s.w, s.h-1, p.cursor, true)...)
	return lines
}

// The columns of what differs.
const (
	differsField = 12
	differsShare = 9
	differsDiff  = 16
	differsLift  = 8
	differsBar   = 24
)

// differsLines draws a heading, the values and what they have together, in at
// most h lines. cursor is -1 where there is none.
func differsLines(d *agg.Differs, title string, th theme, w, h, cursor int, wide bool) []string {
	if h <= 0 {
		return nil
	}
	wide = wide && w >= 100
	p := pen{limit: w}
	rest := w - margin - 2*differsShare
	if wide {
		rest -= differsDiff + differsLift
	}
	bar := min(max(rest-differsField-14, 0), differsBar)
	value := max(rest-differsField-bar-2, 4)
	p.skip(margin)
	p.left(th.dim, clean(title, differsField+value-1), differsField+value)
	of, against := "A", "B"
	if d != nil {
		of, against = shortOf(d)
	}
	p.right(th.dim, of, differsShare)
	p.right(th.dim, against, differsShare)
	if wide {
		p.right(th.dim, "difference", differsDiff)
		p.right(th.dim, "lift", differsLift)
	}
	lines := []string{p.line()}
	say := func(text string) []string {
		p.skip(margin)
		p.put(th.dim, clean(text, max(w-margin, 0)))
		return append(lines, p.line())
	}
	switch {
	case d == nil:
		return say("…")[:min(h, 2)]
	case d.Note != "":
		return say(d.Note)[:min(h, 2)]
	case len(d.Values) == 0:
		return say("nothing tells them apart")[:min(h, 2)]
	}
	together := len(d.Together.Terms) > 0 && h >= 4
	room := h - 1
	if together {
		room--
	}
	from := max(min(cursor-room/2, len(d.Values)-room), 0)
	for i := from; i < len(d.Values) && len(lines) <= room; i++ {
		v := &d.Values[i]
		style := differsCursor(&p, th, i == cursor)
		p.left(th.dim, clean(strings.TrimPrefix(v.Field, "tag."), differsField-1), differsField)
		name := v.Value
		if wide {
			for _, same := range v.Same {
				name += " = " + same.Value
			}
		}
		p.left(style, clean(name, value-1), value)
		p.right(th.text, wholePercent(v.A), differsShare)
		p.right(th.dim, wholePercent(v.B), differsShare)
		if wide {
			p.right(th.text, inPoints(v.Diff.Value)+" "+inPoints(v.Diff.Low)+".."+inPoints(v.Diff.High), differsDiff)
			lift := unknown
			if v.Lift > 0 {
				lift = "×" + factor(v.Lift)
			}
			p.right(th.dim, lift, differsLift)
		}
		p.skip(2)
		p.fill(th.accent, "▇", max(min(int(v.Diff.Value*float64(bar)+0.5), bar), 0))
		lines = append(lines, p.line())
	}
	if together {
		style := differsCursor(&p, th, cursor == len(d.Values))
		t := &d.Together
		of, against := shortOf(d)
		p.put(th.dim, "together ")
		p.put(style, wholePercent(t.Coverage)+" of "+of)
		p.put(th.dim, ", "+wholePercent(t.Caught)+" of "+against+": ")
		p.put(style, clean(strings.ReplaceAll(t.Filter, "tag.", ""), max(w-p.cells, 0)))
		lines = append(lines, p.line())
	}
	return lines
}

func differsCursor(p *pen, th theme, at bool) style {
	if at {
		p.put(th.accent, " ▶ ")
		return th.strong
	}
	p.skip(margin)
	return th.text
}

// inPoints shows a difference of shares in percentage points.
func inPoints(v float64) string {
	if !finite(v) {
		return unknown
	}
	s := wholePercent(max(v, -v))
	s = strings.TrimSuffix(s, "%")
	if v < 0 {
		return "-" + s
	}
	return "+" + s
}

// shortOf names the two parts in a column's width.
func shortOf(d *agg.Differs) (of, against string) {
	switch {
	case strings.HasPrefix(d.Of, "errored"):
		return "errored", "the rest"
	case strings.Contains(d.Of, "slow"):
		return "slow", "the rest"
	case strings.HasPrefix(d.Against, "before"):
		return "now", "before"
	}
	return "A", "the rest"
}

// sideBySide puts lines to the left of others, which begin at a column.
func sideBySide(left, right []string, column int) []string {
	out := make([]string, len(right))
	for i := range right {
		line := ""
		if i < len(left) {
			line = left[i]
		}
		if right[i] != "" {
			line += strings.Repeat(" ", max(column-styledCells(line), 0)) + right[i]
		}
		out[i] = line
	}
	return out
}
