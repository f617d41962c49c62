package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// help is the page of all keys and signs.
type help struct{ offset int }

// signs explains what the numbers are marked with.
var signs = [][2]string{
	{"▲ ▼", "worse, better: distinguishably"},
	{"=", "no distinguishable difference"},
	{"·", "unknown, or too little"},
	{"~", "thin: of fewer than 20 values"},
	{"≈", "estimate: of a sample, a sketch"},
	{"(none)", "beacons that do not say"},
	{"(other)", "what is over the cap, summed"},
}

// twoColumns is the width from which on the help has two.
const twoColumns = 78

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

// lines is the whole page, in two columns where there is room.
func (h help) lines(keys keyMap, t theme, w int) []string {
	column, second := w, w
	if w >= twoColumns {
		column = min(w/2, 44)
		second = w - column
	}
	var left, right []string
	p := pen{limit: column}
	heading := func(s string) string {
		p.skip(2)
		p.put(t.strong, s)
		return p.line()
	}
	for i, s := range keys.sections() {
		part := []string{heading(s.title)}
		for _, k := range s.keys {
			p.skip(3)
			p.left(t.accent, k.Help().Key, 9)
			p.put(t.text, k.Help().Desc)
			part = append(part, p.line())
		}
		part = append(part, "")
		if i < 2 || i == 4 {
			left = append(left, part...)
		} else {
			right = append(right, part...)
		}
	}
	p.limit = second
	right = append(right, heading("signs"))
	for _, s := range signs {
		p.skip(3)
		p.left(t.accent, s[0], 9)
		p.put(t.text, s[1])
		right = append(right, p.line())
	}
	lines := append(left, right...)
	if w >= twoColumns {
		lines = beside(left, right, column)
	}
	p.limit = w
	p.skip(2)
	p.left(t.strong, "filter", 9)
	p.left(t.dim, filterHelp, max(w-p.cells, 0))
	return append(append([]string{""}, lines...), "", p.line())
}

// beside puts two columns of lines next to each other.
func beside(left, right []string, column int) []string {
	lines := make([]string, max(len(left), len(right)))
	for i := range lines {
		if i < len(left) {
			lines[i] = left[i]
		}
		if i < len(right) {
			lines[i] += strings.Repeat(" ", max(column-styledCells(lines[i]), 0)) + right[i]
		}
	}
	return lines
}

func (h help) view(keys keyMap, t theme, w, n int) []string {
	lines := h.lines(keys, t, w)
	lines = lines[min(h.offset, len(lines)):]
	out := make([]string, n)
	copy(out, lines[:min(len(lines), max(n-1, 0))])
	out[n-1] = hintLine(keys.hints(modeHelp, false), t, w)
	return out
}
