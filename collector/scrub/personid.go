package scrub

import "strings"

// acceptID accepts an identifier: something with a digit; under a quoted name also one
// without.
func acceptID(p *pair) (Kind, bool) {
	v := p.value()
	if isExpression(v) || isFormalValue(v) || personStops.has(trimmedWord(v)) || v == "-1" {
		return 0, false
	}
	if strings.IndexByte(v, ' ') >= 0 { // as numbers of documents are written, not a sentence
		return p.label.kind, isMostlyDigits(v)
	}
	if strings.ContainsAny(v, "0123456789") {
		p.extendList()
		return p.label.kind, !strings.ContainsAny(v, "()")
	}
	enclosed := p.isEnclosed() || p.s[p.sep] == '='
	return p.label.kind, enclosed && len(v) >= 3 && !loginWords.has(v) && labelOfDigits(v)
}

// labelOfDigits says whether v is of letters and signs of an identifier alone.
func labelOfDigits(v string) bool {
	for i := range len(v) {
		if !is(v[i], alnum|connector) && v[i] != '.' && v[i] != ':' && v[i] != '@' {
			return false
		}
	}
	return true
}

// extendList extends an unquoted identifier by those that follow it after commas:
// user_ids=8812,9913.
func (p *pair) extendList() {
	if p.isEnclosed() || p.s[p.sep] != '=' {
		return
	}
	for p.end+1 < len(p.s) && p.s[p.end] == ',' && is(p.s[p.end+1], digit) {
		p.end++
		for p.end < len(p.s) && is(p.s[p.end], alnum|connector) {
			p.end++
		}
	}
}

// acceptSubject accepts the subject of a token: a quoted identifier.
func acceptSubject(p *pair) (Kind, bool) {
	v := p.value()
	return p.label.kind, p.isEnclosed() && len(v) >= 5 && countDigits(v) >= 3 && strings.IndexByte(v, ' ') < 0
}

// acceptClientID accepts the number of a client, and not the name of a program.
func acceptClientID(p *pair) (Kind, bool) {
	v := p.value()
	return p.label.kind, len(v) >= 5 && isMostlyDigits(v)
}

// acceptPersonal accepts a word that is no state of the field.
func acceptPersonal(p *pair) (Kind, bool) {
	v := p.value()
	if isExpression(v) || isFormalValue(v) || !hasLetter(v) || isStatement(v) {
		return 0, false
	}
	return p.label.kind, p.isEnclosed() || p.s[p.sep] == '=' || !p.isProse()
}

// acceptBirth accepts a date.
func acceptBirth(p *pair) (Kind, bool) {
	if !p.isEnclosed() {
		p.end = dateEnd(p.s, p.start, p.end)
	}
	v := p.value()
	n := countDigits(v)
	return p.label.kind, n >= 4 && len(v) <= 40 && !isStatement(v) && !isExpression(v)
}

// dateEnd gives where a date of several words ends that begins at i with a word up
// to end: 2 July 1991, July 2, 1991.
func dateEnd(s string, i, end int) int {
	for range 3 {
		j := end
		for j < len(s) && j-end < 2 && (s[j] == ' ' || s[j] == ',' || s[j] == '.') {
			j++
		}
		k := j
		for k < len(s) && (is(s[k], alnum) || s[k] >= 0x80) {
			k++
		}
		if k == j || k-j > 12 || countDigits(s[i:end]) >= 6 && strings.IndexByte(s[i:end], ' ') < 0 {
			return end
		}
		if w := s[j:k]; !allDigits(w) && !monthWords.has(w) || allDigits(w) && len(w) > 4 {
			return end
		}
		end = k
	}
	return end
}

func countDigits(v string) int {
	n := 0
	for i := range len(v) {
		if is(v[i], digit) {
			n++
		}
	}
	return n
}

var monthWords = words(`january february march april may june july august september october november december jan feb mar
	apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli oktober dezember janvier février mars avril
	juin juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre
	octubre noviembre diciembre de janeiro fevereiro março maio junho julho setembro outubro novembro dezembro gennaio
	febbraio aprile maggio giugno luglio settembre ottobre dicembre januari februari maart mei augustus stycznia lutego
	marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia января февраля марта апреля мая
	июня июля августа сентября октября ноября декабря st nd rd th`)
