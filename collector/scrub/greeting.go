package scrub

import "strings"

// greetings are before the name of the person that a page addresses, by their last word.
var greetings = map[string][]string{
	"as": {"signed in ", "logged in ", "sign in ", "log in ", "login ", "authenticated "}, "als": {"angemeldet ", "eingeloggt ", "ingelogd "},
	"que": {"connecté en tant ", "connectée en tant "}, "como": {"sesión ", "conectado ", "conectada "}, "come": {"accesso ", "connesso ", "connessa "},
	"jako": {"zalogowano ", "zalogowany ", "přihlášen ", "přihlášena "}, "hello": {""}, "hi": {""}, "hey": {""}, "dear": {""},
	"hallo": {""}, "bonjour": {""}, "bonsoir": {""}, "hola": {""}, "ciao": {""}, "olá": {""}, "hej": {""}, "back": {"welcome "}, "benvenuto": {""},
	"benvenuta": {""}, "bienvenue": {""}, "bienvenido": {""}, "bienvenida": {""}, "willkommen": {""}, "welcome": {""}, "liebe": {""},
	"lieber": {""}, "cher": {""}, "chère": {""}, "estimado": {""}, "estimada": {""}, "named": {"user ", "customer ", "person "},
}

// greetingStarts are the first letters of the greetings.
var greetingStarts = anyCase("as al qu co ja he hi de ha bo ho ci ol ba be bi wi we li ch es na")

// greetingFollows are behind a greeting: Hello Aoife, Hello, Aoife.
var greetingFollows = bytesOf(" ,")

// greetedName replaces the name behind a greeting or a sign-in, the word from start to
// end: Hello Aoife Brennan, Signed in as mhopper.
func (sc *scan) greetedName(s string, start, end int) int {
	var buf [maxWord]byte
	befores, ok := greetings[string(appendLower(buf[:0], s[start:end]))]
	if !ok || start > 0 && (is(s[start-1], connector) || s[start-1] == '.') {
		return 0
	}
	before := ""
	for _, b := range befores {
		if ok = endsInFold(s[:start], b); ok {
			before = b
			break
		}
	}
	v := end
	if hasByte(s, v, ',') {
		v++
	} else if welcomes.has(s[start:end]) {
		return 0
	}
	if !ok || !hasByte(s, v, ' ') || v+2 > len(s) {
		return 0
	}
	v++
	for _, t := range personTitles {
		if strings.HasPrefix(s[v:], t) {
			v += len(t)
		}
	}
	p := sc.setPair(pair{s: s, label: nameLabel, name: start, sep: end, spaced: true})
	if v >= len(s) || isQuote(s[v]) || !p.cutValue(v) || !p.isGreeted(before) {
		return 0
	}
	p.extendName()
	if p.end-p.start < 2 {
		return 0
	}
	sc.redact(p.start, p.end, Name)
	return p.end
}

// welcomes need a comma before the name: "Welcome, Aoife", not "Welcome Tour failed".
var welcomes = words(`welcome willkommen bienvenue bienvenido bienvenida benvenuto benvenuta`)

// isGreeted says whether the value begins a name: with a capital, or behind a sign-in
// as a user name that ends the sentence.
func (p *pair) isGreeted(before string) bool {
	v := trimmedWord(p.value())
	if len(v) < 2 || !isNoThing(v) || labelOf(v) != nil || greetedThings.has(v) || pageWords.has(v) || isExpression(v) || isAddressed(v) {
		return false
	}
	if isCapitalised(v) && !allCapitals(v) && !hasInnerCapital(v) {
		return true
	}
	if before == "" || before == "welcome " || !is(v[0], lower) {
		return false
	}
	return looksLikeUserName(v) || p.end == len(p.s) || strings.IndexByte(".,;!\n)\"'", p.s[p.end]) >= 0
}

// personTitles are before names.
var personTitles = [...]string{"Mr. ", "Mr ", "Mrs. ", "Mrs ", "Ms. ", "Ms ", "Dr. ", "Dr ", "Herr ", "Frau ", "Mme ", "M. ", "Sr. ",
	"Sra. ", "Señor ", "Señora ", "Sig. "}

// greetedThings are spoken to, and signed in as, without being somebody's name.
var greetedThings = words(`world there everyone everybody all team folks again guest visitor stranger customer customers user
	users sir madam friend friends member members subscriber client kunde kunden gast welt zusammen monde tous à
	invité mundo todos invitado cliente ospite mondo tutti to from in on at of the a an our your my this that another
	different someone somebody owner editor viewer manager moderator staff superuser support operator student
	teacher employee patient developer tester reader author buyer seller bonus page screen message banner email kitty
	back bei auf zurück sur dans en al ai nel na do w page text vue react angular svelte next node app component
	damen herren herr frau monsieur madame señor señora john-doe hiring sign signup google sentry grüße grüsse res`)
