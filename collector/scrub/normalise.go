package scrub

import (
	"strings"
	"unicode/utf8"
)

// normalise gives valid UTF-8 without control, zero-width, bidirectional and
// other invisible characters, which could hide a secret from the matchers. Line
// breaks of all kinds become \n; tabs stay.
func normalise(s string) string {
	clean := normalLen(s)
	if clean == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteString(s[:clean])
	for i := clean; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r == utf8.RuneError && n == 1:
			i += badBytes(s[i:]) // one mark for all of them
			b.WriteRune(utf8.RuneError)
		case r == '\r' && i < len(s) && s[i] == '\n':
		case r == '\r', r == '\u0085', r == '\u2028', r == '\u2029':
			b.WriteByte('\n')
		case invisible(r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// normalLen gives how many bytes at the beginning of s are normal already.
func normalLen(s string) int {
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf && (s[i] >= ' ' && s[i] != 0x7f || s[i] == '\n' || s[i] == '\t') {
		i++
	}
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if invisible(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	return i
}

// badBytes gives how many bytes at the beginning of s are not UTF-8.
func badBytes(s string) int {
	i := 0
	for i < len(s) {
		if r, n := utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || n != 1 {
			break
		}
		i++
	}
	return i
}

// invisible says whether a rune has no glyph: controls except \n and \t, format
// characters, fillers, variation selectors, tags.
func invisible(r rune) bool {
	switch {
	case r < ' ':
		return r != '\n' && r != '\t'
	case r < 0x7f:
		return false
	case r <= 0x9f, r == 0xad:
		return true
	case r < 0x34f:
		return false
	}
	switch {
	case r == 0x34f, r == 0x61c, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5,
		r >= 0x180b && r <= 0x180f,
		r >= 0x200b && r <= 0x200f,
		r >= 0x202a && r <= 0x202e,
		r >= 0x2060 && r <= 0x206f,
		r == 0x2800, r == 0x3164, r == 0xffa0,
		r >= 0xfe00 && r <= 0xfe0f,
		r == 0xfeff,
		r >= 0xfff0 && r <= 0xfffb,
		r >= 0x1bca0 && r <= 0x1bca3,
		r >= 0x1d173 && r <= 0x1d17a,
		r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return false
}

const ellipsis = "…"

// truncate cuts s to at most max bytes, not inside a rune or a placeholder, and
// marks the cut. 0 or less means no limit.
func truncate(s string, max int) string {
	if max <= 0 || len(s) <= max {
		return s
	}
	mark := ellipsis
	if max < 2*len(ellipsis) {
		mark = ""
	}
	n := max - len(mark)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	if open := strings.LastIndexByte(s[:n], '['); open >= 0 {
		if l := placeholderAt(s, open); open+l > n {
			n = open
		}
	}
	return s[:n] + mark
}
