package wire

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// blanks is where the first byte that is none stands, from p on.
func blanks(text []byte, p int) int {
	for p < len(text) && text[p] <= ' ' && blank(text[p]) {
		p++
	}
	return p
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func wordEnd(text []byte, p int, word string) int {
	if end := p + len(word); end <= len(text) && string(text[p:end]) == word {
		return end
	}
	return -1
}

func numberEnd(text []byte, p int) int {
	if p < len(text) && text[p] == '-' {
		p++
	}
	begin := p
	if p = digits(text, p); p == begin || text[begin] == '0' && p > begin+1 {
		return -1
	}
	if p < len(text) && text[p] == '.' {
		begin = p + 1
		if p = digits(text, begin); p == begin {
			return -1
		}
	}
	if p < len(text) && text[p]|0x20 == 'e' {
		p++
		if p < len(text) && (text[p] == '+' || text[p] == '-') {
			p++
		}
		begin = p
		if p = digits(text, p); p == begin {
			return -1
		}
	}
	return p
}

func digits(text []byte, p int) int {
	for p < len(text) && text[p]-'0' <= 9 {
		p++
	}
	return p
}

// stringEnd is where the string at p ends, and escaped if it has any. It takes
// eight bytes at a time as long as none of them is a quote, a backslash, a
// control or outside ASCII.
func stringEnd(text []byte, p int) (end int, flag uint32) {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
	)
	p++
	for {
		if p+8 <= len(text) {
			x := binary.LittleEndian.Uint64(text[p:])
			// The highest bit of a byte is set below 0x20, of a quote, of a backslash,
			// and outside ASCII. A byte may be marked wrongly only after one that is
			// marked rightly, from which it borrowed.
			marks := ((x - ' '*ones) | (x ^ '"'*ones - ones) | (x ^ '\\'*ones - ones) | x) & highs
			if marks == 0 {
				p += 8
				continue
			}
			p += bits.TrailingZeros64(marks) / 8
		} else if p >= len(text) {
			return -1, 0
		}
		switch c := text[p]; {
		case c == '"':
			return p + 1, flag
		case c == '\\':
			if p = escapeEnd(text, p); p < 0 {
				return -1, 0
			}
			flag = escaped
		case c < ' ':
			return -1, 0
		case c >= utf8.RuneSelf:
			_, n := utf8.DecodeRune(text[p:])
			if n == 1 {
				return -1, 0
			}
			p += n
		default:
			p++
		}
	}
}

// escapeEnd is where the escape at p ends. Halves of a pair of surrogates are
// no character.
func escapeEnd(text []byte, p int) int {
	if p+1 >= len(text) {
		return -1
	}
	switch text[p+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return p + 2
	case 'u':
	default:
		return -1
	}
	r := hexadecimal(text, p)
	switch {
	case r < 0 || r >= 0xdc00 && r < 0xe000:
		return -1
	case r < 0xd800 || r >= 0xe000:
		return p + 6
	}
	if low := hexadecimal(text, p+6); low < 0xdc00 || low >= 0xe000 {
		return -1
	}
	return p + 12
}

// hexadecimal is the number of the escape \uXXXX at p, -1 if there is none.
func hexadecimal(text []byte, p int) (r rune) {
	if p+6 > len(text) || text[p] != '\\' || text[p+1] != 'u' {
		return -1
	}
	for _, c := range text[p+2 : p+6] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}
