package scrub

import "strings"

// keyValue replaces the values of a key as databases report it: Key
// (username)=(aoife_b) already exists.
func (sc *scan) keyValue(s string, i, behind int) int {
	open := strings.LastIndexByte(s[max(0, i-maxKey):i], '(')
	end := strings.IndexByte(s[behind:min(len(s), behind+maxKey)], ')')
	if open < 0 || end <= 0 {
		return 0
	}
	for _, name := range strings.Split(s[max(0, i-maxKey)+open+1:i], ",") {
		if l := labelOf(strings.TrimSpace(name)); l != nil && l.kind != Geo {
			sc.redactField(s, behind, behind+end, l.kind)
			return 0
		}
	}
	return 0
}

// maxKey is the longest list of a key's names, and of its values, in bytes.
const maxKey = 160

// valueFirst is a sentence that quotes a value before it names the field.
type valueFirst struct {
	lead string // before the value, without the quote
	link string // between the value and the name
}

var valuesFirst = []valueFirst{{"entry ", " for key "}, {"value ", " at path "}, {"value ", " for key "}, {"value ", " for field "}, {"value ", " of field "}, {"value ", " in field "}, {"value ", " of property "},
	{"value ", " for parameter "}, {"value ", " for input "}, {"value ", " for the field "}, {"value ", " value for "},
	{"value ", " for column "}, {"value ", " for property "}, {"value ", " for attribute "}}

// blanks is a blank, behind a word.
var blanks = bytesOf(" ")

// namedAfter replaces the quoted value in a sentence that names its field behind it:
// Duplicate entry 'aoife_b' for key 'users.username'. The word from start to end is
// the one before the value.
func (sc *scan) namedAfter(s string, start, end int) int {
	if end+2 >= len(s) || s[end] != ' ' || !isQuote(s[end+1]) {
		return 0
	}
	v, high := end+2, min(len(s), end+maxKey)
	n := strings.IndexByte(s[v:high], s[end+1])
	if n <= 0 {
		return 0
	}
	rest := s[v+n+1 : min(len(s), v+n+1+maxKey)]
	for _, f := range valuesFirst {
		if !strings.HasSuffix(s[start:end]+" ", f.lead) {
			continue
		}
		at := strings.Index(rest, f.link)
		if at < 0 || at > 32 {
			continue
		}
		name := strings.TrimLeft(rest[at+len(f.link):], "\"'`")
		if k := strings.IndexAny(name, "\"'` "); k >= 0 {
			name = name[:k]
		}
		if l := labelOf(name); l != nil && l.kind != Geo {
			sc.redactField(s, v, v+n, l.kind)
			return 0
		}
	}
	return 0
}

// identityAfterArrow replaces a value after an arrow: username -> aoife_b.
func (sc *scan) identityAfterArrow(s string, i, behind int) int {
	if i == 0 || s[i-1] != ' ' || !hasByte(s, behind, ' ') || behind+1 >= len(s) {
		return 0
	}
	l, name, quoted := findLabel(s, i)
	if l == nil || !l.isPersonal() {
		return 0
	}
	p := &sc.pair
	*p = pair{s: s, label: l, name: name, sep: i, quoted: quoted, spaced: true}
	if !p.cutValue(behind+1) || p.isHarmless() {
		return 0
	}
	kind, ok := p.accepted()
	if !ok {
		return 0
	}
	sc.redactIdentity(p.start, p.end, kind, p.value())
	return p.start
}
