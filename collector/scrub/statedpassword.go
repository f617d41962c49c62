package scrub

import "strings"

// passwordNouns are what people call what they type into a password's field. Behind
// them a value may have no separator: password "sunflower", Kennwort Sommer24 falsch.
var passwordNouns = words(`password passwords passwort passwd passphrase passcode kennwort contrasena senha wachtwoord
	salasana heslo parola lozinka sandi`)

// passwordStarts are the first letters of passwordNouns.
var passwordStarts = anyCase("pa ke co se wa sa he lo")

// quotedPassword finds a value in quotes behind the word from start to end, whatever
// it is: wrong password "sunflower". Names of fields and of rules stay.
func quotedPassword(s string, start, end int) match {
	if strings.HasPrefix(s[end:], " (") && passwordNouns.has(s[start:end]) {
		return passwordInParentheses(s, end+2)
	}
	if !passwordNouns.has(s[start:end]) || end+2 >= len(s) || s[end] != ' ' || !isQuote(s[end+1]) ||
		start > 0 && (s[start-1] == '/' || s[start-1] == '.') {
		return match{}
	}
	v := end + 2
	n := strings.IndexByte(s[v:min(len(s), v+maxQuoted)], s[end+1])
	if n < 4 || placeholderAt(s, v) > 0 || !isQuotedPassword(s[v:v+n]) {
		return match{}
	}
	return found(v, v+n)
}

// passwordInParentheses finds a value that looks made up between parentheses, at i:
// Wrong password (hunter2).
func passwordInParentheses(s string, i int) match {
	n := strings.IndexByte(s[i:min(len(s), i+maxQuoted)], ')')
	if n < 4 || placeholderAt(s, i) > 0 {
		return match{}
	}
	v := s[i : i+n]
	if !isMadeUp(v) || strings.IndexByte(v, ' ') >= 0 || countDigits(v) == 0 || strings.ToUpper(v) == v || isHarmless(v) || strings.ContainsAny(v, "<>=:") {
		return match{}
	}
	return found(i, i+n)
}

// maxQuoted is the longest password in quotes, in bytes.
const maxQuoted = 64

// isQuotedPassword says whether v is a word or looks made up, and is neither a state
// nor a name: minLength, current-password, is_strong.
func isQuotedPassword(v string) bool {
	if strings.IndexByte(v, ' ') >= 0 || isHarmless(v) || aboutWords.has(v) || functionVerbs.has(v) || holderWords.has(v) ||
		labelOf(v) != nil {
		return false
	}
	if isMadeUp(v) {
		return true
	}
	for i := range len(v) {
		if v[i] < 0x80 && !is(v[i], lower) && (i > 0 || !is(v[i], upper)) {
			return false
		}
	}
	return true
}

// passwordArgument finds the value in quotes behind the parenthesis at i, of a call
// that does something with a password: setPassword("sunflower").
func passwordArgument(s string, i, behind int) match {
	start := i
	for start > 0 && i-start < maxName && (is(s[start-1], alnum) || s[start-1] == '_') {
		start--
	}
	var w nameWords
	w.split(s[start:i])
	if w.n < 2 || !passwordNouns.has(string(w.word(w.n-1))) || !changingVerbs.has(string(w.word(0))) {
		return match{}
	}
	n := strings.IndexByte(s[behind:min(len(s), behind+maxQuoted)], s[behind-1])
	if n < 3 || placeholderAt(s, behind) > 0 || isHarmless(s[behind:behind+n]) {
		return match{}
	}
	return found(behind, behind+n)
}

var letters = bytesIn(letter, "_")

// changingVerbs begin the names of calls that are given a password.
var changingVerbs = words(`set verify check validate compare hash encrypt update change reset type enter fill confirm save
	store test submit with`)

// passwordBefore finds a value that looks made up, the word at start and the signs
// behind it, behind a name for passwords in any language, maybe with a verb
// between them: Kennwort Sommer24! falsch, la contraseña es gatito99.
func passwordBefore(s string, start, _ int) match {
	if start < 5 || s[start-1] != ' ' {
		return match{}
	}
	if m := passwordTyped(s, start); m.next > 0 {
		return m
	}
	c := codeContext{s: s}
	i := start
	for range 2 {
		class, at, breaks := c.wordBefore(i)
		if at == i || breaks > 0 {
			return match{}
		}
		name := strings.TrimRight(s[at:i], " ")
		if passwordNouns.has(name) || foreignLabel(name) == passwordLabel ||
			strings.EqualFold(name, "passe") && endsInFold(s[:at], "mot de ") {
			break
		}
		if class&codeLink == 0 || class&digitsInCode != 0 || i != start {
			return match{}
		}
		i = at
	}
	end := trimPunctuation(s, start, passwordLabel.valueEnd(s, start, ' '))
	if v := s[start:end]; !isMadeUp(v) || !strings.ContainsAny(v, "0123456789") || strings.IndexByte(v, '_') >= 0 ||
		isHarmless(v) {
		return match{}
	}
	return found(start, end)
}

// passwordTyped finds the value at start that a sentence says somebody typed: you
// entered hunter2 as your password, the password you typed, hunter2, is wrong.
func passwordTyped(s string, start int) match {
	end := trimPunctuation(s, start, passwordLabel.valueEnd(s, start, ' '))
	v := s[start:end]
	if placeholderAt(s, start) > 0 || !isMadeUp(v) || countDigits(v) == 0 || strings.IndexByte(v, '_') >= 0 || isHarmless(v) {
		return match{}
	}
	for _, link := range [...]string{" as your ", " as the ", " as a ", " as "} {
		if rest, ok := strings.CutPrefix(s[end:], link); ok {
			noun, _, _ := strings.Cut(rest[:min(len(rest), maxWord)], " ")
			if passwordNouns.has(trimmedWord(noun)) {
				return found(start, end)
			}
		}
	}
	for _, verb := range [...]string{"typed", "entered", "gave", "provided", "used", "chose", "submitted"} {
		before, ok := strings.CutSuffix(strings.TrimRight(s[max(0, start-maxName):start], ", :"), " you "+verb)
		if ok && passwordNouns.has(before[strings.LastIndexByte(before, ' ')+1:]) {
			return found(start, end)
		}
	}
	return match{}
}
