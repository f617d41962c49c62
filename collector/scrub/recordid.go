package scrub

import "strings"

const (
	uuidLen = len("550e8400-e29b-41d4-a716-446655440000")
	ulidLen = len("01ARZ3NDEKTSV4RRFFQ69G5FAV")
)

// uuid finds a UUID that begins with the word at i.
func uuid(s string, i, _ int) match {
	end := i + uuidLen
	if end > len(s) || s[i+8] != '-' || !isUUID(s[i:end]) || isAt(s, end, alnum) {
		return match{}
	}
	return found(i, end)
}

// isUUID says whether s has the form of a UUID (RFC 9562).
func isUUID(s string) bool {
	if len(s) != uuidLen {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHex(s[i]) {
			return false
		}
	}
	return true
}

// ulid finds a ULID.
func ulid(s string, start, end int) match {
	if !isULID(s[start:end]) {
		return match{}
	}
	return found(start, end)
}

// isULID says whether s has the form of a ULID: 26 digits of Crockford's base 32,
// the first at most 7, letters of one case, and digits among them.
func isULID(s string) bool {
	if len(s) != ulidLen || s[0] < '0' || s[0] > '7' {
		return false
	}
	var seen uint8
	for i := range len(s) {
		c := s[i]
		if !is(c, alnum) || strings.IndexByte("ILOUilou", c) >= 0 {
			return false
		}
		seen |= class[c]
	}
	return seen&letter != letter && seen&letter != 0
}
