package scrub

import (
	"strings"
	"unicode/utf8"
)

// statedIdentity replaces what follows a label without a separator: passport no.
// C03005988, user #5512087, lastName "Brennan" is too long.
func (sc *scan) statedIdentity(s string, start, end int) int {
	if s[end] == '.' && !hasByte(s, end+1, ' ') || !statedEnds.has(s[start:end]) && !hasInnerCapital(s[start:end]) {
		return 0
	}
	v, fillers, states := statedStart(s, end)
	if v < 0 || placeholderAt(s, v) > 0 {
		return 0
	}
	quoted := isQuote(s[v]) && v+1 < len(s)
	if !quoted && !hasDigitSoon(s, v) {
		return sc.takenName(s, start, end, v)
	}
	if fillers == 0 && !quoted && bareOwners.has(s[start:end]) && !isLongNumber(s, v) {
		return 0
	}
	l, name, bare := statedLabel(s, start, end, quoted, v)
	if l == nil || !l.stated || states > 0 && l != documentLabel && l != shapedLabel && l != birthLabel {
		return 0
	}
	p := sc.setPair(pair{s: s, label: l, name: name, sep: end, quoted: quoted, spaced: true})
	if !p.cutValue(v) || p.isHarmless() || hasByte(s, p.end, '=') {
		return 0
	}
	if !quoted && !p.isStated(bare && fillers == 0) {
		return 0
	}
	kind, ok := p.accepted()
	if !ok {
		return 0
	}
	sc.redactIdentity(p.start, p.end, kind, p.value())
	return p.start
}

// statedLabel gives the label that the word from start to end ends, where its name
// begins, and whether it is a bare word for a person, which the value at v decides.
func statedLabel(s string, start, end int, quoted bool, v int) (l *label, name int, bare bool) {
	name = start
	for name > 0 && end-name < maxName && nameBytes[s[name-1]] {
		name--
	}
	l = labelOf(s[name:end])
	if l == nil || l.isWeak() {
		if phrase := phraseLabel(s, start, end); phrase != nil {
			l = phrase
		}
	}
	bare = l == nil || l.isWeak()
	switch {
	case !bare || !bareOwners.has(s[name:end]):
		return l, name, bare
	case !quoted || is(s[v+1], digit):
		return idLabel, name, bare
	case signInOwners.has(s[name:end]):
		return nameLabel, name, bare
	}
	return nil, name, bare
}

// statedGaps may follow a label that states a value.
var statedGaps = bytesOf(" #.")

// statedStart gives where the value begins that is stated behind the label that ends
// at i, and how many fillers and words of a state are between; -1 if something else
// follows.
func statedStart(s string, i int) (start, fillers, states int) {
	j := i
	for range 3 {
		gap := j
		for j < len(s) && j-gap < 3 && (s[j] == ' ' || s[j] == '#' || s[j] == '.') {
			if s[j] == '#' {
				fillers++
			}
			j++
		}
		if j == gap || j == len(s) {
			return -1, 0, 0
		}
		k := j
		for k < len(s) && k-j < maxWord && (is(s[k], letter) || s[k] >= utf8.RuneSelf) {
			k++
		}
		state := !statedFillers.has(s[j:k])
		if k == j || state && !stateWords.has(s[j:k]) || isAt(s, k, digit) {
			return j, fillers, states
		}
		j = k
		fillers++
		if state {
			states++
		}
	}
	return -1, 0, 0
}

// statedFillers may be between a label and the value that it states.
var statedFillers = words(`no nr num number id is was nummer on am op el il em le n° nº №`)

// isLongNumber says whether a number of five digits or more begins at i.
func isLongNumber(s string, i int) bool {
	n := 0
	for i+n < len(s) && n < 5 && is(s[i+n], digit) {
		n++
	}
	return n == 5
}

// hasDigitSoon says whether the word at i, or the short one before the next, has a
// digit.
func hasDigitSoon(s string, i int) bool {
	for j := i; j < len(s) && j-i < 24; j++ {
		switch {
		case is(s[j], digit):
			return true
		case s[j] == ' ' && j-i > 3, s[j] >= utf8.RuneSelf, valueEnds[s[j]] && s[j] != ' ':
			return false
		}
	}
	return false
}

// isStated says whether a value without quotes is what the label before it names, and
// not the number of something else: user 404, member 3 of 7. Behind a bare word for a
// person it must be a long number.
func (p *pair) isStated(bare bool) bool {
	v := p.value()
	if bare {
		return len(v) >= 5 && allDigits(v) && !strings.HasPrefix(p.s[p.end:], " of ")
	}
	switch p.label {
	case nameLabel:
		return looksLikeUserName(v) && is(v[0], letter) && !strings.ContainsAny(v, "()=") && !isVersion(v)
	case idLabel:
		return countDigits(v) >= 3
	case postcodeLabel:
		return countDigits(v) >= 4 || countDigits(v) > 0 && hasLetter(v)
	}
	return true
}

// statedEnds are the words that may end the label of a stated value, as is or as a
// part of a name in camel case.
var statedEnds = func() *wordSet {
	ends := words("")
	add := func(list string) {
		for _, w := range strings.Fields(list) {
			ends.insert(w)
		}
	}
	for _, l := range personLabels {
		if !l.stated {
			continue
		}
		add(l.names + " " + l.whole)
		for last, before := range l.qualified {
			add(last)
			for _, w := range strings.Fields(before) {
				ends.insert(w + last)
			}
		}
		for _, p := range l.phrases {
			add(p[strings.LastIndexAny(p, " '")+1:])
		}
	}
	for w := range bareOwners.words {
		add(w)
	}
	for w := range signInEnds.words {
		add(w)
	}
	return ends
}()

// statedStarts are the first letters of these words, and of names in camel case.
var statedStarts = func() string {
	seen := map[string]bool{}
	add := func(w string) {
		if len(w) >= 2 && is(w[0], lower) && is(w[1], lower) {
			seen[w[:2]] = true
		}
	}
	for w := range statedEnds.words {
		add(w)
	}
	for _, l := range personLabels {
		for _, before := range l.qualified {
			for _, w := range strings.Fields(before) {
				add(w)
			}
		}
	}
	pairs := make([]string, 0, len(seen))
	for p := range seen {
		pairs = append(pairs, p)
	}
	return anyCase(strings.Join(pairs, " "))
}()
