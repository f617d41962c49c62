package filter

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

var opText = [...]string{Eq: "=", Ne: "!=", Match: "~", NoMatch: "!~", Gt: ">", Ge: ">=", Lt: "<", Le: "<=", Has: "?"}

// String is the operator as it is typed.
func (o Op) String() string {
	if int(o) < len(opText) {
		return opText[o]
	}
	return "op(" + strconv.Itoa(int(o)) + ")"
}

// String is the canonical text: parsed again it gives the same expression.
func (e Expr) String() string {
	if e.Root == nil {
		return ""
	}
	var b strings.Builder
	write(&b, e.Root, inAnd)
	return b.String()
}

// String is the term as it stands in an expression.
func (t *Term) String() string {
	var b strings.Builder
	t.write(&b)
	return b.String()
}

// And narrows the expression by a term, unless it says so already.
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

// The places that a node may stand in, by what needs parentheses there.
type place uint8

const (
	inAnd place = iota // at the top or between ands: or needs none at the top
	inOr
	underNot
	betweenAnds
)

func write(b *strings.Builder, n Node, in place) {
	switch n := n.(type) {
	case And:
		list(b, n, " ", betweenAnds, in == underNot || in == betweenAnds)
	case Or:
		list(b, n, " or ", inOr, in != inAnd)
	case Not:
		b.WriteString("not ")
		write(b, n.Node, underNot)
	case *Term:
		n.write(b)
	}
}

func list(b *strings.Builder, nodes []Node, sep string, in place, parens bool) {
	if parens {
		b.WriteByte('(')
	}
	for i, n := range nodes {
		if i > 0 {
			b.WriteString(sep)
		}
		write(b, n, in)
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
		b.WriteString(value(t.Re.String()))
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
			b.WriteString(value(v))
		}
	}
}

// value quotes a value that could be read as something else.
func value(v string) string {
	if v == "" || strings.ContainsAny(v[:1], "=~") || strings.ContainsAny(v, `,"'()`) || strings.ContainsFunc(v, unicode.IsSpace) {
		return quote(v)
	}
	return v
}

// quote is the inverse of the parser's unquoting: a backslash is doubled only
// where it would otherwise escape, so that regular expressions stay readable.
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
