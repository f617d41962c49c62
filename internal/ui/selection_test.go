package ui

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// at is a time of the fixtures' day.
func at(hour, minute, second int) time.Time {
	return time.Date(2026, 11, 20, hour, minute, second, 0, time.UTC)
}

// Keys select a time range. The charts of the incident go from 13:37:30 to
// 14:07:30 by 30 s, a column at this size is 90 s, and its onset is 14:02.
func TestSelectionKeys(t *testing.T) {
	for _, c := range []struct {
		name     string
		keys     []string
		from, to time.Time
	}{
		{"since it began", []string{"c"}, at(14, 2, 0), at(14, 7, 30)},
		{"an edge back", []string{"c", "left"}, at(14, 0, 30), at(14, 7, 30)},
		{"and forward", []string{"c", "left", "l", "l"}, at(14, 3, 30), at(14, 7, 30)},
		{"by ten columns", []string{"c", "H"}, at(13, 47, 0), at(14, 7, 30)},
		{"no further than the charts", []string{"c", "H", "H", "H"}, at(13, 37, 30), at(14, 7, 30)},
		{"the other edge", []string{"c", "tab", "left"}, at(14, 2, 0), at(14, 6, 0)},
		{"no further than the charts either", []string{"c", "tab", "L"}, at(14, 2, 0), at(14, 7, 30)},
		{"at least a column", []string{"c", "L"}, at(14, 6, 0), at(14, 7, 30)},
		{"nor the other way", []string{"c", "H", "H", "tab", "H", "H"}, at(13, 37, 30), at(13, 39, 0)},
		{"a row further down does not matter", []string{"c", "j"}, at(14, 2, 0), at(14, 7, 30)},
		{"nothing", []string{"c", "left", "esc"}, time.Time{}, time.Time{}},
		{"nothing, by the same key", []string{"c", "left", "c"}, time.Time{}, time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := press(screen(t, noColor, 120, 36, incident()), c.keys...)
			if s := m.chosen; !s.from.Equal(c.from) || !s.to.Equal(c.to) {
				t.Errorf("%q choose %v – %v", c.keys, s.from, s.to)
			}
			if asked(m).Filter.Text != "region=eu-west" || !asked(m).At.IsZero() {
				t.Errorf("%q ask %+v", c.keys, asked(m))
			}
		})
	}
	m := screen(t, noColor, 120, 36)
	if m = press(m, "c"); !m.chosen.empty() || !strings.Contains(m.View(), "no charts yet") {
		t.Error("something is chosen on charts that are not there")
	}
}

// Without a finding the default is the last window; with a resolved one it is the
// time of that.
func TestSelectionDefaultRange(t *testing.T) {
	f := quietHour()
	f.Series = incident().Series
	if s := press(screen(t, noColor, 120, 36, f), "c").chosen; !s.to.Equal(at(14, 7, 30)) || s.length() != 5*time.Minute {
		t.Errorf("chosen is %v – %v", s.from, s.to)
	}
	f = incident()
	f.Finding.State, f.Finding.Since, f.Finding.Until = frame.FindingOver, at(13, 50, 20), at(13, 58, 40)
	if s := press(screen(t, noColor, 120, 36, f), "c").chosen; !s.from.Equal(at(13, 50, 0)) || !s.to.Equal(at(13, 58, 30)) {
		t.Errorf("chosen is %v – %v", s.from, s.to)
	}
}

