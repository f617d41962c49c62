package scrub

import "strings"

// option looks for a secret that a command was given, by the - at i: curl -u a:b,
// --user a:b, --password x.
func (sc *scan) option(s string, i int) int {
	if i > 0 && strings.IndexByte(" \"'`\n\t(", s[i-1]) < 0 {
		return 0
	}
	j := i + 1
	long := j < len(s) && s[j] == '-'
	if long {
		j++
	}
	start := j
	for j < len(s) && j-start < maxName && (is(s[j], alnum) || s[j] == '-' || s[j] == '_') {
		j++
	}
	name := s[start:j]
	if name == "" || j == len(s) || s[j] != ' ' || !long && name != "u" {
		return 0
	}
	for j < len(s) && j-start < maxName+3 && s[j] == ' ' {
		j++
	}
	var end int
	if j < len(s) && (s[j] == '"' || s[j] == '\'') {
		j++
		end = closing(s, j, s[j-1], 0)
	} else {
		end = unquoted(s, j, sureSecret, ' ')
	}
	v := s[j:end]
	if v == "" || v[0] == '-' || placeholderAt(s, j) > 0 || benignValue(v) {
		return 0
	}
	switch name {
	case "u", "user", "proxy-user":
		colon := strings.IndexByte(v, ':')
		if colon <= 0 || colon == len(v)-1 || strings.HasPrefix(v[colon:], "://") || allDigits(v[:colon]) {
			return 0 // an address; the user and group of a container
		}
	default:
		switch secrecyOf(name) {
		case sureSecret:
			if prose.has(strings.TrimRight(v, ".,;:!?")) {
				return 0
			}
		case maySecret:
			if !looksSecret(v) {
				return 0
			}
		default:
			return 0
		}
	}
	sc.redact(j, end, Secret)
	return end
}

// prose are words that follow an option where it is spoken of.
var prose = words(`option options flag flags argument arguments parameter parameters switch or instead as with when if
	expects takes needs requires via file stdin prompt cannot also only given value values specified provided`)
