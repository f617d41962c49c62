package scrub

import "strings"

// rule is a named pattern: where the scanner looks for it, how it is recognised
// and which kind of placeholder replaces it. The rules are in rules.go.
type rule struct {
	name string
	kind Kind

	// Where the scanner asks the rule: at one of the signs (separated by blanks), at
	// words of these forms and lengths in bytes (most 0: no limit), or at runs of
	// token characters.
	signs       string
	words       form
	least, most int
	runs        bool
	// after are the bytes of which one is before the sign; nil: any. The beginning of
	// a text counts as a line break.
	after *byteSet
	// starts are pairs of letters of which one begins the word; empty: any. It saves
	// time, and find checks again.
	starts string
	// follows are the bytes of which one is behind the word; nil: any. The end of a
	// text counts as a line break.
	follows *byteSet

	digitsLead bool // digits may lead to the sign: 2001:db8::1
	textOnly   bool // not asked within a segment of a path

	// find says what to replace at the trigger from start to end, where the trigger
	// is the sign, the word or the run. It looks at a bounded stretch around the
	// trigger, or gives an end of what it has looked at, so that the scan is linear.
	find func(s string, start, end int) match
	// apply, in place of find, is for rules that replace several parts or rewrite
	// them. It gives where the scan goes on; 0 if the rule does not match.
	apply func(sc *scan, s string, start, end int) (next int)
}

// match is what a rule found: the part to replace, and where the scan goes on.
// The zero value is no match.
type match struct{ start, end, next int }

// found is a match of which everything is replaced.
func found(start, end int) match { return match{start, end, end} }

// keep is a match of which nothing is replaced: what ends at next stays, and no
// other rule is asked about it.
func keep(next int) match { return match{next: next} }

// form is the composition of a word, as a bit.
type form uint8

const (
	lettersOnly form = 1 << iota
	digitsOnly
	lettersFirst // letters and digits, a letter first
	digitsFirst  // letters and digits, a digit first

	withDigits = digitsOnly | lettersFirst | digitsFirst
)

// formOf gives the form of a word whose first byte and whose bytes together have
// these classes.
func formOf(first, seen uint8) form {
	switch {
	case seen&digit == 0:
		return lettersOnly
	case seen&letter == 0:
		return digitsOnly
	case first&digit != 0:
		return digitsFirst
	}
	return lettersFirst
}

// anyCase gives pairs of letters in all combinations of cases.
func anyCase(pairs string) string {
	var out []string
	for _, p := range strings.Fields(pairs) {
		u := strings.ToUpper(p)
		out = append(out, p, u, u[:1]+p[1:], p[:1]+u[1:])
	}
	return strings.Join(out, " ")
}

// trigger says what the scanner does at a byte.
type trigger uint8

const (
	atWord    trigger = 1 << iota
	atSign            // rules are asked
	atEncoded         // an escape or a look-alike may begin: the text is also scanned decoded
)

// ruleSet is a table of rules, by where they are asked.
type ruleSet struct {
	triggers [256]trigger
	signs    [256][]signRule // by the first byte
	words    wordRules
	runs     []*rule
	colons   []*rule // at a colon that digits lead to
	numbers  []numberRule
}

type signRule struct {
	sign  string
	after *byteSet
	*rule
}

// wordRules are the rules that are asked at words, and sets of them, as bits: those
// for the form and the length of a word (the last for all longer), for its first two
// bytes, and for the byte behind it. A rule in all three is asked.
type wordRules struct {
	rules   []*rule
	lengths [digitsFirst + 1][maxWord + 1]ruleBits
	starts  [1 << 6][1 << 6]ruleBits // by wordIndex
	follows [1 << 8]ruleBits
}

type ruleBits uint32

// wordIndex numbers the bytes of words from 1; other bytes have 0.
var wordIndex = func() (t [256]uint8) {
	n := uint8(0)
	for c := range t {
		if is(byte(c), alnum) {
			n++
			t[c] = n
		}
	}
	return t
}()

// of gives the rules for the word from i to end.
func (w *wordRules) of(s string, i, end int, f form) ruleBits {
	behind, second := byte('\n'), uint8(0)
	if end < len(s) {
		behind = s[end]
	}
	if end-i > 1 {
		second = wordIndex[s[i+1]]
	}
	return w.lengths[f][min(end-i, maxWord)] & w.follows[behind] & w.starts[wordIndex[s[i]]&63][second&63]
}

func (w *wordRules) insert(r *rule) {
	bit := ruleBits(1) << len(w.rules)
	if w.rules = append(w.rules, r); bit == 0 {
		panic("more rules of words than bits")
	}
	for f := lettersOnly; f <= digitsFirst; f <<= 1 {
		for n := r.least; r.words&f != 0 && n <= maxWord && (n <= r.most || r.most == 0); n++ {
			w.lengths[f][n] |= bit
		}
	}
	for _, p := range strings.Fields(r.starts) {
		w.starts[wordIndex[p[0]]][wordIndex[p[1]]] |= bit
	}
	for a := range w.starts {
		for b := 0; r.starts == "" && b < len(w.starts[a]); b++ {
			w.starts[a][b] |= bit
		}
	}
	for c := range w.follows {
		if r.follows == nil || r.follows[c] {
			w.follows[c] |= bit
		}
	}
}

// newRuleSet arranges rules for the scanner, for whole texts or for segments of
// paths.
func newRuleSet(rules []rule, numbers []numberRule, segment bool) *ruleSet {
	set := &ruleSet{numbers: numbers}
	for c := range set.triggers {
		if is(byte(c), alnum) {
			set.triggers[c] = atWord
		} else if encodes(byte(c)) {
			set.triggers[c] = atEncoded
		}
	}
	for i := range rules {
		if r := &rules[i]; !segment || !r.textOnly {
			set.insert(r)
		}
	}
	return set
}

func (set *ruleSet) insert(r *rule) {
	for _, sign := range strings.Fields(r.signs) {
		set.triggers[sign[0]] |= atSign
		set.signs[sign[0]] = append(set.signs[sign[0]], signRule{sign, r.after, r})
		if sign == ":" && r.digitsLead {
			set.colons = append(set.colons, r)
		}
	}
	if r.words != 0 {
		set.words.insert(r)
	}
	if r.runs {
		set.runs = append(set.runs, r)
	}
}