// Enter makes the selection the window, esc restores the window.
func TestSelectionZoom(t *testing.T) {
	m := press(screen(t, noColor, 120, 36, incident()), "c", "tab", "left", "enter")
	q := asked(m)
	if !q.At.Equal(at(14, 6, 0)) || q.Window != 4*time.Minute || !m.chosen.empty() {
		t.Fatalf("the window is %v up to %v", q.Window, q.At)
	}
	if q := asked(press(m, "esc")); !q.At.IsZero() || q.Window != 5*time.Minute {
		t.Errorf("back is %v up to %v", q.Window, q.At)
	}
	m = press(m, "left", "space")
	if q := asked(m); !q.At.IsZero() || q.Window != 4*time.Minute {
		t.Errorf("on from there is %v up to %v", q.Window, q.At)
	}
	if q := asked(press(m, "esc")); !q.At.IsZero() || q.Window != 5*time.Minute {
		t.Errorf("back is %v up to %v", q.Window, q.At)
	}

	m = press(screen(t, noColor, 120, 36, incident()), "left", "c", "enter")
	if q := asked(press(m, "esc")); !q.At.Equal(noon.Add(-time.Minute)) || q.Window != 5*time.Minute {
		t.Errorf("back in time is %v up to %v", q.Window, q.At)
	}
	// A drill within the span is left before the span is.
	m = press(screen(t, noColor, 120, 36, incident()), "c", "enter", "enter", "esc")
	if q := asked(m); q.Filter.Text != "region=eu-west" || q.Window != 5*time.Minute+30*time.Second || !q.At.Equal(at(14, 7, 30)) {
		t.Errorf("one level back is %q over %v up to %v", q.Filter.Text, q.Window, q.At)
	}
}

func TestSelectionDiffers(t *testing.T) {
	m := press(screen(t, noColor, 120, 36, incident()), "c", "tab", "left", "d")
	want := frame.DiffersSpec{Kind: frame.DiffersSpan, From: at(14, 2, 0).UnixMilli(), To: at(14, 6, 0).UnixMilli()}
	if spec := asked(m).Differs; spec != want {
		t.Errorf("asks %+v", spec)
	}
	if got := ansi.Strip(m.View()); !strings.Contains(got, "what differs: 14:02 – 14:06 vs the 4m before") {
		t.Error(got)
	}
	if m = press(m, "esc"); m.chosen.empty() {
		t.Error("back from what differs, nothing is chosen any more")
	}
}

// Dragging over a chart selects, in either direction, what is then highlighted.
func TestSelectionByMouse(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}, {200, 50}, {57, 20}} {
		m := screen(t, noColor, size[0], size[1], incident())
		l := m.layout()
		box := min(l.plots, 2) - 1
		columns := draw.PlotWidth(boxWidth(l, box))
		for _, c := range [][2]int{{3, 9}, {9, 3}, {columns - 2, columns - 1}, {1, columns - 1}, {4, 4}} {
			start := boxWidth(l, 0)*box + draw.PlotLeft
			mouse := func(x int, action tea.MouseAction) {
				m = send(m, tea.MouseMsg{X: start + x, Y: l.charts.y + 2, Action: action, Button: tea.MouseButtonLeft})
			}
			mouse(c[0], tea.MouseActionPress)
			mouse(c[1], tea.MouseActionMotion)
			lit := m.highlighted().on(m.frame, columns)
			if lo, hi := min(c[0], c[1]), max(c[0], c[1]); lit.End == 0 || lit.Start > lo || lit.End <= hi || lit.End-lit.Start > hi-lo+3 {
				t.Errorf("%v: dragged from column %d to %d, highlighted from %d to %d", size, lo, hi, lit.Start, lit.End-1)
			}
		}
		mouse := tea.MouseMsg{X: 3, Y: l.table.y + 1, Action: tea.MouseActionMotion, Button: tea.MouseButtonLeft}
		if before := m.chosen; send(m, mouse).chosen != before {
			t.Error("what is drawn over beside the charts is chosen")
		}
	}
}

// While a range is selected its keys come first, and hints name keys that work.
func TestSelectionKeysComeFirst(t *testing.T) {
	m := press(screen(t, noColor, 120, 36, incident()), "c")
	seen := map[string]bool{}
	for _, b := range m.bindings() {
		for _, k := range b.key.Keys() {
			seen[k] = true
		}
	}
	for _, h := range m.chosen.hints(&m.keys) {
		for _, k := range h.Keys() {
			if !seen[k] {
				t.Errorf("the last line hints at %q, which does nothing", k)
			}
		}
	}
	for _, k := range slices.Concat(m.keys.otherEdge.Keys(), m.keys.zoomInto.Keys(), m.keys.earlier.Keys()) {
		first := ""
		for _, b := range m.bindings() {
			if slices.Contains(b.key.Keys(), k) && first == "" {
				first = b.key.Help().Desc
			}
		}
		if first != "other edge" && first != "zoom in" && first != "back in time" {
			t.Errorf("%q is %s", k, first)
		}
	}
}

