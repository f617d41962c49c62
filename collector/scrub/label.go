package scrub

import "strings"

// label is a class of names that say what the value beside them is: password=x,
// "lat": 52.52, Cookie: a=b. The labels are in labels.go.
type label struct {
	kind Kind // of the value, unless accept says otherwise

	// names are whole names or last words of names, in lower case, without
	// separators.
	names string
	// whole are names of one word that mean something else at the end of others:
	// user, but not db_user.
	whole string
	// phrases are names of several words: date of birth. The words that qualify a
	// last word need no phrase.
	phrases []string
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
	stated   bool // the value may follow without a separator: passport no. C03005988

	// accept says whether the value of a pair is what its name says, and gives the
	// kind that replaces it. It may narrow the value, or extend it by the words that
	// belong to it. nil accepts every value.
	accept func(p *pair) (Kind, bool)
}

// labelIndex is the labels by their names and by words of names.
type labelIndex struct {
	names, whole, anywhere labelWords
	qualified              map[string][]qualifiedLabel // by the last word
	endings                [256][]labelWord            // by the last byte
	phrases                map[string][]labelWord      // by the last word
	foreign                map[string][]labelWord      // by the last bytes
}

// labelWords are labels by a word, made for lookups that mostly fail.
type labelWords struct {
	labels map[string]*label
	shapes wordShapes
}

func (w *labelWords) insert(word string, l *label) {
	if w.labels == nil {
		w.labels = map[string]*label{}
	}
	w.labels[word] = l
	w.shapes.insert(word)
}

// named gives the label of a word in lower case, nil if it has none.
func (w *labelWords) named(word string) *label {
	if word == "" || !w.shapes.mayHave(word) {
		return nil
	}
	return w.labels[word]
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
	x.qualified, x.phrases, x.foreign = map[string][]qualifiedLabel{}, map[string][]labelWord{}, map[string][]labelWord{}
	for _, l := range labels {
		for _, w := range strings.Fields(l.whole) {
			x.whole.insert(w, l)
		}
		for _, p := range l.phrases {
			last := p[strings.LastIndexAny(p, " '")+1:]
			x.phrases[last] = append(x.phrases[last], labelWord{p, l})
		}
		for _, w := range strings.Fields(l.names) {
			x.names.insert(w, l)
		}
		for _, w := range strings.Fields(l.anywhere) {
			x.names.insert(w, l)
			x.anywhere.insert(w, l)
		}
		for last, before := range l.qualified {
			x.qualified[last] = append(x.qualified[last], qualifiedLabel{words(before), l})
			for _, w := range strings.Fields(before) { // customerid
				if l.isPersonal() && x.names.named(w+last) == nil && last != "key" {
					x.names.insert(w+last, l)
				}
			}
		}
		for _, w := range strings.Fields(l.endings) {
			end := &x.endings[w[len(w)-1]]
			*end = append(*end, labelWord{w, l})
		}
		for _, w := range l.foreign {
			x.foreign[foreignKey(w)] = append(x.foreign[foreignKey(w)], labelWord{w, l})
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
	w.dropNumbers()
	last := string(w.word(w.n - 1))
	all := last
	if w.n > 1 {
		all = string(w.all())
		if l := labelled.names.named(all); l != nil {
			return l
		}
		if l := qualifiedBy(last, w.word(w.n-2)); l != nil {
			return l
		}
		if aboutWords.has(last) || sourceTypes.has(last) && strings.HasSuffix(strings.ToLower(name), "."+last) {
			return nil
		}
	}
	if l := labelled.names.named(last); l != nil {
		return l
	}
	if l := labelled.whole.named(last); l != nil && w.n == 1 {
		return l
	}
	if is(last[len(last)-1], digit) { // password1, address_line_1
		stem := strings.TrimRight(last, "0123456789")
		if l := labelled.names.named(stem); l != nil {
			return l
		}
	}
	if w.n > 1 {
		if l := labelWithin(&w, name); l != nil {
			return l
		}
	}
	for _, e := range labelled.endings[all[len(all)-1]] {
		if strings.HasSuffix(all, e.word) {
			return e.label
		}
	}
	return nil
}

// qualifiedBy gives the label of a last word with the word before it.
func qualifiedBy(last string, before []byte) *label {
	for _, q := range labelled.qualified[last] {
		if q.before.has(string(before)) {
			return q.label
		}
	}
	return nil
}

// labelWithin gives the label of a name with a word that decides wherever it is. The
// name of a class often has such a word, so its value must look like a token.
func labelWithin(w *nameWords, name string) *label {
	for k := range w.n {
		if l := labelled.anywhere.named(string(w.word(k))); l != nil {
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

// dropNumbers removes the numbers behind the last word of letters: address_2.
func (w *nameWords) dropNumbers() {
	for w.n > 1 && allDigits(string(w.word(w.n-1))) {
		w.n--
		w.size = w.ends[w.n-1]
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
