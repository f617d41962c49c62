package ui

import (
	"sort"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/ui/draw"
)

// lineEdit is one line being typed, with the keys of a shell. It does not blink,
// which would send bytes all the time, and leaves pasting to the terminal; see
// docs/adr/0005-terminal.md for why it is not that of bubbles.
type lineEdit struct {
	text []rune
	at   int // the cursor is before text[at]
}

// maxTyped is the longest line: it bounds what is pasted.
const maxTyped = 1000

func newLine(s string) lineEdit {
	r := []rune(s)
	return lineEdit{r, len(r)}
}

func (l lineEdit) String() string { return string(l.text) }

// handle takes a key and reports whether it is an editing key.
func (l lineEdit) handle(k tea.KeyMsg) (lineEdit, bool) {
	switch k.String() {
	case "left", "ctrl+b":
		l.at = max(l.at-1, 0)
	case "right", "ctrl+f":
		l.at = min(l.at+1, len(l.text))
	case "home", "ctrl+a":
		l.at = 0
	case "end", "ctrl+e":
		l.at = len(l.text)
	case "backspace", "ctrl+h":
		return l.cut(l.at-1, l.at), true
	case "delete", "ctrl+d":
		return l.cut(l.at, l.at+1), true
	case "ctrl+u":
		return l.cut(0, l.at), true
	case "ctrl+k":
		return l.cut(l.at, len(l.text)), true
	case "ctrl+w", "alt+backspace":
		return l.cut(l.wordStart(), l.at), true
	default:
		if k.Type != tea.KeyRunes && k.Type != tea.KeySpace || k.Alt {
			return l, false
		}
		return l.insert(k.Runes), true
	}
	return l, true
}

func (l lineEdit) cut(from, to int) lineEdit {
	from, to = max(from, 0), min(to, len(l.text))
	if from >= to {
		return l
	}
	text := append([]rune{}, l.text[:from]...)
	return lineEdit{append(text, l.text[to:]...), from}
}

func (l lineEdit) insert(runes []rune) lineEdit {
	text := append([]rune{}, l.text[:l.at]...)
	at := l.at
	for _, r := range runes {
		if len(text)+len(l.text)-l.at >= maxTyped {
			break
		}
		if r == '\n' || r == '\t' || r == '\r' {
			r = ' '
		}
		if unicode.IsPrint(r) {
			text = append(text, r)
			at++
		}
	}
	return lineEdit{append(text, l.text[l.at:]...), at}
}

// wordStart is where the word before the cursor begins.
func (l lineEdit) wordStart() int {
	i := l.at
	for i > 0 && l.text[i-1] == ' ' {
		i--
	}
	for i > 0 && l.text[i-1] != ' ' {
		i--
	}
	return i
}

// view draws the line with its cursor into w cells, and returns the column of its
// first rune: negative if the start is scrolled out of sight.
func (l lineEdit) view(p *draw.Line, th draw.Theme, w int) (origin int) {
	start := p.Len()
	first := sort.Search(l.at, func(i int) bool {
		return draw.Cells(draw.Clean(string(l.text[i:l.at]), maxTyped)) < w
	})
	p.Put(th.Text, draw.Clean(string(l.text[first:l.at]), max(w-1, 0)))
	under, rest := " ", ""
	if l.at < len(l.text) {
		under, rest = string(l.text[l.at]), string(l.text[l.at+1:])
	}
	if th.Cursor == "" { // without attributes a glyph marks it
		p.Put(th.Text, "_")
	} else {
		p.PutBlock(th.Cursor, draw.Clean(under, 2))
	}
	p.Put(th.Text, draw.Clean(rest, max(w-(p.Len()-start), 0)))
	return start - draw.Cells(draw.Clean(string(l.text[:first]), maxTyped))
}
