package scrub

import (
	"strings"
	"unicode/utf8"
)

// maxDepth is the number of layers of encoding that are decoded.
const maxDepth = 4

// decodedText is a text as a reader understands it: escapes decoded by one layer,
// look-alikes of ASCII folded, invisible characters removed. Secrets are found in
// it and replaced in the text that it was decoded from.
type decodedText struct {
	text    string
	offsets []int32 // offset in the scanned field for each byte of text, and for its end
}

// decode makes d the decoded form of s from low to high; offsets are those of s
// in the field (nil: s is the field). It says whether anything was decoded; if
// not, d is unchanged.
func (d *decodedText) decode(s string, offsets []int32, low, high int) bool {
	s = s[:high]
	first := nextEscape(s, low)
	if first == high {
		return false
	}
	offset := func(i int) int32 {
		if offsets == nil {
			return int32(i)
		}
		return offsets[i]
	}
	var text strings.Builder
	text.Grow(high - low) // never exceeded
	text.WriteString(s[low:first])
	if cap(d.offsets) <= high-low {
		d.offsets = make([]int32, 0, high-low+1)
	}
	d.offsets = d.offsets[:0]
	for k := low; k < first; k++ {
		d.offsets = append(d.offsets, offset(k))
	}
	for i := first; i < len(s); {
		r, n := decodeAt(s, i)
		if n == 0 {
			text.WriteByte(s[i])
			d.offsets = append(d.offsets, offset(i))
			i++
			continue
		}
		before := text.Len()
		switch {
		case r < 0: // invisible
		case s[i] == '%':
			text.WriteByte(byte(r)) // maybe one of several of a rune
		default:
			text.WriteRune(r)
		}
		for range text.Len() - before {
			d.offsets = append(d.offsets, offset(i))
		}
		i += n
	}
	d.offsets = append(d.offsets, offset(len(s)))
	d.text = text.String()
	return true
}

// encodes says whether an escape or a look-alike may begin with c.
func encodes(c byte) bool { return c == '%' || c == '&' || c == '\\' || c >= utf8.RuneSelf }

// nextEscape gives where the first escape or look-alike from i on is, or the end
// of s.
func nextEscape(s string, i int) int {
	for ; i < len(s); i++ {
		if _, n := decodeAt(s, i); n > 0 {
			break
		}
	}
	return i
}

// decodeAt gives the character that the escape or look-alike at i means (-1: an
// invisible one) and its length, which is 0 if there is none.
func decodeAt(s string, i int) (rune, int) {
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

// percent decodes %41 (and the old %u0041) at i. It gives the byte, -1 if it is
// invisible, and the length of the escape, 0 if there is none.
func percent(s string, i int) (rune, int) {
	if i+2 < len(s) {
		if h, l := hexValue(s[i+1]), hexValue(s[i+2]); h >= 0 && l >= 0 {
			c := h<<4 | l
			if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
				c = -1
			}
			if c == '%' {
				return c, 3 + nestedPercents(s[i+3:])
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

// nestedPercents gives the length of the 25s after %25 if they are so many that
// they are an attack on the decoder: they are removed at once.
func nestedPercents(s string) int {
	n := 0
	for n+2 <= len(s) && s[n] == '2' && s[n+1] == '5' {
		n += 2
	}
	if n < 6 {
		return 0
	}
	return n
}

// backslash decodes the escapes of JSON and JavaScript that mean a visible ASCII
// character, and \/, \" and \\.
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

// entities are the named HTML entities that matchers depend on.
var entities = [...]struct {
	name string
	r    rune
}{{"&amp;", '&'}, {"&quot;", '"'}, {"&commat;", '@'}, {"&nbsp;", ' '}, {"&period;", '.'}, {"&colon;", ':'}}

// entity decodes one of the entities, or a numeric one of an ASCII character.
func entity(s string, i int) (rune, int) {
	rest := s[i:min(len(s), i+9)]
	for _, e := range entities {
		if strings.HasPrefix(rest, e.name) {
			return e.r, len(e.name)
		}
	}
	if len(rest) < 4 || rest[1] != '#' {
		return 0, 0
	}
	j, base := 2, rune(10)
	if rest[2]|0x20 == 'x' {
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
