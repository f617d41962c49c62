package ui

import (
	"strconv"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/frame"
)

// objectivePane shows how each objective stands: what is promised, what share
// is good, and how fast the error budget burns.
type objectivePane struct {
	offset int
	burns  []frame.Burn
}

func (p objectivePane) ask(q frame.Query, _ int) frame.Query { return q }

func (p objectivePane) show(f *frame.Frame) pane {
	p.burns = f.Objectives
	return p
}

func (p objectivePane) bindings(k *keyMap) []binding {
	scroll := func(by int) action {
		return onPane(func(p objectivePane) pane {
			p.offset = max(min(p.offset+by, len(p.burns)-1), 0)
			return p
		})
	}
	return []binding{
		{k.up, scroll(-1)}, {k.down, scroll(1)}, {k.pageUp, scroll(-10)}, {k.pageDown, scroll(10)},
		{k.top, scroll(-far)}, {k.bottom, scroll(far)}, {k.objectives, closePane},
	}
}

func (p objectivePane) hints(k *keyMap) []key.Binding {
	return []key.Binding{k.back, k.earlier, k.later, k.pause, k.copy, k.help}
}

func (p objectivePane) view(f *frame.Frame, s scene) []string {
	const name, number = 18, 9
	w := pen{limit: s.w}
	t := s.theme
	w.skip(margin)
	w.put(t.strong, "objectives")
	w.put(t.dim, ": how fast error budgets burn, 1× lasts "+count(frame.BudgetPeriod.Hours()/24)+" days")
	if f != nil && f.Total.Apdex > 0 {
		w.put(t.dim, " · Apdex of LCP ")
		w.put(t.text, unitless(f.Total.Apdex))
	}
	lines := []string{"", w.line(), ""}
	if len(p.burns) == 0 {
		for _, text := range [...]string{
			`none are set. Give one with --objective errors="99.5% of views", or in the configuration file:`, "",
			"  objective:", "    errors: 99.5% of views", "    speed: 75% of lcp<=2500 where device=mobile", "    payment: 99% of requests:*/api/payment",
		} {
			w.skip(margin)
			w.put(t.dim, clean(text, s.w-margin))
			lines = append(lines, w.line())
		}
		return lines[:min(len(lines), s.h)]
	}
	w.skip(margin)
	w.left(t.dim, "objective", name)
	for _, title := range [...]string{"good", "n", "burn", "now", "spent"} {
		w.right(t.dim, title, number)
	}
	w.put(t.dim, "   promised")
	lines = append(lines, w.line())
	for _, b := range p.burns[min(p.offset, len(p.burns)):] {
		if len(lines) >= s.h {
			break
		}
		lines = append(lines, burnLine(&w, &b, t, s.w, name, number))
	}
	return lines
}

func burnLine(w *pen, b *frame.Burn, t theme, width, name, number int) string {
	style, sign, note := t.text, "   ", ""
	switch {
	case b.Page:
		style, sign = t.bad, " ▲ "
	case !b.Known:
		style, note = t.dim, "not enough data · "
	case b.Muted:
		style, note = t.dim, "muted · "
	case b.Rate > 1:
		style, sign = t.warn, " ! "
	}
	w.put(style, sign)
	w.left(style, clean(b.Name, name-1), name)
	if b.N > 0 {
		w.right(style, goodShare(b.Good)+"%", number)
		w.right(t.dim, count(float64(b.N)), number)
		w.right(style, times(b.Rate), number)
		w.right(style, times(b.Now), number)
		w.right(t.dim, goodShare(b.Spent)+"%", number)
	} else {
		for range 5 {
			w.right(t.dim, unknown, number)
		}
	}
	w.skip(3)
	w.put(t.dim, clean(note+b.Objective, max(width-w.cells, 0)))
	return w.line()
}

// goodShare keeps two decimals: between 99.5 and 99.9 % lies the whole budget.
func goodShare(share float64) string { return strconv.FormatFloat(100*share, 'f', 2, 64) }

// times is a burn rate.
func times(rate float64) string {
	if rate >= 100 {
		return strconv.FormatFloat(rate, 'f', 0, 64) + "×"
	}
	return strconv.FormatFloat(rate, 'f', 1, 64) + "×"
}

// worstBurn is the objective that burns fastest, those first that should wake
// somebody; nil if none burns too fast.
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

// burnMark is the fastest burning objective in the header's words.
func burnMark(f *frame.Frame, t theme) (style, string) {
	if f == nil {
		return t.dim, ""
	}
	b := worstBurn(f.Objectives)
	if b == nil {
		return t.dim, ""
	}
	s := t.warn
	if b.Page {
		s = t.bad
	}
	return s, clean(b.Name, 16) + " burns " + times(b.Rate)
}

// alarm rings when a breach begins, whatever is being looked at.
type alarm struct {
	title    string // of the terminal's window
	breaches agg.Breaches
}

// hear takes a frame and tells whether to ring.
func (a alarm) hear(f *frame.Frame) (_ alarm, ring bool) {
	a.title = "rumtop"
	if b := worstBurn(f.Alarm); b != nil && b.Page {
		a.title = "▲ rumtop: " + clean(b.Name, 30)
	}
	ring = a.breaches.Look(f) == agg.BreachBegan
	return a, ring
}

// sound takes a frame's alarm in: the bell, and the title of the window.
func (m model) sound(f *frame.Frame) (model, tea.Cmd) {
	before := m.alarm.title
	var ring bool
	m.alarm, ring = m.alarm.hear(f)
	var cmds []tea.Cmd
	if ring {
		cmds = append(cmds, m.ring())
	}
	if m.alarm.title != before && !(before == "" && m.alarm.title == "rumtop") {
		cmds = append(cmds, tea.SetWindowTitle(m.alarm.title))
	}
	return m, tea.Batch(cmds...)
}
