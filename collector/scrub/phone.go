package scrub

import "strings"

// phone looks for a telephone number at group g: with a + or 00 before the
// country, in a national shape, or next to a word for telephone.
func (sc *scan) phone(s string, g int) int {
	first := sc.groups[g]
	if sc.listed(s, g) {
		return 0
	}
	if _, digits := sc.dialled(s, g, 17); digits < minDigits {
		return 0
	}
	start := first.start
	paren := start > 0 && s[start-1] == '('
	if paren {
		start--
	}
	if plus := start > 0 && s[start-1] == '+' || paren && start > 0 && s[start-1] == '+' || !paren && start > 1 && s[start-1] == '(' && s[start-2] == '+'; plus {
		start--
		if start > 0 && (is(s[start-1], alnum) || s[start-1] == '.' || s[start-1] == ')') {
			return 0 // a sum, a build number
		}
		return sc.international(s, g, start)
	}
	if start > 1 && s[start-1] == ' ' && s[start-2] == '+' && (start == 2 || is(s[start-3], space)) { // + 49 151 …
		if n, digits := sc.dialled(s, g, 13); n > 1 && digits >= 10 && s[first.start] != '0' {
			return sc.addPhone(s, g, n, start-2)
		}
	}
	if first.len() >= 2 && first.len() <= 5 && s[first.start] == '0' && s[first.start+1] == '0' {
		n, digits := sc.dialled(s, g, 17)
		if n >= 2 && digits >= 10 && (first.len() == 2 || isAt(s, first.start+2, digit) && s[first.start+2] != '0') && !sc.joined(s, g, n, "-.:_") {
			return sc.addPhone(s, g, n, start)
		}
	}
	if d := first.len(); d >= 13 && d <= 15 && s[first.start:first.start+2] == "00" && s[first.start+2] != '0' && !sc.joined(s, g, 1, "-./:_+,") {
		return sc.addPhone(s, g, 1, start) // 00441632960961
	}
	if phoneWord(s, start) || sc.phoneWordAfter(s, g) {
		if n, digits := sc.dialled(s, g, 15); digits >= minDigits && !isAt(s, first.start-1, letter) &&
			(n > 1 || digits >= 10 && s[first.start] != '1' || digits == 11 || !casualWord(s, start)) {
			return sc.addPhone(s, g, n, start)
		}
	}
	return sc.national(s, g, start, paren)
}

// listed says whether group g stands in a list of numbers: single digits, or
// amid others of its size.
func (sc *scan) listed(s string, g int) bool {
	gs := sc.groups
	l := gs[g].len()
	if g+2 >= len(gs) || gs[g].start > 0 && s[gs[g].start-1] == '+' || gs[g+1].len() != l || gs[g+2].len() != l {
		return false
	}
	return l == 1 || g >= 2 && gs[g-1].len() == l && gs[g-2].len() == l && s[gs[g].start] != '0'
}

// addPhone notes the n groups from g, and an extension after them.
func (sc *scan) addPhone(s string, g, n, start int) int {
	end := sc.groups[g+n-1].end
	if end < len(s) && s[end] == ')' && strings.LastIndexByte(s[start:end], '(') > strings.LastIndexByte(s[start:end], ')') {
		end++
	}
	rest := s[end:min(len(s), end+12)]
	trimmed := strings.TrimLeft(rest, " ,")
	for _, x := range [...]string{"extension ", "ext. ", "ext.", "ext ", "ext", "x"} {
		if len(trimmed) > len(x) && strings.EqualFold(trimmed[:len(x)], x) && is(trimmed[len(x)], digit) {
			e := end + len(rest) - len(trimmed) + len(x)
			d := e
			for d < len(s) && is(s[d], digit) {
				d++
			}
			if d-e <= 6 && !isAt(s, d, letter) {
				end = d
			}
			break
		}
	}
	sc.redact(start, end, Phone)
	return n
}

// isExtension says whether x12 or ext12 stands at i.
func isExtension(s string, i int) bool {
	return s[i] == 'x' && isAt(s, i+1, digit) || strings.HasPrefix(s[i:], "ext") && isAt(s, i+3, digit|space)
}

// dialled gives how many groups from g could be one telephone number of at most
// most digits, by their separators, and how many digits they have.
func (sc *scan) dialled(s string, g, most int) (n, digits int) {
	for k := g; k < len(sc.groups); k++ {
		l := sc.groups[k].len()
		if digits+l > most || n == maxPhoneGroups || k > g && !phoneSeparator(sc.sep(s, k)) {
			break
		}
		if end := sc.groups[k].end; isAt(s, end, letter) && !isExtension(s, end) {
			break // 3px
		}
		if k > g && digits >= 10 && l <= 2 && sc.sep(s, k) == " " && sc.groups[k-1].len() > 2 {
			break // 555 123 4567 3 times
		}
		n++
		digits += l
	}
	return n, digits
}

