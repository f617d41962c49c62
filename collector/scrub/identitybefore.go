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
	{"value ", " at "}, {"value ", " for column "}, {"value ", " for property "}, {"value ", " for attribute "}}

// blanks is a blank, behind a word.
var blanks = bytesOf(" ")

// namedAfter replaces the quoted value in a sentence that names its field behind it
// or before it: Duplicate entry 'aoife_b' for key 'users.username', "firstName" with
// value "Aoife" fails. The word from start to end is the one before the value, or
// the one between the value and the field.
func (sc *scan) namedAfter(s string, start, end int) int {
	if strings.HasPrefix(s[start:], "value for ") {
		return sc.invalidFor(s, start, end)
	}
	if end+2 >= len(s) || s[end] != ' ' || !isQuote(s[end+1]) || !valueLeads.has(s[start:end]) {
		return 0
	}
	v, high := end+2, min(len(s), end+maxKey)
	n := strings.IndexByte(s[v:high], s[end+1])
	if n <= 0 {
		return 0
	}
	if kind, ok := kindBefore(s, start); ok && !isFormalValue(s[v:v+n]) && !personStops.has(s[v:v+n]) {
		sc.redactField(s, v, v+n, kind)
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

// valueLeads are before a quoted value.
var valueLeads = words(`value entry got received`)

// fieldLinks are between a quoted name of a field and the lead of its value.
var fieldLinks = [...]string{" with ", " with invalid ", " got invalid ", " has invalid ", " has an invalid ", " received invalid "}

// kindBefore gives the kind of value of the field that the clause up to i names:
// Variable "$lastName" got invalid, or, before got, firstName must be a word,.
func kindBefore(s string, i int) (Kind, bool) {
	if strings.HasPrefix(s[i:], "got") || strings.HasPrefix(s[i:], "received") {
		return kindOfClause(s, i)
	}
	for _, link := range fieldLinks {
		if name, ok := strings.CutSuffix(s[max(0, i-maxKey):i], link); ok && name != "" && isQuote(name[len(name)-1]) {
			name = name[:len(name)-1]
			return fieldKind(strings.TrimLeft(name[strings.LastIndexAny(name, "\"'`")+1:], "$"))
		}
	}
	return 0, false
}

// kindOfClause gives the kind of value of the field that begins the line up to i, or
// a part of it behind a colon.
func kindOfClause(s string, i int) (Kind, bool) {
	line := s[max(0, i-maxKey):i]
	line = line[strings.LastIndexByte(line, '\n')+1:]
	for range maxClauses {
		name, _, _ := strings.Cut(line, " ")
		if l := labelOf(strings.Trim(name, "\"'`:,")); l != nil && l != plainNameLabel && l != shownLabel && (l.isPersonal() || l == passwordLabel) {
			return l.kind, true
		}
		at := strings.Index(line, ": ")
		if at < 0 {
			break
		}
		line = line[at+2:]
	}
	return 0, false
}

// maxClauses is how many parts of a line are looked at.
const maxClauses = 4

// invalidFor replaces the quoted value before the words that end in value, the word
// from start to end: "Brennan" is not a valid value for lastName.
func (sc *scan) invalidFor(s string, start, end int) int {
	name := strings.TrimPrefix(strings.TrimPrefix(s[end+len(" for "):], "the "), "field ")
	name = strings.TrimLeft(name[:min(len(name), maxName)], "\"'`")
	if n := strings.IndexAny(name, "\"'`. ,;\n"); n >= 0 {
		name = name[:n]
	}
	kind, ok := fieldKind(name)
	if !ok {
		return 0
	}
	for _, link := range [...]string{" is not a valid ", " is not an allowed ", " is not an acceptable ", " is an invalid ", " is an illegal "} {
		before, ok := strings.CutSuffix(s[:start], link)
		if !ok || before == "" || !isQuote(before[len(before)-1]) {
			continue
		}
		high := len(before) - 1
		low := max(0, high-maxQuoted)
		if n := strings.LastIndexByte(before[low:high], before[high]); n >= 0 {
			sc.redactField(s, low+n+1, high, kind)
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
	p := sc.setPair(pair{s: s, label: l, name: name, sep: i, quoted: quoted, spaced: true})
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
