package ui

import (
	"fmt"
	"slices"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// binding is a key and what it does.
type binding struct {
	key key.Binding
	do  action
}

// bindings lists what the keys do in the mode at hand.
func (m model) bindings() []binding {
	k := &m.keys
	everywhere := []binding{
		{k.quit, func(m model) (model, tea.Cmd) { return m, tea.Quit }},
		{k.suspend, func(m model) (model, tea.Cmd) { return m, tea.Suspend }},
		{k.help, openHelp},
	}
	switch m.mode {
	case modeHelp:
		return append(m.help.bindings(k), everywhere[:2]...)
	case modePick:
		return append(m.pick.bindings(k), everywhere...)
	case modeDetail:
		return slices.Concat(m.detail.bindings(k), everywhere, m.looking())
	case modeErrors:
		return slices.Concat(m.errorBindings(), everywhere, m.looking())
	case modePane:
		return slices.Concat(m.open.bindings(k), []binding{{k.back, closePane}}, everywhere, m.looking())
	}
	return slices.Concat(m.selectionBindings(), m.triageBindings(), everywhere, m.looking())
}

// looking is what works wherever numbers are shown.
func (m model) looking() []binding {
	k := &m.keys
	return append(m.paneBindings(), []binding{
		{k.filter, openFilter},
		{k.command, openCommand},
		{k.shorter, func(m model) (model, tea.Cmd) { return setWindow(nextWindow(m.query.Window, false))(m) }},
		{k.longer, func(m model) (model, tea.Cmd) { return setWindow(nextWindow(m.query.Window, true))(m) }},
		{k.pause, togglePause},
		{k.earlier, func(m model) (model, tea.Cmd) { return m.walk(-m.step()) }},
		{k.later, func(m model) (model, tea.Cmd) { return m.walk(m.step()) }},
		{k.muchEarlier, func(m model) (model, tea.Cmd) { return m.walk(-m.query.Window) }},
		{k.muchLater, func(m model) (model, tea.Cmd) { return m.walk(m.query.Window) }},
		{k.zone, toggleZone},
		{k.t0, toggleT0},
		{k.annotate, openMarker},
		{k.snapshot, takeSnapshot},
		{k.record, toggleRecording},
		{k.copy, func(m model) (model, tea.Cmd) { return m.copyShown() }},
	}...)
}

func (m model) triageBindings() []binding {
	k := &m.keys
	l := m.layout()
	move := func(by int) action {
		return func(m model) (model, tea.Cmd) {
			if m.onErrors {
				m.errors = m.errors.move(by, l.errors.h-1)
			} else {
				m.table = m.table.move(by, visibleRows(l.table.h))
			}
			return m, nil
		}
	}
	half := max(visibleRows(l.table.h)/2, 1)
	if m.onErrors {
		half = max(l.errors.h/2, 1)
	}
	return []binding{
		{k.up, move(-1)}, {k.down, move(1)},
		{k.pageUp, move(-half)}, {k.pageDown, move(half)},
		{k.top, move(-far)}, {k.bottom, move(far)},
		{k.next, func(m model) (model, tea.Cmd) {
			m.onErrors = !m.onErrors && l.errors.h > 0
			return m, nil
		}},
		{k.enter, func(m model) (model, tea.Cmd) {
			if m.onErrors {
				return openDetail(m)
			}
			return m.drillInto(filter.Eq)
		}},
		{k.exclude, func(m model) (model, tea.Cmd) { return m.drillInto(filter.Ne) }},
		{k.back, func(m model) (model, tea.Cmd) { return m.back() }},
		{k.by, openPicker},
		{k.releases, setBy("release")},
		{k.errors, func(m model) (model, tea.Cmd) { m.mode = modeErrors; return m, nil }},
		{k.sortLeft, func(m model) (model, tea.Cmd) { return m.sortBeside(-1) }},
		{k.sortRight, func(m model) (model, tea.Cmd) { return m.sortBeside(1) }},
		{k.reverse, func(m model) (model, tea.Cmd) { m.query.Reverse = !m.query.Reverse; return m, nil }},
		{k.zoom, func(m model) (model, tea.Cmd) { m.charts = m.charts.cycle(); return m, nil }},
		{k.narrower, func(m model) (model, tea.Cmd) { return m.stretch(-1) }},
		{k.wider, func(m model) (model, tea.Cmd) { return m.stretch(1) }},
		{k.selection, toggleSelection},
	}
}

// chartSpans is how many windows the charts may look back; 0 is all history.
var chartSpans = [...]int{1, 2, 3, chartSpan, 12, 36, 0}

// stretch has the charts look back further, or less far.
func (m model) stretch(by int) (model, tea.Cmd) {
	i := slices.Index(chartSpans[:], m.span) + by
	if i < 0 || i >= len(chartSpans) {
		return m, nil
	}
	m.span = chartSpans[i]
	if m.span == 0 {
		return m.say("charts show all history")
	}
	return m.say("charts show " + draw.Span(time.Duration(m.span)*m.query.Window))
}

// far is further than any list is long.
const far = 1 << 30

func (m model) errorBindings() []binding {
	k := &m.keys
	rows := m.errorRows(m.layout())
	move := func(by int) action {
		return func(m model) (model, tea.Cmd) { m.errors = m.errors.move(by, rows); return m, nil }
	}
	toTriage := func(m model) (model, tea.Cmd) { m.mode = modeTriage; return m, nil }
	return []binding{
		{k.up, move(-1)}, {k.down, move(1)},
		{k.pageUp, move(-max(rows/2, 1))}, {k.pageDown, move(max(rows/2, 1))},
		{k.top, move(-far)}, {k.bottom, move(far)},
		{k.open, openDetail},
		{k.back, toTriage}, {k.errors, toTriage}, {k.next, toTriage},
	}
}

// drillInto narrows to the row under the cursor, or to all but it.
func (m model) drillInto(op filter.Op) (model, tea.Cmd) {
	row := m.table.selected()
	switch {
	case row == nil || m.frame == nil:
		return m.say("no row to choose")
	case row.Key == otherRow:
		return m.say("(other) holds what is over the cap on segments: filter by something else first")
	}
	by := m.frame.By
	term, err := filter.NewTerm(by, op, filter.Literal(row.Key))
	if err != nil {
		return m.say(err.Error())
	}
	m.drill = append(m.drill, level{filter: m.query.Filter, by: m.query.By, key: row.Key})
	m.query.Filter = m.query.Filter.And(term)
	if op == filter.Eq {
		m.query.By = nextDimension(by, m.query.Filter)
	}
	return m, nil
}

// otherRow is the key of the row of what is over the cardinality cap.
const otherRow = "(other)"

// back leaves the innermost thing: what is chosen, the zoom, the errors pane, one level of the drill.
func (m model) back() (model, tea.Cmd) {
	switch {
	case !m.chosen.empty():
		m.chosen = selection{}
	case m.charts.zoom > 0:
		m.charts.zoom = 0
	case m.onErrors:
		m.onErrors = false
	case len(m.drill) > 0:
		last := m.drill[len(m.drill)-1]
		m.drill = m.drill[:len(m.drill)-1]
		m.query.Filter, m.query.By = last.filter, last.by
		if last.window > 0 {
			m = m.unzoom(last)
		}
		m.table = m.table.expect(last.key)
	case m.query.Filter.Text != "":
		m.query.Filter = filter.Expr{}
	}
	return m, nil
}

func setFilter(e filter.Expr) action {
	return func(m model) (model, tea.Cmd) {
		if e.Text == m.query.Filter.Text {
			return m, nil
		}
		key := ""
		if r := m.table.selected(); r != nil {
			key = r.Key
		}
		m.drill = append(m.drill, level{filter: m.query.Filter, by: m.query.By, key: key})
		m.query.Filter = e
		return m, nil
	}
}

func setBy(by string) action {
	return func(m model) (model, tea.Cmd) { m.query.By = by; return m, nil }
}

func setWindow(w time.Duration) action {
	return func(m model) (model, tea.Cmd) { m.query.Window = w; return m, nil }
}

func toggleZone(m model) (model, tea.Cmd) {
	if m.loc == time.UTC {
		m.loc = time.Local
	} else {
		m.loc = time.UTC
	}
	return m, nil
}

// togglePause freezes the screen at the frame it shows; the counting goes on.
func togglePause(m model) (model, tea.Cmd) {
	if m.recording != nil {
		return m.say("this is a recording: ← → walk through it")
	}
	m.paused = !m.paused
	m.watch.seen = -1
	if !m.paused {
		m.query.At, m.until = time.Time{}, time.Time{}
		return m, nil
	}
	if m.frame != nil {
		m.query.At, m.until = m.frame.At, m.frame.At
	}
	return m, nil
}

// step is how far one key press walks through time.
func (m model) step() time.Duration {
	step := m.query.Window / 5
	if m.frame != nil && m.frame.Quantum > 0 {
		step = max(step.Truncate(m.frame.Quantum), m.frame.Quantum)
	}
	return step
}

// walk moves the window through the history, pausing first.
func (m model) walk(by time.Duration) (model, tea.Cmd) {
	if m.frame == nil {
		return m, nil
	}
	if !m.paused {
		if by > 0 {
			return m.say("this is now")
		}
		m, _ = togglePause(m)
	}
	at := m.query.At.Add(by)
	if at.After(m.until) {
		at = m.until
	}
	if from := m.frame.Health.HistoryFrom; from != nil && at.Before(*from) {
		at = *from
	}
	if at.Equal(m.query.At) {
		if by > 0 && m.recording != nil {
			return m.say("the recording ends here")
		}
		if by > 0 {
			return m.say("the pause began here: space goes on to now")
		}
		return m.say("the history begins here")
	}
	m.query.At = at
	return m, nil
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

func sortBy(name string) action {
	return func(m model) (model, tea.Cmd) {
		if name == "affected" { // worst first has the error rate decide where users are equal
			name = ""
		}
		m.query.Sort, m.query.Reverse = name, false
		return m, nil
	}
}

func openHelp(m model) (model, tea.Cmd) {
	m.before, m.mode, m.help = m.mode, modeHelp, help{}
	return m, nil
}

func openDetail(m model) (model, tea.Cmd) {
	g := m.errors.selected()
	if g == nil {
		return m.say("no error to look at")
	}
	m.mode, m.detail = modeDetail, detail{fingerprint: g.Fingerprint, group: *g, traces: m.traces}
	return m, nil
}

func openPicker(m model) (model, tea.Cmd) {
	var tags []string
	if m.frame != nil {
		tags = m.frame.Tags
	}
	m.mode, m.pick = modePick, newPicker(m.query.By, tags)
	return m, nil
}

func openFilter(m model) (model, tea.Cmd) {
	m.before, m.mode = m.mode, modePrompt
	m.prompt = m.prompt.open(promptFilter, m.query.Filter.Text, m.vocabulary())
	return m, nil
}

func openCommand(m model) (model, tea.Cmd) {
	m.before, m.mode = m.mode, modePrompt
	m.prompt = m.prompt.open(promptCommand, "", m.vocabulary())
	return m, nil
}

func openMarker(m model) (model, tea.Cmd) {
	if m.annotate == nil {
		return m.say("markers cannot be set here")
	}
	m.before, m.mode = m.mode, modePrompt
	m.prompt = m.prompt.open(promptMarker, "", m.vocabulary())
	return m, nil
}

// copyShown puts what is on screen into the clipboard of the person's own
// machine, through whatever terminals lie between.
func (m model) copyShown() (model, tea.Cmd) {
	if m.frame == nil {
		return m.say("nothing to copy yet")
	}
	text := summary(m)
	m, timer := m.say(fmt.Sprintf("copied: %s", text))
	return m, tea.Batch(m.copy(text), timer)
}
