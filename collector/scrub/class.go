package scrub

import (
	"strings"
	"unicode/utf8"
)

// The classes of ASCII bytes, as bits. Bytes from 0x80 have none.
const (
	lower = 1 << iota
	upper
	digit
	hexLetter
	connector // joins the parts of a token: _ - + / = ~
	space     // blank, tab, line break

	letter = lower | upper
	alnum  = letter | digit
)

var class = func() (t [256]uint8) {
	for c := '0'; c <= '9'; c++ {
		t[c] = digit
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c] = lower
		t[c-'a'+'A'] = upper
		if c <= 'f' {
			t[c] |= hexLetter
			t[c-'a'+'A'] |= hexLetter
		}
	}
	for _, c := range "_-+/=~" {
		t[c] = connector
	}
	for _, c := range " \t\n" {
		t[c] = space
	}
	return t
}()

func is(c byte, bits uint8) bool { return class[c]&bits != 0 }

// isAt says whether s has a byte of the classes at i; i may be out of range.
func isAt(s string, i int, bits uint8) bool {
	return i >= 0 && i < len(s) && class[s[i]]&bits != 0
}

// hasByte says whether s has the byte c at i; i may be out of range.
func hasByte(s string, i int, c byte) bool { return i < len(s) && s[i] == c }

func isHex(c byte) bool { return class[c]&(digit|hexLetter) != 0 }

// allDigits says whether s is a number of at least one digit.
func allDigits(s string) bool {
	for i := range len(s) {
		if !is(s[i], digit) {
			return false
		}
	}
	return s != ""
}

// allHex says whether s has hexadecimal digits alone.
func allHex(s string) bool {
	for i := range len(s) {
		if !isHex(s[i]) {
			return false
		}
	}
	return true
}

var hexDigits = bytesIn(digit|hexLetter, "")

// byteSet is a set of bytes.
type byteSet [256]bool

func bytesOf(s string) (b byteSet) {
	for i := range len(s) {
		b[s[i]] = true
	}
	return b
}

// bytesIn gives the bytes of the classes and those of signs.
func bytesIn(bits uint8, signs string) byteSet {
	b := bytesOf(signs)
	for c := range b {
		b[c] = b[c] || is(byte(c), bits)
	}
	return b
}

// orForeign gives the set with all bytes beyond ASCII.
func (b byteSet) orForeign() byteSet {
	for c := utf8.RuneSelf; c < len(b); c++ {
		b[c] = true
	}
	return b
}

// not gives the other bytes.
func (b byteSet) not() byteSet {
	for c := range b {
		b[c] = !b[c]
	}
	return b
}

// endsInFold says whether s ends in the ASCII word, ignoring case.
func endsInFold(s, word string) bool {
	return len(s) >= len(word) && strings.EqualFold(s[len(s)-len(word):], word)
}
