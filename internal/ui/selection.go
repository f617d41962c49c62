package ui

import (
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// selection is a time range on the charts, in whole points: it can be compared
// with the time before it, and become the window.
type selection struct {
	from, to time.Time // to is exclusive; zero: nothing is selected
	later    bool      // keys move the later edge
	anchor   selected  // where the mouse button was pressed
}

// selected is the time range of a column of a chart.
type selected struct{ from, to time.Time }

func (s selection) empty() bool { return s.to.IsZero() }

func (s selection) length() time.Duration { return s.to.Sub(s.from) }

// chartTimes is the time range of the charts; false if they are still empty.
func chartTimes(f *frame.Frame) (from, to time.Time, ok bool) {
	if f == nil || f.Series.Complete <= 0 || f.Series.Step <= 0 {
		return from, to, false
	}
	s := &f.Series
	return s.From, s.From.Add(time.Duration(s.Complete) * s.Step), true
}

// snap moves a selection onto the points of the charts, at least unit long.
func (s selection) snap(f *frame.Frame, unit time.Duration) selection {
	from, to, ok := chartTimes(f)
	if !ok {
		return selection{}
	}
	onPoint := func(t time.Time) time.Time { return from.Add(t.Sub(from).Truncate(f.Series.Step)) }
	unit = min(unit, to.Sub(from))
	if s.later {
		s.from = between(onPoint(s.from), from, to.Add(-unit))
		s.to = between(onPoint(s.to), s.from.Add(unit), to)
	} else {
		s.to = between(onPoint(s.to), from.Add(unit), to)
		s.from = between(onPoint(s.from), from, s.to.Add(-unit))
	}
	return s
}

func between(t, lo, hi time.Time) time.Time {
	switch {
	case t.Before(lo):
		return lo
	case t.After(hi):
		return hi
	}
	return t
}

// selectUnit is how far a key moves an edge: a chart column, in whole points.
func (m model) selectUnit() time.Duration {
	from, to, ok := chartTimes(m.frame)
	if !ok {
		return 0
	}
	step := m.frame.Series.Step
	column := to.Sub(from) / time.Duration(max(plotWidth(m.layout()), 1))
	if m.layout().plots == 0 {
		column = step
	}
	return max((column+step-1)/step*step, step)
}

// toggleSelection selects the time since the finding's onset, else the last
// window. Pressed again it selects nothing.
func toggleSelection(m model) (model, tea.Cmd) {
	_, end, ok := chartTimes(m.frame)
	switch {
	case !m.chosen.empty():
		m.chosen = selection{}
		return m, nil
	case !ok:
		return m.notify("no charts yet")
	}
	if at := m.frame.At; !m.frame.Live && at.Before(end) {
		end = at
	}
	m.chosen = selection{from: end.Add(-m.query.Window), to: end}
	switch x := &m.frame.Finding; x.State {
	case frame.FindingOn:
		m.chosen.from = x.Since
	case frame.FindingOver:
		m.chosen.from, m.chosen.to = x.Since, x.Until
	}
	m.chosen = m.chosen.snap(m.frame, m.selectUnit())
	m.onErrors = false
	return m, nil
}

// moveEdge moves the edge that keys move, by so many columns.
func moveEdge(by int) action {
	return func(m model) (model, tea.Cmd) {
		unit := m.selectUnit()
		if m.chosen.later {
			m.chosen.to = m.chosen.to.Add(time.Duration(by) * unit)
		} else {
			m.chosen.from = m.chosen.from.Add(time.Duration(by) * unit)
		}
		m.chosen = m.chosen.snap(m.frame, unit)
		return m, nil
	}
}

// selectionBindings come before all others while a range is selected.
func (m model) selectionBindings() []binding {
	if m.chosen.empty() {
		return nil
	}
	k := &m.keys
	const far = 10
	return []binding{
		{k.earlier, moveEdge(-1)}, {k.later, moveEdge(1)}, {k.muchEarlier, moveEdge(-far)}, {k.muchLater, moveEdge(far)},
		{k.otherEdge, func(m model) (model, tea.Cmd) { m.chosen.later = !m.chosen.later; return m, nil }},
		{k.zoomInto, zoomInto},
	}
}

// hints are the keys of a selection.
func (s selection) hints(k *keyMap) []key.Binding {
	compare := bind("d", "vs before", "d")
	none := bind("esc", "clear", "esc")
	edge := key.NewBinding(key.WithHelp("← →", "edge"))
	return []key.Binding{edge, compare, k.zoomInto, k.otherEdge, none, k.copy, k.help}
}

// zoomInto makes the selected range the window; back restores the window.
func zoomInto(m model) (model, tea.Cmd) {
	from, to := m.chosen.from, m.chosen.to
	was := level{filter: m.query.Filter, by: m.query.By, window: m.query.Window, at: m.query.At}
	if r := m.table.selected(); r != nil {
		was.key = r.Key
	}
	m.drill = append(m.drill, was)
	if !m.paused && m.recording == nil {
		m, _ = togglePause(m)
	}
	if to.After(m.until) {
		m.until = to
	}
	m.query.At, m.query.Window, m.chosen = to, to.Sub(from), selection{}
	return m.notify("window " + timeSpan(from, to, m.loc) + ": esc goes back, space goes live")
}

// unzoom restores the window from before zoomInto.
func (m model) unzoom(to level) model {
	m.query.Window = to.window
	switch {
	case !m.paused:
	case to.at.IsZero():
		m, _ = togglePause(m)
	default:
		m.query.At = to.at
	}
	return m
}

// timeSpan writes a time range, with seconds only if they are not 0.
func timeSpan(from, to time.Time, loc *time.Location) string {
	layout := "15:04"
	if from.Second() != 0 || to.Second() != 0 {
		layout = "15:04:05"
	}
	if to.Sub(from) >= 24*time.Hour {
		layout = "Jan 2 15:04"
	}
	return from.In(loc).Format(layout) + " – " + to.In(loc).Format(layout)
}

// viewsBetween sums the page views of a range of the charts, and the errored
// ones.
func viewsBetween(s *frame.Series, from, to time.Time) (views, errored float64) {
	for i := range min(s.Complete, len(s.Views), len(s.ErrorRate)) {
		at := s.From.Add(time.Duration(i) * s.Step)
		if at.Before(from) || !at.Before(to) || !draw.Finite(s.Views[i]) || !draw.Finite(s.ErrorRate[i]) {
			continue
		}
		views += s.Views[i]
		errored += s.Views[i] * s.ErrorRate[i]
	}
	return views, errored
}

// says is the error rate and views of a selection, and the rate before it.
func (s selection) says(f *frame.Frame) string {
	views, errored := viewsBetween(&f.Series, s.from, s.to)
	if views == 0 {
		return "0 page views"
	}
	text := "error rate " + measure.Percent(errored/views) + "%"
	if views, errored := viewsBetween(&f.Series, s.from.Add(-s.length()), s.from); views > 0 {
		text += ", was " + measure.Percent(errored/views) + "%"
	}
	return text + " · " + plural(views, "view")
}

// headline is drawn in place of the sentence while a range is selected.
func (s selection) headline(f *frame.Frame, t draw.Theme, loc *time.Location, w int) string {
	p := draw.Line{Width: w}
	from, to := t.Text, t.Text
	moved := &from
	if s.later {
		moved = &to
	}
	*moved = t.Accent
	p.Put(t.Accent, " ↔ ")
	p.Put(from, s.from.In(loc).Format("15:04:05"))
	p.Put(t.Dim, " – ")
	p.Put(to, s.to.In(loc).Format("15:04:05"))
	p.Put(t.Dim, " "+zoneName(s.to, loc))
	if f == nil {
		return p.Flush()
	}
	p.Put(t.Text, clauses(" · "+s.says(f)+" · "+draw.Span(s.length()), w-p.Len()))
	return p.Flush()
}
