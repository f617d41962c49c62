package scrub

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// acceptName accepts a value that may be a name of a person, with the words of the
// name that follow an unquoted one.
func acceptName(p *pair) (Kind, bool) {
	p.joinApostrophe()
	v := p.value()
	switch {
	case isExpression(v) || isFormalValue(v) || !hasLetter(v) && !isUserNumber(v):
		return 0, false
	case isAddressed(v) || p.isTranslationKey():
		return 0, false
	case p.isEnclosed():
		return p.label.kind, !isStatement(v)
	case personStops.has(trimmedWord(v)) || hasForeignStop(v):
		return 0, false
	case p.spaced && p.isProse():
		return 0, false
	}
	p.extendName()
	return p.label.kind, p.end-p.start > 1
}

// acceptLogin accepts a value under a label that also names the act of signing in: not
// a method or a result of it, and in prose only one that looks made up.
func acceptLogin(p *pair) (Kind, bool) {
	v := p.value()
	if loginWords.has(trimmedWord(v)) || v[0] == '/' || strings.Contains(v, "://") {
		return 0, false
	}
	if p.spaced && !p.isEnclosed() && !looksLikeUserName(v) {
		end := takenNameEnd(p.s, p.start, false)
		return p.label.kind, end == p.end && end > 0
	}
	if allDigits(v) {
		return ID, len(v) >= 3 && isNamePart(p.s, p.sep)
	}
	return acceptName(p)
}

// acceptPlainName accepts a quoted name, that of a query, and in prose one that is
// written as a name. It may be a thing's: see
// plainNames.
func acceptPlainName(p *pair) (Kind, bool) {
	if !p.isEnclosed() && p.s[p.sep] != '=' {
		if v := p.value(); !p.spaced || !isUncased(v) && !isCapitalised(v) || strings.EqualFold(p.s[p.name:p.sep], "name") && p.isOfThing() {
			return 0, false
		}
	}
	return acceptName(p)
}

// acceptShownName accepts what is written as people's names are: several words with
// capitals; beside display name also one that is not the name of a component.
func acceptShownName(p *pair) (Kind, bool) {
	v := p.value()
	if p.isOwnersNumber() {
		return ID, true
	}
	kind, ok := acceptName(p)
	if !ok || strings.ContainsAny(v, "()<>{}/") {
		return 0, false
	}
	if isPersonShaped(p.value()) {
		return kind, !p.isAssignedThing()
	}
	name := strings.ToLower(p.s[p.name:p.sep])
	if strings.Contains(name, "screen") { // effie_91, not the home of an app
		return kind, p.isEnclosed() && countDigits(v) > 0 && hasLetter(v)
	}
	display := strings.Contains(name, "display")
	if !display || strings.ContainsAny(v, " .") {
		return 0, false
	}
	if p.isEnclosed() && isQuote(p.s[p.sep-1]) { // "displayName":"Aoife", not displayName: "Cart"
		return kind, !hasInnerCapital(v)
	}
	return kind, is(v[0], lower) && looksLikeUserName(v)
}

// acceptFamily accepts a quoted part of a name whose other part is near it.
func acceptFamily(p *pair) (Kind, bool) {
	other := "given"
	if strings.EqualFold(p.s[p.name:min(len(p.s), p.name+1)], "g") {
		other = "family"
	}
	low, high := max(0, p.name-maxFamily), min(len(p.s), p.end+maxFamily)
	if !p.isEnclosed() || !strings.Contains(p.s[low:p.name], other) && !strings.Contains(p.s[p.end:high], other) {
		return 0, false
	}
	return acceptName(p)
}

// maxFamily is how far the parts of a name in a record are from each other, in bytes.
const maxFamily = 96

// acceptContact accepts an e-mail address that is spelled for people; others are found
// by their shape: user.email=aoife at x.ie.
func acceptContact(p *pair) (Kind, bool) {
	if !endsInFold(p.s[:p.sep], "mail") && !endsInFold(p.s[:p.sep], "mail\"") {
		return 0, false
	}
	v := p.value()
	local, host, ok := strings.Cut(p.s[p.start:min(len(p.s), p.start+maxName)], " at ")
	if !ok || !labelOfDigits(local) || p.isEnclosed() && !strings.Contains(v, " at ") {
		return 0, false
	}
	n := 0
	for n < len(host) && (is(host[n], alnum) || host[n] == '.' || host[n] == '-') {
		n++
	}
	host = strings.TrimRight(host[:n], ".")
	dot := strings.LastIndexByte(host, '.')
	if dot <= 0 || len(host)-dot < 3 || countDigits(host[dot:]) > 0 {
		return 0, false
	}
	p.end = p.start + len(local) + len(" at ") + len(host)
	return p.label.kind, true
}

