package scrub

import "strings"

var (
	valueEnds = bytesOf(" \t\n&;,\"'<>)}]`|")
	// personalEnds end values of people's labels: in code a further = follows.
	personalEnds = bytesOf(" \t\n&;,\"'<>)}]`|=")
	lineEnds     = bytesOf("\n\"'")
	contentEnds  = bytesOf("<\n")
)

// valueEnd gives where an unquoted value that begins at i, behind the separator sep,
// ends.
func (l *label) valueEnd(s string, i int, sep byte) int {
	stops := &valueEnds
	switch {
	case sep == '>':
		stops = &contentEnds
	case l.line && sep == ':':
		stops = &lineEnds
	}
	high := len(s)
	if l.maxValue > 0 {
		high = min(high, i+l.maxValue)
	} else if l.isPersonal() {
		high = min(high, i+maxPersonalValue)
		if stops == &valueEnds {
			stops = &personalEnds
		}
	}
	if l.comma {
		if end := decimalCommaEnd(s[:high], s, i); end > 0 {
			return end
		}
	}
	j := i
	for j < high && !stops[s[j]] {
		if s[j] == '\\' && j+1 < len(s) && (s[j+1] == 'n' || s[j+1] == '"' || s[j+1] == 'r') {
			break
		}
		j++
	}
	return j
}

// decimalCommaEnd gives where the number with a comma and at least four decimals
// ends that head, the beginning of s, has at i: 52,520008. 0 if there is none.
func decimalCommaEnd(head, s string, i int) int {
	j := i
	for j < len(head) && (is(head[j], digit) || j == i && (head[j] == '-' || head[j] == '+')) {
		j++
	}
	if j == i || j == len(head) || head[j] != ',' {
		return 0
	}
	k := j + 1
	for k < len(head) && is(head[k], digit) {
		k++
	}
	if k-j <= 4 || isAt(s, k, alnum) || k < len(s) && s[k] == '.' {
		return 0
	}
	return k
}

// valueBelow finds a value that is alone on the line below i, indented, as in YAML;
// >- and | may be before the line break.
func valueBelow(s string, i int) (start, end int) {
	for n := 0; n < 2 && i < len(s) && strings.IndexByte(">|-", s[i]) >= 0; n++ {
		i++
	}
	if i >= len(s) || s[i] != '\n' {
		return 0, 0
	}
	start = i + 1
	for start < len(s) && start-i < 16 && (s[start] == ' ' || s[start] == '\t') {
		start++
	}
	if start == i+1 || start == len(s) || placeholderAt(s, start) > 0 {
		return 0, 0
	}
	end = passwordLabel.valueEnd(s, start, ' ')
	if end < len(s) && s[end] != '\n' || !isMadeUp(s[start:end]) || s[end-1] == ':' {
		return 0, 0
	}
	return start, end
}

// curlyQuote is the length of a typographic quote, in bytes.
const curlyQuote = len("“")

