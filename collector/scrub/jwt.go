package scrub

import "strings"

// jwt finds a JSON web token at i: base64url that begins as {" does, in two to
// five parts with dots between them.
func jwt(s string, i, _ int) match {
	if !strings.HasPrefix(s[i:], "eyJ") && !strings.HasPrefix(s[i:], "ewo") {
		return match{}
	}
	end := jwtPartEnd(s, i)
	if end-i < 10 {
		return match{}
	}
	parts, last := 1, end
	for parts < 5 && end < len(s) && s[end] == '.' {
		e := jwtPartEnd(s, end+1)
		if empty := e == end+1 && parts > 1; !empty && e-end-1 < 4 { // empty: no key, no signature
			break
		}
		end, last = e, e
		parts++
	}
	if parts == 1 {
		return match{} // maybe a random token
	}
	if s[last-1] == '.' && parts < 3 {
		last--
	}
	for s[last-1] == '.' && last > i && parts >= 3 && last < len(s) && is(s[last], space) {
		last--
	}
	return found(i, last)
}

func jwtPartEnd(s string, i int) int {
	for i < len(s) && (is(s[i], alnum) || s[i] == '-' || s[i] == '_' || s[i] == '=') {
		i++
	}
	return i
}
