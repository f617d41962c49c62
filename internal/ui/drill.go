package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/filter"
)

// level is where a drill came from.
type level struct {
	filter filter.Expr
	by     string
	key    string
	window time.Duration // 0: it was a filter's, the window stays as it is
	at     time.Time     // where the window ended; zero: now
}

// here is the level that a drill starts from.
func (m model) here() level {
	l := level{filter: m.query.Filter, by: m.query.By}
	if r := m.table.selected(); r != nil {
		l.key = r.Key
	}
	return l
}

// otherRow is the key of the row that sums what is over the cap on segments.
const otherRow = "(other)"

// drillInto narrows to the row under the cursor, or to all but it.
func (m model) drillInto(op filter.Op) (model, tea.Cmd) {
	row := m.table.selected()
	switch {
	case row == nil || m.frame == nil:
		return m.notify("no row selected")
	case row.Key == otherRow:
		return m.notify("(other) sums segments over the cap: filter by another field first")
	}
	by := m.frame.By
	term, err := filter.NewTerm(by, op, filter.Literal(row.Key))
	if err != nil {
		return m.notify(err.Error())
	}
	m.drill = append(m.drill, m.here())
	m.query.Filter = m.query.Filter.And(term)
	if op == filter.Eq {
		m.query.By = nextDimension(by, m.query.Filter)
	}
	return m, nil
}

// back leaves the innermost thing: the selection, the zoom, the errors, one
// level of the drill, the filter.
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
		m.drill = append(m.drill, m.here())
		m.query.Filter = e
		return m, nil
	}
}
