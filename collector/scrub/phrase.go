package scrub

import (
	"strings"
)

// isPersonal says whether the label is one of people, not of secrets.
func (l *label) isPersonal() bool { return l.kind >= ID && l.kind <= Personal }

// isWeak says whether the label's names mean other things as well, so that the words
// and the object around them decide first.
func (l *label) isWeak() bool {
	return l != nil && (l == loginLabel || l == shownLabel || l == plainNameLabel)
}

// isCommonWord says whether a label's name is also a name of people: Street, Rue.
func (l *label) isCommonWord(v string) bool {
	return l == streetLabel && is(v[0], upper) && !strings.ContainsAny(v, " _") && !hasInnerCapital(v)
}

// phraseLabel gives the label of several words of which the last is from start to
// end: date of birth, customer number.
func phraseLabel(s string, start, end int) *label {
	if start < 2 || s[start-1] != ' ' && s[start-1] != '\'' || end-start >= maxWord {
		return nil
	}
	var buf [maxWord]byte
	last := appendLower(buf[:0], s[start:end])
	for _, p := range labelled.phrases[string(last)] {
		if at := end - len(p.word); at >= 0 && endsInFold(s[:end], p.word) && !isAt(s, at-1, alnum) {
			return p.label
		}
	}
	if len(labelled.qualified[string(last)]) == 0 || s[start-1] != ' ' {
		return nil
	}
	word := start - 1
	for word > 0 && start-word <= maxWord && (is(s[word-1], alnum) || s[word-1] == '_') {
		word--
	}
	if word == start-1 {
		return nil
	}
	if linkWords.has(s[word : start-1]) { // user with id
		end, start = word-1, word-1
		for start > 0 && end-start < maxWord && is(s[start-1], letter) {
			start--
		}
		if start < end && bareOwners.has(s[start:end]) {
			return idLabel
		}
		return nil
	}
	if l := labelOf(s[word:end]); l != nil && l.isPersonal() {
		return l
	}
	return nil
}

// linkWords join a word for a person and what identifies it: user with id 5.
var linkWords = words(`with by having`)

// ownedLabel gives the label of a name that says little without the object that it is
// in: user[name], "user":{"id":1}, User(id=1).
func ownedLabel(s string, start, end int) *label {
	if !ownedNames.has(s[start:end]) {
		return nil
	}
	owner := start
	if start > 0 && s[start-1] == '[' {
		owner--
	} else if owner = openingBrace(s, start); owner < 0 {
		return nil
	}
	for owner > 0 && ownerGaps[s[owner-1]] {
		owner--
	}
	word := owner
	for word > 0 && owner-word < maxWord && (is(s[word-1], alnum) || s[word-1] == '_') {
		word--
	}
	var buf [2*maxWord + 1]byte
	name := append(append(buf[:0], s[word:owner]...), '_')
	if word == owner {
		return nil
	}
	if l := labelOf(string(append(name, s[start:end]...))); l != nil && l.isPersonal() {
		return l
	}
	return nil
}

// ownedNames are the names of fields whose owner says whether they are a person's.
var ownedNames = words(`id name uuid guid number key date year first last given family middle`)

// ownerGaps are between an object and the name that it has.
var ownerGaps = bytesOf("\"'\\:=>( ")

// openingBrace gives where the object opens that encloses i, near before it; -1 if
// none does.
func openingBrace(s string, i int) int {
	depth := 0
	for j := i - 1; j >= 0 && i-j < maxOwned; j-- {
		switch s[j] {
		case '{', '(':
			if depth == 0 {
				return j
			}
			depth--
		case '}', ')':
			depth++
		case '\n':
			if j > 0 && s[j-1] == '\n' {
				return -1
			}
		}
	}
	return -1
}

// maxOwned is how far from its name a field of an object may be, in bytes.
const maxOwned = 120
