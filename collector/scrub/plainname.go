package scrub

import "strings"

// plainNames remembers a name that may be a person's or a thing's until a label of
// another part of a person's name is met near it: {"nom":"Brennan","prénom":"Aoife"}.
type plainNames struct {
	start, end int // of the name that waits for such a label
	label      int // where the last such label was
}

// maxCompanion is how far the parts of a name may be from each other, in bytes.
const maxCompanion = 64

// meet notes the label of p.
func (sc *scan) meet(p *pair) {
	if p.label != nameLabel && p.label != birthLabel && p.label != contactLabel || isSignInName(p.s[p.name:p.sep]) {
		return
	}
	sc.plain.label = p.sep
	if sc.plain.end > 0 && p.name-sc.plain.end <= maxCompanion {
		sc.redact(sc.plain.start, sc.plain.end, Name)
	}
	sc.plain.end = 0
}

// isAccompanied says whether the plain name of p is near another part of a name; if
// not, it waits for one.
func (sc *scan) isAccompanied(p *pair) bool {
	if sc.plain.label > 0 && p.name-sc.plain.label <= maxCompanion {
		return true
	}
	sc.plain.start, sc.plain.end = p.start, p.end
	return false
}

// isSignInName says whether a label is of the name that somebody signs in with, which
// things have beside them as well.
func isSignInName(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "user") || strings.Contains(name, "nick") || strings.Contains(name, "login")
}
