package scrub

import "strings"

// maxName is the longest name of a pair that is looked at, in bytes.
const maxName = 48

// pair looks for a pair whose name promises a secret, by its =, : or > at i:
// password=x, "password": "x", 'token' => x, Cookie: a=b, <pin>1</pin>.
func (sc *scan) pair(s string, i int) int {
	if s[i] == '>' && (i == 0 || !is(s[i-1], alnum|connector)) {
		return 0
	}
	if s[i] == '>' && s[i-1] == '-' {
		return sc.told(s, i-1, i+1)
	}
	end := i
	for end > 0 && i-end < 3 && s[end-1] == ' ' {
		end--
	}
	quoted := false
	for end > 0 && i-end < 6 && (s[end-1] == '"' || s[end-1] == '\'' || s[end-1] == '\\' || s[end-1] == '`' || s[end-1] == ']') {
		quoted = quoted || s[end-1] != ']'
		end--
	}
	start := end
	for start > 0 && end-start < maxName && (is(s[start-1], alnum) || s[start-1] == '_' || s[start-1] == '-' || s[start-1] == '.') {
		start--
	}
	if start > 0 && s[start-1] >= 0x80 && endsInAny(s[max(0, end-maxForeign):end], foreignSecrets) {
		return sc.value(s, i, start, sureSecret, quoted)
	}
	if open := start - 1; open > 0 && s[open] == '[' && end < len(s) && s[end] == ']' && (start == end || allDigits(s[start:end])) { // passwords[0]
		end, start = open, open
		for start > 0 && end-start < maxName && is(s[start-1], alnum|connector) {
			start--
		}
		if end-start > 2 && s[end-1] == 's' {
			end--
		}
	}
	if end-start < 2 {
		return 0
	}
	secret := secrecyOf(s[start:end])
	if secret == sureSecret && strings.EqualFold(s[start:end], "pwd") && isDirectory(s, i+1) {
		return 0
	}
	if secret == notSecret && end-start == 4 && s[i] == ':' && sentCode(s, start, end) {
		secret = signInCode
	}
	if secret == notSecret && end-start == 4 && s[i] == '=' && start > 0 && (s[start-1] == '?' || s[start-1] == '&') && s[start:end] == "code" {
		secret = sureSecret // of an authorization grant
	}
	if secret == notSecret && s[i] != '>' {
		secret = spacedName(s, start, end)
	}
	if secret == notSecret {
		return 0
	}
	if s[i] == '>' && (start == 0 || s[start-1] != '<') {
		return 0
	}
	return sc.value(s, i, start, secret, quoted)
}

