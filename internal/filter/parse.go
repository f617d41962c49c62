package filter

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of an expression, because it can come from outside.
const (
	maxText  = 4096 // bytes
	maxDepth = 32   // parentheses and nots
)

// Parse parses an expression. Blank text holds for every beacon. An error is an
// *Error with the column and what was expected there.
//
//	expression = and { "or" and }
//	and        = unary { [ "and" ] unary }
//	unary      = "not" unary | "(" expression ")" | term
//	term       = field ( "?" | op value { "," value } )
//	op         = "=" | "!=" | "~" | "!~" | ">" | ">=" | "<" | "<="
//
// Quote values with blanks, commas or quotes: in "…", \" and \\ mean " and \; in
// '…' nothing is special. A bare value can contain balanced parentheses:
// release=(none).
func Parse(text string) (Expr, error) {
	p := parser{text: text}
	switch {
	case len(text) > maxText:
		return Expr{}, &Error{1, fmt.Sprintf("the filter is longer than %d bytes", maxText)}
	case !utf8.ValidString(text):
		return Expr{}, &Error{1, "the filter is not valid UTF-8"}
	}
	p.blanks()
	if p.pos == len(text) {
		return Expr{}, nil
	}
	root, err := p.or(0)
	if err != nil {
		return Expr{}, err
	}
	if p.pos < len(text) {
		return Expr{}, p.errorf(p.pos, "expected a term or the end, not %q", p.peek())
	}
	e := Expr{Root: root}
	e.Text = e.String()
	return e, nil
}

type parser struct {
	text string
	pos  int // in bytes
}

func (p *parser) errorf(pos int, format string, args ...any) *Error {
	return &Error{utf8.RuneCountInString(p.text[:pos]) + 1, fmt.Sprintf(format, args...)}
}

// peek is the next character; 0 at the end.
func (p *parser) peek() rune {
	if p.pos == len(p.text) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.pos:])
	return r
}

func (p *parser) blanks() (any bool) {
	start := p.pos
	p.pos = len(p.text) - len(strings.TrimLeftFunc(p.text[p.pos:], unicode.IsSpace))
	return p.pos > start
}

// keyword consumes one of and, or, not, unless it is the name of a field.
func (p *parser) keyword(word string) bool {
	end := p.pos + len(word)
	if end > len(p.text) || !strings.EqualFold(p.text[p.pos:end], word) {
		return false
	}
	rest := parser{p.text, end}
	if isNameRune(rest.peek()) {
		return false
	}
	rest.blanks()
	if strings.ContainsRune("=!~<>?", rest.peek()) && rest.pos < len(p.text) {
		return false
	}
	p.pos = rest.pos
	return true
}

func (p *parser) or(depth int) (Node, error) {
	var or Or
	for {
		n, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		if inner, ok := n.(Or); ok {
			or = append(or, inner...)
		} else {
			or = append(or, n)
		}
		if !p.keyword("or") {
			break
		}
	}
	if len(or) == 1 {
		return or[0], nil
	}
	return or, nil
}

func (p *parser) and(depth int) (Node, error) {
	var and And
	for {
		n, err := p.unary(depth)
		if err != nil {
			return nil, err
		}
		if inner, ok := n.(And); ok {
			and = append(and, inner...)
		} else {
			and = append(and, n)
		}
		p.blanks()
		if p.keyword("and") {
			continue
		}
		ahead := *p
		if p.pos == len(p.text) || p.peek() == ')' || ahead.keyword("or") {
			break
		}
	}
	if len(and) == 1 {
		return and[0], nil
	}
	return and, nil
}

func (p *parser) unary(depth int) (Node, error) {
	start := p.pos
	if depth > maxDepth {
		return nil, p.errorf(start, "nested more than %d deep", maxDepth)
	}
	if p.keyword("not") {
		n, err := p.unary(depth + 1)
		if err != nil {
			return nil, err
		}
		return Not{n}, nil
	}
	if p.peek() != '(' {
		return p.term()
	}
	p.pos++
	p.blanks()
	n, err := p.or(depth + 1)
	if err != nil {
		return nil, err
	}
	if p.peek() != ')' {
		return nil, p.errorf(p.pos, "expected ) for the ( in column %d", utf8.RuneCountInString(p.text[:start])+1)
	}
	p.pos++
	return n, nil
}

