package ui

import (
	"slices"
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/beacon"
)

// picker chooses the dimension that a segment is a value of.
type picker struct {
	names  []string
	cursor int
}

func newPicker(now string, tags []string) picker {
	var p picker
	for d := range beacon.NumDims {
		p.names = append(p.names, d.String())
	}
	for _, tag := range tags {
		p.names = append(p.names, "tag."+tag)
	}
	p.cursor = max(slices.Index(p.names, now), slices.Index(p.names, "tag."+now), 0)
	return p
}

func (p picker) bindings(k *keyMap) []binding {
	leave := func(m model) (model, tea.Cmd) { m.mode = modeTriage; return m, nil }
	move := func(by int) action {
		return func(m model) (model, tea.Cmd) {
			m.pick.cursor = max(min(m.pick.cursor+by, len(m.pick.names)-1), 0)
			return m, nil
		}
	}
	return []binding{
		{k.up, move(-1)}, {k.down, move(1)}, {k.pageUp, move(-5)}, {k.pageDown, move(5)},
		{k.top, move(-far)}, {k.bottom, move(far)},
		{k.back, leave}, {k.by, leave},
		{k.choose, func(m model) (model, tea.Cmd) {
			m.mode = modeTriage
			return setBy(m.pick.names[m.pick.cursor])(m)
		}},
	}
}

// view lists the dimensions in columns, in exactly h lines.
func (p picker) view(t theme, w, h int) []string {
	lines := make([]string, h)
	if h == 0 {
		return lines
	}
	pn := pen{limit: w}
	pn.skip(margin)
	pn.left(t.dim, "a row is one … ("+strconv.Itoa(p.cursor+1)+" of "+strconv.Itoa(len(p.names))+")", max(w-margin, 0))
	lines[0] = pn.line()
	rows := h - 1
	if rows < 1 {
		return lines
	}
	const column = 26
	across := max(w/column, 1)
	first := p.cursor / rows / across * across * rows // the page that the cursor is on
	for y := range rows {
		for x := range across {
			i := first + x*rows + y
			if i >= len(p.names) {
				break
			}
			pn.to(x * column)
			s := t.text
			if i == p.cursor {
				pn.put(t.accent, " ▶ ")
				s = t.strong
			} else {
				pn.skip(margin)
			}
			pn.put(s, clean(p.names[i], min(column, w)-margin-1))
		}
		lines[1+y] = pn.line()
	}
	return lines
}
