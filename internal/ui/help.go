package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"github.com/rumtop/rumtop/internal/ui/draw"
)

// help is the page of all keys and signs.
type help struct{ offset int }

// signs explains what the numbers are marked with.
var signs = [][2]string{
	{"▲ ▼", "surely worse, surely better"},
	{"=", "cannot be told apart"},
	{"·", "unknown, or too little"},
	{"~", "thin: fewer than 20 values"},
	{"≈", "estimate: sample or sketch"},
	{"(none)", "beacons that do not say"},
	{"(other)", "all beyond the cap, summed"},
}

const filterHelp = `region=eu-*  release!=2.4.0  device=mobile,tablet  lcp>2500  error=yes  message~"reading 'total'"  tag.tier=paid  country?  and or not ( )`

func (h help) bindings(k *keyMap) []binding {
	leave := func(m model) (model, tea.Cmd) { m.mode = m.before; return m, nil }
	scroll := func(by int) action {
		return func(m model) (model, tea.Cmd) {
			last := max(len(m.help.lines(m.keys, m.theme, m.width))-(m.height-1), 0)
			m.help.offset = max(min(m.help.offset+by, last), 0)
			return m, nil
		}
	}
	return []binding{
		{k.back, leave}, {k.help, leave},
		{k.up, scroll(-1)}, {k.down, scroll(1)}, {k.pageUp, scroll(-10)}, {k.pageDown, scroll(10)},
		{k.top, scroll(-far)}, {k.bottom, scroll(far)},
	}
}

// lines is the whole page, in as many columns as there is room for.
func (h help) lines(keys keyMap, t draw.Theme, w int) []string {
	const least = 39
	across := min(max(w/least, 1), 3)
	column := t.Styles.Text.Width(max(min(w/across, 46), 1)).MaxWidth(max(w/across, 1))
	parts, total := h.parts(keys, t)
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
func (h help) parts(keys keyMap, t draw.Theme) (parts []string, lines int) {
	add := func(title string, names, meanings []string) {
		body := lipgloss.JoinHorizontal(lipgloss.Top,
			t.Styles.Accent.PaddingLeft(3).Width(12).Render(strings.Join(names, "\n")),
			t.Styles.Text.Render(strings.Join(meanings, "\n")))
		parts = append(parts, t.Styles.Strong.PaddingLeft(2).Render(title)+"\n"+body+"\n")
		lines += len(names) + 2
	}
	for _, s := range keys.sections() {
		var names, meanings []string
		for _, k := range s.keys {
			names, meanings = append(names, k.Help().Key), append(meanings, k.Help().Desc)
		}
		add(s.title, names, meanings)
	}
	var names, meanings []string
	for _, s := range signs {
		names, meanings = append(names, s[0]), append(meanings, s[1])
	}
	add("signs", names, meanings)
	return parts, lines
}

func (h help) view(keys keyMap, t draw.Theme, w, n int) []string {
	lines := h.lines(keys, t, w)
	lines = lines[min(h.offset, len(lines)):]
	out := make([]string, n)
	shown := copy(out[:max(n-1, 0)], lines)
	hints := keys.hints(modeHelp, false, false, false)
	if more := len(lines) - shown; more > 0 {
		hints = append([]key.Binding{key.NewBinding(key.WithHelp("↓", fmt.Sprintf("%d more lines", more)))}, hints...)
	}
	out[n-1] = hintLine(hints, t, w)
	return out
}
