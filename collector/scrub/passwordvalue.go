package scrub

import "strings"

// acceptPassword accepts every value, but one that follows the name of a piece of
// code in prose only if it looks like a secret: "ResetPassword: render failed".
func acceptPassword(p *pair) (Kind, bool) {
	if isUnspacedProse(p.value()) {
		return 0, false
	}
	if p.s[p.sep] == ':' && p.spaced && !p.quoted && hasByte(p.s, p.end, ' ') && ruleWords.has(p.value()) {
		return 0, false
	}
	if p.s[p.sep] != ':' || !p.spaced || p.quoted || p.name >= p.sep {
		return p.label.kind, true
	}
	if (p.namesSelector() || namesCode(p.s[p.name:p.sep]) || p.namesWordsBefore() || p.isClassInProse()) && !looksSecret(p.value()) {
		return 0, false
	}
	return p.label.kind, true
}

// ruleWords begin what a form says about the length of a password: "Passwort:
// mindestens 8 Zeichen".
var ruleWords = words(`mindestens höchstens maximal minimal wenigstens au ao al en no max min minimum maximum au-moins
	mínimo mínima máximo máxima minimo minima massimo massima almeno pelo minimaal maximaal minstens ten mindst minst
	højst høyst högst minimum maksimum co przynajmniej maksymalnie minimalnie минимум максимум мінімум від от до
	не минимальная alespoň nejméně nejvýše minimálně legalább legfeljebb vähintään enintään az cel puțin
	τουλάχιστον έως tối ít setidaknya maksimal على न्यूनतम कम`)

// namesCode says whether a name with a word for a secret is that of a function, a
// component or a key of translations, which hold no secret: usePassword,
// ResetPassword, navigator.credentials.create, login.password.title.
func namesCode(name string) bool {
	name = strings.Trim(name, " \"'`.")
	last := name[strings.LastIndexByte(name, '.')+1:]
	var w nameWords
	w.split(last)
	if len(last) < len(name) && !holderWords.has(last) && !w.hasSecret() {
		return true
	}
	return w.n > 1 && functionVerbs.has(string(w.word(0)))
}

// hasSecret says whether one of the words is for a secret, or a number.
func (w *nameWords) hasSecret() bool {
	for k := range w.n {
		if word := string(w.word(k)); secretWords.has(word) || allDigits(word) {
			return true
		}
	}
	return false
}

var secretWords = words(`password passwords passwd passphrase passwort kennwort contrasena senha secret secrets credential
	credentials pwd psk token tokens key keys passcode pin apikey`)

// holderWords end dotted names of what holds a secret: form.password.value.
var holderWords = words(`value values val plain plaintext text raw current new old data content string str key default
	confirm confirmation first second primary secondary db admin root user test prod production staging dev`)

// functionVerbs begin names of functions and components.
var functionVerbs = words(`use reset resets validate validates verify get set check checks change changes forgot forget update
	handle on is has render fetch compare encrypt decrypt require toggle hide show submit generate create
	send request store save read load clear remove delete with without find parse issue sign rotate revoke refresh
	expire lookup make build register recover restore match test assert ensure invalid missing prompt enter input
	provide select edit manage view open close init setup configure normalize sanitize mask log print await async
	try retry resend hash salt reject accept should can will did does`)

// isClassInProse says whether the name is written as those of classes are, in several
// words, and what follows is a sentence: "AuthToken: refresh failed".
func (p *pair) isClassInProse() bool {
	name := strings.TrimRight(p.s[p.name:p.sep], " ")
	var w nameWords
	w.split(name)
	if w.n < 2 || !isClassName(name) {
		return false
	}
	s, end := p.s, p.end
	return isAt(s, p.start, lower) && hasByte(s, end, ' ') && isAt(s, end+1, lower)
}

// namesSelector says whether the name is a selector or a property of a style sheet:
// .password-toggle, #password, --password-bg.
func (p *pair) namesSelector() bool {
	name := p.s[p.name:p.sep]
	return name[0] == '.' || strings.HasPrefix(name, "--") || p.name > 0 && p.s[p.name-1] == '#'
}

// namesWordsBefore says whether the words before the name are about a key of
// translations.
func (p *pair) namesWordsBefore() bool {
	before := strings.TrimRight(p.s[max(0, p.name-24):p.name], " \"':")
	for _, w := range [...]string{"ranslation", "ranslation for", "i18n", "i18n key", "essage key", "ranslation key", "ocale key"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return false
}

// isCookieAttributes says whether the value of a cookie header has attributes alone:
// SameSite=None; Secure.
func isCookieAttributes(v string) bool {
	if len(v) > maxCookieAttributes {
		return false
	}
	for part := range strings.SplitSeq(v, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if name+value != "" && !cookieAttributes.has(strings.TrimSpace(name)) {
			return false
		}
	}
	return true
}

// maxCookieAttributes is the longest list of the attributes alone, in bytes.
const maxCookieAttributes = 256

var cookieAttributes = words(`samesite secure httponly path domain max-age expires partitioned priority`)
