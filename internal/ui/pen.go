package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A style is the parameters of one SGR sequence, such as "1;38;5;203". The
// empty style is the terminal's own colours.
type style string

// A pen writes one line of the screen: text in styles, counted in cells. It sends
// a sequence only where the style changes, since every byte of a changed line
// travels. It writes no further than its limit. What it writes must have passed
// the sanitiser.
type pen struct {
	limit int // cells
	buf   []byte
	cells int
	now   style
}

func (p *pen) use(s style) {
	switch {
	case s == p.now:
		return
	case s == "":
		p.buf = append(p.buf, "\x1b[m"...)
	case p.now == "":
		p.buf = append(p.buf, "\x1b["...)
		p.buf = append(p.buf, s...)
		p.buf = append(p.buf, 'm')
	default:
		p.buf = append(p.buf, "\x1b[0;"...)
		p.buf = append(p.buf, s...)
		p.buf = append(p.buf, 'm')
	}
	p.now = s
}

func (p *pen) put(s style, text string) {
	if text == " " { // looks the same in every style without a background
		s = p.now
	}
	p.block(s, text)
}

// block writes text in a style that may have a background.
func (p *pen) block(s style, text string) {
	n := cells(text)
	if room := p.limit - p.cells; n > room {
		text, n = fit(text, room)
	}
	if n == 0 {
		return
	}
	p.use(s)
	p.buf = append(p.buf, text...)
	p.cells += n
}

// link writes text that leads to an address (OSC 8), for terminals that know such. The
// address must be of printable ASCII; text that has no room is left out.
func (p *pen) link(s style, to, text string) {
	n := cells(text)
	if n == 0 || n > p.limit-p.cells {
		return
	}
	p.use(s)
	p.buf = append(p.buf, "\x1b]8;;"...)
	p.buf = append(p.buf, to...)
	p.buf = append(p.buf, "\x1b\\"...)
	p.buf = append(p.buf, text...)
	p.buf = append(p.buf, "\x1b]8;;\x1b\\"...)
	p.cells += n
}

const blanks = "                                                                "

func (p *pen) skip(n int) { p.fill(p.now, " ", n) }

// to moves to a column, counted from 0, if it lies ahead.
func (p *pen) to(column int) { p.skip(column - p.cells) }

// fill repeats a one-cell glyph.
func (p *pen) fill(s style, glyph string, n int) {
	n = min(n, p.limit-p.cells)
	if n <= 0 {
		return
	}
	p.use(s)
	p.cells += n
	if glyph != " " {
		for range n {
			p.buf = append(p.buf, glyph...)
		}
		return
	}
	for ; n > len(blanks); n -= len(blanks) {
		p.buf = append(p.buf, blanks...)
	}
	p.buf = append(p.buf, blanks[:n]...)
}

// left puts text into a column of that width, cut where it is longer.
func (p *pen) left(s style, text string, width int) {
	text, n := fit(text, width)
	p.put(s, text)
	p.skip(width - n)
}

// right does so flush right.
func (p *pen) right(s style, text string, width int) {
	text, n := fit(text, width)
	p.skip(width - n)
	p.put(s, text)
}

// line ends the line and gives it back, in the terminal's own style, without
// the blanks at its end. The pen starts afresh.
func (p *pen) line() string {
	if p.now == "" {
		p.buf = trimRight(p.buf)
	}
	p.use("")
	s := string(p.buf)
	p.buf, p.cells = p.buf[:0], 0
	return s
}

// cell gives back the line as it stands, its blanks included, for a pane that
// has a neighbour to the right.
func (p *pen) cell() string {
	p.use("")
	s := string(p.buf)
	p.buf, p.cells = p.buf[:0], 0
	return s
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// cells is how many columns a sanitised text takes on the screen.
func cells(s string) int {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return wideCells(s)
		}
	}
	return len(s)
}

func wideCells(s string) int {
	n := 0
	for _, r := range s {
		if !oneCell(r) {
			return ansi.StringWidth(s)
		}
		n++
	}
	return n
}

// oneCell knows the runes of the screen itself, so that drawing need not look
// up what has no say in it.
func oneCell(r rune) bool {
	switch {
	case r < 0x80:
		return r >= 0x20
	case r >= 0x2500 && r <= 0x25ff: // lines, blocks, shapes
		return true
	}
	return strings.ContainsRune("·…×≈→←‖✓✗─", r)
}

// fit cuts text to a width and says how many cells it takes.
func fit(text string, width int) (string, int) {
	if width <= 0 {
		return "", 0
	}
	n := cells(text)
	if n <= width {
		return text, n
	}
	text = ansi.Truncate(text, width, "…")
	return text, cells(text)
}

// styledCells is the width of a finished line.
func styledCells(line string) int { return ansi.StringWidth(line) }
