package ui

import "github.com/charmbracelet/bubbles/key"

// hintLine names the keys that there is room for, most useful first. The help,
// which names the rest, always has its place.
func hintLine(keys []key.Binding, t theme, w int) string {
	p := pen{limit: w}
	p.skip(1)
	helpAt := -1
	for i, k := range keys {
		if k.Help().Desc == "help" {
			helpAt = i
		}
	}
	reserve := 0
	if helpAt >= 0 {
		reserve = hintWidth(keys[helpAt])
	}
	for i, k := range keys {
		n := hintWidth(k)
		if i == helpAt {
			continue
		}
		if p.cells+n+reserve > w {
			break
		}
		putHint(&p, k, t)
	}
	if helpAt >= 0 && p.cells+reserve <= w+2 {
		putHint(&p, keys[helpAt], t)
	}
	return p.line()
}

func hintWidth(k key.Binding) int { return cells(k.Help().Key) + 1 + cells(k.Help().Desc) + 2 }

func putHint(p *pen, k key.Binding, t theme) {
	p.put(t.accent, k.Help().Key)
	p.put(t.dim, " "+k.Help().Desc+"  ")
}
