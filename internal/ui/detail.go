package ui

import (
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// detail is one error group, looked at closely.
type detail struct {
	fingerprint string
	group       frame.ErrorGroup // as the list had it, until the frame brings more
	full        *frame.ErrorDetail
	cursor      int // among the values of the spread
	scroll      int // of the stack
	traces      traces

	sample  sample   // what has been looked up in source maps
	origins []Origin // of its lines
	unfound string   // why they are not known
}

// show takes what a frame has about the group.
func (d detail) show(f *frame.Frame) detail {
	if f.Detail != nil && f.Detail.Fingerprint == d.fingerprint {
		d.full, d.group = f.Detail, f.Detail.ErrorGroup
	}
	d.cursor = max(min(d.cursor, len(d.values())-1), 0)
	return d
}

// spreadLine is one value of the spread, with its dimension.
type spreadLine struct {
	dim string
	frame.SpreadValue
	first bool // of its dimension
}

// values lists the spread's values; of each dimension the most frequent.
func (d detail) values() []spreadLine {
	const most = 4
	if d.full == nil {
		return nil
	}
	var out []spreadLine
	for _, s := range d.full.Spread {
		for i, v := range s.Values[:min(len(s.Values), most)] {
			out = append(out, spreadLine{s.Dim, v, i == 0})
		}
	}
	return out
}

func (d detail) bindings(k *keyMap) []binding {
	move := func(by int) action {
		return func(m model) (model, tea.Cmd) {
			m.detail.cursor = max(min(m.detail.cursor+by, len(m.detail.values())-1), 0)
			return m, nil
		}
	}
	scroll := func(by int) action {
		return func(m model) (model, tea.Cmd) {
			m.detail.scroll = max(min(m.detail.scroll+by, len(m.detail.stackLines())-1), 0)
			return m, nil
		}
	}
	keep := func(op filter.Op) action {
		return func(m model) (model, tea.Cmd) { return m.filterByValue(op) }
	}
	return []binding{
		{k.up, move(-1)}, {k.down, move(1)}, {k.top, move(-far)}, {k.bottom, move(far)},
		{k.pageUp, scroll(-8)}, {k.pageDown, scroll(8)},
		{k.back, func(m model) (model, tea.Cmd) { m.mode = modeErrors; return m, nil }},
		{k.errors, func(m model) (model, tea.Cmd) { m.mode = modeErrors; return m, nil }},
		{k.nextError, func(m model) (model, tea.Cmd) { return m.besideError(1) }},
		{k.previousError, func(m model) (model, tea.Cmd) { return m.besideError(-1) }},
		{k.keep, keep(filter.Eq)}, {k.exclude, keep(filter.Ne)},
		{k.onlyThis, func(m model) (model, tea.Cmd) {
			return m.narrow("fingerprint", filter.Eq, m.detail.fingerprint)
		}},
	}
}

func (m model) besideError(by int) (model, tea.Cmd) {
	m.errors = m.errors.move(by, m.errorRows(m.layout()))
	return openDetail(m)
}

// filterByValue turns the chosen value of the spread into a filter.
func (m model) filterByValue(op filter.Op) (model, tea.Cmd) {
	values := m.detail.values()
	if m.detail.cursor >= len(values) {
		return m.say("no value to choose")
	}
	v := values[m.detail.cursor]
	return m.narrow(v.dim, op, v.Value)
}

// narrow adds a term and goes to the triage screen to show what is left.
func (m model) narrow(field string, op filter.Op, value string) (model, tea.Cmd) {
	t, err := filter.NewTerm(field, op, filter.Literal(value))
	if err != nil {
		return m.say(err.Error())
	}
	m.mode, m.onErrors = modeTriage, false
	return setFilter(m.query.Filter.And(t))(m)
}

// stack is the sample's frames, sanitised.
func (d detail) stack() []string {
	if d.full == nil || d.full.Stack == "" {
		return nil
	}
	return strings.Split(strings.TrimRight(plain.Text(d.full.Stack, 64<<10), "\n"), "\n")
}

// view draws the group in exactly h lines: what it is, then stack and spread,
// side by side where there is room.
func (d detail) view(f *frame.Frame, th draw.Theme, loc *time.Location, w, h int) []string {
	if f == nil {
		return make([]string, h)
	}
	lines := d.summary(f, th, loc, w)
	if room := h - len(lines); room > 0 {
		if w >= 100 {
			right := max(w*9/20, 50)
			left := w - right
			stack := strings.Join(d.viewStack(th, left-2, room), "\n")
			spread := strings.Join(d.viewSpread(th, right, room), "\n")
			both := lipgloss.JoinHorizontal(lipgloss.Top, lipgloss.PlaceHorizontal(left, lipgloss.Left, stack), spread)
			lines = append(lines, draw.BlockLines(both)...)
		} else {
			n := min(max(room/2, 3), len(d.values())+2)
			lines = append(lines, d.viewSpread(th, w, min(n, room))...)
			lines = append(lines, d.viewStack(th, w, max(h-len(lines), 0))...)
		}
	}
	return slices.Clip(lines[:min(len(lines), h)])
}

func (d detail) summary(f *frame.Frame, th draw.Theme, loc *time.Location, w int) []string {
	g := &d.group
	p := draw.Line{Width: w}
	p.Skip(margin)
	p.Put(th.Strong, draw.Clean(errorTitle(g.Type, g.Message), w-margin))
	lines := []string{"", p.Flush()}

	p.Skip(margin)
	p.Put(th.Text, plural(float64(g.Count), "error")+" · "+plural(float64(g.Users), "user"))
	if d.full != nil && d.full.Sessions > 0 {
		p.Put(th.Text, " · "+plural(float64(d.full.Sessions), "session"))
	}
	p.Put(th.Text, " in "+window(f))
	s, change := errorTrend(g, f, th)
	if change != unknown {
		p.Put(th.Dim, " · ")
		p.Put(s, change)
		if !g.New {
			p.Put(th.Dim, " (was "+count(float64(g.Before))+")")
		}
	}
	if d.full != nil && d.full.Handled {
		p.Put(th.Dim, " · handled by the page")
	}
	lines = append(lines, p.Flush())

	p.Skip(margin)
	p.Put(th.Dim, "first "+g.FirstSeen.In(loc).Format("15:04:05")+" · last "+draw.Clock(g.LastSeen, f.At, loc)+" "+zoneName(f.At, loc))
	if len(g.Releases) > 0 {
		p.Put(th.Dim, " · in ")
		p.Put(th.Text, draw.Clean(strings.Join(g.Releases, " "), w-p.Len()))
	}
	lines = append(lines, p.Flush())

	if d.full != nil && len(d.full.Traces) > 0 {
		p.Skip(margin)
		p.Put(th.Dim, "newest traces ")
		for _, t := range d.full.Traces {
			d.traces.put(&p, th.Text, t.ID)
			p.Put(th.Dim, "  ")
		}
		lines = append(lines, p.Flush())
	}

	if d.full != nil && len(d.full.Counts) > 0 {
		p.Skip(margin)
		p.Put(th.Accent, draw.Spark(d.full.Counts, draw.AxisTop(3, 1, d.full.Counts), min(w-margin-14, 80)))
		p.Put(th.Dim, " over "+draw.Span((f.Series.Step*time.Duration(len(d.full.Counts))).Truncate(time.Minute)))
		lines = append(lines, p.Flush())
	}
	return append(lines, "")
}

// maxFrame is the longest line of a stack that is looked at.
const maxFrame = 1000

// fitFrame cuts a frame of a stack where it says least: its ends are the
// function, and file, line and column. Other lines it cuts at their end.
func fitFrame(s string, width int) string {
	n := draw.Cells(s)
	if end := strings.TrimSuffix(s, ")"); n <= width || end == "" || end[len(end)-1] < '0' || end[len(end)-1] > '9' {
		return draw.Clean(s, width)
	}
	head := width * 2 / 5
	return ansi.Truncate(s, head, "") + ansi.TruncateLeft(s, n-(width-head)+1, "…")
}

func (d detail) viewStack(th draw.Theme, w, h int) []string {
	lines := make([]string, max(h, 0))
	if h <= 0 {
		return lines
	}
	stack := d.stackLines()
	p := draw.Line{Width: w}
	p.Skip(margin)
	title := "stack, scrubbed"
	switch {
	case d.full == nil:
		title = "stack …"
	case len(stack) == 0:
		title = "no stack was sent"
	case d.unfound != "":
		title += " · " + draw.Clean(d.unfound, maxFrame)
	}
	p.PutLeft(th.Dim, title, max(w-margin, 0))
	lines[0] = p.Flush()
	from := min(d.scroll, max(len(stack)-(h-1), 0))
	for i, s := range stack[from:] {
		if i+1 >= h {
			break
		}
		style := th.Text
		if s.dim {
			style = th.Dim
		}
		p.Skip(margin)
		p.Put(style, fitFrame(s.text, w-margin))
		lines[i+1] = p.Flush()
	}
	return lines
}

// viewSpread draws who has the error: per value its share of the errors, and its
// share of all page views beside it.
func (d detail) viewSpread(th draw.Theme, w, h int) []string {
	lines := make([]string, max(h, 0))
	if h <= 0 {
		return lines
	}
	const dim, share = 16, 7
	bar := min(max(w-margin-dim-14-2*share, 0), 24)
	value := max(w-margin-dim-2*share-bar-2, 4)
	p := draw.Line{Width: w}
	p.Skip(margin)
	p.PutLeft(th.Dim, "who has it", dim)
	p.Skip(value)
	p.PutRight(th.Dim, "errors", share)
	p.PutRight(th.Dim, "views", share)
	lines[0] = p.Flush()
	values := d.values()
	from := max(min(d.cursor-(h-1)/2, len(values)-(h-1)), 0)
	for i, v := range values[min(from, len(values)):] {
		if i+1 >= h {
			break
		}
		name := ""
		if v.first || i == 0 {
			name = v.dim
		}
		s := th.Text
		if from+i == d.cursor {
			p.Put(th.Accent, " ▶ ")
			s = th.Strong
		} else {
			p.Skip(margin)
		}
		p.PutLeft(th.Dim, draw.Clean(name, dim-1), dim)
		p.PutLeft(s, draw.Clean(v.Value, value), value)
		p.PutRight(th.Text, wholePercent(v.Errors), share)
		p.PutRight(th.Dim, wholePercent(v.Views), share)
		p.Skip(2)
		if bar > 0 {
			p.Fill(th.Accent, "▇", max(min(int(v.Errors*float64(bar)+0.5), bar), 0))
		}
		lines[i+1] = p.Flush()
	}
	return lines
}
