package scrub

import (
	"strings"
	"unicode/utf8"
)

// pair is a name and a value: password=x, "password": "x", 'token' => x,
// Cookie: a=b, <pin>1</pin>.
type pair struct {
	s          string
	label      *label
	name, sep  int // where the name and the separator begin
	start, end int // of the value
	quoted     bool
	spaced     bool // a blank is after the separator
	line       lineValue
}

// lineValue is the last value that took the rest of its line. What begins within it
// ends there, too.
type lineValue struct{ start, end int }

func (p *pair) value() string { return p.s[p.start:p.end] }

// setPair makes p the pair that is looked at. The last value of a line stays known, so
// that pairs within it do not look for its end again.
func (sc *scan) setPair(p pair) *pair {
	p.line = sc.pair.line
	sc.pair = p
	return &sc.pair
}

// labelledValue replaces the value of the pair whose separator is at i, if its name
// has a label that accepts the value.
func (sc *scan) labelledValue(s string, i, _ int) int {
	l, name, quoted := findLabel(s, i)
	stated := l == nil && s[i] == ':' && hasByte(s, i+1, ' ')
	if stated {
		l, name = stateLabel(s, i)
	}
	if l == nil {
		return 0
	}
	p := sc.setPair(pair{s: s, label: l, name: name, sep: i, quoted: quoted})
	v := p.findValue()
	if v < 0 {
		return 0
	}
	sc.meet(p)
	if l.below && s[i] == ':' {
		if start, end := valueBelow(s, v); start < end {
			sc.redact(start, end, l.kind)
			return end
		}
	}
	if hasByte(s, v, '[') && l.isPersonal() && l != plainNameLabel && placeholderAt(s, v) == 0 {
		return sc.labelledList(p, v+1)
	}
	if !p.cutValue(v) || p.isHarmless() || stated && countDigits(p.value()) == 0 {
		return 0
	}
	kind, ok := p.accepted()
	if !ok || l == plainNameLabel && !sc.isAccompanied(p) && !p.isNamedAlone() {
		return 0
	}
	if l.isPersonal() && p.completeValue() {
		sc.redactIdentity(p.start, p.end, kind, p.value())
		return p.end
	}
	sc.redactIdentity(p.start, p.end, kind, p.value())
	if l.within || l.isPersonal() {
		return p.start
	}
	return p.end
}

// completeValue extends an unquoted value of which only the beginning was looked at,
// and says whether it was longer.
func (p *pair) completeValue() bool {
	if p.isEnclosed() || p.end-p.start < maxPersonalValue {
		return false
	}
	for p.end < len(p.s) && !valueEnds[p.s[p.end]] {
		p.end++
	}
	return true
}

// maxPersonalValue is how much of an unquoted value decides whether it is personal, in
// bytes.
const maxPersonalValue = 64

// accepted says whether the label accepts the value, and gives the kind that replaces
// it. A value that is itself a label of its kind names a field: {"name":"lastName"}.
func (p *pair) accepted() (Kind, bool) {
	if p.label.accept == nil {
		return p.label.kind, true
	}
	if v := p.value(); p.label.isPersonal() && countDigits(v) == 0 {
		if l := labelOf(v); l != nil && (l.kind == p.label.kind || p.label == plainNameLabel) && !l.isCommonWord(v) {
			return 0, false
		}
	}
	return p.label.accept(p)
}

// labelledList replaces the elements of the list that begins at i that the label of
// p accepts, and gives where the scan goes on.
func (sc *scan) labelledList(p *pair, i int) (next int) {
	s := p.s
	for high := min(len(s), i+maxList); i < high && s[i] != ']'; {
		if s[i] == ',' || is(s[i], space) {
			i++
			continue
		}
		if !p.cutValue(i) {
			return next
		}
		if !p.isHarmless() {
			if kind, ok := p.accepted(); ok {
				sc.redactIdentity(p.start, p.end, kind, p.value())
				next = p.end
			}
		}
		i = p.end
		for i < high && nameEnds[s[i]] && s[i] != ']' {
			i++
		}
		if i < high && s[i] != ',' && s[i] != ']' && s[i] != ' ' {
			return next
		}
	}
	return next
}

// maxList is the longest list whose elements are looked at, in bytes.
const maxList = 512

