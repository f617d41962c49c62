package ui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

var update = flag.Bool("update", false, "rewrite the golden screens")

// environment is the variables that a test's terminal has.
type environment map[string]string

func (e environment) Environ() []string         { return nil }
func (e environment) Getenv(name string) string { return e[name] }

// still is a source that answers nothing and remembers the last question.
type still struct {
	last  *frame.Query
	count *int
}

func newStill() still { return still{new(frame.Query), new(int)} }

func (s still) Ask(q frame.Query) {
	*s.last = q
	*s.count++
}
func (s still) Frames() <-chan *frame.Frame { return nil }

type look struct {
	options Options
	profile termenv.Profile
	env     environment
}

var (
	inColor  = look{profile: termenv.ANSI256, env: environment{"TERM": "xterm-256color"}}
	noColor  = look{profile: termenv.Ascii, env: environment{"TERM": "xterm"}}
	asASCII  = look{profile: termenv.Ascii, env: environment{"TERM": "xterm"}, options: Options{ASCII: true}}
	inLight  = look{profile: termenv.ANSI256, env: environment{"TERM": "xterm-256color", "COLORFGBG": "0;15"}}
	inDumb   = look{profile: termenv.Ascii, env: environment{"TERM": "dumb"}}
	in16     = look{profile: termenv.ANSI, env: environment{"TERM": "linux"}}
	allLooks = []look{inColor, noColor, asASCII, inLight, inDumb, in16}
)

// screen is a model of that size, with frames and keys given to it.
func screen(t testing.TB, as look, w, h int, frames ...*frame.Frame) model {
	t.Helper()
	o := as.options
	o.Source, o.Query, o.UTC, o.Interval, o.BurnWindow = newStill(), testQuery(), true, time.Second, 15*time.Minute
	if len(frames) > 0 {
		o.Query.Filter = parse(t, frames[0].Filter)
	}
	m, err := newModel(o, as.profile, as.env)
	if err != nil {
		t.Fatal(err)
	}
	m = send(m, tea.WindowSizeMsg{Width: w, Height: h})
	for _, f := range frames {
		m = send(m, frameMsg{f})
	}
	return m
}

func parse(t testing.TB, text string) filter.Expr {
	t.Helper()
	e, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func send(m model, msg tea.Msg) model {
	next, _ := m.Update(msg)
	return next.(model)
}

// question is the last that the model asked.
func asked(m model) frame.Query { return *m.source.(still).last }

var keyTypes = map[string]tea.KeyType{
	"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
	"right": tea.KeyRight, "backspace": tea.KeyBackspace, "space": tea.KeySpace, "ctrl+d": tea.KeyCtrlD, "ctrl+u": tea.KeyCtrlU,
	"shift+tab": tea.KeyShiftTab, "shift+left": tea.KeyShiftLeft, "home": tea.KeyHome, "ctrl+w": tea.KeyCtrlW, "ctrl+c": tea.KeyCtrlC,
	"shift+right": tea.KeyShiftRight, "ctrl+z": tea.KeyCtrlZ, "delete": tea.KeyDelete,
}

// press gives keys to a model: names, or characters one after the other.
func press(m model, keys ...string) model {
	for _, k := range keys {
		if kind, ok := keyTypes[k]; ok {
			msg := tea.KeyMsg{Type: kind}
			if kind == tea.KeySpace {
				msg.Runes = []rune{' '}
			}
			m = send(m, msg)
			continue
		}
		m = send(m, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)})
	}
	return m
}

// hyperlink is one that is opened and closed on its line: an address of the
// person's own choosing with an id in it, and text without controls.
var hyperlink = regexp.MustCompile("\x1b\\]8;;https?://[!-~]+\x1b\\\\([ -~]+)\x1b\\]8;;\x1b\\\\")

// checkScreen holds what every screen must: as many lines as there are, none too
// wide, no control but colours, which end with their line, and whole hyperlinks.
func checkScreen(t *testing.T, m model, w, h int) {
	t.Helper()
	view := m.View()
	lines := strings.Split(view, "\n")
	if len(lines) != max(h, 1) {
		t.Errorf("%d×%d: %d lines", w, h, len(lines))
	}
	for i, line := range lines {
		if n := ansi.StringWidth(line); n > w {
			t.Errorf("%d×%d: line %d takes %d cells: %q", w, h, i, n, line)
		}
		line = hyperlink.ReplaceAllString(line, "$1")
		bare := sgrSequence.ReplaceAllString(line, "")
		for _, r := range bare {
			if r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\u202e' || r == '\u2028' {
				t.Fatalf("%d×%d: line %d holds %U: %q", w, h, i, r, line)
			}
			if m.ascii && r > 0x7e {
				t.Fatalf("%d×%d: line %d is not ASCII: %q", w, h, i, line)
			}
		}
		if at := strings.LastIndex(line, "\x1b["); at >= 0 && !strings.HasPrefix(line[at:], "\x1b[m") && !strings.HasPrefix(line[at:], "\x1b[0m") {
			t.Errorf("%d×%d: line %d does not end its style: %q", w, h, i, line)
		}
	}
}

