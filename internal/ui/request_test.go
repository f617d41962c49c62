package ui

import (
	"reflect"
	"testing"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
)

// pressOn gives a key to a pane alone, and returns what it is then and wants.
func pressOn(t *testing.T, p pane, k tea.KeyMsg) (pane, request) {
	t.Helper()
	keys := newKeyMap()
	for _, b := range p.bindings(&keys) {
		if key.Matches(k, b.key) {
			return b.do()
		}
	}
	t.Fatalf("%T has no key %q", p, k)
	return nil, nil
}

// shownPane is a pane with a frame and a size, as the screen gives them.
func shownPane(p pane, f *frame.Frame) pane {
	p, _ = p.receive(f)
	return p.resize(scene{frame: f, loc: time.UTC, w: 80, h: 20})
}

// A pane says what it wants: no pane needs the model to be tested.
func TestPaneRequests(t *testing.T) {
	enter, esc := tea.KeyMsg{Type: tea.KeyEnter}, tea.KeyMsg{Type: tea.KeyEsc}
	letter := func(r rune) tea.KeyMsg { return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}} }
	other := Viewer{ID: "1", Name: "ines"}
	inside, _ := shownPane(errorPane{}, withDetail()).(errorPane).showDetail()
	inside = shownPane(inside, withDetail())
	canary := []frame.Term{{Field: "release", Value: "2.4.1"}}
	for _, c := range []struct {
		name string
		pane pane
		key  tea.KeyMsg
		want request
	}{
		{"esc closes a page", shownPane(markerPane{}, marked()), esc, closePane{}},
		{"the key that opened a page closes it", shownPane(trustPane{}, incident()), letter('T'), closePane{}},
		{"a marker is visited", shownPane(markerPane{}, marked()), enter, visit{time.UnixMilli(marked().Markers[len(marked().Markers)-1].At)}},
		{"without markers", shownPane(markerPane{}, incident()), enter, notify("no marker to go to")},
		{"a viewer is followed", shownPane(viewerPane{others: []Viewer{other}}, incident()), enter, follow{other}},
		{"a dimension is picked", shownPane(newPicker("region", nil), incident()), enter, groupBy("region")},
		{"the canary is excluded", shownPane(releasePane{}, withVerdict()), letter('x'), narrow{canary, true}},
		{"a value of the breakdown is kept", inside, enter, narrow{terms: canary}},
		{"one error is kept", inside, letter('f'), narrow{terms: []frame.Term{{Field: "fingerprint", Value: "a1b2c3"}}}},
		{"esc leads from the detail to the list", inside, esc, nil},
		{"the help leads back to its page", help{over: releasePane{}}, esc, openPane{releasePane{}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, got := pressOn(t, c.pane, c.key); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%#v, want %#v", got, c.want)
			}
		})
	}
}

func TestNarrowFilter(t *testing.T) {
	a, b := frame.Term{Field: "release", Value: "2.4.1"}, frame.Term{Field: "browser", Value: "Samsung Internet"}
	for _, c := range []struct {
		before string
		narrow narrow
		want   string
	}{
		{"", narrow{terms: []frame.Term{a}}, "release=2.4.1"},
		{"os=iOS", narrow{terms: []frame.Term{a, b}}, `os=iOS release=2.4.1 browser="Samsung Internet"`},
		{"os=iOS", narrow{[]frame.Term{a}, true}, "os=iOS release!=2.4.1"},
		{"", narrow{[]frame.Term{a, b}, true}, `not (release=2.4.1 browser="Samsung Internet")`},
		{"os=iOS or os=macOS", narrow{[]frame.Term{a, b}, true}, `(os=iOS or os=macOS) not (release=2.4.1 browser="Samsung Internet")`},
	} {
		got, err := c.narrow.filter(parse(t, c.before))
		if err != nil || got.String() != c.want {
			t.Errorf("%q and %+v: %q, %v, want %q", c.before, c.narrow, got, err, c.want)
		}
	}
}
