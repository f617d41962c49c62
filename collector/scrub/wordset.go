package scrub

import "strings"

// wordSet is a set of lower-case words, made for lookups that mostly fail.
type wordSet struct {
	words map[string]bool
	// lengths has, for each first byte, a bit for each length of a word.
	lengths [256]uint32
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
	if len(s) < maxWord {
		w.lengths[s[0]] |= 1 << len(s)
	}
}

// maxWord is more than the length of the longest word, in bytes.
const maxWord = 32

// has says whether s is in the set, ignoring case.
func (w *wordSet) has(s string) bool {
	if s == "" || len(s) >= maxWord {
		return false
	}
	first := s[0]
	if is(first, upper) {
		first |= 0x20
	}
	if w.lengths[first]&(1<<len(s)) == 0 {
		return false
	}
	var buf [maxWord]byte
	n := copy(buf[:], s)
	for i := range n {
		if is(buf[i], upper) {
			buf[i] |= 0x20
		}
	}
	return w.words[string(buf[:n])]
}
