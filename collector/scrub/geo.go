package scrub

import "strings"

// Signs before decimals.
var (
	points       = bytesOf(".")
	decimalSigns = bytesOf(".,")
)

// coordinate finds one geographical coordinate at group g: a decimal number after
// a word that says so, or before a hemisphere.
func coordinate(c *chain, g int) match {
	if c.sep(g+1) != "." {
		return match{}
	}
	whole, decimals := c.groups[g], c.groups[g+1]
	if whole.len() > 3 || decimals.len() < 2 {
		return match{}
	}
	end := decimals.end
	named := !isAt(c.s, end, alnum) && (hasWord(c.s, whole.start, coordinateWords) ||
		decimals.len() >= 4 && isHemisphereBefore(c.s, whole.start))
	if !named && (decimals.len() < 3 || !isHemisphere(c.s, end) || decimals.len() < 4 && c.s[end] != ' ') {
		return match{}
	}
	return match{signStart(c.s, whole.start), end, g + 2}
}

var coordinateWords = words(`lat latitude lng lon longitude`)

// signStart gives where the number at i begins, with its sign.
func signStart(s string, i int) int {
	if i > 0 && (s[i-1] == '-' || s[i-1] == '+') {
		return i - 1
	}
	return i
}

// isHemisphere says whether a hemisphere is at i: 52.5200 N.
func isHemisphere(s string, i int) bool {
	if i < len(s) && s[i] == ' ' {
		i++
	}
	return i < len(s) && strings.IndexByte("NSEW", s[i]) >= 0 && !isAt(s, i+1, alnum)
}

// isHemisphereBefore says whether a hemisphere is before i: N52.5200, E 13.4050.
func isHemisphereBefore(s string, i int) bool {
	if i > 1 && s[i-1] == ' ' {
		i--
	}
	return i > 0 && strings.IndexByte("NSEW", s[i-1]) >= 0 && !isAt(s, i-2, alnum)
}

// coordinates finds a pair of geographical coordinates at group g, with points or
// commas before their decimals.
func coordinates(c *chain, g int) match {
	gs := c.groups[g:]
	point := c.sep(g + 1)
	if point != "." && point != "," || c.sep(g+3) != point || gs[0].len() > 3 || gs[2].len() > 3 {
		return match{}
	}
	between := strings.TrimRight(c.sep(g+2), "+-")
	if len(c.sep(g+2))-len(between) > 1 || between == "" || strings.Trim(between, ", ;/\t") != "" {
		return match{}
	}
	start, end := signStart(c.s, gs[0].start), gs[3].end
	if start > 0 && (is(c.s[start-1], alnum) || c.s[start-1] == '.') || isAt(c.s, end, alnum) ||
		isAt(c.s, end+1, digit) && c.s[end] == '.' {
		return match{}
	}
	named := hasWord(c.s, start, positionWords) || start > 0 && c.s[start-1] == '@' // a map's address
	loose := between == " " || between == "\t" || point == ","
	if loose && (gs[1].len() > 8 || gs[3].len() > 8) { // floats
		return match{}
	}
	least := leastDecimals(named, loose, point)
	if gs[1].len() < least || gs[3].len() < least || !isOnEarth(c.value(g), c.value(g+2), named) {
		return match{}
	}
	if isZero(c.digits(g+1)) && isZero(c.digits(g+3)) { // scale(1.0000, 1.0000)
		return match{}
	}
	if !named && isInList(c, g) {
		return match{}
	}
	return match{start, end, g + 4}
}

var positionWords = words(`geo latlng latlon lnglat coords coordinates coordinate location position gps geolocation
	lat point whereabouts`)

// leastDecimals gives how many decimals make a pair of numbers a position.
func leastDecimals(named, loose bool, point string) int {
	switch {
	case named && point == ",": // not thousands
		return 4
	case named:
		return 2
	case loose:
		return 5
	}
	return 4
}

// isOnEarth says whether a latitude and a longitude, in any order, have these whole
// parts. A pair under 1 needs a name.
func isOnEarth(a, b int, named bool) bool {
	return a <= 180 && b <= 180 && min(a, b) <= 90 && (a != 0 || b != 0 || named)
}

func isZero(digits string) bool { return strings.Trim(digits, "0") == "" }

// isInList says whether the four groups from g are part of a longer list: a
// matrix, a path.
func isInList(c *chain, g int) bool {
	return len(c.groups)-g > 4 && strings.Trim(c.sep(g+4), ", -") == "" || g > 0 && strings.Trim(c.sep(g), ", -") == ""
}

// degrees finds a coordinate with a hemisphere around the ° at i: 52°31'12"N. The
// scan goes on within it.
func degrees(s string, i, behind int) match {
	start := i
	for start > 0 && i-start < 12 && numberEnds[s[start-1]] {
		start--
	}
	end := behind
	for end < len(s) && end-i < 32 && degreeBytes[s[end]] {
		end++
	}
	if end >= len(s) || strings.IndexByte("NSEWO", s[end]) < 0 || isAt(s, end+1, alnum) {
		return match{}
	}
	return match{start, end + 1, i + 1}
}

// numberEnds end a number before a °.
var numberEnds = bytesOf("0123456789.")

// degreeBytes are between the ° and the hemisphere: minutes and seconds.
var degreeBytes = bytesOf("0123456789.,'\" ′″’”")
