package scrub

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// codeContext is what the words around a number say about it.
type codeContext struct {
	s                               string
	noun, oneTime, signIn, reader   bool
	state, verb, machine, forSignIn bool // the verb is before the name or the code

	size bool // the number is one of sizes

	buf [maxCodeWord]byte
}

// The most words that are looked at on a side of a number, and their longest, in
// bytes.
const (
	maxCodeWords = 8
	maxCodeWord  = 40
	maxUnspaced  = 72 // of text without blanks
)

// isSure says whether the words say that the number, of digits alone if plain, is a
// code that a user signs in with.
func (c *codeContext) isSure(plain bool) bool {
	return c.oneTime || c.noun && (c.signIn || c.reader || c.state && plain) || c.verb && c.forSignIn && (plain && !c.size || c.noun)
}

// isSize says whether v is a power of two of at most five digits, as sizes of keys
// and buffers are: use 1024 to verify.
func isSize(v string) bool {
	n, err := strconv.Atoi(v)
	return err == nil && len(v) <= 5 && n&(n-1) == 0
}

// readBefore reads the words before the code at i: from it to the name of a code,
// then up to three that say which.
func (c *codeContext) readBefore(i int) {
	if near := c.s[max(0, i-maxUnspaced):i]; unspacedCodeIn(near[strings.LastIndexByte(near, '\n')+1:]) {
		c.oneTime = true
		return
	}
	unknown, beyond := 0, 0
	for n := range maxCodeWords {
		class, start, breaks := c.wordBefore(i)
		if start == i || breaks > 1 || breaks == 1 && c.noun {
			return
		}
		i = start
		c.verb = c.verb || n == 0 && class&codeVerb != 0
		switch {
		case class&ofMachine != 0:
			c.machine = !c.verb
			return
		case c.noun:
			if beyond++; beyond > 3 {
				return
			}
			c.reader = c.reader || class&ofReader != 0
			c.signIn = c.signIn || class&ofSignIn != 0 && unknown == 0
			c.state = c.state || class&(codeState|codeVerb) != 0 && unknown == 0
			c.verb = c.verb || class&codeVerb != 0
			if class&(ofReader|ofSignIn|codeState|codeLink) == 0 {
				unknown++
			}
		case class&(codeNoun|oneTimeNoun) != 0:
			unknown = 0
			c.noun, c.oneTime = true, class&oneTimeNoun != 0
		case class == 0:
			if n == 0 || unknown > 0 || !is(c.s[i], upper) { // a name: code for Acme is
				return
			}
			unknown++
		default:
			c.signIn = c.signIn || class&ofSignIn != 0
			c.state = c.state || class&codeState != 0
			c.reader = c.reader || class&ofReader != 0
		}
	}
}

// readAfter reads the words behind the code that ends at i: what became of the code
// if its name was before it, else the name.
func (c *codeContext) readAfter(i int) {
	near, _, _ := strings.Cut(c.s[i:min(len(c.s), i+maxUnspaced)], "\n")
	if unspacedCodeIn(near) {
		c.oneTime = true
		return
	}
	unknown, named, reader := 0, c.noun, false
	for range maxCodeWords {
		class, end, breaks := c.wordAfter(i)
		if end == i || breaks > 0 {
			return
		}
		i = end
		switch {
		case class&ofMachine != 0 && !c.noun:
			return
		case c.verb && class&ofPurpose != 0:
			c.forSignIn = true
		case class&codeNoun != 0:
			c.noun = true
			c.reader = c.reader || reader
		case class&oneTimeNoun != 0 && !named:
			c.noun, c.oneTime = true, true
		case class == 0 && (unknown == 2 || !reader):
			return
		case class == 0:
			unknown++
		}
		c.signIn = c.signIn || class&ofSignIn != 0
		c.state = c.state || class&codeState != 0
		reader = reader || class&ofReader != 0
		c.reader = c.reader || reader && !named
	}
}

// wordBefore gives the class of the word before i, where it begins, and how much
// divides it from i: 0 blanks and signs within a phrase, 1 a colon or a comma, 2 the
// end of a sentence. start is i if there is none.
func (c *codeContext) wordBefore(i int) (class codeClass, start, breaks int) {
	s, end := c.s, i
	for end > 0 && i-end < maxCodeGap {
		b, n := breakBefore(s, end)
		if s[end-1] == '.' && end < i && !is(s[end], space) {
			b = 0 // within a name
		}
		if b < 0 {
			break
		}
		breaks = max(breaks, b)
		end -= n
	}
	start = end
	for start > 0 && end-start < maxCodeWord {
		b, n := breakBefore(s, start)
		if b >= 0 && !(joinsWord[s[start-1]] && start < end && isLetterBefore(s, start-1)) {
			break
		}
		start -= n
		if start > 0 && is(s[start], upper) && is(s[start-1], lower) {
			break // a part of a name: verifyCode
		}
	}
	if start == end {
		return 0, i, breaks
	}
	return c.classOf(start, end), start, breaks
}