// When the window moves back in time, the charts reach it and highlight it.
func TestChartsShowWindow(t *testing.T) {
	f := incident()
	f.Now = f.At
	m := press(screen(t, noColor, 120, 36, f), slices.Repeat([]string{"H"}, 6)...)
	q := asked(m)
	if back := noon.Sub(q.At) + q.Window; q.Span < back {
		t.Errorf("the window lies %v back, the charts show %v", back, q.Span)
	}
	f = incident()
	f.Now, f.At, f.Live = noon, at(14, 0, 0), false
	m = send(m, frameMsg{f})
	checkScreen(t, m, 120, 36)
	if got := m.View(); strings.Count(got, "━━") < 4 {
		t.Errorf("the charts do not say where the window is:\n%s", got)
	}
}

func TestSelectionGoldens(t *testing.T) {
	f := incident()
	f.Series.Views = ramp(points, points, 152, 0)
	for _, c := range []struct {
		name string
		as   look
		w, h int
		keys []string
	}{
		{"selection", noColor, 120, 36, []string{"c", "tab", "left"}},
		{"selection", noColor, 80, 24, []string{"c"}},
		{"selection", noColor, 200, 50, []string{"c", "H", "tab", "H"}},
		{"selection", noColor, 60, 20, []string{"c", "H"}},
		{"selection-zoom", noColor, 80, 24, []string{"+", "c", "tab", "left"}},
		{"selection-color", inColor, 80, 24, []string{"c"}},
		{"selection-light", inLight, 80, 24, []string{"c"}},
		{"selection-16", in16, 80, 24, []string{"c"}},
		{"selection-ascii", asASCII, 80, 24, []string{"c"}},
		{"selection-differs", noColor, 80, 24, []string{"c", "d"}},
	} {
		name := fmt.Sprintf("%s-%dx%d", c.name, c.w, c.h)
		t.Run(name, func(t *testing.T) {
			m := press(screen(t, c.as, c.w, c.h, f), c.keys...)
			checkScreen(t, m, c.w, c.h)
			compare(t, filepath.Join("testdata", name+".golden"), m.View()+"\n")
		})
	}
}

// No order of keys, sizes and frames selects outside the charts or breaks the
// screen.
func FuzzSelection(f *testing.F) {
	f.Add([]byte("cH\tLc"), 120, 36)
	f.Add([]byte("c\re\x1b\x1b"), 60, 20)
	keys := []string{"c", "left", "right", "H", "L", "tab", "enter", "esc", "[", "]", "{", "}", "space", "+", "d", "e", "j", "x", "m"}
	f.Fuzz(func(t *testing.T, data []byte, w, h int) {
		w, h = max(min(w, 220), 1), max(min(h, 60), 1)
		m := screen(t, noColor, w, h, incident())
		for _, b := range data[:min(len(data), 60)] {
			m = press(m, keys[int(b)%len(keys)])
			if b&0x80 != 0 {
				q := asked(m)
				g := incident()
				g.Filter, g.WindowS, g.Now = q.Filter.Text, q.Window.Seconds(), noon
				if g.Live = q.At.IsZero(); !g.Live {
					g.At = q.At
				}
				m = send(m, frameMsg{g})
			}
			if s := m.chosen; !s.empty() {
				from, to, _ := chartTimes(m.frame)
				if !s.from.Before(s.to) || s.from.Before(from) || s.to.After(to) {
					t.Fatalf("%v – %v is chosen, the charts show %v – %v", s.from, s.to, from, to)
				}
			}
			if q := asked(m); q.Window < time.Second || q.Span < 0 {
				t.Fatalf("asks for a window of %v, charts of %v", q.Window, q.Span)
			}
			checkScreen(t, m, w, h)
		}
	})
}