// findLabel finds the label of the name before the separator at i, where the name
// begins, and whether it is quoted.
func findLabel(s string, i int) (l *label, start int, quoted bool) {
	end := i
	for end > 0 && i-end < 3 && s[end-1] == ' ' {
		end--
	}
	for end > 0 && i-end < 6 && nameEnds[s[end-1]] {
		quoted = quoted || s[end-1] != ']'
		end--
	}
	if isCurlyQuote(s, end-curlyQuote) {
		quoted = true
		end -= curlyQuote
	}
	start = end
	for start > 0 && end-start < maxName && nameBytes[s[start-1]] {
		start--
	}
	if start > 0 && s[start-1] >= utf8.RuneSelf {
		if l = foreignLabel(s[max(0, end-maxForeign):end]); l != nil {
			return l, start, quoted
		}
	}
	start, end = withoutIndex(s, start, end)
	if end-start < 2 || s[i] == '>' && !opensElement(s, start) {
		return nil, 0, false
	}
	return labelFor(s, start, end, i), start, quoted
}

// opensElement says whether the name at i is that of an element: <pin>, <ns:pin>.
func opensElement(s string, i int) bool {
	if i > 1 && s[i-1] == ':' && is(s[i-2], alnum) {
		for i--; i > 0 && is(s[i-1], alnum); {
			i--
		}
	}
	return i > 0 && s[i-1] == '<'
}

var (
	nameEnds  = bytesOf("\"'\\`]")
	nameBytes = bytesIn(alnum, "_-.")
	// labelEnds may be before the separator of a pair.
	labelEnds = bytesIn(alnum, "_-. \"'\\`]").orForeign()
	// elementEnds may be before the > of an element.
	elementEnds = bytesIn(alnum, "_")
)

// foreignLabel gives the label whose name beyond ASCII s ends in.
func foreignLabel(s string) *label {
	if !endsForeign(s) {
		return nil
	}
	for _, w := range labelled.foreign[foreignKey(s)] {
		if strings.HasSuffix(s, w.word) {
			return w.label
		}
	}
	return nil
}

// foreignKey gives the last bytes of a name, by which the labels beyond ASCII are
// found.
func foreignKey(s string) string { return s[max(0, len(s)-3):] }

// withoutIndex gives the name of a list before the index from start to end:
// password for passwords[0]. Other names it gives as they are.
func withoutIndex(s string, start, end int) (int, int) {
	open := start - 1
	if open <= 0 || s[open] != '[' || end >= len(s) || s[end] != ']' || start != end && !allDigits(s[start:end]) {
		return start, end
	}
	end, start = open, open
	for start > 0 && end-start < maxName && is(s[start-1], alnum|connector) {
		start--
	}
	if end-start > 2 && s[end-1] == 's' {
		end--
	}
	return start, end
}

// labelFor gives the label of the name from start to end, or of it and the words
// around it, before the separator at i.
func labelFor(s string, start, end, i int) *label {
	name, sep := s[start:end], s[i]
	l := labelOf(name)
	switch {
	case l == passwordLabel && strings.EqualFold(name, "pwd") && isDirectory(s, i+1): // the shell's
		return nil
	case l.isWeak():
		if phrase := phraseLabel(s, start, end); phrase != nil {
			return phrase
		}
		if owned := ownedLabel(s, start, end); owned != nil {
			return owned
		}
		return l
	case l != nil:
		return l
	case sep == ':' && isNamedCode(s, start, end):
		return codeLabel
	case sep == '=' && name == "code" && isParameter(s, start): // of an authorization grant
		return passwordLabel
	}
	if sep != '>' {
		if l = spacedLabel(s, start, end); l != nil {
			return l
		}
		if l = phraseLabel(s, start, end); l != nil {
			return l
		}
	}
	if l = ownedLabel(s, start, end); l != nil {
		return l
	}
	return fieldValueLabel(s, start, end, i)
}

// isParameter says whether the name at i is in a query.
func isParameter(s string, i int) bool { return i > 0 && (s[i-1] == '?' || s[i-1] == '&') }

