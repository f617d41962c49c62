package scrub

import "strings"

// wordSet is a set of lower-case words, made for lookups that mostly fail.
type wordSet struct {
	words  map[string]bool
	shapes wordShapes
}

// wordShapes are the lengths of words with a first and a last byte, as bits: they tell
// that a word is not one of a set, without a look into it.
type wordShapes struct{ first, last [256]uint32 }

func (w *wordShapes) insert(s string) {
	bit := uint32(1) << min(len(s), maxWord-1)
	w.first[s[0]] |= bit
	w.last[s[len(s)-1]] |= bit
}

// mayHave says whether the set may have s, ignoring case, which is not empty.
func (w *wordShapes) mayHave(s string) bool {
	bit := uint32(1) << min(len(s), maxWord-1)
	return w.first[lowered(s[0])]&w.last[lowered(s[len(s)-1])]&bit != 0
}

// lowered gives a byte with the case of ASCII letters dropped.
func lowered(c byte) byte {
	if is(c, upper) {
		return c | 0x20
	}
	return c
}

// words makes a set of words separated by white space.
func words(list string) *wordSet {
	w := &wordSet{words: map[string]bool{}}
	for _, s := range strings.Fields(list) {
		w.insert(s)
	}
	return w
}

func (w *wordSet) insert(s string) {
	w.words[s] = true
	w.shapes.insert(s)
}

// maxWord is more than the length of the longest word, in bytes.
const maxWord = 32

// has says whether s is in the set, ignoring case.
func (w *wordSet) has(s string) bool {
	if s == "" || len(s) >= maxWord || !w.shapes.mayHave(s) {
		return false
	}
	var buf [maxWord]byte
	n := copy(buf[:], s)
	for i := range n {
		buf[i] = lowered(buf[i])
	}
	return w.words[string(buf[:n])]
}
