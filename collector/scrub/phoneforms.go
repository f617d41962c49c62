package scrub

import "strings"

// international is a number behind a +: 8 to 15 digits (E.164), at least 9 if
// nothing divides them. start is at the +.
func international(c *chain, g, start int) int {
	s, first := c.s, c.groups[g].start
	if start > 0 && (is(s[start-1], alnum) || s[start-1] == '.' || s[start-1] == ')') || s[first] == '0' {
		return 0 // a sum, a build number
	}
	n, digits := c.dialled(g, mostDigits(s[first:]))
	if _, named := phoneWordBefore(s, start); digits < 8 || n == 1 && digits < 9 ||
		n == 1 && !named && (!isDiallable(c.digits(g)) || isSum(s, start, c.groups[g].end)) {
		return 0
	}
	return n
}

// mostDigits gives the most digits of a number that begins as s, by its country.
func mostDigits(s string) int {
	for _, c := range countryDigits {
		if strings.HasPrefix(s, c.code) {
			return c.most
		}
	}
	return 15
}

// countryDigits are the most digits of the numbers of a country, including its code
// and a (0) that is not dialled. Other countries have up to 15.
var countryDigits = []struct {
	code string
	most int
}{
	{"1", 11}, {"7", 11},
	{"33", 12}, {"31", 12}, {"32", 12}, {"34", 12}, {"41", 12}, {"46", 12}, {"48", 12}, {"61", 12}, {"27", 12},
	{"45", 10}, {"47", 10},
	{"44", 13}, {"81", 13}, {"82", 13}, {"91", 13}, {"52", 13}, {"39", 13}, {"90", 13},
}

// spacedPlus is a number in groups behind a + and a blank: + 49 151 …
func spacedPlus(c *chain, g, start int) int {
	s := c.s
	if start < 2 || s[start-1] != ' ' || s[start-2] != '+' || start > 2 && !is(s[start-3], space) {
		return 0
	}
	n, digits := c.dialled(g, 13)
	if n < 2 || digits < 10 || s[c.groups[g].start] == '0' {
		return 0
	}
	return n
}

// zeros is a number in groups behind 00.
func zeros(c *chain, g, _ int, _ bool) int {
	s, first := c.s, c.groups[g]
	if first.len() < 2 || first.len() > 5 || s[first.start:first.start+2] != "00" ||
		first.len() > 2 && s[first.start+2] == '0' {
		return 0
	}
	n, digits := c.dialled(g, 17)
	if n < 2 || digits < 10 || c.isJoined(g, n, "-.:_") {
		return 0
	}
	return n
}

// undividedZeros is a number in one group behind 00: 00441632960961.
func undividedZeros(c *chain, g, _ int, _ bool) int {
	first := c.groups[g]
	if d := first.len(); d < 13 || d > 15 || !strings.HasPrefix(c.s[first.start:], "00") ||
		c.s[first.start+2] == '0' || c.isJoined(g, 1, "-./:_+,") {
		return 0
	}
	return 1
}

// trunk is a number with the trunk prefix 0, as most countries write them:
// 020 7946 0958, 06.12.34.56.78, 0151/23456789.
func trunk(c *chain, g, start int, paren bool) int {
	s, first := c.s, c.groups[g]
	if s[first.start] != '0' || first.len() < 2 || s[first.start+1] == '0' || isAmount(s, start, paren) {
		return 0
	}
	if first.len() <= 6 {
		return dividedTrunk(c, g)
	}
	if first.len() < 10 || first.len() > 11 || strings.HasPrefix(c.digits(g), "0123456789") ||
		c.isJoined(g, 1, "-./:_+,") {
		return 0
	}
	return 1
}

