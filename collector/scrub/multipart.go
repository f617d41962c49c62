package scrub

import "strings"

// formPart replaces the value of a part of a form whose name, behind the = at i, has
// a label:
//
//	Content-Disposition: form-data; name="password"
//
//	tulip
func (sc *scan) formPart(s string, i, behind int) (next int) {
	first := i - len("name")
	if !endsInFold(s[:i], "name") || first > 0 && s[first-1] != ' ' && s[first-1] != ';' {
		return 0
	}
	quote := behind
	for quote < len(s) && quote-behind < 3 && s[quote] == '\\' { // in JSON
		quote++
	}
	if !hasByte(s, quote, '"') {
		return 0
	}
	end := quote + 1
	for end < len(s) && end-quote < maxName && nameBytes[s[end]] {
		end++
	}
	start := partBody(s, end)
	if start == 0 {
		return 0
	}
	kind, ok := fieldKind(s[quote+1 : end])
	value := bodyEnd(s, start)
	if inForm := first > 1 && s[first-2] == ';'; !ok || !inForm && kind != Secret || start == value || placeholderAt(s, start) > 0 || strings.HasPrefix(s[start:], "--") ||
		isHarmless(s[start:value]) {
		return 0
	}
	sc.redact(start, value, kind)
	return value
}

// partBody gives where the body of a part of a form begins whose name ends at i:
// behind an empty line, after at most two more headers; 0 if there is none.
func partBody(s string, i int) int {
	for i < len(s) && (s[i] == '\\' && hasByte(s, i+1, '"') || s[i] == '"') {
		i++
	}
	if breakLen(s, i) == 0 && !hasByte(s, i, ';') {
		return 0
	}
	for range 3 {
		i = bodyEnd(s, i)
		n := breakLen(s, i)
		if n == 0 {
			return 0
		}
		i += n
		if n = breakLen(s, i); n > 0 {
			return i + n
		}
	}
	return 0
}

// bodyEnd gives where the line at i ends, at a line break or one that is escaped.
func bodyEnd(s string, i int) int {
	for high := min(len(s), i+maxPartHeader); i < high && breakLen(s, i) == 0; {
		i++
	}
	return i
}

// breakLen gives the length of the line break at i, which may be escaped, as in JSON;
// 0 if there is none.
func breakLen(s string, i int) int {
	switch rest := s[min(i, len(s)):]; {
	case strings.HasPrefix(rest, "\n"):
		return 1
	case strings.HasPrefix(rest, `\r\n`):
		return 4
	case strings.HasPrefix(rest, `\n`):
		return 2
	}
	return 0
}

// maxPartHeader is the longest line of a part that is looked at, in bytes.
const maxPartHeader = 256

// nameLast is the last letter of name.
var nameLast = bytesOf("eE")
