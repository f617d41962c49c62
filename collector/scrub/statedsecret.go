package scrub

import "strings"

// secretAfterIs finds a secret that a sentence states after is, the word from start
// to end: password is x1y2.
func secretAfterIs(s string, start, end int) match {
	if start < 3 || s[start:end] != "is" || s[start-1] != ' ' {
		return match{}
	}
	return statedSecret(s, start-1, end)
}

// secretAfterPassword finds a secret directly after the word from start to end:
// password x1y2.
func secretAfterPassword(s string, start, end int) match {
	if !passwordWords.has(s[start:end]) || !isAt(s, end, space) || start > 0 && s[start-1] == '/' {
		return match{}
	}
	return statedSecret(s, end, end)
}

var passwordWords = words(`password passwd passwort passphrase`)

// secretAfterArrow finds a secret after the > at i of an arrow: password -> x1y2. The
// scan goes on within it, so that an e-mail address is still found as such.
func secretAfterArrow(s string, i, behind int) match {
	return arrowSecret(s, i-1, behind)
}

// arrowLeads are before the > of an arrow.
var arrowLeads = bytesOf("-")

// secretAfterWideArrow finds a secret after a →.
func secretAfterWideArrow(s string, i, behind int) match {
	return arrowSecret(s, i, behind)
}

// arrowSecret finds a secret after the arrow from start to behind.
func arrowSecret(s string, start, behind int) match {
	m := statedSecret(s, start, behind)
	if m.next > 0 {
		m.next = behind
	}
	return m
}

// statedSecret finds the value that begins behind from, if the words up to labelEnd
// name it. A sentence about a secret rarely contains it ("password is required"), so
// the value must look made up.
func statedSecret(s string, labelEnd, from int) match {
	end := labelEnd
	for end > 0 && from-end < 6 && s[end-1] == ' ' {
		end--
	}
	start := end
	for start > 0 && end-start < maxName && (is(s[start-1], alnum) || s[start-1] == '_' || s[start-1] == '-') {
		start--
	}
	if end-start < 3 {
		return match{}
	}
	code := isCodeLabel(s, start, end)
	if !code && labelOf(s[start:end]) != passwordLabel {
		return match{}
	}
	v, valueEnd, quoted := statedValue(s, from)
	switch value := s[v:valueEnd]; {
	case value == "" || placeholderAt(s, v) > 0 || isHarmless(value):
		return match{}
	case code:
		if !isSignInCode(value) || isQuantity(s, valueEnd) {
			return match{}
		}
	case !quoted && !is(value[0], alnum) || !isMadeUp(value):
		return match{}
	case from == labelEnd && (!strings.ContainsAny(value, "0123456789") || strings.IndexByte(value, '_') >= 0):
		return match{} // password x1y2, not password min_length
	}
	return found(v, valueEnd)
}

// statedValue gives the value behind one to three blanks at i, without its quotes
// and the sentence's punctuation; an empty one if there is none.
func statedValue(s string, i int) (start, end int, quoted bool) {
	start = i
	for start < len(s) && start-i < 3 && s[start] == ' ' {
		start++
	}
	if start == i || start == len(s) {
		return 0, 0, false
	}
	if isQuote(s[start]) {
		start++
		return start, closingQuote(s, start, s[start-1], 0), true
	}
	return start, trimPunctuation(s, start, passwordLabel.valueEnd(s, start, ' ')), false
}

// isMadeUp says whether v looks like a password that a person made up, and not like
// a word, a number, or the name of a format: letters with digits or signs.
func isMadeUp(v string) bool {
	letters, digits, signs, capitals := 0, 0, 0, 0
	for i := range len(v) {
		switch {
		case is(v[i], digit):
			digits++
		case is(v[i], letter):
			letters++
			if i > 0 && is(v[i], upper) {
				capitals++
			}
		case v[i] < 0x80 && v[i] != '-' && v[i] != '.' && v[i] != '\'' && v[i] != '/':
			signs++
		}
	}
	if len(v) < 5 || letters < 2 || digits+signs == 0 || is(v[0], digit) && capitals == 0 && signs == 0 {
		return false
	}
	n := strings.IndexAny(v, "0123456789")
	if n < 0 || !formats.has(v[:n]) {
		return true
	}
	rest := strings.TrimLeft(v[n:], "0123456789")
	return rest != "" && rest[0] != '-' && rest[0] != '.' // base64-encoded, HTTP/1.1
}

// formats are names that a number follows: of hashes, encodings, protocols.
var formats = words(`http/ sha sha- md base base- utf utf- aes aes- argon pbkdf oauth ntlmv ipv step field level
	version v rule code input form pattern regex column col row error err feld schritt regel champ campo veld pole krok`)

// recoveryCode finds the code that follows the word from start to end, in groups of
// letters and digits: recovery code abcd-efgh-1234.
func recoveryCode(s string, start, end int) match {
	if w := wordBefore(s, start); !w.isIn(spareWords) {
		return match{}
	}
	v := end + 1
	if strings.HasPrefix(s[v:], "is ") {
		v += len("is ")
	}
	i, groups, digits := v, 0, 0
	for i < len(s) && i-v < maxWord && (is(s[i], alnum) || s[i] == '-' && i > v && is(s[i-1], alnum)) {
		if s[i] == '-' {
			groups++
		} else if is(s[i], digit) {
			digits++
		}
		i++
	}
	if groups == 0 || digits == 0 || i-v < 8 || placeholderAt(s, v) > 0 || s[i-1] == '-' {
		return match{}
	}
	return found(v, i)
}

// spareWords are before the word code.
var spareWords = words(`recovery backup rescue`)
