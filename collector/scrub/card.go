package scrub

import (
	"slices"
	"strings"
)

// Lengths of payment card numbers, in digits.
const (
	minCard = 13
	maxCard = 19
)

// card finds a payment card number that begins at group g: 13 to 19 digits of an
// issuer, grouped as people write them, with a Luhn check digit.
func card(c *chain, g int) match {
	first := c.groups[g]
	b := c.s[first.start]
	if b < '2' || b == '7' || first.len() > maxCard || !isCardStart(c.s, first.start) {
		return match{}
	}
	if g > 0 && first.len() >= minCard && c.sep(g) == "." { // 0.4242424242424242
		return match{}
	}
	if first.len() < 4 && !isEvenStart(c, g) {
		return match{}
	}
	var sum luhn
	best := match{}
	for k, gr := range c.groups[g:] {
		if sum.n+gr.len() > maxCard {
			break
		}
		sum.write(c.s[gr.start:gr.end])
		if sum.n >= minCard && sum.isValid() && isIssued(sum.lead[:], sum.n) &&
			isCardGrouping(c, g, k+1) && isCardEnd(c.s, gr.end) {
			best = match{first.start, gr.end, g + k + 1}
		}
	}
	if best.next > 0 && isDialled(c, g, best) {
		return match{}
	}
	return best
}

// isDialled says whether a number with a valid check digit is a telephone number: one
// in ten is, +4915112345678. Its country must have numbers of this length.
func isDialled(c *chain, g int, m match) bool {
	var digits []byte
	for k := g; k < m.next; k++ {
		digits = append(digits, c.digits(k)...)
	}
	return isDiallable(string(digits)) && phone(c, g).next >= m.next
}

// luhn is the Luhn sum of n digits, with those at odd and at even places doubled:
// which of the two counts depends on the length. lead are the first digits.
type luhn struct {
	odd, even, n int
	lead         [6]byte
}

func (l *luhn) write(digits string) {
	for _, c := range []byte(digits) {
		if l.n < len(l.lead) {
			l.lead[l.n] = c
		}
		d, twice := int(c-'0'), int(doubled[c-'0'])
		if l.n&1 == 0 {
			l.odd, l.even = l.odd+d, l.even+twice
		} else {
			l.odd, l.even = l.odd+twice, l.even+d
		}
		l.n++
	}
}

// isValid says whether the last digit is the check digit of the others.
func (l *luhn) isValid() bool {
	if l.n&1 == 1 {
		return l.odd%10 == 0
	}
	return l.even%10 == 0
}

// doubled is what a doubled digit adds to the Luhn sum.
var doubled = [10]uint8{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}

// isEvenStart says whether short groups of one length begin at g or at the one
// before it. More of them are a list of numbers.
func isEvenStart(c *chain, g int) bool {
	gs := c.groups
	l := gs[g].len()
	return g+1 < len(gs) && gs[g+1].len() == l && (g < 2 || gs[g-1].len() != l || gs[g-2].len() != l)
}

// isCardStart says whether a number may begin at i: after letters it may
// (card4111…), after letters and digits it may not (a hash).
func isCardStart(s string, i int) bool {
	for j := i - 1; j >= 0 && i-j < 32 && is(s[j], alnum); j-- {
		if is(s[j], digit) {
			return false
		}
	}
	return true
}

func isCardEnd(s string, i int) bool {
	for j := i; j < len(s) && j-i < 32 && is(s[j], alnum); j++ {
		if is(s[j], digit) {
			return false
		}
	}
	return true
}

