package scrub

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDepth bounds how many layers of encoding are looked through.
const maxDepth = 4

// view is a text as a reader would understand it: escapes decoded one layer,
// look-alikes of ASCII folded, invisible characters out. Secrets are looked for
// in it, and replaced in the text that it was made from.
type view struct {
	text string
	pos  []int32 // offset in the scanned field for each byte of text, and for its end
}

// decode makes v the view of s from a to b; pos are the offsets of s in the field
// (nil: it is the field). It says whether v differs; where it does not, v is not
// made.
func (v *view) decode(s string, pos []int32, a, b int) bool {
	i := a
	for i < b {
		if _, n := unveil(s[:b], i); n > 0 {
			break
		}
		i++
	}
	if i == b {
		return false
	}
	at := func(i int) int32 {
		if pos == nil {
			return int32(i)
		}
		return pos[i]
	}
	var text strings.Builder
	text.Grow(b - a) // which it never outgrows
	text.WriteString(s[a:i])
	if cap(v.pos) <= b-a {
		v.pos = make([]int32, 0, b-a+1)
	}
	v.pos = v.pos[:0]
	for k := a; k < i; k++ {
		v.pos = append(v.pos, at(k))
	}
	s = s[:b]
	for i < len(s) {
		r, n := unveil(s, i)
		if n == 0 {
			text.WriteByte(s[i])
			v.pos = append(v.pos, at(i))
			i++
			continue
		}
		if r >= 0 {
			before := text.Len()
			if s[i] == '%' {
				text.WriteByte(byte(r)) // maybe one of several of a rune
			} else {
				text.WriteRune(r)
			}
			for range text.Len() - before {
				v.pos = append(v.pos, at(i))
			}
		}
		i += n
	}
	v.pos = append(v.pos, at(len(s)))
	v.text = text.String()
	return true
}

// unveil gives what the escape or look-alike at i stands for (-1: nothing that
// shows) and its length, which is 0 if there is none.
func unveil(s string, i int) (rune, int) {
	switch c := s[i]; {
	case c == '%':
		return percent(s, i)
	case c == '\\':
		return backslash(s, i)
	case c == '&':
		return entity(s, i)
	case c >= utf8.RuneSelf:
		r, n := utf8.DecodeRuneInString(s[i:])
		if f := fold(r); f != r {
			return f, n
		}
	}
	return 0, 0
}

// percent decodes %41 (and the old %u0041) at i: the byte, or -1 for one that
// shows nothing, and the length of the escape, 0 if there is none.
func percent(s string, i int) (rune, int) {
	if i+2 < len(s) {
		if h, l := hexValue(s[i+1]), hexValue(s[i+2]); h >= 0 && l >= 0 {
			c := h<<4 | l
			if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
				c = -1
			}
			if c == '%' {
				return c, 3 + nested(s[i+3:])
			}
			return c, 3
		}
		if s[i+1] == 'u' {
			if r := hexRune(s, i+2, 4); r > 0 && r < 0x80 {
				return r, 6
			}
		}
	}
	return 0, 0
}

// nested gives the length of the 25s that follow %25 where they are so many that
// somebody means to have each layer looked at: they are taken off at once.
func nested(s string) int {
	n := 0
	for n+2 <= len(s) && s[n] == '2' && s[n+1] == '5' {
		n += 2
	}
	if n < 6 {
		return 0
	}
	return n
}

// backslash decodes the escapes of JSON and JavaScript that stand for a visible
// ASCII character, and \/, \" and \\.
func backslash(s string, i int) (rune, int) {
	if i+1 >= len(s) {
		return 0, 0
	}
	switch s[i+1] {
	case '/', '"', '\'', '\\':
		return rune(s[i+1]), 2
	case 'n', 'r':
		return '\n', 2
	case 't':
		return '\t', 2
	case 'u':
		if r := hexRune(s, i+2, 4); r >= ' ' {
			return fold(r), 6
		}
	case 'x':
		if r := hexRune(s, i+2, 2); r >= ' ' && r < 0x7f {
			return r, 4
		}
	}
	return 0, 0
}

// entity decodes a numeric HTML entity of an ASCII character, and the few named
// ones that matter to the scanners.
func entity(s string, i int) (rune, int) {
	rest := s[i:min(len(s), i+9)]
	for _, e := range [...]struct {
		name string
		r    rune
	}{{"&amp;", '&'}, {"&quot;", '"'}, {"&commat;", '@'}, {"&nbsp;", ' '}, {"&period;", '.'}, {"&colon;", ':'}} {
		if len(rest) >= len(e.name) && rest[:len(e.name)] == e.name {
			return e.r, len(e.name)
		}
	}
	if len(rest) < 4 || rest[1] != '#' {
		return 0, 0
	}
	j, base := 2, rune(10)
	if rest[2] == 'x' || rest[2] == 'X' {
		j, base = 3, 16
	}
	r := rune(0)
	for ; j < len(rest) && rest[j] != ';'; j++ {
		d := hexValue(rest[j])
		if d < 0 || d >= base {
			return 0, 0
		}
		r = r*base + d
	}
	if j == len(rest) || r < ' ' || r >= 0x7f {
		return 0, 0
	}
	return r, j + 1
}

func hexValue(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}

func hexRune(s string, i, n int) rune {
	if i+n > len(s) {
		return -1
	}
	r := rune(0)
	for _, c := range []byte(s[i : i+n]) {
		d := hexValue(c)
		if d < 0 {
			return -1
		}
		r = r<<4 | d
	}
	return r
}

// fold gives the ASCII character that a rune looks like (full-width forms,
// dashes, blanks, digits of other scripts), -1 for one that shows nothing, and
// any other rune as it is.
func fold(r rune) rune {
	switch {
	case r < 0x80:
		return r
	case invisible(r):
		return -1
	case r >= 0xff01 && r <= 0xff5e:
		return r - 0xff01 + '!'
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0xfe58, r == 0xfe63, r == 0xad:
		return '-'
	case r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200a, r == 0x202f, r == 0x205f, r == 0x3000:
		return ' '
	case r == 0xb7, r == 0x2022, r == 0x2024, r == 0x2027, r == 0x3002, r == 0xff61, r == 0x22c5:
		return '.'
	case r == 0xfe6b:
		return '@'
	case r == 0x2044, r == 0x2215:
		return '/'
	case r == 0x2236, r == 0xfe55:
		return ':'
	case r < 0x660:
		return r
	case unicode.Is(unicode.Nd, r):
		return '0' + digitValue(r)
	}
	return r
}

// digitValue is the value of a decimal digit: all of them stand in blocks of
// ten, from zero to nine.
func digitValue(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	return 0
}