// spacedLabel gives the label of the name from start to end together with the word
// before it: api key: x, security answer: x, mot de passe : x.
func spacedLabel(s string, start, end int) *label {
	if start < 2 || s[start-1] != ' ' || !is(s[start-2], letter) {
		return nil
	}
	switch name := s[start:end]; {
	case strings.EqualFold(name, "passe"):
		if endsInFold(s[:start], "mot de ") {
			return passwordLabel
		}
	case strings.EqualFold(name, "key"), strings.EqualFold(name, "answer"):
		for start--; start > 0 && end-start < maxName && is(s[start-1], letter); {
			start--
		}
		switch l := labelOf(s[start:end]); {
		case l == passwordLabel && strings.EqualFold(name, "answer"):
			return passwordLabel // which may be any word
		case l != nil:
			return tokenLabel
		}
	}
	return nil
}

// findValue gives where the value begins behind the separator and blanks; -1 if
// the separator is a comparison.
func (p *pair) findValue() int {
	s, i := p.s, p.sep
	j := i + 1
	switch {
	case strings.HasPrefix(s[i:], "=>"), strings.HasPrefix(s[i:], ":="):
		j++
	case isComparison(s, i):
		return -1
	}
	p.spaced = j < len(s) && s[j] == ' '
	for j < len(s) && j-i < maxValueGap && (s[j] == ' ' || s[j] == '\t') {
		j++
	}
	return j
}

// maxValueGap is the longest gap before a value: in tables blanks align them.
const maxValueGap = 24

// isComparison says whether the sign at i is part of one: ==, !=, <=.
func isComparison(s string, i int) bool {
	return i+1 < len(s) && s[i+1] == '=' || s[i] == '=' && i > 0 && strings.IndexByte("!<>=", s[i-1]) >= 0
}

// cutValue sets the value that begins at i, without its quotes. It says whether there
// is one that is not an object or a placeholder.
func (p *pair) cutValue(i int) bool {
	s, quote := p.s, i
	for quote < len(s) && quote-i < 3 && s[quote] == '\\' {
		quote++
	}
	if quote == len(s) || placeholderAt(s, i) > 0 || strings.IndexByte("{[(<|", s[quote]) >= 0 {
		return false
	}
	if isCurlyQuote(s, i) {
		p.start = i + curlyQuote
		for p.end = p.start; p.end < len(s) && !isCurlyQuote(s, p.end) && s[p.end] != '\n'; {
			p.end++
		}
		p.quoted = true
	} else if isQuote(s[quote]) {
		p.start = quote + 1
		p.end = closingQuote(s, p.start, s[quote], quote-i)
		p.quoted = true
	} else {
		p.start = i
		p.end = p.unquotedEnd()
	}
	return p.start < p.end && placeholderAt(s, p.start) == 0
}

// unquotedEnd gives where a value without quotes ends. A passphrase may have several
// words.
func (p *pair) unquotedEnd() int {
	s, sep := p.s, p.s[p.sep]
	if p.label.line && sep == ':' {
		if p.start < p.line.start || p.start >= p.line.end {
			p.line = lineValue{p.start, p.label.valueEnd(s, p.start, sep)}
		}
		return p.line.end
	}
	end := p.label.valueEnd(s, p.start, sep)
	for sep == ':' && endsInFold(s[:p.sep], "passphrase") && end+1 < len(s) && s[end] == ' ' &&
		is(s[end+1], lower) && !isHarmless(s[p.start:end]) {
		end = p.label.valueEnd(s, end+1, sep)
	}
	if p.label.line {
		return end
	}
	return trimPunctuation(s, p.start, end)
}

// isHarmless says whether the value reveals nothing, is not all of an element,
// or is a call: token = useToken().
func (p *pair) isHarmless() bool {
	s := p.s
	initial := p.label.isPersonal() && p.end-p.start == 1 &&
		(is(s[p.start], upper) || hasByte(s, p.end, ' ') && isAt(s, p.end+1, digit)) // A M Brennan, 1 84 12 76
	unspacedName := p.label.isPersonal() && isUnspacedProse(p.value()) // 王小明
	if !initial && !unspacedName && isHarmless(p.value()) {
		return true
	}
	if s[p.sep] == '>' && !strings.HasPrefix(s[p.end:], "</") {
		return true
	}
	return !p.quoted && s[p.end-1] == '(' && p.end < len(s) && s[p.end] == ')'
}

// isParserError says whether the words before the name are a parser's: "Unexpected
// token: x".
func (p *pair) isParserError() bool {
	before := strings.TrimRight(p.s[max(0, p.name-14):p.name], " ")
	for _, w := range [...]string{"nexpected", "xpected", "llegal", "issing", "nknown"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return false
}