// isAssignedThing says whether the value behind created by or assigned to has a word
// of programs: Build Server.
func (p *pair) isAssignedThing() bool {
	if !endsInFold(p.s[:p.sep], " by") && !endsInFold(p.s[:p.sep], " to") {
		return false
	}
	for _, w := range strings.Fields(p.value()) {
		if thingWords.has(w) {
			return true
		}
	}
	return false
}

// isOwnersNumber says whether the value is a number of the person that the name is a
// word for: employee=E7731.
func (p *pair) isOwnersNumber() bool {
	v := p.value()
	return (p.isEnclosed() || p.s[p.sep] == '=') && bareOwners.has(p.s[p.name:p.sep]) && countDigits(v) >= 3 && len(v) <= maxWord &&
		labelOfDigits(v) && !isVersion(v)
}

// isEnclosed says whether the value is between quotes, or all of an element.
func (p *pair) isEnclosed() bool {
	return p.start > 0 && isQuote(p.s[p.start-1]) || isCurlyQuote(p.s, p.start-curlyQuote) || p.s[p.sep] == '>'
}

// joinApostrophe extends an unquoted value over the apostrophes in it: O'Connor.
func (p *pair) joinApostrophe() {
	if p.isEnclosed() {
		return
	}
	for p.end+1 < len(p.s) && p.s[p.end] == '\'' && (is(p.s[p.end+1], letter) || p.s[p.end+1] >= utf8.RuneSelf) {
		for p.end++; p.end < len(p.s) && !valueEnds[p.s[p.end]]; {
			p.end++
		}
	}
}

// isTranslationKey says whether the name is a key that the text is about: "Missing
// translation: profile.username: fr".
func (p *pair) isTranslationKey() bool {
	name := p.s[p.name:p.sep]
	return strings.IndexByte(name, '.') > 0 && p.name > 1 && strings.HasSuffix(p.s[:p.name], ": ")
}

// isAddressed says whether v has an e-mail address, which has a kind of its own.
func isAddressed(v string) bool {
	n := strings.IndexByte(v, '@')
	return n > 0 && strings.IndexByte(v[n:], '.') > 0
}

// isNamePart says whether the separator at i is that of a header or a query, in
// which numbers are values.
func isNamePart(s string, i int) bool { return s[i] == '=' || i > 0 && isQuote(s[i-1]) }

