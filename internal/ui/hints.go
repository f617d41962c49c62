package ui

import (
	"github.com/charmbracelet/bubbles/key"

	"github.com/rumtop/rumtop/internal/ui/draw"
)

// hintLine names as many keys as fit, in order. The help key, which leads to the
// rest, always has its place.
func hintLine(keys []key.Binding, t draw.Theme, w int) string {
	p := draw.Line{Width: w}
	p.Skip(1)
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
		if p.Len()+n+reserve > w {
			break
		}
		putHint(&p, k, t)
	}
	if helpAt >= 0 && p.Len()+reserve <= w+2 {
		putHint(&p, keys[helpAt], t)
	}
	return p.Flush()
}

func hintWidth(k key.Binding) int {
	return draw.Cells(k.Help().Key) + 1 + draw.Cells(k.Help().Desc) + 2
}

func putHint(p *draw.Line, k key.Binding, t draw.Theme) {
	p.Put(t.Accent, k.Help().Key)
	p.Put(t.Dim, " "+k.Help().Desc+"  ")
}
