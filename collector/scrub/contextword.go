package scrub

import (
	"strings"
	"unicode/utf8"
)

// contextWord is a lower-case word beside a value that says what the value is.
type contextWord struct {
	buf [24]byte
	n   int
}

func (w *contextWord) text() []byte { return w.buf[:w.n] }

// isIn says whether the word is in the set.
func (w *contextWord) isIn(set *wordSet) bool { return set.has(string(w.text())) }

// hasWord says whether the word that names what begins at i is in the set.
func hasWord(s string, i int, set *wordSet) bool {
	w := wordBefore(s, i)
	return set.has(string(w.text()))
}

// wordBefore gives the word that names what begins at i: phone in
// "phone: 1", `"phone":"1"`, "phone number is 1", "phone_no=1". It is the last
// word before i that is not a filler; empty if it has other signs
// than gaps before it.
func wordBefore(s string, i int) contextWord {
	var w contextWord
	for range 4 {
		end := wordEnd(s, i)
		start := end
		for start > 0 && end-start < len(w.buf) && is(s[start-1], letter) {
			start--
		}
		w.n = copy(w.buf[:], s[start:end])
		for k := range w.n {
			w.buf[k] |= 0x20
		}
		if !w.isIn(fillers) {
			w.trimNumber()
			return w
		}
		i = start
	}
	w.n = 0
	return w
}

// fillers may be between a word and what it names: phone number is 1.
var fillers = words(`number no nr num is at me us on of the to my your was nummer numero al il ao`)

// wordEnd gives where the word before i ends: before a gap, and before the digits
// of a numbered name (phone2, md5).
func wordEnd(s string, i int) int {
	j := i
	for j > 0 && i-j < 6 && wordGaps[s[j-1]] {
		j--
	}
	d := j
	for d > 0 && j-d < 3 && is(s[d-1], digit) {
		d--
	}
	if d < j && isAt(s, d-1, letter) {
		return d
	}
	return j
}

// wordGaps may be between a word and what it names.
var wordGaps = bytesOf(" :=\"'.#()[]\\+-_/\t>")

// trimNumber removes number, num or nr from the end of a compound: phonenumber.
func (w *contextWord) trimNumber() {
	for _, suffix := range [...]string{"number", "num", "nr"} {
		if w.n > len(suffix)+2 && string(w.buf[w.n-len(suffix):w.n]) == suffix {
			w.n -= len(suffix)
			return
		}
	}
}

// maxForeign is more than the longest word beyond ASCII and the gap after it, in
// bytes.
const maxForeign = 40

// endsInAny says whether s ends in one of the words, which are beyond ASCII.
func endsInAny(s string, words []string) bool {
	if !endsForeign(s) {
		return false
	}
	for _, w := range words {
		if strings.HasSuffix(s, w) {
			return true
		}
	}
	return false
}

// endsForeign says whether a byte beyond ASCII is near the end of s.
func endsForeign(s string) bool {
	if len(s) < 2 {
		return false
	}
	return s[len(s)-1] >= utf8.RuneSelf ||
		strings.IndexFunc(s[max(0, len(s)-12):], func(r rune) bool { return r >= utf8.RuneSelf }) >= 0
}
