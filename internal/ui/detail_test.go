package ui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func linked(t *testing.T) look {
	t.Helper()
	u, err := ParseTraceURL("https://tempo.example/trace/{trace}")
	if err != nil {
		t.Fatal(err)
	}
	as := inColor
	as.options.TraceURL = u
	return as
}

// Trace ids lead to the tracing tool, in the detail and in a session's course;
// what is no id leads nowhere.
func TestTracesLinked(t *testing.T) {
	for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 36}} {
		m := press(screen(t, linked(t), size[0], size[1], withDetail()), "e", "enter")
		m = send(m, frameMsg{withDetail()})
		checkScreen(t, m, size[0], size[1])
		view := m.View()
		if !strings.Contains(view, "\x1b]8;;https://tempo.example/trace/4bf92f3577b34da6a3ce929d0e0e4736\x1b\\") || strings.Contains(view, "\x1b]8;;http://evil") {
			t.Errorf("%v: %q", size, view)
		}
	}
	f := errorSessions()
	m := send(press(screen(t, linked(t), 120, 36, f), "S", "enter"), frameMsg{f})
	checkScreen(t, m, 120, 36)
	if n := strings.Count(m.View(), "\x1b]8;;https://tempo.example/trace/"); n != 2 {
		t.Errorf("%d links in %q", n, m.View())
	}
	if got := summary(m); got != "https://tempo.example/trace/4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("copied %q", got)
	}
	bare := linked(t)
	bare.env = environment{"TERM": "linux"}
	m = send(press(screen(t, bare, 120, 36, withDetail()), "e", "enter"), frameMsg{withDetail()})
	if strings.Contains(m.View(), "\x1b]") || !strings.Contains(m.View(), "4bf92f3577b34da6a3ce929d0e0e4736") {
		t.Errorf("%q", m.View())
	}
}

// answers runs a command and all that it consists of, and returns its messages
// of one type.
func answers[T tea.Msg](t *testing.T, cmd tea.Cmd) (out []T) {
	t.Helper()
	for _, msg := range ran(t, cmd) {
		if msg, ok := msg.(T); ok {
			out = append(out, msg)
		}
	}
	return out
}

// The source of a stack is asked for once, shown with where it was in the
// bundle, and why it is not known where it is not.
func TestStackShowsSource(t *testing.T) {
	t.Parallel()
	asked := 0
	var fails error
	as := noColor
	as.options.Origins = func(_ context.Context, release string, stack []string) ([]Origin, error) {
		asked++
		if release != "2.4.1" || len(stack) != 5 || !strings.Contains(stack[1], "renderTotals") {
			t.Errorf("asked for %q %q", release, stack)
		}
		return []Origin{{}, {"src/checkout/total\x1b[2J.ts", 88, "renderTotals"}, {"src/checkout/cart.ts", 12, ""}, {}, {}}, fails
	}
	look := func() model {
		m := press(screen(t, as, 120, 36, withDetail()), "e", "enter")
		next, cmd := m.Update(frameMsg{withDetail()})
		found := answers[originsFound](t, cmd)
		m = next.(model)
		if _, cmd = m.Update(frameMsg{withDetail()}); len(answers[originsFound](t, cmd)) > 0 {
			t.Error("asked again for the same stack")
		}
		if len(found) != 1 {
			t.Fatalf("%d answers", len(found))
		}
		m = send(m, originsFound{of: sample{"another", ""}, lines: []Origin{{"wrong.ts", 1, ""}}})
		return send(m, found[0])
	}
	m := look()
	checkScreen(t, m, 120, 36)
	compare(t, filepath.Join("testdata", "detail-source-120x36.golden"), m.View()+"\n")
	fails = errors.New("there is no 2.4.1/checkout-8f3a.js.map")
	if m = look(); !strings.Contains(m.View(), "there is no 2.4.1/checkout-8f3a.js.map") {
		t.Error(m.View())
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}
