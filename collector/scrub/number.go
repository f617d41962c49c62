package scrub

import "strings"

// group is a run of digits; a chain is groups with short separators between.
type group struct{ start, end int }

func (g group) len() int { return g.end - g.start }

// maxChain is how many groups are looked at together. No number has more than
// 19; a longer chain is looked at in parts that overlap.
const maxChain = 256

// minDigits is the least number of digits that may be a telephone number, the
// shortest of the numbers that are looked for, but for addresses.
const minDigits = 7

// maxSeparator is the longest separator within a number, in bytes.
const maxSeparator = 3

// numbers looks at the chain of digit groups that begins at i for card numbers,
// addresses, social security and telephone numbers and positions, and gives
// where to go on.
func (sc *scan) numbers(s string, i int) int {
	end, digits := sc.chain(s, i)
	last := sc.groups[max(0, len(sc.groups)-1):]
	if digits < minDigits && len(sc.groups) < 4 { // as most numbers are
		if len(sc.groups) > 1 && sc.sep(s, 1) == "." {
			sc.position(s, 0)
		}
		return resume(s, last, end)
	}
	g := 0
	for g < len(sc.groups) {
		if len(sc.groups) == maxChain && g > maxChain-20 {
			return sc.groups[g].start
		}
		if n := sc.date(s, g); n > 0 {
			g += n
			continue
		}
		n := sc.card(s, g)
		if n == 0 {
			n = sc.ipv4(s, g)
		}
		if n == 0 {
			n = sc.ssn(s, g)
		}
		if n == 0 {
			n = sc.position(s, g)
		}
		if n == 0 {
			n = sc.phone(s, g)
		}
		if n > 0 && g+n == len(sc.groups) {
			return end
		}
		g += max(1, n)
	}
	return resume(s, last, end)
}

// resume gives where to go on after a chain that found nothing in its last group:
// before that, where it is the beginning of something with letters.
func resume(s string, last []group, end int) int {
	if len(last) > 0 && last[0].end == end && isAt(s, end, letter) {
		return last[0].start
	}
	return end
}

// chain collects the groups from i and gives where they end. It looks for what
// has colons in it on the way: its first group may be all digits.
func (sc *scan) chain(s string, i int) (end, digits int) {
	sc.groups = sc.groups[:0]
	for {
		j := i
		for j < len(s) && is(s[j], digit) {
			j++
		}
		if j < len(s) && s[j] == ':' {
			if e := sc.colonAddress(s, j); e > 0 {
				return e, digits
			}
			if len(sc.groups) == 0 && j-i <= 2 && isAt(s, i-1, letter) {
				sc.groups = append(sc.groups, group{i, j})
				return j, digits + j - i // the name of a pair: pin2: 4821
			}
		}
		digits += j - i
		sc.groups = append(sc.groups, group{i, j})
		if len(sc.groups) == maxChain || j < len(s) && is(s[j], letter) {
			return j, digits
		}
		i = j
		for i < len(s) && i-j < maxSeparator && separators[s[i]] {
			i++
		}
		if i == j || !isAt(s, i, digit) {
			return j, digits
		}
	}
}

// separators may stand between the digits of one number.
var separators = func() (b byteSet) {
	for c := range 0x80 {
		b[c] = !is(byte(c), alnum) && strings.IndexByte(`"<>{}[]@%=`, byte(c)) < 0
	}
	return b
}()

// sep is the separator before group g, which is not the first.
func (sc *scan) sep(s string, g int) string {
	return s[sc.groups[g-1].end:sc.groups[g].start]
}

// joined says whether the digits of group g go on before or after the n groups
// from g, by a separator from tight ("-" in 12-34), or stand in a word.
func (sc *scan) joined(s string, g, n int, tight string) bool {
	start, end := sc.groups[g].start, sc.groups[g+n-1].end
	if start > 0 {
		c := s[start-1]
		if is(c, alnum) || c == '_' || start > 1 && strings.IndexByte(tight, c) >= 0 && is(s[start-2], alnum) {
			return true
		}
	}
	if end < len(s) && !isExtension(s, end) {
		c := s[end]
		if is(c, alnum) || c == '_' || strings.IndexByte(tight, c) >= 0 && isAt(s, end+1, alnum) {
			return true
		}
	}
	return false
}

