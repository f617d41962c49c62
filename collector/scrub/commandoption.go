package scrub

import "strings"

// commandOption finds a secret that a command was given, by the - at i: curl -u a:b,
// --user a:b, --password x.
func commandOption(s string, i, _ int) match {
	start := i + 1
	long := hasByte(s, start, '-')
	if long {
		start++
	}
	end := start
	for end < len(s) && end-start < maxName && (is(s[end], alnum) || s[end] == '-' || s[end] == '_') {
		end++
	}
	name := s[start:end]
	if name == "" || !hasByte(s, end, ' ') || !long && name != "u" {
		return match{}
	}
	v := end
	for v < len(s) && v-start < maxName+3 && s[v] == ' ' {
		v++
	}
	var valueEnd int
	if hasByte(s, v, '"') || hasByte(s, v, '\'') {
		v++
		valueEnd = closingQuote(s, v, s[v-1], 0)
	} else {
		valueEnd = passwordLabel.valueEnd(s, v, ' ')
	}
	value := s[v:valueEnd]
	if value == "" || value[0] == '-' || placeholderAt(s, v) > 0 || isHarmless(value) || !isOptionSecret(name, value) {
		return match{}
	}
	return found(v, valueEnd)
}

// optionLeads are before an option.
var optionLeads = bytesIn(space, "\"'`(")

// isOptionSecret says whether the value of an option is a secret, or a name and one.
func isOptionSecret(name, value string) bool {
	switch name {
	case "u", "user", "proxy-user": // a:b, but no URL, no user and group of a container
		user, password, _ := strings.Cut(value, ":")
		return user != "" && password != "" && !strings.HasPrefix(password, "//") && !allDigits(user)
	}
	switch labelOf(name) {
	case passwordLabel:
		return !optionProse.has(strings.TrimRight(value, ".,;:!?"))
	case tokenLabel:
		return looksSecret(value)
	}
	return false
}

// optionProse are words after an option in a sentence about it.
var optionProse = words(`option options flag flags argument arguments parameter parameters switch or instead as with when
	if expects takes needs requires via file stdin prompt cannot also only given value values specified provided`)