// cardIssuers are the ranges of the large schemes (ISO/IEC 7812): the first digits
// of their numbers and the lengths that they use. The first range counts that has
// a number's first digits.
var cardIssuers = []struct {
	scheme      string
	least, most int // of the first digits: as many as these have
	lengths     []int
}{
	{"Visa", 4, 4, []int{13, 16, 18, 19}},
	{"Mastercard", 51, 55, []int{16}},
	{"Mastercard", 2221, 2720, []int{16}},
	{"Mir", 2200, 2204, []int{16, 17, 18, 19}},
	{"American Express", 34, 34, []int{15}},
	{"American Express", 37, 37, []int{15}},
	{"Diners Club", 300, 305, []int{14, 16, 19}},
	{"Diners Club", 3095, 3095, []int{14, 16, 19}},
	{"Diners Club", 36, 36, []int{14, 16, 19}},
	{"Diners Club", 38, 39, []int{14, 16, 19}},
	{"JCB", 3528, 3589, []int{16, 17, 18, 19}},
	{"Discover", 6011, 6011, []int{16, 17, 18, 19}},
	{"Discover", 644, 649, []int{16, 17, 18, 19}},
	{"Discover", 65, 65, []int{16, 17, 18, 19}},
	{"UnionPay", 62, 62, []int{16, 17, 18, 19}},
	{"RuPay", 60, 60, []int{16, 17, 18, 19}},
	{"RuPay", 81, 82, []int{16, 17, 18, 19}},
	{"Maestro", 50, 50, []int{13, 15, 16, 18, 19}},
	{"Maestro", 56, 58, []int{13, 15, 16, 18, 19}},
	{"Maestro", 63, 63, []int{13, 15, 16, 18, 19}},
	{"Maestro", 67, 67, []int{13, 15, 16, 18, 19}},
	{"Maestro", 690000, 699999, []int{13, 15, 16, 18, 19}},
	{"Troy", 9792, 9792, []int{16}},
}

// isIssued says whether a number of n digits, the first of which are lead, is of
// one of the schemes.
func isIssued(lead []byte, n int) bool {
	for i := range cardIssuers {
		r := &cardIssuers[i]
		if p := leadingNumber(lead, r.least); p >= r.least && p <= r.most {
			return slices.Contains(r.lengths, n)
		}
	}
	return false
}

// leadingNumber is the number of as many digits of lead as like has.
func leadingNumber(lead []byte, like int) int {
	v := 0
	for k := 0; like > 0; like /= 10 {
		v = v*10 + int(lead[k]-'0')
		k++
	}
	return v
}

// isCardGrouping says whether n groups from g are grouped as card numbers are: not
// at all, in fours (or four, six, five), or digit by digit; with equal separators.
func isCardGrouping(c *chain, g, n int) bool {
	if n == 1 {
		return true
	}
	gs := c.groups[g : g+n]
	if isInFours(gs) {
		return true
	}
	same, narrow := true, true
	for k := 1; k < n; k++ {
		sep := c.sep(g + k)
		same = same && sep == c.sep(g+1)
		narrow = narrow && strings.Trim(sep, " -._/*+") == ""
	}
	return narrow && (isUnequalGrouping(gs) || same && isEqualGrouping(gs))
}

// isInFours says whether groups have four digits, and the last one up to five.
func isInFours(gs []group) bool {
	for _, gr := range gs[:len(gs)-1] {
		if gr.len() != 4 {
			return false
		}
	}
	return gs[len(gs)-1].len() <= 5
}

// isUnequalGrouping says whether groups have one of the other lengths that are used.
func isUnequalGrouping(gs []group) bool {
	switch n, first := len(gs), gs[0].len(); {
	case n == 2 && first >= 4 && gs[1].len() >= 4, // 8-8, 4-12, 6-10
		n <= 3 && first == 6, // 6-13, 6-6-4
		n == 3 && first == 4 && (gs[1].len() == 6 || gs[1].len() >= 4 && gs[2].len() >= 4): // 4-6-5, 4-6-4
		return true
	}
	return false
}

// isEqualGrouping says whether groups have one length of up to five digits; the last
// one may be shorter.
func isEqualGrouping(gs []group) bool {
	size := gs[0].len()
	for _, gr := range gs[1 : len(gs)-1] {
		if gr.len() != size {
			return false
		}
	}
	return size <= 5 && gs[len(gs)-1].len() <= size
}
