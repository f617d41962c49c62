package ui

import (
	"path/filepath"
	"strings"
	"testing"
)

// From the list to the timeline of one session and back.
func TestSessionTimeline(t *testing.T) {
	f := errorSessions()
	m := press(screen(t, noColor, 120, 36, f), "S", "down", "enter")
	if q := asked(m); !q.Sessions.On || q.Sessions.ID != f.Sessions[1].ID || !q.Sessions.Whole {
		t.Errorf("%+v", q.Sessions)
	}
	m = send(m, frameMsg{f})
	checkScreen(t, m, 120, 36)
	compare(t, filepath.Join("testdata", "session-120x36.golden"), m.View()+"\n")
	if got := summary(m); got != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("copied %q", got)
	}
	if got := summary(press(m, "up")); got != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("copied %q", got)
	}
	m = press(m, "esc")
	if q := asked(m); q.Sessions.ID != "" || !strings.Contains(m.View(), "sessions with errors") {
		t.Errorf("%+v", q.Sessions)
	}
	if got := summary(m); got != "session="+f.Sessions[1].ID {
		t.Errorf("copied %q", got)
	}
	if m = press(m, "esc"); m.pane != nil {
		t.Errorf("pane %T", m.pane)
	}
}

// Sessions of what is under the cursor.
func TestSessionsOfSelection(t *testing.T) {
	for _, c := range []struct {
		keys             []string
		fingerprint, key string
	}{
		{[]string{"S"}, "", ""},
		{[]string{"down", "S"}, "", "2.4.0"},
		{[]string{"e", "down", "S"}, "d4e5f6", ""},
		{[]string{"e", "enter", "S"}, "a1b2c3", ""},
	} {
		q := asked(press(screen(t, noColor, 120, 36, errorSessions()), c.keys...)).Sessions
		if !q.On || q.Fingerprint != c.fingerprint || q.Key != c.key || q.Whole != (c.key == "") {
			t.Errorf("%q: %+v", c.keys, q)
		}
	}
}
