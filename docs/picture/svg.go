package main

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Size of a cell and of the margin, in the picture's units.
const (
	cellWidth  = 8.4
	cellHeight = 18
	border     = 12
)

// Default colours of the terminal.
const (
	foreground = "#d8dee9"
	background = "#16181d"
)

// style is how a run of cells is drawn.
type style struct {
	fg, bg         string // "": the terminal's
	bold, reversed bool
}

// svg draws a screen as capture-pane -e prints it.
func svg(screen string) string {
	var b strings.Builder
	w, h := columns*cellWidth+2*border, rows*cellHeight+2*border
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %d" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">`+"\n", w, h)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", background)
	var s style
	for y, line := range strings.Split(strings.TrimRight(screen, "\n"), "\n") {
		x := 0
		for line != "" {
			text, rest, codes := nextRun(line)
			s.draw(&b, x, y, text)
			x += utf8.RuneCountInString(text)
			s.apply(codes)
			line = rest
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// nextRun cuts a line at its first SGR sequence. codes are the parameters of that
// sequence, nil at the end of the line.
func nextRun(line string) (text, rest string, codes []int) {
	start := strings.Index(line, "\x1b[")
	if start < 0 {
		return line, "", nil
	}
	end := strings.IndexByte(line[start:], 'm')
	if end < 0 {
		return line[:start], "", nil
	}
	codes = []int{}
	for _, p := range strings.Split(line[start+2:start+end], ";") {
		n, _ := strconv.Atoi(p) // an empty parameter is 0
		codes = append(codes, n)
	}
	return line[:start], line[start+end+1:], codes
}

// apply changes the style by the parameters of an SGR sequence.
func (s *style) apply(codes []int) {
	for i := 0; i < len(codes); i++ {
		switch c := codes[i]; {
		case c == 0:
			*s = style{}
		case c == 1:
			s.bold = true
		case c == 7:
			s.reversed = true
		case c == 22:
			s.bold = false
		case c == 27:
			s.reversed = false
		case c == 39:
			s.fg = ""
		case c == 49:
			s.bg = ""
		case c == 38 || c == 48:
			colour, n := extended(codes[i+1:])
			if i += n; c == 38 {
				s.fg = colour
			} else {
				s.bg = colour
			}
		case c >= 30 && c < 38:
			s.fg = indexed(c - 30)
		case c >= 90 && c < 98:
			s.fg = indexed(c - 90 + 8)
		case c >= 40 && c < 48:
			s.bg = indexed(c - 40)
		}
	}
}

// extended reads a colour of the 256-colour table or an RGB colour. It returns
// the number of parameters read.
func extended(codes []int) (colour string, n int) {
	switch {
	case len(codes) >= 4 && codes[0] == 2:
		return fmt.Sprintf("#%02x%02x%02x", codes[1], codes[2], codes[3]), 4
	case len(codes) >= 2 && codes[0] == 5:
		return indexed(codes[1]), 2
	}
	return "", len(codes)
}

// base are the first 16 colours of the 256-colour table.
var base = [16]string{
	"#2e3440", "#e5534b", "#57ab5a", "#daaa3f", "#539bf5", "#b083f0", "#39c5cf", "#adbac7",
	"#636e7b", "#ff938a", "#6bc46d", "#eac55f", "#6cb6ff", "#dcbdfb", "#56d4dd", "#ffffff",
}

// indexed is a colour of the 256-colour table.
func indexed(n int) string {
	switch {
	case n < 16:
		return base[max(n, 0)]
	case n >= 232:
		v := 8 + 10*(min(n, 255)-232)
		return fmt.Sprintf("#%02x%02x%02x", v, v, v)
	}
	level := func(k int) int {
		if k == 0 {
			return 0
		}
		return 55 + 40*k
	}
	n -= 16
	return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6))
}

// draw draws a run of text from a cell on.
func (s *style) draw(b *strings.Builder, x, y int, text string) {
	n := utf8.RuneCountInString(text)
	fg, bg := s.fg, s.bg
	if fg == "" {
		fg = foreground
	}
	if s.reversed {
		if bg == "" {
			bg = background
		}
		fg, bg = bg, fg
	}
	left, top := border+float64(x)*cellWidth, border+y*cellHeight
	if bg != "" && n > 0 {
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n", left, top, float64(n)*cellWidth, cellHeight, bg)
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	weight := ""
	if s.bold {
		weight = ` font-weight="bold"`
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%d" textLength="%.1f" fill="%s"%s xml:space="preserve">%s</text>`+"\n",
		left, top+14, float64(n)*cellWidth, fg, weight, html.EscapeString(text))
}
