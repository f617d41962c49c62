package ui

import (
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
)

// The bell rings once for breaches at the same time, also while paused, and again
// for a breach after a calm time.
func TestAlarmRingsOncePerBreach(t *testing.T) {
	m := screen(t, noColor, 80, 24)
	rung := 0
	m.ring = func() tea.Cmd { rung++; return nil }
	at := func(minute int, names ...string) {
		f := incident()
		f.Now = noon.Add(time.Duration(minute) * time.Minute)
		for _, name := range names {
			f.ObjectivesNow = append(f.ObjectivesNow, frame.Burn{Name: name, Known: true, Page: true, Rate: 4})
		}
		m = send(m, frameMsg{f})
	}
	for _, c := range []struct {
		minute int
		names  []string
		rung   int
		title  string
	}{
		{0, nil, 0, ""},
		{1, []string{"errors"}, 1, "▲ rumtop: errors"},
		{2, []string{"errors", "speed"}, 1, "▲ rumtop: errors"},
		{3, nil, 1, ""},
		{4, []string{"speed"}, 1, "▲ rumtop: speed"},
		{10, []string{"errors"}, 2, "▲ rumtop: errors"},
	} {
		at(c.minute, c.names...)
		if rung != c.rung || m.alarm.title != c.title {
			t.Errorf("minute %d: rung %d times, title %q; want %d and %q", c.minute, rung, m.alarm.title, c.rung, c.title)
		}
	}
	m = press(m, "space", "left")
	at(30, "errors")
	at(31, "errors")
	if rung != 3 {
		t.Errorf("while paused: rung %d times", rung)
	}
}
