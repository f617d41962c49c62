package filter

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// None is the value of a field without one: release=(none). It is also the key
// of the segment of such beacons.
const None = "(none)"

const maxRegexp = 1024 // bytes; bounds the compiled program

// NewTerm returns a term from its parts. In value * globs (see [Literal]), and a
// comma does not separate. An error is an *Error without a column.
func NewTerm(field string, op Op, value string) (*Term, error) {
	t, msg := termFor(field)
	if msg != "" {
		return nil, &Error{Msg: msg}
	}
	if msg := t.setOp(op); msg != "" {
		return nil, &Error{Msg: msg}
	}
	if op == Has {
		return t, nil
	}
	if msg := t.addValue(value); msg != "" {
		return nil, &Error{Msg: msg}
	}
	return t, nil
}

// Literal escapes a value so that it matches only itself.
func Literal(value string) string {
	if !strings.ContainsAny(value, `*\`) {
		return value
	}
	return strings.NewReplacer(`*`, `\*`, `\`, `\\`).Replace(value)
}

// setOp sets the operator, or returns which ones the field accepts.
func (t *Term) setOp(op Op) string {
	const equality, pattern, order, has = "= !=", "~ !~", "> >= < <=", "?"
	var ok bool
	var accepted []string
	isEq, isRe, isOrder := op == Eq || op == Ne, op == Match || op == NoMatch, op >= Gt && op <= Le
	switch t.Kind {
	case KindMetric:
		ok, accepted = !isRe, []string{equality, order, has}
	case KindStatus:
		ok, accepted = true, nil
	case KindError, KindHandled, KindID, KindFingerprint:
		ok, accepted = isEq || op == Has, []string{equality, has}
	case KindTag:
		if t.Plain && isOrder { // tags are not ordered, so a metric is meant
			t.Kind, t.Plain, t.Field = KindMetric, false, metricPrefix+t.Name
		}
		ok, accepted = !isOrder || t.Kind == KindMetric, []string{equality, pattern, has}
	default:
		ok, accepted = !isOrder, []string{equality, pattern, has}
	}
	if !ok || op > Has {
		return fmt.Sprintf("%s does not accept %s: use one of %s", t.Field, op, strings.Join(accepted, " "))
	}
	t.Op = op
	return ""
}

// addValue adds one value, or returns what was expected.
func (t *Term) addValue(v string) string {
	if v == None {
		v = ""
	}
	switch {
	case t.Op == Match || t.Op == NoMatch:
		if len(v) > maxRegexp {
			return fmt.Sprintf("the regular expression is longer than %d bytes", maxRegexp)
		}
		re, err := regexp.Compile(v)
		if err != nil {
			return "expected a regular expression: " + strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		}
		t.Re = re
		return ""
	case t.Kind == KindMetric:
		n, ok := parseNumber(v, t.Name != "cls")
		if !ok {
			return fmt.Sprintf("expected a number for %s, such as %s", t.Field, exampleNumber(t.Name))
		}
		t.Number = n
		return ""
	case t.Op != Eq && t.Op != Ne: // an order operator on status
		n, ok := parseNumber(v, false)
		if !ok {
			return "expected a number, such as 500"
		}
		t.Number = n
		return ""
	}
	switch t.Kind {
	case KindError, KindHandled:
		switch strings.ToLower(v) {
		case "yes", "true":
			v = "yes"
		case "no", "false":
			v = "no"
		default:
			return "expected yes or no"
		}
	case KindID:
		id, err := strconv.ParseUint(v, 16, 64)
		if v != "" && (err != nil || id == 0) {
			return "expected the 16 hexadecimal digits that rumtop prints, or (none)"
		}
		if v != "" {
			v = fmt.Sprintf("%016x", id)
		}
	default: // any text
	}
	t.Values = append(t.Values, v)
	return ""
}

func exampleNumber(metric string) string {
	if metric == "cls" {
		return "0.1"
	}
	return "2500 or 2.5s"
}

// parseNumber reads a finite number, with units of time as milliseconds.
func parseNumber(s string, time bool) (float64, bool) {
	scale := 1.0
	if time {
		if rest, ok := strings.CutSuffix(s, "ms"); ok {
			s = rest
		} else if rest, ok := strings.CutSuffix(s, "s"); ok {
			s, scale = rest, 1000
		}
	}
	if strings.Trim(s, "0123456789.+-eE") != "" { // no hexadecimal, no "inf"
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	n *= scale
	if math.IsInf(n, 0) {
		return 0, false
	}
	return n + 0, true // -0 becomes 0
}

// Negative reports whether the term holds if its values are not found: != and
// !~. For a field with several entries it then holds if none is found.
func (t *Term) Negative() bool { return t.Op == Ne || t.Op == NoMatch }

// Finds reports whether s is among the values (=, !=), matches the regular
// expression (~, !~) or is not empty (?). It is false for order operators.
func (t *Term) Finds(s string) bool {
	switch t.Op {
	case Eq, Ne:
		for _, v := range t.Values {
			if glob(v, s) {
				return true
			}
		}
		return false
	case Match, NoMatch:
		return t.Re.MatchString(s)
	case Has:
		return s != ""
	default:
		return false
	}
}

// MatchString reports whether the term holds for a field whose only value is s.
func (t *Term) MatchString(s string) bool { return t.Finds(s) != t.Negative() }

// MatchNumber reports whether the term holds for a metric of value v. It compares
// for equality as float32, which is the precision of beacons.
func (t *Term) MatchNumber(v float64) bool {
	switch t.Op {
	case Eq:
		return float32(v) == float32(t.Number)
	case Ne:
		return float32(v) != float32(t.Number)
	case Gt:
		return v > t.Number
	case Ge:
		return v >= t.Number
	case Lt:
		return v < t.Number
	case Le:
		return v <= t.Number
	default:
		return t.Op == Has
	}
}

// glob reports whether s matches the pattern: * matches any text, \* and \\ match
// themselves.
func glob(pattern, s string) bool {
	p, i := 0, 0
	star, from := -1, 0 // after the last *, and the start of its text in s
	for {
		if p < len(pattern) && pattern[p] == '*' {
			p++
			star, from = p, i
			continue
		}
		if i == len(s) && p == len(pattern) {
			return true
		}
		if i < len(s) && p < len(pattern) {
			c, n := pattern[p], 1
			if c == '\\' && p+1 < len(pattern) && (pattern[p+1] == '*' || pattern[p+1] == '\\') {
				c, n = pattern[p+1], 2
			}
			if c == s[i] {
				p, i = p+n, i+1
				continue
			}
		}
		if star < 0 || from >= len(s) {
			return false
		}
		from++
		p, i = star, from
	}
}
