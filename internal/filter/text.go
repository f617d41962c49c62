package filter

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

var opText = [...]string{Eq: "=", Ne: "!=", Match: "~", NoMatch: "!~", Gt: ">", Ge: ">=", Lt: "<", Le: "<=", Has: "?"}

// String is the operator as typed.
func (o Op) String() string {
	if int(o) < len(opText) {
		return opText[o]
	}
	return "op(" + strconv.Itoa(int(o)) + ")"
}

// String is the canonical text. Parsing it returns the same expression.
func (e Expr) String() string {
	if e.Root == nil {
		return ""
	}
	var b strings.Builder
	writeNode(&b, e.Root, inAnd)
	return b.String()
}

// String is the term in canonical text.
func (t *Term) String() string {
	var b strings.Builder
	t.write(&b)
	return b.String()
}

// And adds a term to the expression, unless it already contains it.
func (e Expr) And(t *Term) Expr {
	var terms And
	switch root := e.Root.(type) {
	case nil:
	case And:
		terms = slices.Clip(root)
	default:
		terms = And{root}
	}
	text := t.String()
	for _, n := range terms {
		if have, ok := n.(*Term); ok && have.String() == text {
			return e
		}
	}
	var root Node = t
	if len(terms) > 0 {
		root = append(terms, t)
	}
	narrowed := Expr{Root: root}
	narrowed.Text = narrowed.String()
	return narrowed
}

// context is where a node is written. It decides about parentheses.
type context uint8

const (
	inAnd context = iota // at the top, where or needs none
	inOr
	underNot
	betweenAnds
)

func writeNode(b *strings.Builder, n Node, in context) {
	switch n := n.(type) {
	case And:
		writeList(b, n, " ", betweenAnds, in == underNot || in == betweenAnds)
	case Or:
		writeList(b, n, " or ", inOr, in != inAnd)
	case Not:
		b.WriteString("not ")
		writeNode(b, n.Node, underNot)
	case *Term:
		n.write(b)
	}
}

func writeList(b *strings.Builder, nodes []Node, sep string, in context, parens bool) {
	if parens {
		b.WriteByte('(')
	}
	for i, n := range nodes {
		if i > 0 {
			b.WriteString(sep)
		}
		writeNode(b, n, in)
	}
	if parens {
		b.WriteByte(')')
	}
}

func (t *Term) write(b *strings.Builder) {
	b.WriteString(t.Field)
	b.WriteString(t.Op.String())
	switch {
	case t.Op == Has:
	case t.Op == Match || t.Op == NoMatch:
		b.WriteString(quoteIfNeeded(t.Re.String()))
	case t.Kind == KindMetric || t.Op >= Gt:
		b.WriteString(strconv.FormatFloat(t.Number, 'g', -1, 64))
	default:
		for i, v := range t.Values {
			if i > 0 {
				b.WriteByte(',')
			}
			if v == "" {
				v = None
				b.WriteString(v)
				continue
			}
			b.WriteString(quoteIfNeeded(v))
		}
	}
}

// quoteIfNeeded quotes a value that would not parse as itself.
func quoteIfNeeded(v string) string {
	if v == "" || strings.ContainsAny(v[:1], "=~") || strings.ContainsAny(v, `,"'()`) || strings.ContainsFunc(v, unicode.IsSpace) {
		return quote(v)
	}
	return v
}

// quote is the inverse of [parser.quoted]. It doubles a backslash only if it
// would escape the next character, to keep regular expressions readable.
func quote(v string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(v) {
		switch c := v[i]; {
		case c == '"':
			b.WriteString(`\"`)
		case c == '\\' && (i+1 == len(v) || v[i+1] == '\\' || v[i+1] == '"'):
			b.WriteString(`\\`)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func isName(s string) bool {
	for i, r := range s {
		if !isNameRune(r) || i == 0 && r == '-' {
			return false
		}
	}
	return s != ""
}

func isNameRune(r rune) bool {
	return r == '_' || r == '-' || r == '.' || r == ':' || r == '/' || r == '@' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