// number is the value of a group of at most 4 digits.
func number(s string, g group) int {
	n := 0
	for _, c := range []byte(s[g.start:g.end]) {
		n = n*10 + int(c-'0')
	}
	return n
}

// date gives the number of groups from g that make a date, a time of day or
// both, so that they are not taken for a telephone number.
func (sc *scan) date(s string, g int) int {
	gs := sc.groups[g:]
	if len(gs) < 2 {
		return 0
	}
	n := 0
	if len(gs) >= 3 {
		a, b := sc.sep(s, g+1), sc.sep(s, g+2)
		short := func(i, most int) bool {
			return gs[i].len() <= 2 && number(s, gs[i]) >= 1 && number(s, gs[i]) <= most
		}
		if a == b && (a == "-" || a == "/" || a == ".") {
			switch {
			case gs[0].len() == 4 && short(1, 12) && short(2, 31),
				gs[2].len() == 4 && (short(0, 31) && short(1, 12) || short(0, 12) && short(1, 31)):
				n = 3
			case gs[2].len() == 2 && gs[0].len() == 2 && (short(0, 31) && short(1, 12) || short(0, 12) && short(1, 31)) &&
				(len(gs) == 3 || sc.sep(s, g+3) != a):
				n = 3
			}
		}
	}
	if n > 0 && (len(gs) < n+2 || len(sc.sep(s, g+n)) > 2) {
		return n
	}
	t := n
	if len(gs) >= t+2 && gs[t].len() <= 2 && gs[t+1].len() == 2 && sc.sep(s, g+t+1) == ":" && number(s, gs[t]) < 24 && number(s, gs[t+1]) < 60 {
		n = t + 2
		if len(gs) > n && gs[n].len() == 2 && sc.sep(s, g+n) == ":" {
			n++
			if len(gs) > n && gs[n].len() <= 9 && sc.sep(s, g+n) == "." {
				n++
			}
		}
	}
	return n
}

// ssn looks for a US social security number, or individual taxpayer number, at
// group g: 3-2-4 digits, or nine after a word that says so.
func (sc *scan) ssn(s string, g int) int {
	gs := sc.groups[g:]
	if gs[0].len() == 9 {
		if d := s[gs[0].start:gs[0].end]; validSSN(d[:3], d[3:5], d[5:]) && ssnWord(s, gs[0].start) && !isAt(s, gs[0].end, letter) {
			sc.redact(gs[0].start, gs[0].end, SSN)
			return 1
		}
		return 0
	}
	if len(gs) < 3 || gs[0].len() != 3 || gs[1].len() != 2 || gs[2].len() != 4 {
		return 0
	}
	part := func(i int) string { return s[gs[i].start:gs[i].end] }
	a, b := sc.sep(s, g+1), sc.sep(s, g+2)
	if a != b || !validSSN(part(0), part(1), part(2)) {
		return 0
	}
	if a == "-" || a == " " || a == " - " {
		if sc.joined(s, g, 3, "-.") && !ssnWord(s, gs[0].start) || a == " " && sc.joined(s, g, 3, "-. ") && isAt(s, gs[0].start-2, digit) {
			return 0
		}
	} else if !ssnWord(s, gs[0].start) {
		return 0
	}
	sc.redact(gs[0].start, gs[2].end, SSN)
	return 3
}

func validSSN(area, grp, serial string) bool {
	return area != "000" && area != "666" && grp != "00" && serial != "0000"
}

func ssnWord(s string, i int) bool {
	switch w := wordBefore(s, i); string(w.text()) {
	case "ssn", "social", "security", "socialsecurity", "socialsecuritynumber", "tin", "itin", "taxid", "ssnnumber":
		return true
	}
	return false
}

