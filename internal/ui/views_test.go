package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
)

// shelf is views in memory.
type shelf map[string]frame.Query

func (s shelf) Names() []string { return []string{"checkout", "mobile"} }

func (s shelf) Open(name string) (frame.Query, error) {
	q, ok := s[name]
	if !ok {
		return q, errors.New("no view \"" + name + "\"")
	}
	return q, nil
}

func (s shelf) Save(name string, q frame.Query) error {
	if name == "bad/name" {
		return errors.New("no name of a view")
	}
	s[name] = q
	return nil
}

// typed gives a command to a model and what it does, done, too.
func typed(t *testing.T, m model, line string) model {
	t.Helper()
	next, cmd := press(m, ":", line).Update(tea.KeyMsg{Type: tea.KeyEnter})
	m = next.(model)
	if cmd != nil {
		m = send(m, cmd())
	}
	return m
}

func TestViewsByName(t *testing.T) {
	views := shelf{"checkout": {Filter: parse(t, "page=/checkout"), By: "device", Window: 15 * time.Minute, Baseline: frame.BaselineSpec{Ago: time.Hour}}}
	as := noColor
	as.options.Views = views
	m := screen(t, as, 80, 24, incident())
	m = typed(t, m, "view checkout")
	if q := asked(m); q.Filter.Text != "page=/checkout" || q.By != "device" || q.Window != 15*time.Minute || q.Baseline.Ago != time.Hour {
		t.Errorf("%+v", q)
	}
	if q := asked(press(m, "esc")); q.Filter.Text != "region=eu-west" || q.By != "release" {
		t.Errorf("and back: %+v", q)
	}
	m = typed(t, m, "save mine")
	if views["mine"].Filter.Text != "page=/checkout" || !strings.Contains(m.View(), "rumtop --view mine") {
		t.Errorf("%+v", views)
	}
	if m = typed(t, m, "save bad/name"); !strings.Contains(m.View(), "no name of a view") {
		t.Error(m.View())
	}
	if m = typed(t, m, "view none"); !strings.Contains(m.View(), `no view "none"`) {
		t.Error(m.View())
	}
	if m = press(m, ":", "view che", "tab"); m.prompt.edit.String() != "view checkout" {
		t.Errorf("completed to %q", m.prompt.edit.String())
	}
	if m = press(screen(t, noColor, 80, 24, incident()), ":", "view checkout", "enter"); !strings.Contains(m.View(), "cannot open views here") {
		t.Error(m.View())
	}
}
