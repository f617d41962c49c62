package scrub

import "strings"

// cardCode finds the code of a payment card or a PIN, the digits from start to end
// after a word for it: CVV 123, PIN 4821.
func cardCode(s string, start, end int) match {
	if start < 4 || s[start-1] != ' ' || !codeEndings[s[start-2]] {
		return match{}
	}
	word := start - 1
	for word > 0 && start-word < 10 && is(s[word-1], letter) {
		word--
	}
	w := s[word : start-1]
	if !cardCodeWords.has(w) && (end-start < 4 || !pinWords.has(w)) {
		return match{}
	}
	if !cardCodeWords.has(w) && isOfPart(s, word, end) {
		return match{}
	}
	return found(start, end)
}

// isOfPart says whether the pin from start to end is one of a connector or of a map:
// "map pin 4829", "pin 4829 of connector".
func isOfPart(s string, start, end int) bool {
	before := wordBefore(s, start)
	behind, _, _ := strings.Cut(strings.TrimPrefix(s[end:min(len(s), end+maxWord)], " "), " ")
	return before.isIn(partOwners) || partJoins.has(behind)
}

var (
	cardCodeWords = words(`cvv cvc`)
	pinWords      = words(`pin otp passcode`)
	// partOwners have pins that are no codes, and partJoins are between a pin and what
	// it is a part of.
	partOwners = words(`map gpio header connector cpu chip bowling board marker rolling hair package dependency version`)
	partJoins  = words(`of on at to and is-high floating high low`)
	// codeEndings are the last letters of these words.
	codeEndings = bytesOf("enpvcENPVC")
)

// isCodeLabel says whether the word from start to end names a code that a user
// signs in with, alone or with the word before it.
func isCodeLabel(s string, start, end int) bool {
	return pinWords.has(s[start:end]) || isNamedCode(s, start, end) ||
		strings.EqualFold(s[start:end], "code") && endsInFold(s[:start], "your ")
}

// isNamedCode says whether the word from start to end is code, and the one before
// it says that a user signs in with it: pin code, verification code, one-time code.
func isNamedCode(s string, start, end int) bool {
	if !strings.EqualFold(s[start:end], "code") {
		return false
	}
	w := wordBefore(s, start)
	switch string(w.text()) {
	case "time":
		return endsInFold(s[:start], "one-time ") || endsInFold(s[:start], "one time ")
	case "factor":
		return endsInFold(s[:start], "two-factor ") || endsInFold(s[:start], "second factor ")
	}
	return w.isIn(codeNames)
}

var codeNames = words(`pin verification security otp sms 2fa fa mfa totp passcode confirmation backup recovery login
	access authentication`)

// isSignInCode says whether v looks like such a code: 4 to 8 digits, or capitals
// and digits in groups.
func isSignInCode(v string) bool {
	digits, groups := 0, 0
	for i := range len(v) {
		switch {
		case is(v[i], digit):
			digits++
		case v[i] == '-':
			groups++
		case !is(v[i], upper) && (groups == 0 && digits == 0 || !is(v[i], lower)):
			return false
		}
	}
	return digits >= 4 && digits <= 8 && digits+groups == len(v) ||
		len(v) >= 8 && len(v) < 48 && (groups > 0 || digits > 1)
}
