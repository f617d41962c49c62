package scrub

import "strings"

// randomKind says whether a segment looks as if no author wrote it, and what it is.
func randomKind(s string) (Kind, bool) {
	digits, letters, hexes, signs := 0, 0, 0, 0
	var seen uint8
	for i := range len(s) {
		c := class[s[i]]
		seen |= c
		switch {
		case c&digit != 0:
			digits++
			hexes++
		case c&letter != 0:
			letters++
			if c&hexLetter != 0 {
				hexes++
			}
		case strings.IndexByte("-_.+ ,=~():", s[i]) >= 0:
			signs++
		default:
			return 0, false
		}
	}
	switch n := len(s); {
	case letters == 0 && digits >= 5:
		return ID, true
	case hexes == n && (digits > 0 && n >= 8 || n >= 16):
		return Hex, true
	case n >= 10 && signs == 0 && letters > 0 && digits > 0 && scoreWord(s) < -8,
		n >= 10 && signs == 0 && seen&letter == letter && scoreWord(s) < -16:
		return Token, true
	case n >= 16 && letters > 0 && strings.IndexByte(s, '.') < 0:
		if a, b := tokenIn(s, 0, n); b > a {
			return Token, true
		}
	}
	return 0, false
}

// isParam says whether a segment is a parameter of a route already: :id, {id},
// [slug], <int:id>, *, :id.json, order-:id.
func isParam(s string) bool {
	if len(s) > 40 {
		return false
	}
	if s == "*" || s == "**" {
		return true
	}
	i := strings.IndexByte(s, ':')
	if i > 0 && (s[i-1] == '-' || s[i-1] == '_' || s[i-1] == '.') && strings.HasPrefix(s[i:], params[ID]) {
		return !strings.ContainsAny(s, "@%") && noLongDigits(s)
	}
	if i != 0 && s[0] != '{' && s[0] != '[' && s[0] != '<' && s[0] != '(' {
		return false
	}
	for k := range len(s) {
		if c := s[k]; !is(c, letter) && strings.IndexByte(":{}[]<>()_.?*-", c) < 0 {
			return false
		}
	}
	return true
}

// noLongDigits says whether s has no number of five digits.
func noLongDigits(s string) bool {
	run := 0
	for i := range len(s) {
		if is(s[i], digit) {
			if run++; run >= 5 {
				return false
			}
		} else {
			run = 0
		}
	}
	return true
}

// isVersion says whether a segment is a version: v1, 1.2.3, v18.2.0-rc.1.
func isVersion(s string) bool {
	v := strings.TrimPrefix(strings.TrimPrefix(s, "v"), "V")
	if v == "" || !is(v[0], digit) {
		return false
	}
	dots, i := 0, 0
	for i < len(v) && (is(v[i], digit) || v[i] == '.') {
		if v[i] == '.' {
			dots++
		}
		i++
	}
	if dots == 0 && (len(v) == len(s) || i > 4) || dots > 0 && i > 20 {
		return false
	}
	if i == len(v) {
		return true
	}
	rest := v[i:]
	if len(rest) >= 24 || !noLongDigits(rest) {
		return false
	}
	for _, p := range [...]string{"-", "+", "rc", "beta", "alpha", "dev", "pre", "x"} {
		if strings.HasPrefix(rest, p) {
			return true
		}
	}
	return false
}

func isISODate(s string) bool {
	return len(s) == 10 && s[4] == '-' && s[7] == '-' && allDigits(s[:4]) && allDigits(s[5:7]) &&
		allDigits(s[8:]) && s[5] <= '1' && s[8] <= '3'
}