// position looks for a pair of geographical coordinates at group g.
func (sc *scan) position(s string, g int) int {
	gs := sc.groups[g:]
	if len(gs) < 2 {
		return 0
	}
	point := sc.sep(s, g+1)
	if point != "." && (point != "," || len(gs) < 4) {
		return 0
	}
	if end := gs[1].end; point == "." && gs[0].len() <= 3 && gs[1].len() >= 2 && (!isAt(s, end, alnum) && coordinateWord(s, gs[0].start) || gs[1].len() >= 3 && hemisphere(s, end) && (gs[1].len() >= 4 || s[end] == ' ')) {
		start := gs[0].start
		if start > 0 && (s[start-1] == '-' || s[start-1] == '+') {
			start--
		}
		sc.redact(start, end, Geo)
		return 2
	}
	if len(gs) < 4 || sc.sep(s, g+3) != point || gs[0].len() > 3 || gs[2].len() > 3 {
		return 0
	}
	mid := sc.sep(s, g+2)
	sign := strings.TrimRight(mid, "+-")
	if len(mid)-len(sign) > 1 || strings.Trim(sign, ", ;/\t") != "" || sign == "" {
		return 0
	}
	decimals := 4
	if sign == " " || sign == "\t" || point == "," {
		if decimals = 5; gs[1].len() > 8 || gs[3].len() > 8 {
			return 0 // floats
		}
	}
	start := gs[0].start
	if start > 0 && (s[start-1] == '-' || s[start-1] == '+') {
		start--
	}
	if start > 0 && (is(s[start-1], alnum) || s[start-1] == '.') {
		return 0
	}
	named := geoWord(s, start) || start > 0 && s[start-1] == '@' // a map's address
	switch {
	case named && point == ",": // not thousands
		decimals = 4
	case named:
		decimals = 2
	}
	a, b := number(s, gs[0]), number(s, gs[2])
	if gs[1].len() < decimals || gs[3].len() < decimals || a > 180 || b > 180 || min(a, b) > 90 || a == 0 && b == 0 && !named {
		return 0
	}
	end := gs[3].end
	if strings.Trim(s[gs[1].start:gs[1].end], "0") == "" && strings.Trim(s[gs[3].start:end], "0") == "" {
		return 0 // scale(1.0000, 1.0000)
	}
	if end < len(s) && (is(s[end], alnum) || s[end] == '.' && isAt(s, end+1, digit)) {
		return 0
	}
	if !named && len(gs) > 4 && strings.Trim(sc.sep(s, g+4), ", -") == "" || g > 0 && !named && strings.Trim(sc.sep(s, g), ", -") == "" {
		return 0 // of a longer list: a matrix, a path
	}
	sc.redact(start, end, Geo)
	return 4
}

func coordinateWord(s string, i int) bool {
	switch w := wordBefore(s, i); string(w.text()) {
	case "lat", "latitude", "lng", "lon", "longitude":
		return true
	}
	return false
}

// hemisphere says whether a hemisphere stands at i: 52.5200 N.
func hemisphere(s string, i int) bool {
	if i < len(s) && s[i] == ' ' {
		i++
	}
	return i < len(s) && strings.IndexByte("NSEW", s[i]) >= 0 && !isAt(s, i+1, alnum)
}

func geoWord(s string, i int) bool {
	switch w := wordBefore(s, i); string(w.text()) {
	case "geo", "latlng", "latlon", "lnglat", "coords", "coordinates", "coordinate", "location", "position", "gps", "geolocation", "lat", "point", "whereabouts":
		return true
	}
	return false
}

// degrees looks at the ° at i for a coordinate with a hemisphere.
func (sc *scan) degrees(s string, i int) {
	start := i
	for start > 0 && i-start < 12 && (is(s[start-1], digit) || s[start-1] == '.') {
		start--
	}
	if start == i {
		return
	}
	end := i + len("°")
	for end < len(s) && end-i < 32 && degreeBytes[s[end]] {
		end++
	}
	if end >= len(s) || strings.IndexByte("NSEWO", s[end]) < 0 || isAt(s, end+1, alnum) {
		return
	}
	sc.redact(start, end+1, Geo)
}

// degreeBytes stand between the ° and the hemisphere: minutes and seconds.
var degreeBytes = bytesOf("0123456789.,'\" ′″’”")