// maxPhoneGroups is into how many groups people cut a telephone number at most.
const maxPhoneGroups = 8

func phoneSeparator(sep string) bool {
	switch sep {
	case " ", "-", ".", "/", "(", ")", ") ", " (", ")-", "-(", " - ", " / ", ")(", "_", "- ", " -", "+":
		return true
	}
	return false
}

// international takes a number that stands after a +: 8 to 15 digits (E.164),
// at least 9 where nothing separates them.
func (sc *scan) international(s string, g, start int) int {
	c := s[sc.groups[g].start]
	if c == '0' {
		return 0
	}
	most := 15
	switch cc := s[sc.groups[g].start:min(len(s), sc.groups[g].start+2)]; {
	case c == '1', c == '7':
		most = 11
	case cc == "33", cc == "31", cc == "32", cc == "34", cc == "41", cc == "46", cc == "48", cc == "61", cc == "27":
		most = 12 // with a (0) that is not dialled
	case cc == "45", cc == "47":
		most = 10
	case cc == "44", cc == "81", cc == "82", cc == "91", cc == "52", cc == "39", cc == "90":
		most = 13
	}
	n, digits := sc.dialled(s, g, most)
	if digits < 8 || n == 1 && digits < 9 {
		return 0
	}
	return sc.addPhone(s, g, n, start)
}

// national looks for the shapes in which numbers are written within a country.
func (sc *scan) national(s string, g, start int, paren bool) int {
	gs := sc.groups[g:]
	if !paren && start > 0 && strings.IndexByte("#$", s[start-1]) >= 0 {
		return 0
	}
	if s[gs[0].start] == '0' {
		return sc.trunk(s, g, start)
	}
	for _, shape := range shapes {
		n := len(shape.groups)
		if int(shape.groups[0]-'0') != gs[0].len() || len(gs) < n || strings.IndexByte(shape.lead, s[gs[0].start]) < 0 {
			continue
		}
		fits := true
		for k, l := range []byte(shape.groups) {
			fits = fits && gs[k].len() == int(l-'0') && (k == 0 || phoneSeparator(sc.sep(s, g+k)))
		}
		if !fits || sc.joined(s, g, n, "-./:_+") {
			continue
		}
		if shape.ok(s, sc, g, paren) {
			return sc.addPhone(s, g, n, start)
		}
	}
	return 0
}

type shape struct {
	groups string // number of digits in each
	lead   string // what the first digit may be
	ok     func(s string, sc *scan, g int, paren bool) bool
}

var shapes = []shape{
	// North America: (555) 123-4567, 555-123-4567, 555.123.4567, 555 123 4567.
	{"334", "123456789", func(s string, sc *scan, g int, paren bool) bool {
		a, b := sc.sep(s, g+1), sc.sep(s, g+2)
		area, exchange := s[sc.groups[g].start], s[sc.groups[g+1].start]
		switch {
		case paren || a == "-" && b == "-", b == "-" && a == " ":
			return true
		case a == "." && b == ".", a == "/":
			return area >= '2'
		}
		return area >= '2' && exchange >= '2' && sc.alone(s, g, 3)
	}},
	{"1334", "1", func(s string, sc *scan, g int, _ bool) bool {
		return sc.sep(s, g+2) != "." && (sc.sep(s, g+2) != " " || sc.alone(s, g, 4)) || s[sc.groups[g+1].start] >= '2' && sc.sep(s, g+3) == "."
	}},
	// Russia, Kazakhstan: 8 (912) 345-67-89.
	{"13322", "78", func(s string, sc *scan, g int, _ bool) bool { return true }},
	{"3322", "23456789", func(s string, sc *scan, g int, paren bool) bool { return paren || sc.sep(s, g+3) == "-" }},
	// Brazil, Mexico: (11) 91234-5678.
	{"254", "123456789", func(s string, sc *scan, g int, paren bool) bool {
		return paren || sc.sep(s, g+2) == "-" && sc.sep(s, g+1) == " "
	}},
	{"244", "123456789", func(s string, sc *scan, g int, paren bool) bool {
		return paren || sc.sep(s, g+2) == "-" && sc.sep(s, g+1) == " "
	}},
	// China: 138 0013 8000.
	{"344", "1", func(s string, sc *scan, g int, _ bool) bool {
		return s[sc.groups[g].start+1] >= '3' && sc.sep(s, g+1) == sc.sep(s, g+2) && sc.alone(s, g, 3)
	}},
	// India: 98765-43210.
	{"55", "6789", func(s string, sc *scan, g int, _ bool) bool { return sc.sep(s, g+1) == "-" }},
	// Spain, Poland, Portugal: 612 34 56 78.
	{"3222", "6789", func(s string, sc *scan, g int, _ bool) bool {
		return sc.sep(s, g+1) == sc.sep(s, g+2) && sc.sep(s, g+2) == sc.sep(s, g+3) && sc.alone(s, g, 4)
	}},
}