func TestGoldenScreens(t *testing.T) {
	t.Parallel()
	sizes := [][2]int{{60, 20}, {80, 24}, {120, 36}, {200, 50}}
	small := sizes[1:2]
	for _, c := range []struct {
		name  string
		as    look
		sizes [][2]int
		frame *frame.Frame
		keys  []string
	}{
		{"incident", noColor, sizes, incident(), nil},
		{"color", inColor, small, incident(), nil},
		{"light", inLight, small, incident(), nil},
		{"ascii", asASCII, sizes[1:3], incident(), nil},
		{"dumb", inDumb, small, incident(), nil},
		{"quiet", noColor, small, quietHour(), nil},
		{"loading", noColor, small, loading(), nil},
		{"disconnected", noColor, sizes[1:3], disconnected(), nil},
		{"disconnected-color", inColor, small, disconnected(), nil},
		{"nothing", noColor, small, nothingYet(), nil},
		{"silent", noColor, small, silent(), nil},
		{"hostile", noColor, sizes[1:3], hostile(), nil},
		{"connecting", noColor, small, nil, nil},
		{"paused", noColor, small, incident(), []string{"space"}},
		{"zoom", noColor, sizes[1:3], incident(), []string{"+"}},
		{"help", noColor, sizes[1:3], incident(), []string{"?"}},
		{"errors", noColor, sizes[1:3], incident(), []string{"e"}},
		{"errors-states", noColor, sizes[1:3], withStates(), []string{"e", "G"}},
		{"detail", noColor, sizes, withDetail(), []string{"e", "enter"}},
		{"inspect", noColor, sizes, inspected(), []string{"i"}},
		{"inspect-color", inColor, small, inspected(), []string{"i"}},
		{"inspect-scrolled", noColor, small, inspected(), append([]string{"i", "ctrl+d"}, slices.Repeat([]string{"down"}, 6)...)},
		{"inspect-nothing", noColor, small, incident(), []string{"i"}},
		{"sessions", noColor, sizes[1:3], errorSessions(), []string{"S"}},
		{"sessions-none", noColor, small, incident(), []string{"S"}},
		{"blank-page", noColor, sizes[1:3], blankPage(), nil},
		{"blank-page-trust", inColor, small, blankPage(), []string{"T"}},
		{"measured", noColor, sizes[1:3], measured(), nil},
		{"marked", noColor, sizes, marked(), nil},
		{"marked-ascii", asASCII, small, marked(), nil},
		{"marked-zoom", noColor, sizes[1:3], marked(), []string{"+"}},
		{"markers", noColor, sizes[1:3], marked(), []string{"M", "down"}},
		{"markers-none", noColor, small, incident(), []string{"M"}},
		{"t0", noColor, small, marked(), []string{"m"}},
		{"breach", noColor, sizes, breached(), nil},
		{"objectives", noColor, sizes[1:3], breached(), []string{"O"}},
		{"objectives-color", inColor, small, breached(), []string{"O"}},
		{"objectives-none", noColor, small, incident(), []string{"O"}},
		{"differs", noColor, sizes, incident(), []string{"d", "down"}},
		{"differs-quiet", noColor, small, quietHour(), []string{"d"}},
		{"differs-hostile", noColor, small, hostile(), []string{"d"}},
		{"verdict", noColor, sizes, withVerdict(), []string{"V"}},
		{"verdict-hostile", noColor, small, hostile(), []string{"V"}},
		{"trust", noColor, sizes[1:3], incident(), []string{"T"}},
		{"trust-disconnected", inColor, small, disconnected(), []string{"T"}},
		{"pick", noColor, small, incident(), []string{"b", "down"}},
		{"filter", noColor, small, incident(), []string{"/", "dev"}},
		{"filter-wrong", noColor, small, incident(), []string{"/", "device=mobile lcp>fast"}},
		{"filter-unknown", noColor, small, incident(), []string{"/", "relaese=2"}},
		{"command", noColor, small, incident(), []string{":", "window"}},
		{"tiny", noColor, [][2]int{{40, 10}, {20, 5}, {12, 1}}, incident(), nil},
	} {
		for _, size := range c.sizes {
			w, h := size[0], size[1]
			name := fmt.Sprintf("%s-%dx%d", c.name, w, h)
			t.Run(name, func(t *testing.T) {
				var frames []*frame.Frame
				if c.frame != nil {
					frames = append(frames, c.frame)
				}
				m := press(screen(t, c.as, w, h, frames...), c.keys...)
				if c.frame != nil && c.frame.Detail != nil {
					m = send(m, frameMsg{c.frame})
				}
				checkScreen(t, m, w, h)
				compare(t, filepath.Join("testdata", name+".golden"), m.View()+"\n")
			})
		}
	}
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at it, then go test ./internal/ui -update\n%s", path, got)
	}
}
