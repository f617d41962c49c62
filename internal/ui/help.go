package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// help is the page of all keys and symbols.
type help struct {
	list
	sections []section
	over     pane     // it was opened over this; nil: the triage screen
	page     []string // all its lines, laid out for width
	width    int
}

// symbols explains the marks of numbers and rows.
var symbols = [][2]string{
	{"▲ ▼", "significantly worse, better"},
	{"=", "no significant change"},
	{"·", "unknown or thin"},
	{"~", "thin: fewer than 20 values"},
	{"≈", "estimated from a sample"},
	{"(none)", "value not reported"},
	{"(other)", "segments over cap, summed"},
}

const filterHelp = `region=eu-*  release!=2.4.0  device=mobile,tablet  lcp>2500  error=yes  message~"reading 'total'"  tag.tier=paid  country?  and or not ( )`

// openHelp opens the help over the pane that is open.
func openHelp(m model) (model, tea.Cmd) {
	return m.open(help{sections: m.keys.sections(), over: m.pane})
}

func (h help) room() room { return roomScreen }

func (h help) ask(q frame.Query, _ int) frame.Query { return q }

// receive passes a frame on to the pane below.
func (h help) receive(f *frame.Frame) (pane, request) {
	if h.over == nil {
		return h, nil
	}
	var want request
	h.over, want = h.over.receive(f)
	return h, want
}

func (h help) resize(s scene) pane {
	if h.width != s.w { // laying it out takes a millisecond
		h.page, h.width = h.lines(s.theme, s.w), s.w
	}
	h.list = h.fitText(len(h.page), s.h)
	return h
}

func (h help) bindings(k *keyMap) []paneBinding {
	leave := func() (pane, request) { return h, openPane{h.over} }
	return append(listBindings(k, h.list, func(l list) pane { h.list = l; return h }),
		paneBinding{k.back, leave}, paneBinding{k.help, leave})
}

func (h help) hints(k *keyMap) []key.Binding {
	hints := []key.Binding{key.NewBinding(key.WithHelp("↑ ↓", "move")), k.back}
	if more := h.length - 1 - h.cursor; more > 0 {
		hints = append([]key.Binding{key.NewBinding(key.WithHelp("↓", fmt.Sprintf("%d more lines", more)))}, hints...)
	}
	return hints
}

func (h help) summary(*frame.Frame) (string, bool) { return "", false }

// lines lays out the whole page in as many columns as fit.
func (h help) lines(t draw.Theme, w int) []string {
	const least = 39
	across := min(max(w/least, 1), 3)
	column := t.Styles.Text.Width(max(min(w/across, 46), 1)).MaxWidth(max(w/across, 1))
	parts, total := h.parts(t)
	columns := make([]string, 0, across)
	for len(parts) > 0 {
		var part []string
		for used := 0; len(parts) > 0 && (used == 0 || used+lipgloss.Height(parts[0])/2 <= total/across); parts = parts[1:] {
			part = append(part, parts[0])
			used += lipgloss.Height(parts[0])
		}
		columns = append(columns, column.Render(lipgloss.JoinVertical(lipgloss.Left, part...)))
	}
	page := []string{lipgloss.JoinHorizontal(lipgloss.Top, columns...)}
	if across == 1 {
		page = columns
	}
	page = append(page, t.Styles.Strong.Render("  filter   ")+t.Styles.Dim.Render(draw.Clean(filterHelp, w-11)))
	return draw.BlockLines(t.Styles.Text.MaxWidth(w).Render(lipgloss.JoinVertical(lipgloss.Left, page...)))
}

// parts are the sections of the page, each with a blank line at its end, and
// how many lines they have together.
func (h help) parts(t draw.Theme) (parts []string, lines int) {
	add := func(title string, names, meanings []string) {
		body := lipgloss.JoinHorizontal(lipgloss.Top,
			t.Styles.Accent.PaddingLeft(3).Width(12).Render(strings.Join(names, "\n")),
			t.Styles.Text.Render(strings.Join(meanings, "\n")))
		parts = append(parts, t.Styles.Strong.PaddingLeft(2).Render(title)+"\n"+body+"\n")
		lines += len(names) + 2
	}
	for _, s := range h.sections {
		var names, meanings []string
		for _, k := range s.keys {
			names, meanings = append(names, k.Help().Key), append(meanings, k.Help().Desc)
		}
		add(s.title, names, meanings)
	}
	var names, meanings []string
	for _, s := range symbols {
		names, meanings = append(names, s[0]), append(meanings, s[1])
	}
	add("symbols", names, meanings)
	return parts, lines
}

func (h help) view(s scene) []string {
	from := min(h.cursor, len(h.page))
	return h.page[from:min(from+max(s.h, 0), len(h.page))]
}
