package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
)

// Keys change the query.
func TestKeysQuery(t *testing.T) {
	for _, c := range []struct {
		name  string
		keys  []string
		check func(frame.Query) bool
	}{
		{"enter drills in and goes on to the next dimension", []string{"enter"}, func(q frame.Query) bool {
			return q.Filter.Text == "region=eu-west release=2.4.1" && q.By == "page"
		}},
		{"a row further down", []string{"j", "enter"}, func(q frame.Query) bool { return q.Filter.Text == "region=eu-west release=2.4.0" }},
		{"what says nothing", []string{"G", "enter"}, func(q frame.Query) bool { return q.Filter.Text == "region=eu-west release=(none)" }},
		{"x excludes", []string{"x"}, func(q frame.Query) bool { return q.Filter.Text == "region=eu-west release!=2.4.1" && q.By == "release" }},
		{"esc goes back", []string{"enter", "esc"}, func(q frame.Query) bool { return q.Filter.Text == "region=eu-west" && q.By == "release" }},
		{"backspace too, a level at a time", []string{"enter", "x", "backspace"}, func(q frame.Query) bool { return strings.HasSuffix(q.Filter.Text, "release=2.4.1") }},
		{"esc at the top widens", []string{"esc"}, func(q frame.Query) bool { return q.Filter.Text == "" }},
		{"] lengthens", []string{"]"}, func(q frame.Query) bool { return q.Window == 15*time.Minute && q.Span == 90*time.Minute }},
		{"[ shortens", []string{"["}, func(q frame.Query) bool { return q.Window == time.Minute }},
		{"and ends there", []string{"[", "[", "["}, func(q frame.Query) bool { return q.Window == time.Minute }},
		{"v", []string{"b", "G", "enter", "v"}, func(q frame.Query) bool { return q.By == "release" }},
		{"b", []string{"b", "down", "down", "down", "enter"}, func(q frame.Query) bool { return q.By == "device" }},
		{"b, tags", []string{"b", "G", "enter"}, func(q frame.Query) bool { return q.By == "tag.tier" }},
		{"b and back", []string{"b", "down", "esc"}, func(q frame.Query) bool { return q.By == "release" }},
		{"space stands still", []string{"space"}, func(q frame.Query) bool { return q.At.Equal(noon) }},
		{"and goes on", []string{"space", "space"}, func(q frame.Query) bool { return q.At.IsZero() }},
		{"left pauses and goes back", []string{"left"}, func(q frame.Query) bool { return q.At.Equal(noon.Add(-time.Minute)) }},
		{"shift goes a window", []string{"shift+left"}, func(q frame.Query) bool { return q.At.Equal(noon.Add(-5 * time.Minute)) }},
		{"and forward no further than the pause", []string{"shift+left", "right", "shift+right"}, func(q frame.Query) bool { return q.At.Equal(noon) }},
		{"back no further than the history", slices.Repeat([]string{"H"}, 20), func(q frame.Query) bool { return q.At.Equal(noon.Add(-30 * time.Minute)) }},
		{"forward is nowhere to go from now", []string{"right"}, func(q frame.Query) bool { return q.At.IsZero() }},
		{"> sorts beyond the last column by the first", []string{">"}, func(q frame.Query) bool { return q.Sort == "key" }},
		{"< sorts", []string{"<"}, func(q frame.Query) bool { return q.Sort == "users" }},
		{"r reverses", []string{"r"}, func(q frame.Query) bool { return q.Reverse }},
		{"affected users is worst first", []string{"<", ">"}, func(q frame.Query) bool { return q.Sort == "" }},
		{"/ replaces the filter", []string{"/", "ctrl+u", "device=mobile", "enter"}, func(q frame.Query) bool { return q.Filter.Text == "device=mobile" }},
		{"/ adds to it", []string{"/", "lcp>2500", "enter"}, func(q frame.Query) bool { return q.Filter.Text == "region=eu-west lcp>2500" }},
		{"a mistake changes nothing", []string{"/", "lcp>fast", "enter", "esc"}, func(q frame.Query) bool { return q.Filter.Text == "region=eu-west" }},
		{"esc changes nothing", []string{"/", "lcp>2500", "esc"}, func(q frame.Query) bool { return q.Filter.Text == "region=eu-west" }},
		{"tab completes a field", []string{"/", "brow", "tab", "Safari", "enter"}, func(q frame.Query) bool { return q.Filter.Text == "region=eu-west browser=Safari" }},
		{"a field asks for its values", []string{"/", "browser="}, func(q frame.Query) bool { return q.ValuesOf == "browser" }},
		{"history", []string{"/", "device=mobile", "enter", "esc", "/", "ctrl+u", "up", "enter"}, func(q frame.Query) bool { return q.Filter.Text == "region=eu-west device=mobile" }},
		{":by", []string{":", "by os", "enter"}, func(q frame.Query) bool { return q.By == "os" }},
		{":window", []string{":", "window 45m", "enter"}, func(q frame.Query) bool { return q.Window == 45*time.Minute }},
		{":window completed", []string{":", "w", "tab", "2m", "enter"}, func(q frame.Query) bool { return q.Window == 2*time.Minute }},
		{":filter", []string{":", "filter os=iOS", "enter"}, func(q frame.Query) bool { return q.Filter.Text == "os=iOS" }},
		{":baseline ago", []string{":", "baseline 1h", "enter"}, func(q frame.Query) bool { return q.Baseline.Ago == time.Hour }},
		{":baseline at", []string{":", "baseline 13:30", "enter"}, func(q frame.Query) bool {
			return q.Baseline.At.Equal(time.Date(2026, 11, 20, 13, 30, 0, 0, time.UTC))
		}},
		{":baseline at, yesterday", []string{":", "baseline 15:00", "enter"}, func(q frame.Query) bool {
			return q.Baseline.At.Equal(time.Date(2026, 11, 19, 15, 0, 0, 0, time.UTC))
		}},
		{":sort", []string{":", "sort lcp", "enter"}, func(q frame.Query) bool { return q.Sort == "lcp" }},
		{":nonsense", []string{":", "nonsense", "enter"}, func(q frame.Query) bool { return q.By == "release" }},
		{"an error's detail", []string{"e", "enter"}, func(q frame.Query) bool { return q.Fingerprint == "a1b2c3" }},
		{"the next one's", []string{"e", "enter", "n"}, func(q frame.Query) bool { return q.Fingerprint == "d4e5f6" }},
		{"only this error", []string{"e", "enter", "f"}, func(q frame.Query) bool {
			return strings.HasSuffix(q.Filter.Text, "fingerprint=a1b2c3") && q.Fingerprint == ""
		}},
		{"from the pane", []string{"tab", "down", "enter"}, func(q frame.Query) bool { return q.Fingerprint == "d4e5f6" }},
		{"m makes this moment T0", []string{"m"}, func(q frame.Query) bool { return q.Baseline.At.Equal(noon) }},
		{"and leaves it", []string{":", "baseline 1h", "enter", "m", "m"}, func(q frame.Query) bool { return q.Baseline == frame.BaselineSpec{Ago: time.Hour} }},
		{"} looks further back", []string{"}"}, func(q frame.Query) bool { return q.Span == time.Hour }},
		{"and further, over all history", []string{"}", "}", "}", "}"}, func(q frame.Query) bool { return q.Span == 0 }},
		{"{ looks less far back", []string{"{", "{", "{", "{"}, func(q frame.Query) bool { return q.Span == 5*time.Minute }},
		{"keys that come in one piece", []string{"jx"}, func(q frame.Query) bool { return q.Filter.Text == "region=eu-west release!=2.4.0" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := press(screen(t, inColor, 120, 36, incident()), c.keys...)
			if q := asked(m); !c.check(q) {
				t.Errorf("after %q the query is %q by %s over %v at %v, sort %q, of %q, values of %q",
					c.keys, q.Filter.Text, q.By, q.Window, q.At, q.Sort, q.Fingerprint, q.ValuesOf)
			}
		})
	}
}

