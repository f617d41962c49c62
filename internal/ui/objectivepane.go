package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// objectivePane shows each objective: its target, the share that is good, and
// the burn rate of its error budget.
type objectivePane struct {
	list
	burns  []frame.Burn
	window time.Duration // long window of the burn rates
}

func openObjectives(m model) (model, tea.Cmd) {
	return openPage(objectivePane{window: m.burnWindow})(m)
}

// burnTitles name the burn rates by their windows: the short one is a third of
// the long one.
func (p objectivePane) burnTitles() (long, short string) {
	if p.window <= 0 {
		return "burn", "burn now"
	}
	return "burn " + draw.Span(p.window), "burn " + draw.Span(p.window/3)
}

func (p objectivePane) room() room { return roomPage }

func (p objectivePane) ask(q frame.Query, _ int) frame.Query { return q }

func (p objectivePane) receive(f *frame.Frame) (pane, request) {
	p.burns = f.Objectives
	return p, nil
}

func (p objectivePane) resize(s scene) pane {
	p.list = p.fitText(len(p.burns), s.h-objectiveHeading)
	return p
}

func (p objectivePane) bindings(k *keyMap) []paneBinding {
	return append(listBindings(k, p.list, func(l list) pane { p.list = l; return p }),
		closeBindings(p, k.back, k.objectives)...)
}

func (p objectivePane) hints(k *keyMap) []key.Binding {
	return []key.Binding{k.back, k.earlier, k.later, k.pause, k.copy, k.help}
}

func (p objectivePane) summary(*frame.Frame) (string, bool) {
	var parts []string
	for _, b := range p.burns {
		s := fmt.Sprintf("%s (%s): %s%% good (n=%s), burn %s", b.Name, b.Objective,
			measure.Percent(b.Good), measure.Count(float64(b.N)), measure.Times(b.Now))
		if b.Page {
			s += ", breach"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " · "), false
}

// objectiveHeading is the lines above the objectives.
const objectiveHeading = 4

func (p objectivePane) view(s scene) []string {
	f := s.frame
	const name, number = 18, 9
	w := draw.Line{Width: s.w}
	t := s.theme
	w.Skip(margin)
	w.Put(t.Strong, "objectives")
	w.Put(t.Dim, ": burn rate 1× spends the budget in "+measure.Count(frame.BudgetPeriod.Hours()/24)+" days")
	if f != nil && f.Total.Apdex > 0 {
		w.Put(t.Dim, " · Apdex of LCP ")
		w.Put(t.Text, measure.Decimal(f.Total.Apdex))
	}
	lines := []string{"", w.Flush(), ""}
	if len(p.burns) == 0 {
		for _, text := range [...]string{
			`no objectives. Set --objective errors="99.5% of views", or in the configuration file:`, "",
			"  objective:",
			"    errors: 99.5% of views",
			"    speed: 75% of lcp<=2500 where device=mobile",
			"    payment: 99% of requests:*/api/payment",
		} {
			w.Skip(margin)
			w.Put(t.Dim, draw.Clean(text, s.w-margin))
			lines = append(lines, w.Flush())
		}
		return lines[:min(len(lines), s.h)]
	}
	w.Skip(margin)
	w.PutLeft(t.Dim, "name", name)
	long, short := p.burnTitles()
	for _, title := range [...]string{"good", "n", long, short, "spent"} {
		w.PutRight(t.Dim, title, number)
	}
	w.Put(t.Dim, "   objective")
	lines = append(lines, w.Flush())
	for _, b := range p.burns[min(p.cursor, len(p.burns)):] {
		if len(lines) >= s.h {
			break
		}
		lines = append(lines, burnLine(&w, &b, t, s.w, name, number))
	}
	return lines
}

func burnLine(w *draw.Line, b *frame.Burn, t draw.Theme, width, name, number int) string {
	style, sign, note := t.Text, "   ", ""
	switch {
	case b.Page:
		style, sign = t.Bad, " ▲ "
	case !b.Known:
		style, note = t.Dim, "not enough data · "
	case b.Muted:
		style, note = t.Dim, "muted · "
	case b.Rate > 1:
		style, sign = t.Warn, " ! "
	}
	w.Put(style, sign)
	w.PutLeft(style, draw.Clean(b.Name, name-1), name)
	if b.N > 0 {
		w.PutRight(style, goodShare(b.Good)+"%", number)
		w.PutRight(t.Dim, measure.Count(float64(b.N)), number)
		w.PutRight(style, measure.Times(b.Rate), number)
		w.PutRight(style, measure.Times(b.Now), number)
		w.PutRight(t.Dim, goodShare(b.Spent)+"%", number)
	} else {
		for range 5 {
			w.PutRight(t.Dim, measure.Unknown, number)
		}
	}
	w.Skip(3)
	w.Put(t.Dim, draw.Clean(note+b.Objective, max(width-w.Len(), 0)))
	return w.Flush()
}

// goodShare has two decimals: between 99.5% and 99.9% is a whole budget.
func goodShare(share float64) string { return strconv.FormatFloat(100*share, 'f', 2, 64) }

// worstBurn is the objective with the highest burn rate, breaches first; nil if
// none is above 1.
func worstBurn(burns []frame.Burn) *frame.Burn {
	var worst *frame.Burn
	for i := range burns {
		b := &burns[i]
		if !b.Known || b.Rate <= 1 || b.Muted {
			continue
		}
		if worst == nil || b.Page && !worst.Page || b.Page == worst.Page && b.Rate > worst.Rate {
			worst = b
		}
	}
	return worst
}

// burnMark is the highest burn rate for the header.
func burnMark(f *frame.Frame, t draw.Theme) (draw.Style, string) {
	if f == nil {
		return t.Dim, ""
	}
	b := worstBurn(f.Objectives)
	if b == nil {
		return t.Dim, ""
	}
	s := t.Warn
	if b.Page {
		s = t.Bad
	}
	return s, draw.Clean(b.Name, 16) + " burn " + measure.Times(b.Rate)
}

// alarm rings when a breach starts, whatever the screen shows.
type alarm struct {
	title    string // of the terminal's window; "": the shell's
	breaches frame.Breaches
}

// observe takes a frame and reports whether to ring.
func (a alarm) observe(f *frame.Frame) (_ alarm, ring bool) {
	a.title = ""
	if b := worstBurn(f.ObjectivesNow); b != nil && b.Page {
		a.title = "▲ rumtop: " + draw.Clean(b.Name, 30)
	}
	ring = a.breaches.Observe(f) == frame.BreachBegan
	return a, ring
}

// showTitle shows a breach in the title of the terminal's window; without one, the
// title is the shell's.
func (m model) showTitle() tea.Cmd {
	switch {
	case m.alarm.title == "":
		return m.restoreTitle
	case m.ascii:
		return m.setTitle(draw.ToASCII(m.alarm.title))
	}
	return m.setTitle(m.alarm.title)
}

// sound rings the bell if a breach started, and sets the window's title.
func (m model) sound(f *frame.Frame) (model, tea.Cmd) {
	before := m.alarm.title
	var ring bool
	m.alarm, ring = m.alarm.observe(f)
	var cmds []tea.Cmd
	if ring {
		cmds = append(cmds, m.ring())
	}
	if m.alarm.title != before {
		cmds = append(cmds, m.showTitle())
	}
	return m, tea.Batch(cmds...)
}
