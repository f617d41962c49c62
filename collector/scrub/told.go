package scrub

import "strings"

// told looks for a secret that a sentence tells between its name, which ends at
// end, and what stands from i on: password is x1y2, password -> x1y2. Words alone
// tell nothing ("password is required"), so the value must look the part.
func (sc *scan) told(s string, end, i int) int {
	for end > 0 && i-end < 6 && s[end-1] == ' ' {
		end--
	}
	start := end
	for start > 0 && end-start < maxName && (is(s[start-1], alnum) || s[start-1] == '_' || s[start-1] == '-') {
		start--
	}
	if end-start < 3 {
		return 0
	}
	name := s[start:end]
	code := sentCode(s, start, end) || strings.EqualFold(name, "code") && endsInFold(s[:start], "your ") ||
		strings.EqualFold(name, "pin") || strings.EqualFold(name, "otp") || strings.EqualFold(name, "passcode")
	if !code && secrecyOf(name) != sureSecret {
		return 0
	}
	j := i
	for j < len(s) && j-i < 3 && s[j] == ' ' {
		j++
	}
	if j == i || j == len(s) {
		return 0
	}
	quoted := s[j] == '"' || s[j] == '\'' || s[j] == '`'
	var stop int
	if quoted {
		j++
		stop = closing(s, j, s[j-1], 0)
	} else {
		stop = unquoted(s, j, sureSecret, ' ')
		for stop > j && strings.IndexByte(".!?:", s[stop-1]) >= 0 {
			stop--
		}
	}
	v := s[j:stop]
	switch {
	case v == "" || placeholderAt(s, j) > 0 || benignValue(v):
		return 0
	case code:
		if !isSentCode(v) {
			return 0
		}
	case !quoted && !is(v[0], alnum) || !madeUp(v):
		return 0
	case i == end && (!strings.ContainsAny(v, "0123456789") || strings.IndexByte(v, '_') >= 0):
		return 0 // password x1y2, not password min_length
	}
	sc.redact(j, stop, Secret)
	return stop
}

// passwordWord says whether s has a word for a password from i to end, after which
// one may stand: password x1y2.
func passwordWord(s string, i, end int) bool {
	if s[i]|0x20 != 'p' || end-i < 6 || end-i > 10 || !isAt(s, end, space) || i > 0 && s[i-1] == '/' {
		return false
	}
	w := s[i:end]
	return strings.EqualFold(w, "password") || strings.EqualFold(w, "passwd") || strings.EqualFold(w, "passwort") || strings.EqualFold(w, "passphrase")
}

// toldBefore end the words after which toldCode looks for one: code, pin, otp, cvv, cvc.
var toldBefore = bytesOf("enpvcENPVC")

// toldCode looks at the digits from i to end, which stand after a blank, for the
// code that somebody signs in with: verification code 482913, PIN 4821.
func (sc *scan) toldCode(s string, i, end int) int {
	start := i - 1
	for start > 0 && i-start < 10 && is(s[start-1], letter) {
		start--
	}
	switch w := s[start : i-1]; {
	case strings.EqualFold(w, "code"):
		if end-i < 4 || !sentCode(s, start, i-1) {
			return 0
		}
	case strings.EqualFold(w, "cvv"), strings.EqualFold(w, "cvc"):
	case end-i < 4:
		return 0
	case strings.EqualFold(w, "otp"), strings.EqualFold(w, "pin"), strings.EqualFold(w, "passcode"):
	default:
		return 0
	}
	sc.redact(i, end, Secret)
	return end
}

// sentCode says whether the word "code" from start to end is that of somebody
// who signs in: pin code, verification code, one-time code.
func sentCode(s string, start, end int) bool {
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
	return proseCodes.has(string(w.text()))
}

var proseCodes = words(`pin verification security otp sms 2fa fa mfa totp passcode confirmation backup recovery login access authentication`)

// isSentCode says whether v is such a code: 4 to 8 digits, or capitals and digits
// in groups.
func isSentCode(v string) bool {
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
	return digits >= 4 && digits <= 8 && digits+groups == len(v) || len(v) >= 8 && len(v) < 48 && (groups > 0 || digits > 1)
}

// madeUp says whether v looks like what somebody has thought of as a password,
// and not like a word, a number, or the name of a format: letters, amid them
// digits or signs.
func madeUp(v string) bool {
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

// formats are names that go on with a number: of hashes, encodings, protocols.
var formats = words(`http/ sha sha- md base base- utf utf- aes aes- argon pbkdf oauth ntlmv ipv step field level version v rule code`)