// isCurlyQuote says whether a typographic quote begins at i.
func isCurlyQuote(s string, i int) bool {
	return i >= 0 && i+curlyQuote <= len(s) && s[i] == 0xe2 && s[i+1] == 0x80 && s[i+2] >= 0x98 && s[i+2] <= 0x9f
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// closingQuote gives where the value that begins at i ends: at the quote q, behind
// as many backslashes as it was opened with; at the end of the line if there is none.
func closingQuote(s string, i int, q byte, escapes int) int {
	for j := i; j < len(s); j++ {
		switch s[j] {
		case q:
			return j - min(escapes, j-i)
		case '\\':
			if escapes == 0 {
				j++
			}
		case '\n':
			return j
		}
	}
	return len(s)
}

// trimPunctuation gives end without the sentence's punctuation before it.
func trimPunctuation(s string, start, end int) int {
	for end > start && strings.IndexByte(".!?:", s[end-1]) >= 0 {
		end--
	}
	return end
}

func lineEnd(s string, i int) int {
	if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(s)
}

// isDirectory says whether a path begins at i: the value of the shell's pwd, not of
// a password.
func isDirectory(s string, i int) bool {
	for i < len(s) && (s[i] == ' ' || s[i] == '"' || s[i] == '\'') {
		i++
	}
	if i+1 >= len(s) || s[i] != '/' && s[i] != '~' || s[i] == '~' && s[i+1] != '/' {
		return false
	}
	for ; i < len(s) && !valueEnds[s[i]]; i++ {
		if !is(s[i], alnum|connector) && s[i] != '.' && s[i] != ':' {
			return false
		}
	}
	return true
}

// looksSecret tells a value from a word of prose: by a digit or an =, by its
// length, and if it is not short by its signs and capitals.
func looksSecret(v string) bool {
	if len(v) >= 32 {
		return true
	}
	sure, signs := false, false
	for i := range len(v) {
		sure = sure || is(v[i], digit) || v[i] == '='
		signs = signs || is(v[i], connector) || i > 0 && is(v[i], upper)
	}
	switch n := len(v); {
	case n < 4:
		return false
	case n < 12:
		return sure
	}
	return sure || signs && scoreWord(v) < 0 // not login_required
}

// isDecimal says whether v is a number with at least so many decimals.
func isDecimal(v string, least int) bool {
	dot := strings.IndexAny(v, ".,")
	if dot < 0 || len(v)-dot <= least {
		return false
	}
	for i := range len(v) {
		if c := v[i]; !is(c, digit) && i != dot && c != '.' && (i > 0 || c != '-' && c != '+') {
			return false
		}
	}
	return true
}

func isMostlyDigits(v string) bool {
	n := 0
	for i := range len(v) {
		if is(v[i], digit) {
			n++
		}
	}
	return n > 0 && 2*n >= len(v)
}

// isHarmless says whether a value reveals nothing: a type, a state, a mask, a
// variable of a template, an object.
func isHarmless(v string) bool {
	if v == "" {
		return true
	}
	switch v[0] {
	case '{', '[', '(', '<', '|':
		return true
	case '*':
		return strings.Trim(v, "*") == ""
	case '$', '%', '#', '/':
		return len(v) <= 2 || v[0] == '$' && v[1] == '{' || v[0] == '/' && v[1] == '/'
	}
	return harmlessValues.has(v)
}

var harmlessValues = words(`undefined null nil none nan true false yes no on off 0 1 empty missing required invalid
	expired incorrect wrong rejected denied disabled enabled unknown unset set object string number boolean function
	symbol array expected unexpected must should cannot can't could not is was are has have may too at in of for from
	to the a an and or failed failure error ok valid unauthorized forbidden mismatch revoked refused changed reset
	updated saved deleted optional default redacted filtered hidden masked removed xxx xxxx ... … n/a please enter use
	try field input value length minimum maximum weak strong short long contains requires password token secret basic
	bearer digest cookie malformed absent blocked ignored skipped found using with without anonymous guest pending
	active inactive this that await new typeof return path requis requise manquant manquante invalide incorrecte
	obligatoire oublié expiré erforderlich falsch fehlt vergessen abgelaufen ungültig requerido requerida obligatorio
	obligatoria incorrecta incorrecto inválida caducada richiesta errata scaduta obrigatória wymagane
	max min same already check doesn isn don didn won wasn hasn aren shouldn same-origin include omit cors no-cors navigate not_found no-store timeout timed aborted canceled cancelled closed
	opened started stopped finished unavailable unsupported unreachable offline undefined. interrupted exceeded
	zu darf muss soll ist war sind nicht kein keine leer ungueltig benötigt pflichtfeld schwach unbekannt gesperrt
	trop doit est sont vide non pas faible inconnu inconnue expirée refusé refusée nécessaire
	demasiado demasiada muy debe es está son vacío vacía débil no caducado caducada expirada necesaria incorrectas
	muito muita deve é são está vazio vazia não fraca fraco expirou expirada obrigatório necessária inválido
	troppo deve è sono vuota vuoto non debole obbligatoria obbligatorio necessaria scaduto errato sbagliata
	te moet mag is leeg niet zwak verplicht ongeldig onjuist verlopen vereist
	za musi jest puste nie słabe wymagany wymagana nieprawidłowe niepoprawne wygasło zbyt błędne
	çok olmalı boş gerekli zorunlu geçersiz hatalı yanlış
	слишком должен должно обязательно обязателен обязательное не неверный неверен неправильный пуст пустой истёк истек
	требуется слабый занадто обов'язковий потрібен
	för måste krävs ogiltigt felaktigt saknas påkrævet ugyldigt påkrevd ugyldig for mangler pakollinen virheellinen
	povinné povinná neplatné příliš kötelező érvénytelen túl obligatorie invalidă prea
	υποχρεωτικός υποχρεωτικό μη πολύ bắt không wajib tidak terlalu harus`)

// isUnspacedProse says whether v is of Chinese, Japanese, Korean or Thai letters
// alone, or with
// a small number: what follows a label is then a sentence, since such letters cannot be typed
// into a password's field.
func isUnspacedProse(v string) bool {
	runes, digits := 0, 0
	for _, r := range v {
		switch {
		case unspaced(r) || r >= 0x3000 && r < 0xff00: // and their punctuation
			runes++
		case r >= '0' && r <= '9': // 8文字以上
			digits++
		default:
			return false
		}
	}
	return runes > 0 && digits <= 2
}
