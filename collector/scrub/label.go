package scrub

import "strings"

// label is a class of names that say what the value beside them is: password=x,
// "lat": 52.52, Cookie: a=b. The labels are in labels.go.
type label struct {
	kind Kind // of the value, unless accept says otherwise

	// names are whole names or last words of names, in lower case, without
	// separators.
	names string
	// qualified are last words that need one of some words before them: api key.
	qualified map[string]string
	// anywhere are names, too, and words that decide wherever they are in a name.
	anywhere string
	// endings end names that are written as one word: userpassword.
	endings string
	// foreign are names beyond ASCII. Their first letter, which may be a capital, is
	// omitted.
	foreign []string

	maxValue int  // of an unquoted value, in bytes; 0: no limit
	line     bool // after a colon, all of the line is the value
	below    bool // the value may be on the line below
	comma    bool // an unquoted value may have a decimal comma
	within   bool // the scan goes on within the value: 078 05 1120 is also a number
	tags     bool // the value of a tag with such a name is replaced, whatever it is

	// accept says whether the value of a pair is what its name says, and gives the
	// kind that replaces it. It may narrow the value. nil accepts every value.
	accept func(p *pair) (Kind, bool)
}

// labelIndex is the labels by their names and by words of names.
type labelIndex struct {
	names, anywhere map[string]*label
	qualified       map[string][]qualifiedLabel // by the last word
	endings         []labelWord
	foreign         []labelWord
}

type qualifiedLabel struct {
	before *wordSet
	label  *label
}

type labelWord struct {
	word  string
	label *label
}

// labelled is the index of all labels.
var labelled = func() (x labelIndex) {
	x.names, x.anywhere, x.qualified = map[string]*label{}, map[string]*label{}, map[string][]qualifiedLabel{}
	for _, l := range labels {
		for _, w := range strings.Fields(l.names) {
			x.names[w] = l
		}
		for _, w := range strings.Fields(l.anywhere) {
			x.names[w], x.anywhere[w] = l, l
		}
		for last, before := range l.qualified {
			x.qualified[last] = append(x.qualified[last], qualifiedLabel{words(before), l})
		}
		for _, w := range strings.Fields(l.endings) {
			x.endings = append(x.endings, labelWord{w, l})
		}
		for _, w := range l.foreign {
			x.foreign = append(x.foreign, labelWord{w, l})
		}
	}
	return x
}()

// labelOf gives the label of a name, nil if it has none. The last words decide:
// passwordHash, X-Api-Key, user_token; a last word that is about the value (length,
// error, field) means that the name has none.
func labelOf(name string) *label {
	var w nameWords
	w.split(name)
	if w.n == 0 {
		return nil
	}
	last := string(w.word(w.n - 1))
	all := last
	if w.n > 1 {
		all = string(w.all())
		if l := labelled.names[all]; l != nil {
			return l
		}
		if aboutWords.has(last) || name[len(name)-len(last)-1] == '.' && sourceTypes.has(last) {
			return nil
		}
	}
	if l := labelled.names[last]; l != nil {
		return l
	}
	if is(last[len(last)-1], digit) { // password1
		if l := labelled.names[strings.TrimRight(last, "0123456789")]; l != nil {
			return l
		}
	}
	if w.n > 1 {
		for _, q := range labelled.qualified[last] {
			if q.before.has(string(w.word(w.n - 2))) {
				return q.label
			}
		}
		if l := labelWithin(&w, name); l != nil {
			return l
		}
	}
	for _, e := range labelled.endings {
		if strings.HasSuffix(all, e.word) {
			return e.label
		}
	}
	return nil
}

// labelWithin gives the label of a name with a word that decides wherever it is. The
// name of a class often has such a word, so its value must look like a token.
func labelWithin(w *nameWords, name string) *label {
	for k := range w.n {
		if l := labelled.anywhere[string(w.word(k))]; l != nil {
			if w.n > 2 && k < w.n-1 && isClassName(name) {
				return tokenLabel
			}
			return l
		}
	}
	return nil
}

// isClassName says whether a name is written as those of classes are:
// SecretManagerClient, com.example.PasswordEncoderBean.
func isClassName(name string) bool {
	name = name[strings.LastIndexByte(name, '.')+1:]
	return isAt(name, 0, upper) && isAt(name, 1, lower) && !strings.ContainsAny(name, "_-")
}

// maxName is the longest name that is looked at, in bytes.
const maxName = 48

// nameWords are the words of a name in lower case: my, secret and key of
// mySecretKey.
type nameWords struct {
	buf  [maxName]byte
	size int
	ends [12]int // of the words in buf
	n    int
}

func (w *nameWords) split(name string) {
	for i := 0; i < len(name) && w.size < len(w.buf); i++ {
		c := name[i]
		if !is(c, alnum) {
			w.cut()
			continue
		}
		if is(c, upper) {
			if i > 0 && (is(name[i-1], lower|digit) || is(name[i-1], upper) && isAt(name, i+1, lower)) {
				w.cut()
			}
			c |= 0x20
		}
		w.buf[w.size] = c
		w.size++
	}
	w.cut()
}

// cut ends a word.
func (w *nameWords) cut() {
	if w.n < len(w.ends) && w.size > w.start(w.n) {
		w.ends[w.n] = w.size
		w.n++
	}
}

// start gives where word k begins in buf.
func (w *nameWords) start(k int) int {
	if k == 0 {
		return 0
	}
	return w.ends[k-1]
}

func (w *nameWords) word(k int) []byte { return w.buf[w.start(k):w.ends[k]] }

func (w *nameWords) all() []byte { return w.buf[:w.size] }