// value replaces the value after the separator at i.
func (sc *scan) value(s string, i, name int, secret secrecy, quoted bool) int {
	j := i + 1
	if j < len(s) && s[i] == '=' && s[j] == '>' || j < len(s) && s[i] == ':' && s[j] == '=' {
		j++
	} else if j < len(s) && s[j] == '=' || s[i] == '=' && i > 0 && strings.IndexByte("!<>=", s[i-1]) >= 0 {
		return 0 // a comparison
	}
	spaced := j < len(s) && s[j] == ' '
	for j < len(s) && j-i < 5 && (s[j] == ' ' || s[j] == '\t') {
		j++
	}
	if secret == sureSecret && s[i] == ':' {
		if e := sc.below(s, j); e > 0 {
			return e
		}
	}
	open := j
	for j < len(s) && j-open < 3 && s[j] == '\\' {
		j++
	}
	if j == len(s) || placeholderAt(s, open) > 0 || strings.IndexByte("{[(<|", s[j]) >= 0 {
		return 0 // nothing, scrubbed already, an object
	}
	var end int
	if j < len(s) && (s[j] == '"' || s[j] == '\'' || s[j] == '`') {
		q := s[j]
		escapes := j - open
		j++
		end = closing(s, j, q, escapes)
		quoted = true
	} else {
		j = open
		end = unquoted(s, j, secret, s[i])
		for s[i] == ':' && endsInFold(s[:i], "passphrase") && end+1 < len(s) && s[end] == ' ' && is(s[end+1], lower) && !benignValue(s[j:end]) {
			end = unquoted(s, end+1, secret, s[i]) // of several words
		}
		if secret != headSecret {
			for end > j && strings.IndexByte(".!?:", s[end-1]) >= 0 {
				end--
			}
		}
	}
	v := s[j:end]
	if v == "" || placeholderAt(s, j) > 0 || benignValue(v) || s[i] == '>' && !strings.HasPrefix(s[end:], "</") && s[i-1] != '=' {
		return 0
	}
	if !quoted && strings.HasSuffix(v, "(") && end < len(s) && s[end] == ')' {
		return 0 // a call: token = useToken()
	}
	kind := Secret
	switch secret {
	case coordinate:
		least := 2
		if n := strings.ToLower(s[name:i]); strings.Contains(n, "itude") || strings.Contains(n, "lng") {
			least = 1 // what lat and long name may be something else
		}
		if !decimal(v, least) {
			return 0
		}
		kind = Geo
	case identifier:
		if !mostlyDigits(v) {
			return 0
		}
		if len(v) >= 9 {
			kind = SSN
		}
	case signInCode:
		if !mostlyDigits(v) && !isSentCode(v) {
			return 0
		}
	case maySecret:
		if quoted && !looksSecret(v) && unexpected(s, name) {
			return 0
		}
		prose := s[i] == ':' && spaced && !quoted
		if prose && (!looksSecret(v) || unexpected(s, name)) || len(v) < 3 && mostlyDigits(v) {
			return 0
		}
	case headSecret:
		if s[i] != '=' && !quoted && !looksSecret(v) {
			return 0
		}
		if scheme := authScheme(v); scheme > 0 {
			if placeholderAt(s, j+scheme) > 0 {
				return 0
			}
			j += scheme
			kind = Token
			if strings.EqualFold(v[:scheme], "digest ") {
				if !quoted { // its parameters have quotes of their own
					end = lineEnd(s, end)
				}
			} else if n := strings.IndexAny(s[j:end], " ,;"); n > 0 {
				end = j + n
			}
		}
	}
	sc.redact(j, end, kind)
	if secret == identifier {
		return j // the digits may go on: ssn: 078 05 1120
	}
	return end
}

// below looks for a value that stands alone on the line after the one that ends
// at i, indented, as YAML has it; >- and | may stand before the break.
func (sc *scan) below(s string, i int) int {
	for n := 0; n < 2 && i < len(s) && strings.IndexByte(">|-", s[i]) >= 0; n++ {
		i++
	}
	if i >= len(s) || s[i] != '\n' {
		return 0
	}
	j := i + 1
	for j < len(s) && j-i < 16 && (s[j] == ' ' || s[j] == '\t') {
		j++
	}
	if j == i+1 || j == len(s) || placeholderAt(s, j) > 0 {
		return 0
	}
	end := unquoted(s, j, sureSecret, ' ')
	if end < len(s) && s[end] != '\n' || !madeUp(s[j:end]) || s[end-1] == ':' {
		return 0
	}
	sc.redact(j, end, Secret)
	return end
}

// spacedName judges the name from start to end together with the word before it:
// api key: x, security answer: x, mot de passe : x.
func spacedName(s string, start, end int) secrecy {
	if start < 2 || s[start-1] != ' ' || !is(s[start-2], letter) {
		return notSecret
	}
	switch name := s[start:end]; {
	case strings.EqualFold(name, "passe"):
		if endsInFold(s[:start], "mot de ") {
			return sureSecret
		}
	case strings.EqualFold(name, "key"), strings.EqualFold(name, "answer"):
		for start--; start > 0 && end-start < maxName && is(s[start-1], letter); {
			start--
		}
		if secrecyOf(s[start:end]) != notSecret {
			return maySecret
		}
	}
	return notSecret
}

// isDirectory says whether a path stands after the separator at i-1: of the
// shell's pwd, not of a password.
func isDirectory(s string, i int) bool {
	for i < len(s) && (s[i] == ' ' || s[i] == '"' || s[i] == '\'') {
		i++
	}
	if i+1 >= len(s) || s[i] != '/' && s[i] != '~' || s[i] == '~' && s[i+1] != '/' {
		return false
	}
	for ; i < len(s) && !valueEnds[s[i]]; i++ {
		if !is(s[i], alnum|connector) && s[i] != '/' && s[i] != '.' && s[i] != '~' && s[i] != ':' {
			return false
		}
	}
	return true
}

