package scrub

import "strings"

// element is a tag of markup, as testing libraries and errors of hydration print it.
type element struct {
	s      string
	kind   Kind
	known  bool // what kind of value its field holds
	rank   int  // of the attribute that says so
	button bool // its value is a caption
	values [4]fieldValue
	n      int
}

// fieldValue is where an attribute has the value of a field, and its kind if the
// element's name says it: <user name="x">.
type fieldValue struct {
	start, end int
	kind       Kind
	owned      bool
}

// formElement replaces the value of the form field or meta element that begins at i,
// if another of its attributes names something personal or secret: <input
// type="password" value="x">, <meta name="csrf-token" content="x">.
func (sc *scan) formElement(s string, i, behind int) int {
	if !isAt(s, behind, letter) {
		return 0
	}
	end := behind
	for end < len(s) && is(s[end], alnum|connector) && s[end] != '/' && s[end] != '=' && end-behind < maxName {
		end++
	}
	if end == len(s) || s[end] != ' ' && s[end] != '\n' && s[end] != '\t' {
		return 0
	}
	tag := s[behind:end]
	e := element{s: s}
	e.button = strings.EqualFold(tag, "button")
	after := e.readAttributes(end, tag)
	if strings.EqualFold(tag, "select") {
		sc.choice, sc.choiceEnd = e, min(len(s), i+maxChoice)
	}
	chosen := strings.EqualFold(tag, "option") && sc.choice.known && i < sc.choiceEnd
	if chosen {
		e.kind, e.known = sc.choice.kind, true
	}
	for _, v := range e.values[:e.n] {
		if v.owned {
			sc.redactField(s, v.start, v.end, v.kind)
		} else if e.known && !e.button {
			sc.redactField(s, v.start, v.end, e.kind)
		}
	}
	if !e.known || e.button {
		return 0
	}
	if after == 0 {
		return 0
	}
	n := strings.IndexByte(s[after:min(len(s), after+maxElement)], '<')
	if n > 0 && (chosen || textFields.has(tag) || e.showsName(tag, s[after:after+n])) {
		sc.redactField(s, after, after+n, e.kind)
	}
	return 0
}

// showsName says whether the text of an element is the name of somebody, as its
// attributes say, and not a caption: <span data-testid="user-name">Aoife</span>.
func (e *element) showsName(tag, text string) bool {
	text = strings.TrimSpace(text)
	if e.kind != Name || e.rank < minShown || captionTags.has(tag) || text == "" || len(text) > maxName || labelOf(text) != nil ||
		isStatement(text) || isExpression(text) || isFormalValue(text) || aboutWords.has(text) || loginWords.has(text) {
		return false
	}
	words := strings.Fields(text)
	if len(words) == 1 {
		return isNoThing(text) && (isCapitalised(text) || looksLikeUserName(text) || !isASCII(text))
	}
	for _, w := range words {
		if thingWords.has(w) || captionWords.has(w) {
			return false
		}
	}
	return isPersonShaped(text) || !isASCII(text) && len(words) < 4
}

// minShown is the least rank of an attribute that says what an element shows.
const minShown = 5

// redactField replaces the value of a field unless it reveals nothing.
func (sc *scan) redactField(s string, start, end int, kind Kind) {
	if start < end && strings.TrimSpace(s[start:end]) != "" && placeholderAt(s, start) == 0 && !isHarmless(s[start:end]) {
		sc.redactIdentity(start, end, kind, s[start:end])
	}
}

const (
	// maxElement is the longest tag whose attributes are looked at, in bytes.
	maxElement = 1 << 10
	// maxChoice is how far after a select element its options are.
	maxChoice = 4 << 10
)

// readAttributes reads the attributes from i to the end of the tag, and gives what is
// behind it, 0 if the tag does not end.
func (e *element) readAttributes(i int, tag string) (after int) {
	s := e.s
	for high := min(len(s), i+maxElement); i < high; {
		switch c := s[i]; {
		case c == '<':
			return 0
		case c == '>':
			return i + 1
		case !is(c, letter):
			i++
			continue
		}
		name := i
		for i < high && (is(s[i], alnum) || s[i] == '-' || s[i] == '_' || s[i] == ':' || s[i] == '.') {
			i++
		}
		key := s[name:i]
		for i < high && s[i] == ' ' {
			i++
		}
		if i >= high || s[i] != '=' {
			continue
		}
		start, end := attributeValue(s, i+1, high)
		e.attribute(tag, key, start, end)
		i = max(i+1, end)
		if i < high && isQuote(s[i]) {
			i++
		}
	}
	return 0
}

// attributeValue gives the value of an attribute behind its =, without its quotes and
// the braces of JSX.
func attributeValue(s string, i, high int) (start, end int) {
	for i < high && (s[i] == ' ' || s[i] == '{' && i+1 < high && isQuote(s[i+1])) {
		i++
	}
	if i >= high {
		return i, i
	}
	if isQuote(s[i]) {
		q := s[i]
		for end = i + 1; end < high && s[end] != q && s[end] != '<'; {
			end++
		}
		return i + 1, end
	}
	if s[i] == '{' {
		for end = i; end < high && s[end] != '}' && s[end] != '<'; {
			end++
		}
		return end, end
	}
	for end = i; end < high && !is(s[end], space) && s[end] != '>' && s[end] != '<' && !(s[end] == '/' && hasByte(s, end+1, '>')); {
		end++
	}
	return i, end
}