func TestBreakdownFilters(t *testing.T) {
	open := func() model {
		f := withDetail()
		return send(press(screen(t, inColor, 120, 36, f), "e", "enter"), frameMsg{f})
	}
	if q := asked(press(open(), "down", "enter")); q.Filter.Text != "region=eu-west browser=Safari" {
		t.Errorf("enter: %s", q.Filter.Text)
	}
	if q := asked(press(open(), "down", "x")); q.Filter.Text != "region=eu-west browser!=Safari" {
		t.Errorf("x: %s", q.Filter.Text)
	}
}

func TestPromptCompletesValues(t *testing.T) {
	m := press(screen(t, inColor, 80, 24, incident()), "/", "browser=")
	f := incident()
	f.Values = []frame.ValueCount{{Value: "Safari", Beacons: 10}, {Value: "Samsung Internet", Beacons: 5}, {Value: "Chrome", Beacons: 3}}
	m = send(m, frameMsg{f})
	m = press(m, "sa", "tab", "tab", "enter")
	if q := asked(m); q.Filter.Text != `region=eu-west browser="Samsung Internet"` {
		t.Errorf("the filter is %s", q.Filter.Text)
	}
}

func TestDrillOtherRefused(t *testing.T) {
	f := incident()
	f.Segments[0].Key = otherRow
	m := press(screen(t, inColor, 120, 36, f), "enter")
	if q := asked(m); q.Filter.Text != "region=eu-west" {
		t.Errorf("the filter is %s", q.Filter.Text)
	}
	if !strings.Contains(m.View(), "segments over the cap") {
		t.Error("it does not say why")
	}
}