// alone says whether no further numbers stand beside the n groups from g, by
// which a list of plain numbers would be known.
func (sc *scan) alone(s string, g, n int) bool {
	return (g == 0 || strings.TrimLeft(sc.sep(s, g), " ") != "") &&
		(g+n >= len(sc.groups) || strings.TrimLeft(sc.sep(s, g+n), " ") != "")
}

// trunk looks for a number with the trunk prefix 0, as most of the world
// writes them: 020 7946 0958, 06.12.34.56.78, 0151/23456789.
func (sc *scan) trunk(s string, g, start int) int {
	gs := sc.groups[g:]
	first := gs[0]
	if first.len() < 2 || s[first.start+1] == '0' {
		return 0
	}
	if first.len() > 6 { // nothing separates it
		if d := s[first.start:first.end]; first.len() < 10 || first.len() > 11 || strings.HasPrefix(d, "0123456789") || sc.joined(s, g, 1, "-./:_+,") {
			return 0
		}
		return sc.addPhone(s, g, 1, start)
	}
	most, _ := sc.dialled(s, g, 12)
	n, digits, dots, pairs := 0, 0, false, true
	for k := range most { // the longest that fits
		l := gs[k].len()
		if k > 0 {
			sep := sc.sep(s, g+k)
			if l < 2 || sep == "/" && k > 1 {
				break
			}
			dots = dots || sep == "."
		}
		digits += l
		pairs = pairs && l == 2
		switch {
		case k == 0 || digits < 9 || dots && !pairs && first.len() < 3 || sc.joined(s, g, k+1, "-./:_+"):
		case pairs && (k != 4 || sc.sep(s, g+1) != sc.sep(s, g+4)):
		default:
			n = k + 1
		}
	}
	if n == 0 {
		return 0
	}
	return sc.addPhone(s, g, n, start)
}

func phoneWord(s string, i int) bool {
	w := wordBefore(s, i)
	return isPhoneWord(string(w.text())) || endsInAny(strings.TrimRight(s[max(0, i-maxForeign):i], " :=\"'([+.\\"), foreignPhones)
}

// casualWord says whether the word before i only sometimes speaks of telephones:
// call 1234567, text: 1234567 and cell 1234567 may be any number.
func casualWord(s string, i int) bool {
	w := wordBefore(s, i)
	switch string(w.text()) {
	case "call", "text", "ring", "cell", "handy", "portable", "callback":
		return true
	}
	return false
}

func (sc *scan) phoneWordAfter(s string, g int) bool {
	n, _ := sc.dialled(s, g, 15)
	if n == 0 {
		return false
	}
	i := sc.groups[g+n-1].end
	j := i
	for j < len(s) && j-i < 2 && (s[j] == ' ' || s[j] == '(') { // not "Chrome/99.0.4812.0 Mobile"
		j++
	}
	if j == i || s[j-1] != '(' || !isAt(s, j, letter) {
		return false
	}
	var w contextWord
	for ; j < len(s) && w.n < len(w.buf) && is(s[j], letter); j++ {
		w.buf[w.n] = s[j] | 0x20
		w.n++
	}
	switch string(w.buf[:w.n]) {
	case "phone", "mobile", "tel", "telephone", "whatsapp", "fax":
		return true
	}
	return false
}

func isPhoneWord(w string) bool {
	switch w {
	case "tel", "ph", "mob", "cell", "fax", "sms", "gsm", "call", "dial", "text", "ring", "msisdn", "handy", "whatsapp", "callback",
		"callto", "telefon", "tlf", "telefonu", "telefone", "telefonnr", "telefoni", "telefonom", "telefonnummeret", "telefoonnummer", "phonenumber", "mobilnummer", "mobiltelefon", "komorka", "telefono", "telefoon", "celular", "mobil", "movil", "portable", "rufnummer", "handynummer", "telefonnummer", "hotline", "voicemail":
		return true
	case "iphone", "headphone", "microphone", "smartphone", "windowsphone":
		return false
	}
	return strings.HasSuffix(w, "phone") || strings.HasSuffix(w, "mobile") || strings.HasSuffix(w, "msisdn")
}

var foreignPhones = []string{"óvil", "eléfono", "éléphone", "елефон", "ηλέφωνο", "手机号", "手机号码", "手机", "电话", "电话号码", "電話", "電話番号", "携帯", "전화", "전화번호", "휴대폰", "הטלפון", "טלפון", "هاتف", "الهاتف", "फ़ोन", "फोन", "โทร", "मोबाइल", "电话号", "手機", "手機號碼", "電話號碼", "連絡先", "휴대전화", "연락처", "핸드폰", "モバイル", "جوال", "موبايل", "נייד", "elefonní", "elefonní číslo", "elefonszám", "thoại", "обильный", "моб"}
