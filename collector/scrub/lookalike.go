package scrub

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// fold gives the ASCII character that a rune looks like (full-width forms,
// dashes, blanks, digits of other scripts), -1 for an invisible one, and any other
// rune unchanged.
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

// digitValue is the value of a decimal digit. Unicode has them in blocks of ten,
// from zero to nine.
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

// foldText folds the look-alikes of ASCII in s.
func foldText(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.Map(fold, s)
		}
	}
	return s
}
