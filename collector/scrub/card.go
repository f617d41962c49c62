package scrub

import "strings"

// card looks for a payment card number that begins at group g: 13 to 19 digits
// of an issuer, grouped as people write them, that pass the Luhn check.
func (sc *scan) card(s string, g int) int {
	first := sc.groups[g]
	c := s[first.start]
	if c < '2' || c == '7' || first.len() > 19 || !cardBegins(s, first.start) {
		return 0
	}
	if g > 0 && first.len() >= 13 && sc.sep(s, g) == "." { // 0.4242424242424242
		return 0
	}
	if first.len() < 4 && !sc.evenStart(g) {
		return 0
	}
	var odd, even int // sums of digits, with those at odd and even places doubled
	var lead [6]byte
	n, best, bestGroups := 0, 0, 0
	for k, gr := range sc.groups[g:] {
		if n+gr.len() > 19 {
			break
		}
		for _, c := range []byte(s[gr.start:gr.end]) {
			if n < len(lead) {
				lead[n] = c
			}
			d, twice := int(c-'0'), int(doubled[c-'0'])
			if n&1 == 0 {
				odd, even = odd+d, even+twice
			} else {
				odd, even = odd+twice, even+d
			}
			n++
		}
		if n < 13 {
			continue
		}
		sum := even // the last digit, at place n-1, is not doubled
		if n&1 == 1 {
			sum = odd
		}
		if sum%10 == 0 && issued(lead[:], n) && sc.cardGrouping(s, g, k+1) && cardEnds(s, gr.end) {
			best, bestGroups = gr.end, k+1
		}
	}
	if best == 0 {
		return 0
	}
	sc.redact(first.start, best, Card)
	return bestGroups
}

// evenStart says whether short groups of one size begin at g, or at the one
// before it. Amid more of them there is no card but a list of numbers.
func (sc *scan) evenStart(g int) bool {
	gs := sc.groups
	size := gs[g].len()
	return g+1 < len(gs) && gs[g+1].len() == size && (g < 2 || gs[g-1].len() != size || gs[g-2].len() != size)
}

// doubled is what a doubled digit adds to the Luhn sum.
var doubled = [10]uint8{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}

// cardBegins says whether a number may begin at i: after letters it may
// (card4111…), amid letters and digits it may not (a hash).
func cardBegins(s string, i int) bool {
	if i == 0 || !is(s[i-1], alnum) {
		return true
	}
	for j := i - 1; j >= 0 && i-j < 32 && is(s[j], alnum); j-- {
		if is(s[j], digit) {
			return false
		}
	}
	return true
}

func cardEnds(s string, i int) bool {
	for j := i; j < len(s) && j-i < 32 && is(s[j], alnum); j++ {
		if is(s[j], digit) {
			return false
		}
	}
	return true
}

// issued says whether the leading six digits and the length belong to an issuer
// (ISO/IEC 7812; the ranges of the large schemes).
func issued(lead []byte, n int) bool {
	p := func(k int) int {
		v := 0
		for _, c := range lead[:k] {
			v = v*10 + int(c-'0')
		}
		return v
	}
	p1, p2, p3, p4, p6 := p(1), p(2), p(3), p(4), p(6)
	switch {
	case p1 == 4: // Visa
		return n == 13 || n == 16 || n == 18 || n == 19
	case p2 >= 51 && p2 <= 55, p4 >= 2221 && p4 <= 2720: // Mastercard
		return n == 16
	case p4 >= 2200 && p4 <= 2204: // Mir
		return n >= 16
	case p2 == 34, p2 == 37: // American Express
		return n == 15
	case p3 >= 300 && p3 <= 305, p4 == 3095, p2 == 36, p2 == 38, p2 == 39: // Diners Club
		return n == 14 || n == 16 || n == 19
	case p4 >= 3528 && p4 <= 3589: // JCB
		return n >= 16
	case p4 == 6011, p3 >= 644 && p3 <= 649, p2 == 65, p2 == 62, p2 == 60, p2 == 81, p2 == 82: // Discover, UnionPay, RuPay
		return n >= 16
	case p2 == 50, p2 >= 56 && p2 <= 58, p2 == 63, p2 == 67, p6 >= 690000 && p6 <= 699999: // Maestro, Verve, Elo
		return n == 13 || n == 15 || n == 16 || n >= 18
	case p4 == 9792: // Troy
		return n == 16
	}
	return false
}

// cardGrouping says whether n groups from g are grouped as card numbers are: not
// at all, in fours (or four, six, five), or digit by digit; and separated alike.
func (sc *scan) cardGrouping(s string, g, n int) bool {
	if n == 1 {
		return true
	}
	gs := sc.groups[g : g+n]
	same, narrow := true, true
	for k := 1; k < n; k++ {
		sep := sc.sep(s, g+k)
		same = same && sep == sc.sep(s, g+1)
		narrow = narrow && strings.Trim(sep, " -._/*+") == ""
	}
	written := gs[0].len() == 4
	for k := 1; k < n-1; k++ {
		written = written && gs[k].len() == 4
	}
	if written && gs[n-1].len() <= 5 {
		return true
	}
	if !narrow {
		return false
	}
	switch {
	case n == 3 && gs[0].len() == 4 && gs[1].len() == 6, // 4-6-5, 4-6-4
		n == 2 && gs[0].len() >= 4 && gs[1].len() >= 4, // 8-8, 4-12, 6-10
		n <= 3 && gs[0].len() == 6,                     // 6-13, 6-6-4
		n == 3 && gs[0].len() == 4 && gs[1].len() >= 4 && gs[2].len() >= 4:
		return true
	}
	if !same {
		return false
	}
	size := gs[0].len()
	for k := 1; k < n-1; k++ {
		if gs[k].len() != size {
			return false
		}
	}
	return gs[n-1].len() <= size && size <= 5 && (size != 3 || narrow)
}