func (p *parser) term() (Node, error) {
	start := p.pos
	field, err := p.field()
	if err != nil {
		return nil, err
	}
	t, msg := termFor(field)
	if msg != "" {
		return nil, p.errorf(start, "%s", msg)
	}
	t.Column = utf8.RuneCountInString(p.text[:start]) + 1
	apart := p.blanks() // lcp > 2500
	at := p.pos
	op, ok := p.op()
	if !ok {
		return nil, p.errorf(at, "expected an operator after %s: one of = != ~ !~ > >= < <= ?", field)
	}
	if msg := t.setOp(op); msg != "" {
		return nil, p.errorf(at, "%s", msg)
	}
	if op == Has {
		return t, p.boundary()
	}
	if apart {
		p.blanks()
	}
	for {
		at := p.pos
		v, err := p.value(op == Match || op == NoMatch)
		if err != nil {
			return nil, err
		}
		if msg := t.addValue(v); msg != "" {
			return nil, p.errorf(at, "%s", msg)
		}
		if p.peek() != ',' {
			return t, p.boundary()
		}
		if t.Values == nil {
			return nil, p.errorf(p.pos, "%s%s accepts one value", t.Field, op)
		}
		p.pos++
		p.blanks()
	}
}

// boundary checks that the term ends after its value.
func (p *parser) boundary() error {
	if r := p.peek(); p.pos < len(p.text) && r != ')' && !unicode.IsSpace(r) {
		return p.errorf(p.pos, "expected a blank before %q", r)
	}
	return nil
}

// field reads a name. After tag. and metric. the rest can be quoted.
func (p *parser) field() (string, error) {
	start := p.pos
	for isNameRune(p.peek()) && (p.pos > start || p.peek() != '-') {
		p.pos += utf8.RuneLen(p.peek())
	}
	name := p.text[start:p.pos]
	if name == "" {
		if p.pos == len(p.text) {
			return "", p.errorf(p.pos, "expected a term such as region=eu-west, not the end")
		}
		return "", p.errorf(p.pos, "expected a term such as region=eu-west, not %q", p.peek())
	}
	if lower := strings.ToLower(name); p.peek() == '"' && (lower == tagPrefix || lower == metricPrefix) {
		rest, err := p.quoted()
		return lower + rest, err
	}
	return name, nil
}

// op reads an operator, also in the spelling of other query languages.
func (p *parser) op() (Op, bool) {
	for _, o := range [...]struct {
		text string
		op   Op
	}{
		{"!=", Ne}, {"!~", NoMatch}, {">=", Ge}, {"<=", Le}, {"==", Eq}, {"=~", Match},
		{"=", Eq}, {"~", Match}, {">", Gt}, {"<", Lt}, {"?", Has},
	} {
		if strings.HasPrefix(p.text[p.pos:], o.text) {
			p.pos += len(o.text)
			return o.op, true
		}
	}
	return 0, false
}

// value reads a quoted value, or a bare one up to a blank, an unbalanced closing
// parenthesis or, unless whole, a comma.
func (p *parser) value(whole bool) (string, error) {
	if r := p.peek(); r == '"' || r == '\'' {
		return p.quoted()
	}
	start, open := p.pos, 0
	for i, r := range p.text[start:] {
		if unicode.IsSpace(r) || r == ',' && !whole || r == ')' && open == 0 {
			break
		}
		switch r {
		case '(':
			open++
		case ')':
			open--
		}
		p.pos = start + i + utf8.RuneLen(r)
	}
	switch {
	case p.pos == start:
		return "", p.errorf(start, "expected a value: write (none) for no value")
	case open > 0:
		return "", p.errorf(start, "expected ) in the value: quote a value with an unbalanced parenthesis")
	}
	return p.text[start:p.pos], nil
}

func (p *parser) quoted() (string, error) {
	start, mark := p.pos, p.text[p.pos]
	var b strings.Builder
	for i := start + 1; i < len(p.text); i++ {
		c := p.text[i]
		if c == mark {
			p.pos = i + 1
			return b.String(), nil
		}
		if c == '\\' && mark == '"' && i+1 < len(p.text) && (p.text[i+1] == '"' || p.text[i+1] == '\\') {
			i++
			c = p.text[i]
		}
		b.WriteByte(c)
	}
	return "", p.errorf(start, "expected a closing %c", mark)
}
