package scrub

import (
	"strings"
	"unicode/utf8"
)

// stateWords may be between a label and its value, and say what is wrong with the
// value: "CPF inválido: 529.982.247-25", "BSN is ongeldig: 111222333".
var stateWords = words(codeStates + ` is not no non não é es no-válido non-valide valide válido válida valido valida
	inválida invalida gültig nicht ist ungültige falsche geldig niet nie jest nieprawidłowa niepoprawna neplatné
	inte är ogiltigt giltigt ikke ugyldigt er недействительный неправильный неверная некорректный geçerli değil
	already exists taken registered unknown missing format duplicate duplicated bereits vergeben existiert
	existe déjà ya já cadastrado registrado registrada duplicado duplicada già esistente`)

// maxStateWords is how many such words may be between a label and its value.
const maxStateWords = 3

// stateLabel gives the label before the words of a state that end at the colon at i,
// and where its name begins; nil if other words are there.
func stateLabel(s string, i int) (l *label, name int) {
	for end, n := i, 0; end > 0 && n <= maxStateWords; n++ {
		if s[end-1] == ' ' {
			end--
		}
		start := end
		for start > 0 && end-start < maxWord && (is(s[start-1], alnum|connector) || s[start-1] >= utf8.RuneSelf) {
			start--
		}
		if start == end {
			return nil, 0
		}
		if stateWords.has(s[start:end]) {
			end = start
			continue
		}
		if n == 0 {
			return nil, 0
		}
		return statefulLabel(s, start, end), start
	}
	return nil, 0
}

// statefulLabel gives the label of the words from start to end if its values are
// recognised by their digits.
func statefulLabel(s string, start, end int) *label {
	l := labelOf(s[start:end])
	if l == nil {
		l = foreignLabel(s[max(0, end-maxForeign):end])
	}
	if l == nil {
		l = phraseLabel(s, start, end)
	}
	switch l {
	case documentLabel, shapedLabel, idLabel, birthLabel, postcodeLabel:
		return l
	}
	return nil
}

// statedForeign replaces a value with digits, the word at start, that follows a label
// beyond ASCII without a separator: 生年月日 1979-05-12.
func (sc *scan) statedForeign(s string, start, end int) int {
	if start < 3 || s[start-1] != ' ' || placeholderAt(s, start) > 0 {
		return 0
	}
	before := s[max(0, start-maxForeign) : start-1]
	for _, sign := range [...]string{" n°", " nº", " №"} {
		before = strings.TrimSuffix(before, sign)
	}
	l := foreignLabel(before)
	if l == nil || !l.stated || !l.isPersonal() || l == plainNameLabel {
		return 0
	}
	p := sc.setPair(pair{s: s, label: l, name: start - 1, sep: start - 1, spaced: true})
	if !p.cutValue(start) || p.isHarmless() || hasByte(s, p.end, '=') || !p.isStated(false) {
		return 0
	}
	kind, ok := p.accepted()
	if !ok {
		return 0
	}
	sc.redactIdentity(p.start, p.end, kind, p.value())
	return p.end
}

// takenName replaces a user name of letters, the word at v, that a sentence says
// something about: username mhopper is taken. The word from start to end is before
// it.
func (sc *scan) takenName(s string, start, end, v int) int {
	made := signInOwners.has(s[start:end])
	if !made && !signInEnds.has(s[start:end]) {
		return 0
	}
	if last := takenNameEnd(s, v, made); last > 0 && labelOf(s[v:last]) == nil {
		sc.redact(v, last, Name)
		return last
	}
	return 0
}

// takenNameEnd gives where the user name at i ends if a sentence goes on that says
// something about it; 0 if it does not. made says that the name must look made up.
func takenNameEnd(s string, i int, made bool) int {
	end := i
	for end < len(s) && end-i < maxName && (is(s[end], alnum|connector) || s[end] == '.') {
		end++
	}
	v := s[i:end]
	if len(v) < 3 || !hasByte(s, end, ' ') || !is(v[0], letter) || made && !looksLikeUserName(v) || !isNoThing(v) ||
		allCapitals(v) || endsInFold(v, "error") || endsInFold(v, "exception") {
		return 0
	}
	for _, p := range takenPhrases {
		if strings.HasPrefix(s[end+1:], p) {
			return end
		}
	}
	return 0
}

// isNoThing says whether v is no word of programs and of messages about fields.
func isNoThing(v string) bool {
	return !personStops.has(v) && !harmlessValues.has(v) && !loginWords.has(v) && !aboutWords.has(v) &&
		!functionVerbs.has(v) && !thingWords.has(v) && !stateWords.has(v) && !fixedWords.has(v)
}

// signInEnds end the labels of names that people sign in with.
var signInEnds = words(`username login logon loginname benutzername nutzername benutzer utilisateur usuario utente
	gebruikersnaam kullanici`)

// takenPhrases begin what a sentence says about a user name.
var takenPhrases = [...]string{"already", "is already", "is taken", "is not available", "is unavailable", "is locked",
	"is blocked", "is banned", "is suspended", "is disabled", "is reserved", "is not confirmed", "is not verified",
	"is not allowed", "is in use", "does not exist", "doesn't exist", "not found", "was not found", "exists",
	"failed", "denied", "locked", "rejected", "unknown", "ist vergeben", "ist bereits", "existiert", "ist gesperrt",
	"nicht gefunden", "ya existe", "no existe", "existe déjà", "est déjà", "n'existe pas", "já existe", "não existe",
	"già", "esiste già", "non esiste", "bestaat al", "bestaat niet", "już istnieje", "nie istnieje", "уже существует",
	"не найден", "zaten"}

// thingWords are words of programs that a word for a user may be before: login request
// failed.
var thingWords = words(`request requests fetch redirect callback handler network server api response route router query
	mutation subscription column cookie cookies prop props property key param parameter claim header attribute selector
	component module import chunk script popup window flow step task job hook event action cache session service
	provider client call connection upload download lookup search sync submit render parser validation check test setup
	build deploy deployment migration auth authentication authorization verification challenge captcha recaptcha rate
	limit quota attempt attempts retry generator factory picker icon image avatar menu modal tab panel screen view
	template layout style theme translation hint warning message url link host domain port database table record row
	entry document option options object array item items list data schema model store state context effect reducer
	thunk saga slice guard interceptor middleware plugin extension widget iframe frame worker thread process lock
	transaction promise observable stream socket channel subscription queue with from after before because due via
	for and or when while until since again still just only currently webpack vite babel eslint spinner loader toast dialog overlay function method class variable constant type`)
