package wire

import (
	"bytes"
	"unicode/utf8"
)

// repair copies the JSON value at pos to d.repaired, with what strict readers
// refuse but senders write replaced: a browser cuts a text inside a surrogate
// pair, a library writes bytes that are not UTF-8. One such text, often in a
// member that is not read, must not lose everything beside it.
//
//   - Half of a surrogate pair becomes U+FFFD, as in JavaScript's toWellFormed,
//     and so does every byte of a string that is not UTF-8.
//   - NaN, Infinity and -Infinity become null: a value that is not a number.
//   - A value that is nested deeper than depth becomes null.
//
// It returns the end of the value; ok is false if the value does not end.
// Everything else stays as it is, and wrong if it was wrong.
func (d *document) repair(text []byte, pos, depth int) (end int, ok bool) {
	r := repairer{text: text, from: pos, out: d.repaired[:0]}
	level, deep := 0, 0 // deep: where the value begins that is too deep
	for p := pos; p < len(text); {
		switch c := text[p]; c {
		case '{', '[':
			if level++; level == depth+1 {
				deep = p
			}
			p++
		case '}', ']':
			p++
			if level == depth+1 {
				r.replace(deep, p, "null")
			}
			level--
		case '"':
			stop, flags := stringEnd(text, p)
			if stop < 0 {
				return 0, false
			}
			if level <= depth {
				r.string(p, stop, flags == escaped)
			}
			p = stop
		case ' ', '\t', '\n', '\r', ',', ':':
			p++
			continue
		default:
			begin := p
			for p++; p < len(text) && !endsScalar(text[p]); p++ {
			}
			if level <= depth && isPythonNumber(text[begin:p]) {
				r.replace(begin, p, "null")
			}
		}
		if level <= 0 {
			d.repaired = append(r.out, text[r.from:p]...)
			return p, true
		}
	}
	return 0, false
}

// isPythonNumber reports whether a word is what Python's json module, and others
// like it, write for a number that JSON does not have.
func isPythonNumber(word []byte) bool {
	switch string(word) {
	case "NaN", "Infinity", "-Infinity":
		return true
	}
	return false
}

// repairer replaces parts of a text in one pass.
type repairer struct {
	text []byte
	out  []byte // the result of text[:from]
	from int
}

func (r *repairer) replace(begin, end int, by string) {
	r.out = append(append(r.out, r.text[r.from:begin]...), by...)
	r.from = end
}

// string replaces what is wrong in the string between begin and end.
func (r *repairer) string(begin, end int, hasEscapes bool) {
	if !hasEscapes && utf8.Valid(r.text[begin:end]) {
		return
	}
	for p := begin; p < end; {
		switch c := r.text[p]; {
		case c == '\\':
			unit, other := escapedUnit(r.text[p:end]), rune(-1)
			if isHighHalf(unit) {
				other = escapedUnit(r.text[p+unitLen : end])
			}
			switch {
			case isLowHalf(other): // a pair
				p += 2 * unitLen
			case isHighHalf(unit), isLowHalf(unit):
				r.replace(p, p+unitLen, "\ufffd")
				p += unitLen
			default:
				p += 2
			}
		case c < utf8.RuneSelf:
			p++
		default:
			char, n := utf8.DecodeRune(r.text[p:end])
			if char == utf8.RuneError && n == 1 {
				r.replace(p, p+1, "\ufffd")
			}
			p += n
		}
	}
}

// unitLen is the length of an escaped UTF-16 unit, \ud83d.
const unitLen = 6

// escapedUnit is the UTF-16 unit that text begins with as an escape; -1 if it
// begins with something else.
func escapedUnit(text []byte) rune {
	if len(text) < unitLen || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	unit := rune(0)
	for _, c := range text[2:unitLen] {
		digit := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
		if c < '0' || digit < 0 {
			return -1
		}
		unit = unit<<4 | rune(digit)
	}
	return unit
}

func isHighHalf(unit rune) bool { return unit >= 0xd800 && unit < 0xdc00 }

func isLowHalf(unit rune) bool { return unit >= 0xdc00 && unit < 0xe000 }