func TestPasteOnlyInPrompt(t *testing.T) {
	m := send(screen(t, inColor, 120, 36, incident()), tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("xq"), Paste: true})
	if q := asked(m); q.Filter.Text != "region=eu-west" {
		t.Errorf("pasted text was taken for keys: %s", q.Filter.Text)
	}
	m = send(press(m, "/", "ctrl+u"), tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("os=\niOS"), Paste: true})
	if got := m.prompt.edit.String(); got != "os= iOS" {
		t.Errorf("the prompt holds %q", got)
	}
}

// While paused the screen stands still, except for answers to queries.
func TestPauseKeepsFrame(t *testing.T) {
	m := press(screen(t, noColor, 120, 36, incident()), "space")
	for range answersTaken {
		m = send(m, frameMsg{incident()})
	}
	before := m.View()
	m = send(m, frameMsg{quietHour()})
	if m.View() != before {
		t.Error("a frame without a query is shown")
	}
	m = press(m, "]")
	m = send(m, frameMsg{quietHour()})
	if m.View() == before {
		t.Error("the answer to a query is not shown")
	}
}

func TestWatchStalledSource(t *testing.T) {
	m := screen(t, noColor, 120, 36, incident())
	m = send(m, watchMsg{})
	if strings.Contains(m.View(), "stalled") {
		t.Error("stalled at the first look")
	}
	m = send(m, watchMsg{})
	if !strings.Contains(m.View(), "✗ stalled") {
		t.Error("frames have stopped, and the screen looks alive")
	}
	m = send(m, frameMsg{incident()})
	if strings.Contains(m.View(), "stalled") {
		t.Error("frames arrive again")
	}
	if m = send(m, frameMsg{}); !strings.Contains(m.View(), "✗ stalled") {
		t.Error("the source has ended, and the screen looks alive")
	}
}

// The order of rows holds for some seconds, and the cursor follows its row.
func TestTableOrderHolds(t *testing.T) {
	m := press(screen(t, noColor, 120, 36, incident()), "j")
	swapped := func(after time.Duration) *frame.Frame {
		f := incident()
		f.At = f.At.Add(after)
		f.Segments[0], f.Segments[1] = f.Segments[1], f.Segments[0]
		return f
	}
	m = send(m, frameMsg{swapped(time.Second)})
	if m.table.rows[0].Key != "2.4.1" {
		t.Error("rows change places within a second")
	}
	m = send(m, frameMsg{swapped(holdOrder)})
	if m.table.rows[0].Key != "2.4.0" {
		t.Error("rows keep an order that is long wrong")
	}
	if got := m.table.selected().Key; got != "2.4.0" || m.table.cursor != 0 {
		t.Errorf("the cursor is on %s, row %d", got, m.table.cursor)
	}
}

func TestBackSelectsRow(t *testing.T) {
	m := press(screen(t, noColor, 120, 36, incident()), "j", "enter")
	pages := incident()
	pages.Filter, pages.By = "region=eu-west release=2.4.0", "page"
	m = send(m, frameMsg{pages})
	if m.table.cursor != 0 {
		t.Error("the cursor does not begin at the worst page")
	}
	m = send(press(m, "esc"), frameMsg{incident()})
	if got := m.table.selected().Key; got != "2.4.0" {
		t.Errorf("back on %s", got)
	}
}

func TestMouseClicks(t *testing.T) {
	m := screen(t, noColor, 120, 36, incident())
	l := m.layout()
	click := func(x, y int) {
		m = send(m, tea.MouseMsg{X: x, Y: y, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft})
	}
	click(5, l.table.y+2)
	if got := m.table.selected().Key; got != "2.4.0" {
		t.Errorf("a click on the second row chooses %s", got)
	}
	click(5, l.table.y+2)
	if q := asked(m); q.Filter.Text != "region=eu-west release=2.4.0" {
		t.Errorf("a second click asks %s", q.Filter.Text)
	}
	click(5, l.table.y)
	if q := asked(m); q.Sort != "key" {
		t.Errorf("a click on the first heading sorts by %q", q.Sort)
	}
	m = send(m, tea.MouseMsg{Action: tea.MouseActionPress, Button: tea.MouseButtonWheelDown})
	click(30, l.errors.y+1)
	click(30, l.errors.y+1)
	if p, ok := m.pane.(errorPane); !ok || !p.inside {
		t.Error("two clicks on an error do not open it")
	}
}

