package scrub

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// acceptStreet accepts a street or a house number: in prose only with a number.
func acceptStreet(p *pair) (Kind, bool) {
	v := p.value()
	if isExpression(v) || isFormalValue(v) || isStatement(v) {
		return 0, false
	}
	if !p.isEnclosed() {
		if personStops.has(trimmedWord(v)) || hasForeignStop(v) {
			return 0, false
		}
		p.extendStreet()
		v = p.value()
	}
	number := countDigits(v) > 0
	if p.isEnclosed() || p.s[p.sep] == '=' {
		return p.label.kind, number || isCapitalised(v) || p.isEnclosed() && hasLetter(v) || !isASCII(v)
	}
	return p.label.kind, number && (hasLetter(v) || hasHouseName(p))
}

// hasHouseName says whether the label asks for a house number alone.
func hasHouseName(p *pair) bool {
	name := strings.ToLower(p.s[p.name:p.sep])
	return strings.Contains(name, "no") || strings.Contains(name, "nr") || strings.Contains(name, "num")
}

// acceptAddress accepts a value with a word and a number: 221b Baker Street, and not
// an address of a machine or in memory.
func acceptAddress(p *pair) (Kind, bool) {
	if strings.ContainsAny(p.value(), "@") || strings.Contains(p.value(), "://") {
		return 0, false
	}
	kind, ok := acceptStreet(p)
	v := queryBlanks.Replace(p.value())
	if !ok || countDigits(v) == 0 {
		return 0, false
	}
	if !isASCII(v) {
		return kind, true
	}
	letters := 0
	for _, w := range strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == ',' }) {
		if !strings.ContainsAny(w, "0123456789:/") {
			letters += len(w)
		}
	}
	return kind, letters >= 3
}

// extendStreet extends an unquoted value by the words of an address that follow it.
func (p *pair) extendStreet() {
	s, end := p.s, p.end
	if hasByte(s, end, '.') && hasByte(s, end+1, ' ') { // ул. Ленина
		end++
	}
	for range maxNameWords {
		if end+1 >= len(s) || s[end] != ' ' {
			return
		}
		next := end + 1
		for next < len(s) && !valueEnds[s[next]] {
			next++
		}
		word := s[end+1 : next]
		r, _ := utf8.DecodeRuneInString(word)
		switch {
		case word == "" || personStops.has(trimmedWord(word)):
			return
		case streetWords.has(word) || nameParticles.has(word) || unicode.IsUpper(r) || unicode.IsDigit(r):
			end = next
			p.end = trimPunctuation(s, p.start, end)
		case streetWords.has(s[strings.LastIndexByte(s[:end], ' ')+1 : end]): // rue lepic
			p.end = trimPunctuation(s, p.start, next)
			return
		default:
			return
		}
	}
}

var streetWords = words(`street road lane avenue ave rd blvd boulevard drive court place square terrace way close row park
	rue avenue allée chemin impasse quai calle avenida plaza paseo via viale piazza corso rua travessa straat laan weg
	gracht strasse straße allee platz gasse ulica ulitsa улица ул. проспект flat apt suite unit floor`)

func isASCII(v string) bool {
	for i := range len(v) {
		if v[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// acceptPostcode accepts a postcode of one or two words.
func acceptPostcode(p *pair) (Kind, bool) {
	v := p.value()
	if !p.isEnclosed() {
		next := p.end + 1
		for next < len(p.s) && next-p.end <= 4 && is(p.s[next], alnum) {
			next++
		}
		if p.end < len(p.s) && p.s[p.end] == ' ' && !isAt(p.s, next, alnum) && isPostcodeEnd(v, p.s[p.end+1:next]) {
			p.end = next
			v = p.value()
		} else if n, _, _ := strings.Cut(strings.TrimPrefix(p.s[p.end:], " "), " "); unitWords.has(trimmedWord(n)) {
			return 0, false
		}
	}
	if len(v) > 10 || countDigits(v) < 2 {
		return 0, false
	}
	for i := range len(v) {
		if !is(v[i], alnum) && v[i] != ' ' && v[i] != '-' && v[i] != '+' && v[i] != '%' {
			return 0, false
		}
	}
	return p.label.kind, !strings.HasPrefix(v, "0x")
}

// isPostcodeEnd says whether the second word continues a postcode: SW1A 1AA, 114 55,
// 1234 AB.
func isPostcodeEnd(first, second string) bool {
	if len(first) > 4 || len(second) < 2 || countDigits(first) == 0 {
		return false
	}
	if allDigits(first) {
		return len(first) >= 3 && (allDigits(second) && len(first)+len(second) == 5 ||
			len(first) == 4 && len(second) == 2 && strings.ToUpper(second) == second && !is(second[0], digit))
	}
	return is(first[0], letter) && (is(second[0], digit) || len(second) == 4) && countDigits(second) > 0
}

var unitWords = words(`bytes byte kb mb gb files file entries entry items errors ms px of`)
