package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/beacon"
)

// ran runs a command and all that it consists of, and returns their messages in
// order; those of timers, which take longer, are left out.
func ran(t *testing.T, cmd tea.Cmd) []tea.Msg {
	t.Helper()
	if cmd == nil {
		return nil
	}
	done := make(chan tea.Msg, 1)
	go func() { done <- cmd() }()
	select {
	case msg := <-done:
		batch, ok := msg.(tea.BatchMsg)
		if !ok {
			return []tea.Msg{msg}
		}
		parts := make([]chan []tea.Msg, len(batch))
		for i, c := range batch {
			parts[i] = make(chan []tea.Msg, 1)
			go func() { parts[i] <- ran(t, c) }()
		}
		var out []tea.Msg
		for _, p := range parts {
			out = append(out, <-p...)
		}
		return out
	case <-time.After(100 * time.Millisecond):
		return nil
	}
}

func TestAnnotateAddsMarker(t *testing.T) {
	t.Parallel()
	var set []beacon.Marker
	var fails error
	m := screen(t, noColor, 80, 24, marked())
	m.annotate = func(_ context.Context, x beacon.Marker) error { set = append(set, x); return fails }
	enter := func() {
		next, cmd := m.Update(tea.KeyMsg{Type: tea.KeyEnter})
		m = next.(model)
		for _, msg := range ran(t, cmd) {
			m = send(m, msg)
		}
	}
	m = press(m, "a", "mitigation rolled back 2.4.1")
	enter()
	if len(set) != 1 || set[0].Kind != beacon.MarkerMitigation || set[0].Text != "mitigation rolled back 2.4.1" || set[0].At != noon.UnixMilli() {
		t.Errorf("%+v", set)
	}
	if !strings.Contains(m.View(), "marker added for all viewers") {
		t.Errorf("it is not said:\n%s", m.View())
	}
	fails = errors.New("this user may not publish")
	m = press(m, "a", "just a note")
	enter()
	if len(set) != 2 || set[1].Kind != beacon.MarkerNote || !strings.Contains(m.View(), "may not publish") {
		t.Errorf("%+v\n%s", set, m.View())
	}
	m = press(m, "a", "esc", "a")
	enter()
	if len(set) != 2 {
		t.Errorf("an empty marker was set: %+v", set)
	}
	m.annotate = nil
	if m = press(m, "a"); !strings.Contains(m.View(), "cannot add markers here") {
		t.Errorf("%s", m.View())
	}
}

// A marker is visited where the window begins with it.
func TestMarkerVisitMovesWindow(t *testing.T) {
	m := press(screen(t, noColor, 80, 24, marked()), "M", "down", "down", "down", "enter")
	if q := asked(m); !q.At.Equal(noon.Add(-16*time.Minute)) || m.pane != nil {
		t.Errorf("at %v, pane %T", q.At, m.pane)
	}
	m = press(screen(t, noColor, 80, 24, marked()), "M", "enter")
	if q := asked(m); !q.At.Equal(noon) {
		t.Errorf("the newest: at %v", q.At)
	}
}

func TestT0SinceFormats(t *testing.T) {
	at := t0{at: noon}
	for d, want := range map[time.Duration]string{
		0: "T+00:00", 75 * time.Second: "T+01:15", -5 * time.Second: "T-00:05", 3*time.Hour + 2*time.Second: "T+3:00:02",
	} {
		if got := at.since(noon.Add(d)); got != want {
			t.Errorf("%v after: %q, want %q", d, got, want)
		}
	}
	if got := (t0{}).since(noon); got != "" {
		t.Errorf("without T0: %q", got)
	}
}
