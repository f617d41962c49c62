package scrub

import "strings"

// spelledEmail finds an e-mail address that hides its @, around the word at from
// start to end: jane (at) example.com, jane [at] example dot com, jane AT example DOT
// com. Without brackets or capitals the domain must have a dot that is spelled, too,
// and the name a sign or a digit.
func spelledEmail(s string, start, end int) match {
	open, behind := start, end
	bracketed := start > 0 && end < len(s) && isBracketPair(s[start-1], s[end])
	if bracketed {
		open, behind = start-1, end+1
	}
	local := open
	if local > 0 && s[local-1] == ' ' {
		local--
	}
	if behind < len(s) && s[behind] == ' ' {
		behind++
	}
	if !bracketed && (local == open || behind == end) {
		return match{}
	}
	first := local
	for first > 0 && local-first < maxLocal && (is(s[first-1], alnum) || localSigns[s[first-1]]) {
		first--
	}
	for first < local && !is(s[first], alnum) {
		first++
	}
	if first == local || !bracketed && s[start] != 'A' && !hasAnyOf(s[first:local], &localMarks) {
		return match{}
	}
	domain, spelled := spelledDomainEnd(s, behind)
	if domain == 0 || !bracketed && !spelled {
		return match{}
	}
	return found(first, domain)
}

// localSigns may be in the name of an address; localMarks show that a word is one.
var (
	localSigns = bytesOf("._+-")
	localMarks = bytesOf("._+-0123456789")
)

func hasAnyOf(s string, set *byteSet) bool {
	for i := range len(s) {
		if set[s[i]] {
			return true
		}
	}
	return false
}

func isBracketPair(a, b byte) bool {
	return a == '(' && b == ')' || a == '[' && b == ']' || a == '{' && b == '}' || a == '<' && b == '>' || a == '_' && b == '_'
}

// spelledDomainEnd gives where the domain at i ends, whose dots may be spelled, 0 if
// there is none, and whether one is.
func spelledDomainEnd(s string, i int) (end int, spelled bool) {
	for n := 0; ; n++ {
		j := i
		for j < len(s) && j-i < maxDomainLabel && (is(s[j], alnum) || s[j] == '-') {
			j++
		}
		if j == i {
			break
		}
		if n > 0 && isTopLevel(s[i:j]) {
			end = j
		}
		size, word := dotLen(s, j)
		if size == 0 || n > 0 && word && !spelled {
			break
		}
		spelled = spelled || word
		i = j + size
	}
	return end, spelled
}

const maxDomainLabel = 63

// dotLen gives the length of the dot at i, 0 if there is none, and whether it is
// spelled: " dot ", "(dot)", "[.]".
func dotLen(s string, i int) (n int, spelled bool) {
	if i+1 < len(s) && s[i] == '.' && is(s[i+1], alnum) {
		return 1, false
	}
	for _, d := range spelledDots {
		if len(s) > i+len(d) && strings.EqualFold(s[i:i+len(d)], d) {
			return len(d), true
		}
	}
	return 0, false
}

var spelledDots = [...]string{" dot ", "(dot)", "[dot]", " (dot) ", " [dot] ", "{dot}", "[.]", "(.)", "_dot_", " punkt "}

// spelledAts are the first letters of at.
var spelledAts = anyCase("at")
