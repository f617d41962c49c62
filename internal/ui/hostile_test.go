package ui

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// Ten thousand segments with hostile names: every size and key gives a screen.
func TestTenThousandHostileSegments(t *testing.T) {
	t.Parallel()
	f := incident()
	f.By, f.Segments = "page", nil
	for i := range 10_000 {
		r := row(fmt.Sprintf("%s\x1b[%dm\u202e漢字👩‍👩‍👧‍👦\x00\n/%d/%s", strings.Repeat("é", i%7), i%50, i, strings.Repeat("かな", i%400)), float64(i%90), float64(i%9), i%80, i%7, 2000, 170)
		r.Spark = ramp(points, points/2, 0.01, float64(i%10)/10)
		f.Segments = append(f.Segments, r)
	}
	m := screen(t, inColor, 120, 36, f)
	for _, size := range [][2]int{{120, 36}, {1, 1}, {10, 3}, {80, 24}, {200, 50}, {60, 20}, {1, 200}, {300, 1}} {
		m = send(m, tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		for _, k := range []string{"G", "g", "ctrl+d", "i", "esc", "x", "esc", "c", "esc", "+", "esc", "b", "esc"} {
			m = press(m, k)
			checkScreen(t, m, size[0], size[1])
		}
	}
	before := m.table.cursor
	if m = press(m, "G"); m.table.cursor != 9999 || before == 9999 {
		t.Errorf("the last row is number %d", m.table.cursor)
	}
}

// Resizing a window by hand sends hundreds of sizes: each is drawn whole, and the
// last one stays.
func TestResizeStorm(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(5, 6))
	m := press(screen(t, inColor, 120, 36, marked()), "c")
	for range 2000 {
		w, h := rnd.IntN(250), rnd.IntN(80)
		m = send(m, tea.WindowSizeMsg{Width: w, Height: h})
		if w > 0 && h > 0 {
			checkScreen(t, m, w, h)
		} else if m.View() != "" {
			t.Fatalf("something is drawn on %d×%d", w, h)
		}
	}
	m = send(m, tea.WindowSizeMsg{Width: 120, Height: 36})
	want := press(screen(t, inColor, 120, 36, marked()), "c")
	if m.chosen != want.chosen || m.View() != want.View() {
		t.Error("after a storm of sizes the screen is another")
	}
}

// Pasted text goes to a prompt, however long and whatever is in it, else nowhere.
func TestPromptPastedGarbage(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(7, 8))
	for _, open := range []string{"/", ":", "a", ""} {
		for range 50 {
			runes := make([]rune, rnd.IntN(5000))
			for i := range runes {
				runes[i] = rune(rnd.IntN(0x2600))
				if rnd.IntN(4) == 0 {
					runes[i] = rune("\x1b\n\r\t\x00\u202e\ufeff()\"=~!*漢👩"[rnd.IntN(20)])
				}
			}
			m := screen(t, inColor, 80, 24, incident())
			if open != "" {
				m = press(m, open)
			}
			before := m.query
			m = send(m, tea.KeyMsg{Type: tea.KeyRunes, Runes: runes, Paste: true})
			checkScreen(t, m, 80, 24)
			if open == "" && !sameQuery(before, m.query) {
				t.Fatal("what was pasted beside a prompt changed the question")
			}
			m = press(m, "left", "home", "right", "ctrl+w", "tab", "enter", "esc")
			checkScreen(t, m, 80, 24)
		}
	}
}

// Every glyph of the screen has an ASCII substitute.
func TestASCIICoversGoldens(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*.golden"))
	if err != nil || len(paths) < 50 {
		t.Fatal(err, len(paths))
	}
	for _, path := range paths {
		if strings.Contains(path, "hostile") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range ansi.Strip(string(text)) {
			if r >= 0x80 && r != '�' && draw.ToASCII(string(r)) == "?" {
				t.Errorf("%s has %q, for which ASCII has nothing", path, r)
			}
		}
	}
}

func TestASCIIByLocale(t *testing.T) {
	for _, c := range []struct {
		env  environment
		want bool
	}{
		{environment{}, false},
		{environment{"LANG": "C"}, false},
		{environment{"LANG": "en_US.UTF-8"}, false},
		{environment{"LC_CTYPE": "C.utf8", "LANG": "de_DE.ISO-8859-1"}, false},
		{environment{"LANG": "de_DE.ISO-8859-15@euro"}, true},
		{environment{"LC_ALL": "ru_RU.KOI8-R", "LANG": "en_US.UTF-8"}, true},
		{environment{"LANG": "ja_JP.UTF-8@x"}, false},
	} {
		c.env["TERM"] = "xterm"
		m := screen(t, look{profile: termenv.Ascii, env: c.env}, 80, 24, incident())
		if got := m.View(); m.ascii != c.want || c.want && strings.ContainsFunc(got, func(r rune) bool { return r >= 0x80 }) {
			t.Errorf("%v: ASCII alone is %v", c.env, m.ascii)
		}
	}
}

// A frame can hold anything: none of it reaches the terminal unsanitised.
func TestPanesHostileFrame(t *testing.T) {
	t.Parallel()
	f := hostile()
	f.Markers = marked().Markers
	f.Inspection, f.Sessions, f.Timeline, f.Objectives, f.Silences = inspected().Inspection, errorSessions().Sessions, errorSessions().Timeline, breached().Objectives, blankPage().Silences
	evil := "\x1b]0;owned\x07\u202e" + strings.Repeat("漢", 500)
	f.Inspection.Key, f.Inspection.Pages[0].Page, f.Inspection.Endpoints[0].URL, f.Inspection.CustomMeasures[0].Name, f.Inspection.Events[0].Name = evil, evil, evil, evil, evil
	f.Sessions[0].Page, f.Sessions[0].Error, f.Timeline[0].Page, f.Timeline[0].Text, f.Timeline[0].Kind = evil, evil, evil, evil, evil
	f.Objectives[0].Name, f.Objectives[0].Objective, f.Markers[0].Text, f.Markers[0].By, f.Markers[0].Kind = evil, evil, evil, evil, evil
	f.Finding.Terms = []frame.Term{{Field: "url", Value: evil}}
	for i, keys := range [][]string{{"d"}, {"V"}, {"i"}, {"S"}, {"S", "enter"}, {"M"}, {"O"}, {"W"}, {"T"}, {"e"}, {"b"}, {"c"}, {"?"}} {
		for _, size := range [][2]int{{10, 3}, {40, 12}, {80, 24}, {200, 50}} {
			m := press(screen(t, allLooks[i%len(allLooks)], size[0], size[1], f), keys...)
			checkScreen(t, send(m, frameMsg{f}), size[0], size[1])
		}
	}
}