// isProse says whether an unquoted value after a colon begins a sentence about the
// field, as in "Username: kann nicht leer sein", and is no value.
func (p *pair) isProse() bool {
	v := p.value()
	r, _ := utf8.DecodeRuneInString(v)
	if !unicode.IsLower(r) || looksLikeUserName(v) {
		return false
	}
	rest := p.s[p.end:]
	if len(rest) < 2 || rest[0] != ' ' {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(rest[1:]); !unicode.IsLower(r) {
		return false
	}
	next, _, _ := strings.Cut(rest[1:], " ")
	return !predicates.has(trimmedWord(next)) && !nameParticles.has(v)
}

// extendName extends an unquoted name by the words that continue it: those with a
// capital, and the particles before them.
func (p *pair) extendName() {
	s, end := p.s, p.end
	if s[p.start] >= utf8.RuneSelf && isUncased(p.value()) {
		p.extendUncased()
		return
	}
	if next := capitalsAfterComma(s, end); next > 0 && allCapitals(p.value()) { // BRENNAN, AOIFE
		p.end = next
		return
	}
	particle := nameParticles.has(p.value())
	if !particle && (!isCapitalised(p.value()) || strings.ContainsAny(p.value(), "_+%")) {
		return
	}
	for range maxNameWords {
		if end >= len(s) || s[end] != ' ' {
			return
		}
		next := end + 1
		for next < len(s) && !nameEndsAt[s[next]] {
			next++
		}
		word := trimmedWord(s[end+1 : next])
		switch {
		case nameParticles.has(word):
			end = next
		case !isCapitalised(word) || hasByte(s, next, ':') || hasByte(s, next, '=') || hasByte(s, next, '(') || personStops.has(word):
			return
		default:
			end = trimPunctuation(s, end+1, next)
			p.end = end
		}
	}
}

// capitalsAfterComma gives where the word of capitals ends that follows a comma at i,
// 0 if none does.
func capitalsAfterComma(s string, i int) int {
	if i+3 >= len(s) || s[i] != ',' || s[i+1] != ' ' {
		return 0
	}
	end := i + 2
	for end < len(s) && is(s[end], upper) {
		end++
	}
	if end-i < 4 || end < len(s) && !nameEndsAt[s[end]] || hasByte(s, end, '=') || hasByte(s, end, ':') {
		return 0
	}
	return end
}

func allCapitals(v string) bool { return len(v) > 1 && strings.ToUpper(v) == v && hasLetter(v) }

// maxNameWords is how many words may follow the first of a name.
const maxNameWords = 5

var nameEndsAt = bytesOf(" \t\n&;,\"<>(){}[]`|=:")

// isCapitalised says whether a word is written as a name: a capital, and no digit.
func isCapitalised(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return w != "" && (unicode.IsUpper(r) || unicode.IsTitle(r)) && !strings.ContainsAny(w, "0123456789_.(")
}

// queryBlanks are the blanks of a query.
var queryBlanks = strings.NewReplacer("+", " ", "%20", " ")

// isPersonShaped says whether v is two to five words of which the first and the last
// have a capital.
func isPersonShaped(v string) bool {
	v = queryBlanks.Replace(v)
	for _, t := range personTitles {
		v = strings.TrimPrefix(v, t)
	}
	words := strings.Fields(v)
	if len(words) < 2 || len(words) > 5 || !isCapitalised(words[len(words)-1]) {
		return false
	}
	return isCapitalised(words[0])
}

// looksLikeUserName tells a user name from a word of prose: by a digit or a sign.
func looksLikeUserName(v string) bool {
	return strings.ContainsAny(v, "0123456789_") || strings.IndexByte(v, '.') > 0 && v[len(v)-1] != '.'
}

func hasInnerCapital(v string) bool {
	for i := 1; i < len(v); i++ {
		if is(v[i], upper) && is(v[i-1], lower) {
			return true
		}
	}
	return false
}

func hasLetter(v string) bool {
	for i := range len(v) {
		if is(v[i], letter) || v[i] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// isUserNumber says whether a name is a number: of a user who signs in with it.
func isUserNumber(v string) bool { return len(v) >= 5 && allDigits(v) }

// isStatement says whether a quoted value says something about the field, as
// messages of validation do, instead of being its value.
func isStatement(v string) bool {
	if hasForeignStop(v) {
		return true
	}
	n := 0
	for rest := v; rest != ""; n++ {
		var w string
		w, rest, _ = strings.Cut(rest, " ")
		if w = trimmedWord(w); len(w) > 1 && (personStops.has(w) || harmlessValues.has(w) && !nameParticles.has(w)) {
			return true
		}
	}
	return n > 8
}

// isFormalValue says whether v is the name of a type, a rule or a constant: String!,
// required|min:2, -1.
func isFormalValue(v string) bool {
	w := strings.TrimRight(v, "!?;[]|.,")
	return w == "" || len(w) > 1 && harmlessValues.has(w) || typeNames.has(w) || strings.Contains(v, "|")
}

// isExpression says whether v is code: props.userId, useUser(), ${name}.
func isExpression(v string) bool {
	if v[0] == '$' || v[0] == '@' && len(v) < 3 || strings.Contains(v, "=>") || strings.Contains(v, "()") {
		return true
	}
	n := strings.IndexAny(v, ".[(?")
	return n > 0 && codeRoots.has(v[:n])
}

// trimmedWord gives a word without the punctuation around it.
func trimmedWord(w string) string { return strings.Trim(w, ".,:;!?()[]{}'\"") }

// maxUnspacedValue is the longest value in a script without blanks, in runes; what is
// longer is a sentence.
const maxUnspacedValue = 24

// hasForeignStop says whether v has a word of validation in a script without blanks
// or capitals.
func hasForeignStop(v string) bool {
	if isASCII(v) {
		return false
	}
	if isUnspacedProse(v) && utf8.RuneCountInString(v) > maxUnspacedValue {
		return true
	}
	for i := 0; i+len(stopKey{}) <= len(v); i++ {
		if v[i] < utf8.RuneSelf {
			continue
		}
		for _, w := range foreignStopsBy[stopKey([]byte(v[i:i+len(stopKey{})]))] {
			if strings.HasPrefix(v[i:], w) {
				return true
			}
		}
	}
	return false
}