// wordAfter is wordBefore for the word behind i, which ends at end.
func (c *codeContext) wordAfter(i int) (class codeClass, end, breaks int) {
	s, start := c.s, i
	for start < len(s) && start-i < maxCodeGap {
		b, n := breakAt(s, start)
		if b < 0 {
			break
		}
		breaks = max(breaks, b)
		start += n
	}
	end = start
	for end < len(s) && end-start < maxCodeWord {
		b, n := breakAt(s, end)
		if b >= 0 && !(joinsWord[s[end]] && end > start && isAt(s, end+1, letter)) {
			break
		}
		end += n
	}
	if start == end {
		return 0, i, breaks
	}
	return c.classOf(start, end), end, breaks
}

const maxCodeGap = 6

// joinsWord may be within a word: one-time, d'erreur.
var joinsWord = bytesOf("-'")

func isLetterBefore(s string, i int) bool {
	return i > 0 && (is(s[i-1], alnum) || s[i-1] >= utf8.RuneSelf)
}

// breakAt says how much the rune at i divides words, -1 if it is of a word, and gives
// its length.
func breakAt(s string, i int) (b, n int) {
	c := s[i]
	switch {
	case c < utf8.RuneSelf:
		return int(asciiBreaks[c]), 1
	case isTwoByteLetter(c) && i+1 < len(s):
		return -1, 2
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	return breakOf(r), n
}

// breakBefore is breakAt for the rune that ends at i.
func breakBefore(s string, i int) (b, n int) {
	c := s[i-1]
	switch {
	case c < utf8.RuneSelf:
		return int(asciiBreaks[c]), 1
	case i > 1 && isTwoByteLetter(s[i-2]):
		return -1, 2
	}
	r, n := utf8.DecodeLastRuneInString(s[:i])
	return breakOf(r), n
}

// isTwoByteLetter says whether c begins a rune of two bytes, of which nearly all are
// letters but for those of Latin-1.
func isTwoByteLetter(c byte) bool { return c >= 0xc3 && c < 0xe0 }

// asciiBreaks are breakOf for ASCII.
var asciiBreaks = func() (t [utf8.RuneSelf]int8) {
	for c := range t {
		switch {
		case is(byte(c), alnum):
			t[c] = -1
		case strings.IndexByte("\n.!?;", byte(c)) >= 0:
			t[c] = 2
		case c == ':', c == ',':
			t[c] = 1
		}
	}
	return t
}()

// breakOf says how much a rune beyond ASCII divides words, -1 if it is of a word.
func breakOf(r rune) int {
	switch {
	case r == '。', r == '！', r == '？':
		return 2
	case r == '：', r == '，':
		return 1
	case r >= 0xc0 && r < 0x2000, r >= 0x3040 && inWord(r): // nearly all below are letters
		return -1
	}
	return 0
}

// classOf gives the class of the word from start to end.
func (c *codeContext) classOf(start, end int) codeClass {
	word := c.s[start:end]
	if allDigits(word) {
		if len(word) <= 8 {
			return codeLink | digitsInCode
		}
		return 0
	}
	switch {
	case word == "tan": // the function
		return 0
	case start > 0 && placeholderAt(c.s, start-1) > 0: // another code of a list
		return codeLink
	}
	if class, ok := codeWords[word]; ok {
		return class
	}
	if class, ok := codeWords[string(appendLower(c.buf[:0], word))]; ok {
		return class
	}
	switch {
	case word == "TAN":
		return oneTimeNoun
	case endsInFold(word, "time") && endsInFold(c.s[:start], "one "):
		return ofSignIn
	case len(word) > len("code") && endsInFold(word, "code"), endsInFold(word, "codes"):
		return codeNoun
	}
	return 0
}

// appendLower appends s in lower case.
func appendLower(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if is(c, upper) {
				c |= 0x20
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
		i += n
	}
	return dst
}

// unspacedCodeIn says whether a name of a code is in s, in a script without blanks.
func unspacedCodeIn(s string) bool {
	for i := range len(s) {
		if s[i] < 0xe0 { // no rune of three bytes begins here
			continue
		}
		r, _ := utf8.DecodeRuneInString(s[i:])
		if !unspacedFirst[byte(r)] {
			continue
		}
		for _, w := range unspacedCodes[r] {
			if strings.HasPrefix(s[i:], w) {
				return true
			}
		}
	}
	return false
}