func lineEnd(s string, i int) int {
	if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(s)
}

// closing gives where the value that begins at i ends: at the quote q, behind as
// many backslashes as it was opened with; at the end of the line if there is none.
func closing(s string, i int, q byte, escapes int) int {
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

// unquoted gives where an unquoted value that begins at i ends.
func unquoted(s string, i int, secret secrecy, sep byte) int {
	stops := &valueEnds
	if secret == headSecret && sep == ':' {
		stops = &lineEnds
	}
	if sep == '>' {
		stops = &elementEnds
	}
	high := len(s)
	if secret == coordinate || secret == identifier || secret == signInCode {
		high = min(high, i+24)
	}
	if secret == coordinate { // 52,520008
		j := i
		for j < high && (is(s[j], digit) || j == i && (s[j] == '-' || s[j] == '+')) {
			j++
		}
		if k := j + 1; j > i && j < high && s[j] == ',' {
			for k < high && is(s[k], digit) {
				k++
			}
			if k-j > 4 && !isAt(s, k, alnum) && (k == len(s) || s[k] != '.') {
				return k
			}
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

var (
	valueEnds   = bytesOf(" \t\n&;,\"'<>)}]`|")
	lineEnds    = bytesOf("\n\"'")
	elementEnds = bytesOf("<\n")
)

func authScheme(v string) int {
	for _, p := range [...]string{"Bearer ", "Basic ", "Digest ", "Token ", "ApiKey "} {
		if len(v) > len(p) && strings.EqualFold(v[:len(p)], p) {
			return len(p)
		}
	}
	return 0
}

// unexpected says whether the name at i is a parser's: "Unexpected token: x".
func unexpected(s string, i int) bool {
	before := strings.TrimRight(s[max(0, i-14):i], " ")
	for _, w := range [...]string{"nexpected", "xpected", "llegal", "issing", "nknown"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return false
}

// looksSecret tells a value from a word of prose: by a digit or an =, by its
// length, and if it is not short by its signs and capitals.
func looksSecret(v string) bool {
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
	case n < 32:
		return sure || signs && scoreWord(v) < 0 // not login_required
	}
	return true
}

// decimal says whether v is a number with at least so many decimals.
func decimal(v string, least int) bool {
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

func mostlyDigits(v string) bool {
	n := 0
	for i := range len(v) {
		if is(v[i], digit) {
			n++
		}
	}
	return n > 0 && 2*n >= len(v)
}

// benignValue says whether a value tells nothing: a type, a state, a mask, the
// place of a value in a template, an object.
func benignValue(v string) bool {
	switch v[0] {
	case '{', '[', '(', '<', '|':
		return true
	case '*':
		return strings.Trim(v, "*") == ""
	case '$', '%', '#', '/':
		return len(v) <= 2 || v[0] == '$' && v[1] == '{' || v[0] == '/' && v[1] == '/'
	}
	return benignValues.has(v)
}

var benignValues = words(`undefined null nil none nan true false yes no on off 0 1 empty missing required invalid expired
	incorrect wrong rejected denied disabled enabled unknown unset set object string number boolean function symbol array
	expected unexpected must should cannot can't could not is was are has have may too at in of for from to the a an and or
	failed failure error ok valid unauthorized forbidden mismatch revoked refused changed reset updated saved deleted
	optional default redacted filtered hidden masked removed xxx xxxx ... … n/a please enter use try field input value
	length minimum maximum weak strong short long contains requires password token secret basic bearer digest cookie
	malformed absent blocked ignored skipped found using with without anonymous guest pending active inactive
	this that await new typeof return path
	requis requise manquant manquante invalide incorrecte obligatoire oublié expiré erforderlich falsch fehlt vergessen abgelaufen ungültig
	requerido requerida obligatorio obligatoria incorrecta incorrecto inválida caducada richiesta errata scaduta obrigatória wymagane`)

var foreignSecrets = []string{"ontraseña", "ösenord", "ароль", "ωδικός", "hasło", "密码", "密碼", "口令", "パスワード", "暗証番号", "비밀번호", "סיסמה", "كلمة المرور", "पासवर्ड", "Şifre", "şifre"}