func TestQuitEverywhere(t *testing.T) {
	for _, keys := range [][]string{{"q"}, {"e", "q"}, {"?", "q"}, {"/", "ctrl+c"}, {"b", "q"}} {
		m := screen(t, noColor, 80, 24, incident())
		m = press(m, keys[:len(keys)-1]...)
		last := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("q")}
		if keys[len(keys)-1] == "ctrl+c" {
			last = tea.KeyMsg{Type: tea.KeyCtrlC}
		}
		_, cmd := m.Update(last)
		if cmd == nil {
			t.Errorf("%q does not leave", keys)
			continue
		}
		if _, ok := cmd().(tea.QuitMsg); !ok {
			t.Errorf("%q does not leave", keys)
		}
	}
}

func TestCopySanitised(t *testing.T) {
	m := screen(t, noColor, 120, 36, hostile())
	var copied string
	m.copy = func(s string) tea.Cmd { copied = s; return nil }
	press(m, "y")
	if !strings.Contains(copied, "error rate") || strings.ContainsAny(copied, "\x1b\n\x07") {
		t.Errorf("copied %q", copied)
	}
	press(m, "e", "enter", "y")
	if !strings.Contains(copied, "TypeError") || strings.ContainsAny(copied, "\x1b\n\x07") {
		t.Errorf("copied %q", copied)
	}
}

// pages are keys that lead to every page of the screen.
var pages = [][]string{
	nil, {"e"}, {"e", "enter"}, {"?"}, {"b"}, {"d"}, {"V"}, {"i"}, {"S"}, {"S", "enter"}, {"M"}, {"O"}, {"W"}, {"T"},
}

// The help lists every key that does something, and no other.
func TestHelpListsAllKeys(t *testing.T) {
	bound := map[string]bool{}
	said := map[string]bool{}
	m := screen(t, noColor, 120, 36, withDetail())
	for _, page := range pages {
		m := press(m, page...)
		here := map[string]bool{}
		for _, b := range m.bindings() {
			for _, k := range b.key.Keys() {
				here[k], bound[k] = true, true
			}
		}
		for _, h := range m.hints() {
			for _, k := range h.Keys() {
				if !here[k] {
					t.Errorf("after %q a hint is %q, which does nothing there", page, k)
				}
			}
		}
	}
	for _, s := range m.keys.sections() {
		for _, k := range s.keys {
			for _, name := range k.Keys() {
				said[name] = true
				if !bound[name] {
					t.Errorf("the help lists %q, which does nothing", name)
				}
			}
		}
	}
	for name := range bound {
		if !said[name] {
			t.Errorf("%q does something, and the help does not list it", name)
		}
	}
}

// On one page no key may stand for two things.
func TestKeysUniquePerPage(t *testing.T) {
	m := screen(t, noColor, 120, 36, withDetail())
	for _, page := range pages {
		m := press(m, page...)
		var all []key.Binding
		seen := map[string]string{}
		for _, b := range m.bindings() {
			all = append(all, b.key)
		}
		for _, b := range all {
			for _, k := range b.Keys() {
				if was, ok := seen[k]; ok && was != b.Help().Desc { // the key that opened a page closes it
					t.Errorf("after %q: %q is both %s and %s", page, k, was, b.Help().Desc)
				}
				seen[k] = b.Help().Desc
			}
		}
	}
}

// Terminals send esc, soon followed by a key, as that key with alt. Over a slow
// line esc and the key are meant.
func TestEscThenKeyInOneRead(t *testing.T) {
	alt := func(r rune) tea.KeyMsg { return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: true} }
	m := send(press(screen(t, noColor, 120, 36, withDetail()), "e", "enter"), tea.KeyMsg{Type: tea.KeyEsc, Alt: true})
	if m.pane != nil {
		t.Errorf("esc esc leads from the detail to %T", m.pane)
	}
	m = send(press(m, "e"), alt('b'))
	if _, ok := m.pane.(picker); !ok {
		t.Errorf("esc b leads from the errors to %T", m.pane)
	}
	m = send(m, alt('['))
	if _, ok := m.pane.(picker); !ok {
		t.Errorf("half a sequence leads to %T", m.pane)
	}
	if m = send(press(m, "esc", "/"), alt('x')); !m.prompt.active {
		t.Error("alt and a key leads from the prompt")
	}
}

// What differs can be kept or excluded, one value or the combination.
func TestDiffersNarrows(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want string
	}{
		{[]string{"d", "enter"}, "region=eu-west page=/checkout"},
		{[]string{"d", "down", "x"}, "region=eu-west browser!=Safari"},
		{[]string{"d", "G", "enter"}, "region=eu-west release=2.4.1 browser=Safari tag.flag=new-payment"},
		{[]string{"d", "G", "x"}, "region=eu-west not (release=2.4.1 browser=Safari tag.flag=new-payment)"},
		{[]string{"d", "d"}, "region=eu-west"},
	} {
		m := press(screen(t, noColor, 120, 36, incident()), c.keys...)
		if got := asked(m).Filter.String(); got != c.want || m.pane != nil {
			t.Errorf("%q: %q, want %q", c.keys, got, c.want)
		}
	}
}
