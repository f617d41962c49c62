package scrub

import (
	"strings"
)

// oneTimeCode finds a code that a user signs in with around the word from start to
// end, by the words around it: "your Acme code is 739105", "G-739105 is your
// verification code", "código de seguridad: 739 105". A code may have letters; then
// more must say what it is.
func oneTimeCode(s string, start, end int) match {
	v, ok := codeValueAt(s, start, end)
	if !ok {
		return match{}
	}
	if isBoundCode(s, v.start) {
		return found(v.start, v.end)
	}
	c := codeContext{s: s, size: isSize(s[v.start:v.end])}
	c.readBefore(v.start)
	if !c.machine && !c.isSure(v.plain) {
		c.readAfter(v.end)
	}
	if c.machine || !c.isSure(v.plain) || isQuantity(s, v.end) {
		return match{}
	}
	return found(v.start, v.end)
}

// codeValue is a text that could be a code.
type codeValue struct {
	start, end int
	plain      bool // digits alone, maybe in groups
}

// codeLeads are before a code in a text.
var codeLeads = bytesIn(space, "\"'`([#:=>-").orForeign()

// codeValueAt gives the text around the word from start to end that could be a code:
// 4 to 8 digits, groups of digits, or capitals or small letters with digits, also in
// groups.
func codeValueAt(s string, start, end int) (codeValue, bool) {
	if start > 0 && !codeLeads[s[start-1]] {
		return codeValue{}, false
	}
	v := codeValue{start, end, allDigits(s[start:end])}
	for v.end+1 < len(s) && (s[v.end] == '-' || v.plain && s[v.end] == ' ') && v.end-v.start < maxCode {
		next := v.end + 1
		for next < len(s) && is(s[next], alnum) {
			next++
		}
		digitsNext := allDigits(s[v.end+1 : next])
		if next-v.end-1 < 2 || next-v.end-1 > 6 || s[v.end] == ' ' && !digitsNext {
			break
		}
		v.end, v.plain = next, v.plain && digitsNext
	}
	if v.start > 1 && s[v.start-1] == '-' { // G-739105, KQXW-93MD
		lead := v.start - 1
		for lead > 0 && v.start-lead < 8 && is(s[lead-1], alnum) {
			lead--
		}
		if lead == v.start-1 || strings.ToUpper(s[lead:v.start]) != s[lead:v.start] {
			return codeValue{}, false
		}
		v.start, v.plain = lead, v.plain && v.start-lead <= 4
	}
	return v, v.fits(s) && !continuesCode(s, v.end)
}

// maxCode is the longest code that is looked at, in bytes.
const maxCode = 32

// continuesCode says whether what is at i continues a number before it: 1.5, 12:30.
func continuesCode(s string, i int) bool {
	return i+1 < len(s) && strings.IndexByte(".,:/-_", s[i]) >= 0 && is(s[i+1], alnum) || hasByte(s, i, '_') ||
		hasByte(s, i, '%')
}

// fits says whether the text has the shape of a code.
func (v codeValue) fits(s string) bool {
	digits, groups := 0, 0
	var seen uint8
	for _, c := range []byte(s[v.start:v.end]) {
		seen |= class[c]
		if is(c, digit) {
			digits++
		} else if !is(c, letter) {
			groups++
		}
	}
	switch {
	case v.plain:
		return digits >= 4 && digits <= 8 && (groups == 0 || digits >= 6)
	case digits == 0 || seen&letter == letter:
		return false
	case groups > 0:
		return v.end-v.start >= 7
	}
	text := s[v.start:v.end]
	n := strings.IndexAny(text, "0123456789")
	return len(text) >= 5 && (seen&upper != 0 || digits >= 2 && len(text) >= 6) && !formats.has(text[:n])
}

// isBoundCode says whether the code at i is behind the host that it is for, as in
// messages that a browser fills in: "@shop.example #739105".
func isBoundCode(s string, i int) bool {
	if i < 6 || s[i-1] != '#' || s[i-2] != ' ' {
		return false
	}
	j, dots := i-2, 0
	for j > 0 && i-j < maxDomain && (is(s[j-1], alnum) || s[j-1] == '.' || s[j-1] == '-') {
		j--
		if s[j] == '.' {
			dots++
		}
	}
	return dots > 0 && j > 0 && s[j-1] == '@' && (j == 1 || is(s[j-2], space))
}

// isQuantity says whether a unit is behind the number that ends at i.
func isQuantity(s string, i int) bool {
	w := codeContext{s: s}
	class, _, _ := w.wordAfter(i)
	return class&codeUnit != 0
}
