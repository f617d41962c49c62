package scrub

import "strings"

// group is a run of digits.
type group struct{ start, end int }

func (g group) len() int { return g.end - g.start }

// chain is groups of digits with short separators between them. Cards, dates,
// addresses and telephone numbers are looked for in it.
type chain struct {
	s       string
	groups  []group
	segment bool // s is a segment of a path
}

// maxChain is how many groups are looked at together. No number has more than
// 19; a longer chain is looked at in parts that overlap.
const maxChain = 256

// minDigits is the number of digits of the shortest telephone number, which is the
// shortest of all numbers but addresses and coordinates.
const minDigits = 7

// maxSeparator is the longest separator within a number, in bytes.
const maxSeparator = 3

// numberRule is a named pattern that is looked for at each group of a chain.
type numberRule struct {
	name string
	kind Kind
	// groups is how many groups the number has at least.
	groups int
	// seps are the signs of which one is behind the first group; nil: any.
	seps  *byteSet
	short bool // also asked about chains with less than minDigits in less than 4 groups
	// find says what to replace at group g; next of the match is the group where the
	// scan goes on.
	find func(c *chain, g int) match
}

// numberIn asks the number rules about the word from start to end, if all of its
// digits are in one place, and about the digits that follow: letters around digits
// leave them a number (card4111…), letters between them make a name or a hash. It
// gives where the scan goes on.
func (sc *scan) numberIn(s string, start, end int) int {
	lead := start
	for !is(s[lead], digit) {
		lead++
	}
	tail := lead
	for tail < end && is(s[tail], digit) {
		tail++
	}
	for k := tail; k < end; k++ {
		if is(s[k], digit) {
			return 0
		}
	}
	return sc.numbers(s, lead)
}

// numbers asks the number rules about the chain that begins at i.
func (sc *scan) numbers(s string, i int) int {
	c := &sc.chain
	end, digits := sc.readChain(s, i)
	if digits < minDigits && len(c.groups) < 4 { // as most numbers are
		if len(c.groups) > 1 {
			sc.askNumber(0, true)
		}
		return c.resume(end)
	}
	for g := 0; g < len(c.groups); {
		if len(c.groups) == maxChain && g > maxChain-20 {
			return c.groups[g].start
		}
		m := sc.askNumber(g, false)
		if m.start < m.end && m.next == len(c.groups) {
			return end
		}
		g = max(g+1, m.next)
	}
	return c.resume(end)
}

// askNumber asks the number rules about group g until one matches, and gives its
// match.
func (sc *scan) askNumber(g int, short bool) match {
	left := len(sc.chain.groups) - g
	behind := byte('\n') // or the end of the text
	if end := sc.chain.groups[g].end; end < len(sc.chain.s) {
		behind = sc.chain.s[end]
	}
	for i := range sc.rules.numbers {
		r := &sc.rules.numbers[i]
		if left < r.groups || short && !r.short || r.seps != nil && !r.seps[behind] {
			continue
		}
		m := r.find(&sc.chain, g)
		if m.next > 0 {
			if m.start < m.end {
				sc.redact(m.start, m.end, r.kind)
			}
			return m
		}
	}
	return match{}
}

// readChain reads the groups from i and gives where they end. On the way it asks
// the rules that look for colons, because digits may lead to those.
func (sc *scan) readChain(s string, i int) (end, digits int) {
	c := &sc.chain
	c.s, c.groups = s, c.groups[:0]
	for {
		j := i
		for j < len(s) && is(s[j], digit) {
			j++
		}
		if j < len(s) && s[j] == ':' {
			if next := sc.askFirst(sc.rules.colons, s, j, j+1); next > 0 {
				return next, digits
			}
			if len(c.groups) == 0 && j-i <= 2 && isAt(s, i-1, letter) {
				c.groups = append(c.groups, group{i, j})
				return j, digits + j - i // the name of a pair: pin2: 4821
			}
		}
		digits += j - i
		c.groups = append(c.groups, group{i, j})
		if len(c.groups) == maxChain || j < len(s) && is(s[j], letter) {
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

// separators may be between the digits of one number.
var separators = func() (b byteSet) {
	for c := range 0x80 {
		b[c] = !is(byte(c), alnum) && strings.IndexByte(`"<>{}[]@%=`, byte(c)) < 0
	}
	return b
}()

// resume gives where the scan goes on after a chain that ends at end, whose last
// group is not part of a number: before that group if a word begins with it.
func (c *chain) resume(end int) int {
	if n := len(c.groups); n > 0 && c.groups[n-1].end == end && isAt(c.s, end, letter) {
		return c.groups[n-1].start
	}
	return end
}

// sep is the separator before group g, which is not the first.
func (c *chain) sep(g int) string {
	return c.s[c.groups[g-1].end:c.groups[g].start]
}

// digits are those of group g.
func (c *chain) digits(g int) string {
	return c.s[c.groups[g].start:c.groups[g].end]
}

// value is the value of group g, which has at most 4 digits.
func (c *chain) value(g int) int { return number(c.digits(g)) }

// number is the value of a text of digits.
func number(digits string) int {
	n := 0
	for _, c := range []byte(digits) {
		n = n*10 + int(c-'0')
	}
	return n
}

// isJoined says whether the digits of the n groups from g continue before or after
// them, by a separator of tight ("-" in 12-34) or within a word.
func (c *chain) isJoined(g, n int, tight string) bool {
	s := c.s
	start, end := c.groups[g].start, c.groups[g+n-1].end
	if start > 0 {
		b := s[start-1]
		if is(b, alnum) || b == '_' || start > 1 && strings.IndexByte(tight, b) >= 0 && is(s[start-2], alnum) {
			return true
		}
	}
	if end < len(s) && !isExtension(s, end) {
		b := s[end]
		if is(b, alnum) || b == '_' || strings.IndexByte(tight, b) >= 0 && isAt(s, end+1, alnum) {
			return true
		}
	}
	return false
}

// isAlone says whether no further numbers are beside the n groups from g, which
// would make a list of plain numbers.
func (c *chain) isAlone(g, n int) bool {
	return (g == 0 || strings.TrimLeft(c.sep(g), " ") != "") &&
		(g+n >= len(c.groups) || strings.TrimLeft(c.sep(g+n), " ") != "")
}
