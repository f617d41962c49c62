package scrub

import "strings"

// phone finds a telephone number at group g: with a + or 00 before the country,
// beside a word for telephone, or in a national form.
func phone(c *chain, g int) match {
	if c.isListed(g) {
		return match{}
	}
	if _, digits := c.dialled(g, 17); digits < minDigits {
		return match{}
	}
	start := c.groups[g].start
	paren := start > 0 && c.s[start-1] == '('
	if paren {
		start--
	}
	if start > 0 && c.s[start-1] == '+' {
		return phoneMatch(c, g, international(c, g, start-1), start-1)
	}
	if n := spacedPlus(c, g, start); n > 0 {
		return phoneMatch(c, g, n, start-2)
	}
	for _, f := range phoneForms {
		if n := f.groups(c, g, start, paren); n > 0 {
			return phoneMatch(c, g, n, start)
		}
	}
	return match{}
}

// phoneForms are the forms in which telephone numbers are written without a +, in
// the order in which they are tried.
var phoneForms = []struct {
	name string
	// groups gives how many groups from g are a number that begins at start, maybe
	// with a parenthesis; 0 if it is not in this form.
	groups func(c *chain, g, start int, paren bool) int
}{
	{"00 and country", zeros},
	{"00 and country, undivided", undividedZeros},
	{"beside a word for telephone", beside},
	{"0 and area", trunk},
	{"area", national},
}

// isListed says whether group g is in a list of numbers: single digits, or among
// others of its length.
func (c *chain) isListed(g int) bool {
	gs := c.groups
	l := gs[g].len()
	if g+2 >= len(gs) || gs[g].start > 0 && c.s[gs[g].start-1] == '+' || gs[g+1].len() != l || gs[g+2].len() != l {
		return false
	}
	return l == 1 || g >= 2 && gs[g-1].len() == l && gs[g-2].len() == l && c.s[gs[g].start] != '0'
}

// dialled gives how many groups from g could be one telephone number of at most
// most digits, judged by their separators, and how many digits they have.
func (c *chain) dialled(g, most int) (n, digits int) {
	for k := g; k < len(c.groups); k++ {
		l := c.groups[k].len()
		if digits+l > most || n == maxPhoneGroups || k > g && !isPhoneSeparator(c.sep(k)) {
			break
		}
		if end := c.groups[k].end; isAt(c.s, end, letter) && !isExtension(c.s, end) {
			break // 3px
		}
		if k > g && digits >= 10 && l <= 2 && c.sep(k) == " " && c.groups[k-1].len() > 2 {
			break // 555 123 4567 3 times
		}
		n++
		digits += l
	}
	return n, digits
}

// maxPhoneGroups is the most groups of a telephone number.
const maxPhoneGroups = 8

// isPhoneSeparator says whether sep may divide the groups of a telephone number.
func isPhoneSeparator(sep string) bool {
	switch sep {
	case " ", "-", ".", "/", "(", ")", ") ", " (", ")-", "-(", " - ", " / ", ")(", "_", "- ", " -", "+":
		return true
	}
	return false
}

// phoneMatch is the match of n groups from g and of an extension after them; none
// if n is 0.
func phoneMatch(c *chain, g, n, start int) match {
	if n == 0 {
		return match{}
	}
	s, end := c.s, c.groups[g+n-1].end
	if end < len(s) && s[end] == ')' &&
		strings.LastIndexByte(s[start:end], '(') > strings.LastIndexByte(s[start:end], ')') {
		end++
	}
	return match{start, extensionEnd(s, end), g + n}
}

// extensionEnd gives where the extension of a telephone number that ends at i ends:
// ext. 12; i if it has none.
func extensionEnd(s string, i int) int {
	rest := s[i:min(len(s), i+12)]
	trimmed := strings.TrimLeft(rest, " ,")
	for _, x := range [...]string{"extension ", "ext. ", "ext.", "ext ", "ext", "x"} {
		if len(trimmed) <= len(x) || !strings.EqualFold(trimmed[:len(x)], x) || !is(trimmed[len(x)], digit) {
			continue
		}
		first := i + len(rest) - len(trimmed) + len(x)
		end := first
		for end < len(s) && is(s[end], digit) {
			end++
		}
		if end-first <= 6 && !isAt(s, end, letter) {
			return end
		}
		break
	}
	return i
}

// isExtension says whether x12 or ext12 is at i.
func isExtension(s string, i int) bool {
	return s[i] == 'x' && isAt(s, i+1, digit) || strings.HasPrefix(s[i:], "ext") && isAt(s, i+3, digit|space)
}

// beside is a number after a word for telephone, or before one in parentheses. Words
// that often mean something else need a number that looks like one.
func beside(c *chain, g, start int, paren bool) int {
	word, named := phoneWordBefore(c.s, start)
	if !named && !hasPhoneWordBehind(c, g) {
		return 0
	}
	n, digits := c.dialled(g, 15)
	if digits < minDigits || isAt(c.s, c.groups[g].start-1, letter) {
		return 0
	}
	if word.isIn(casualPhoneWords) && (!looksDialled(c, g, n, paren) || isOtherSense(c.s, start, &word)) {
		return 0
	}
	return n
}

// phoneWordBefore gives the word before the number at i, and whether it or a word
// beyond ASCII is a word for telephone.
func phoneWordBefore(s string, i int) (contextWord, bool) {
	w := wordBefore(s, i)
	return w, isPhoneWord(string(w.text())) ||
		endsInAny(strings.TrimRight(s[max(0, i-maxForeign):i], " :=\"'([+.\\"), foreignPhones)
}

// isOtherSense says whether the word before the casual word for telephone w, which is
// before i, gives it another sense: table cell, API call.
func isOtherSense(s string, i int, w *contextWord) bool {
	for k := i; k >= w.n && i-k < maxForeign; k-- {
		if strings.EqualFold(s[k-w.n:k], string(w.text())) {
			return hasWord(s, k-w.n, otherSenses)
		}
	}
	return false
}

// hasPhoneWordBehind says whether a word for telephone is in parentheses behind the
// number at group g, not as in "Chrome/99.0.4812.0 Mobile".
func hasPhoneWordBehind(c *chain, g int) bool {
	n, _ := c.dialled(g, 15)
	if n == 0 {
		return false
	}
	s, i := c.s, c.groups[g+n-1].end
	j := i
	for j < len(s) && j-i < 2 && (s[j] == ' ' || s[j] == '(') {
		j++
	}
	if j == i || s[j-1] != '(' || !isAt(s, j, letter) {
		return false
	}
	start := j
	for j < len(s) && j-start < maxWord && is(s[j], letter) {
		j++
	}
	return phoneWordsBehind.has(s[start:j])
}
