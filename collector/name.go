package collector

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// tidy gives every name that viewers group by one spelling: "2.4.1\n" and a 2.4.1
// that begins with a byte order mark are the release 2.4.1, not rows that look
// alike. White space of all kinds becomes one blank, and none at the ends; control
// and invisible characters go; accents are composed (NFC), since some file systems
// and keyboards write them apart. Upper and lower case differ.
func tidy(s string) string {
	if isTidy(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			blank = true
			continue
		case isUnseen(r):
			continue
		}
		if blank && b.Len() > 0 {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// isTidy reports whether s is printable ASCII without spare blanks, as nearly all
// names are.
func isTidy(s string) bool {
	before := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return s == "" || before != ' '
}

// isUnseen reports whether nothing is drawn for a character: controls, zero-width
// and direction marks, fillers, variation selectors, tags.
func isUnseen(r rune) bool {
	const brailleBlank = 0x2800
	return r != utf8.RuneError && (unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) || r == brailleBlank)
}
