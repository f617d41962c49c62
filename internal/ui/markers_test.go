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

// ran is what a command answers, with those that it holds.
func ran(t *testing.T, cmd tea.Cmd) []tea.Msg {
	t.Helper()
	if cmd == nil {
		return nil
	}
	done := make(chan tea.Msg, 1)
	go func() { done <- cmd() }()
	select {
	case msg := <-done:
		if batch, ok := msg.(tea.BatchMsg); ok {
			var out []tea.Msg
			for _, c := range batch {
				out = append(out, ran(t, c)...)
			}
			return out
		}
		return []tea.Msg{msg}
	case <-time.After(100 * time.Millisecond): // a timer
		return nil
	}
}

func TestAnnotateAddsMarker(t *testing.T) {
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