// attribute notes what an attribute says about the field.
func (e *element) attribute(tag, key string, start, end int) {
	value := strings.TrimRight(e.s[start:end], "]") // of a selector
	switch {
	case valueAttributes.has(key):
		e.hold(fieldValue{start: start, end: end})
	case ownedNames.has(key) && bareOwners.has(tag):
		if l := labelOf(tag + "_" + key); l != nil {
			e.hold(fieldValue{start, end, l.kind, true})
		}
	case strings.EqualFold(key, "type") && captionTypes.has(value):
		e.button = true
	case strings.EqualFold(key, "type"):
		if kind, ok := typeKinds[strings.ToLower(value)]; ok {
			e.name(kind, 9)
		}
	default:
		rank := namingAttributes[strings.ToLower(key)]
		if strings.EqualFold(key, "class") || strings.EqualFold(key, "className") {
			e.class(value)
			break
		}
		if rank == 0 || value == "" || len(value) > maxName || strings.EqualFold(key, "id") && strings.IndexByte(value, '.') >= 0 {
			break // the id of a translation
		}
		if kind, ok := fieldKind(value); ok {
			e.name(kind, rank)
		}
	}
}

// class notes the first class that is a label of people's names.
func (e *element) class(value string) {
	for len(value) > 0 && e.rank < minShown {
		var name string
		name, value, _ = strings.Cut(value, " ")
		if l := labelOf(name); l == nameLabel {
			e.name(l.kind, minShown)
		}
	}
}

func (e *element) hold(v fieldValue) {
	if e.n < len(e.values) {
		e.values[e.n] = v
		e.n++
	}
}

func (e *element) name(kind Kind, rank int) {
	if rank > e.rank {
		e.kind, e.known, e.rank = kind, true, rank
	}
}

var (
	valueAttributes = words(`value content defaultvalue initialvalue data-value aria-valuetext`)
	// textFields are elements whose text is the value of a field.
	textFields = words(`textarea field attribute property param entry item`)
	// captionTags are elements whose text is the page's.
	captionTags  = words(`label legend th button a option h1 h2 h3 h4 h5 h6 dt summary caption title form input`)
	captionWords = words(`your my name change edit enter add new show hide sign log welcome hello save cancel help is must`)
	// captionTypes are the types of elements whose value is a caption or a choice of
	// the page's author.
	captionTypes = words(`submit button reset image checkbox radio range color`)
	typeKinds    = map[string]Kind{"password": Secret, "email": Email, "tel": Phone}
	// namingAttributes say what a field is, by their weight.
	namingAttributes = map[string]int{"autocomplete": 8, "name": 7, "id": 6, "formcontrolname": 6, "v-model": 6, "ng-model": 6,
		"property": 6, "itemprop": 6, "http-equiv": 5, "data-testid": 5, "data-test": 5, "data-test-id": 5, "data-cy": 5,
		"data-qa": 5, "testid": 5, "data-field": 5, "data-name": 5, "aria-label": 4, "label": 4, "placeholder": 3, "title": 2}
)

// valueSelector replaces the value in a selector of attributes that also names the
// field: input[name="otp"][value="482913"].
func (sc *scan) valueSelector(s string, i, behind int) int {
	for behind < len(s) && strings.IndexByte("*^$~|", s[behind]) >= 0 {
		behind++
	}
	if !hasByte(s, behind, '=') {
		return 0
	}
	start, end := attributeValue(s, behind+1, min(len(s), behind+maxElement))
	if n := strings.IndexByte(s[start:end], ']'); n >= 0 {
		end = start + n
	}
	low, high := max(0, i-maxSelector), min(len(s), end+maxSelector)
	before := s[low:i]
	before = before[strings.LastIndexAny(before, " \t\n,;")+1:]
	rest := s[end:high]
	if n := strings.IndexAny(rest, " \t\n,;"); n >= 0 {
		rest = rest[:n]
	}
	if !strings.HasSuffix(before, "]") && strings.IndexByte(before, '#') < 0 {
		before = ""
	}
	if n := strings.Index(rest, "]["); n < 0 || n > 1 {
		rest = ""
	}
	for _, part := range [...]string{before, rest} {
		e := element{s: part}
		e.readAttributes(0, "input")
		if !e.known {
			if n := strings.LastIndexByte(part, '#'); n >= 0 {
				name, _, _ := strings.Cut(part[n+1:], "[")
				e.kind, e.known = fieldKind(name)
			}
		}
		if e.known {
			sc.redactField(s, start, end, e.kind)
			return 0
		}
	}
	return 0
}

// maxSelector is how far from each other the parts of a selector are looked at.
const maxSelector = 96