// dividedTrunk is the longest number in groups from g: at least 9 digits, in pairs
// or divided by other signs than dots.
func dividedTrunk(c *chain, g int) int {
	gs := c.groups[g:]
	most, _ := c.dialled(g, 12)
	n, digits, dots, pairs := 0, 0, false, true
	for k := range most {
		l := gs[k].len()
		if k > 0 {
			sep := c.sep(g + k)
			if l < 2 || sep == "/" && k > 1 {
				break
			}
			dots = dots || sep == "."
		}
		digits += l
		pairs = pairs && l == 2
		switch {
		case k == 0 || digits < 9 || dots && !pairs && gs[0].len() < 3 || c.isJoined(g, k+1, "-./:_+"):
		case pairs && (k != 4 || c.sep(g+1) != c.sep(g+4)):
		default:
			n = k + 1
		}
	}
	return n
}

// isAmount says whether a # or $ before a number says that it is another one.
func isAmount(s string, start int, paren bool) bool {
	return !paren && start > 0 && (s[start-1] == '#' || s[start-1] == '$')
}

// national is a number in one of the nationalForms.
func national(c *chain, g, start int, paren bool) int {
	if isAmount(c.s, start, paren) {
		return 0
	}
	for i := range nationalForms {
		f := &nationalForms[i]
		if f.fits(c, g) && f.isNumber(c, g, paren) {
			return len(f.groups)
		}
	}
	return 0
}

// nationalForm is how numbers are grouped within a country.
type nationalForm struct {
	groups   string // number of digits in each
	first    string // what the first digit may be
	isNumber func(c *chain, g int, paren bool) bool
}

// fits says whether the groups from g have the lengths of the form, and nothing
// continues them.
func (f *nationalForm) fits(c *chain, g int) bool {
	gs, n := c.groups[g:], len(f.groups)
	if int(f.groups[0]-'0') != gs[0].len() || len(gs) < n || strings.IndexByte(f.first, c.s[gs[0].start]) < 0 {
		return false
	}
	for k := 1; k < n; k++ {
		if gs[k].len() != int(f.groups[k]-'0') || !isPhoneSeparator(c.sep(g+k)) {
			return false
		}
	}
	return !c.isJoined(g, n, "-./:_+")
}

var nationalForms = []nationalForm{
	// North America: (555) 123-4567, 555-123-4567, 555.123.4567, 555 123 4567.
	{"334", "123456789", func(c *chain, g int, paren bool) bool {
		a, b := c.sep(g+1), c.sep(g+2)
		area, exchange := c.s[c.groups[g].start], c.s[c.groups[g+1].start]
		switch {
		case paren || a == "-" && b == "-", b == "-" && a == " ":
			return true
		case a == "." && b == ".", a == "/":
			return area >= '2'
		}
		return area >= '2' && exchange >= '2' && c.isAlone(g, 3)
	}},
	{"1334", "1", func(c *chain, g int, _ bool) bool {
		return c.sep(g+2) != "." && (c.sep(g+2) != " " || c.isAlone(g, 4)) ||
			c.s[c.groups[g+1].start] >= '2' && c.sep(g+3) == "."
	}},
	// Russia, Kazakhstan: 8 (912) 345-67-89.
	{"13322", "78", func(*chain, int, bool) bool { return true }},
	{"3322", "23456789", func(c *chain, g int, paren bool) bool { return paren || c.sep(g+3) == "-" }},
	// Brazil, Mexico: (11) 91234-5678.
	{"254", "123456789", func(c *chain, g int, paren bool) bool {
		return paren || c.sep(g+2) == "-" && c.sep(g+1) == " "
	}},
	{"244", "123456789", func(c *chain, g int, paren bool) bool {
		return paren || c.sep(g+2) == "-" && c.sep(g+1) == " "
	}},
	// China: 138 0013 8000.
	{"344", "1", func(c *chain, g int, _ bool) bool {
		return c.s[c.groups[g].start+1] >= '3' && c.sep(g+1) == c.sep(g+2) && c.isAlone(g, 3)
	}},
	// India: 98765-43210.
	{"55", "6789", func(c *chain, g int, _ bool) bool { return c.sep(g+1) == "-" }},
	// Spain, Poland, Portugal: 612 34 56 78.
	{"3222", "6789", func(c *chain, g int, _ bool) bool {
		return c.sep(g+1) == c.sep(g+2) && c.sep(g+2) == c.sep(g+3) && c.isAlone(g, 4)
	}},
}
