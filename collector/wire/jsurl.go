package wire

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

var errJSURL = errors.New("value is not valid JSURL")

// jsurl converts JSURL, boomerang's encoding of JSON for URLs, to JSON, so that
// one decoder reads both: ~(~(t~'TypeError~v~2)) is [{"t":"TypeError","v":2}].
//
// The grammar is that of https://github.com/Sage/jsurl.
type jsurl struct {
	text string
	pos  int
	out  []byte
}

// fromJSURL converts a value, nested at most depth levels, to JSON.
func fromJSURL(text string, depth int) ([]byte, error) {
	j := jsurl{text: text, out: make([]byte, 0, len(text)+len(text)/4)}
	if !j.value(depth) || j.pos != len(text) {
		return nil, errJSURL
	}
	return j.out, nil
}

// peek returns the next byte; 0 at the end.
func (j *jsurl) peek() byte {
	if j.pos < len(j.text) {
		return j.text[j.pos]
	}
	return 0
}

// consume skips the next byte if it is b.
func (j *jsurl) consume(b byte) bool {
	if j.peek() != b {
		return false
	}
	j.pos++
	return true
}

func (j *jsurl) value(depth int) bool {
	switch {
	case !j.consume('~'):
		return false
	case j.consume('\''):
		return j.string()
	case j.consume('('):
		if depth == 0 {
			return false
		}
		if j.peek() == '~' {
			return j.array(depth - 1)
		}
		return j.object(depth - 1)
	}
	return j.literal()
}

func (j *jsurl) array(depth int) bool {
	j.out = append(j.out, '[')
	if len(j.text) > j.pos+1 && j.text[j.pos+1] == ')' { // (~) is empty
		j.pos++
	}
	for first := true; j.peek() == '~'; first = false {
		if !first {
			j.out = append(j.out, ',')
		}
		if !j.value(depth) {
			return false
		}
	}
	j.out = append(j.out, ']')
	return j.consume(')')
}

func (j *jsurl) object(depth int) bool {
	j.out = append(j.out, '{')
	for first := true; j.peek() != ')'; first = false {
		if !first {
			if !j.consume('~') {
				return false
			}
			j.out = append(j.out, ',')
		}
		if !j.string() {
			return false
		}
		j.out = append(j.out, ':')
		if !j.value(depth) {
			return false
		}
	}
	j.out = append(j.out, '}')
	return j.consume(')')
}

// string reads up to the next ~ or ). Characters other than a-z 0-9 _ - . are
// encoded as *xx or **xxxx, their UTF-16 units, and $ as !.
func (j *jsurl) string() bool {
	var plain []byte
	var high rune // first half of a surrogate pair
	for j.pos < len(j.text) {
		b := j.text[j.pos]
		if b == '~' || b == ')' {
			break
		}
		unit, width := rune(b), 1
		switch b {
		case '!':
			unit = '$'
		case '*':
			digits, at := 2, j.pos+1
			if at < len(j.text) && j.text[at] == '*' {
				digits, at = 4, at+1
			}
			if at+digits > len(j.text) {
				return false
			}
			n, err := strconv.ParseUint(j.text[at:at+digits], 16, 16)
			if err != nil {
				return false
			}
			unit, width = rune(n), at+digits-j.pos
		default:
			if b >= 0x80 { // not encoded
				plain = append(plain, b)
				j.pos++
				continue
			}
		}
		j.pos += width
		if high != 0 {
			pair := utf16.DecodeRune(high, unit)
			plain, high = utf8.AppendRune(plain, pair), 0
			if pair != utf8.RuneError {
				continue
			}
		}
		if utf16.IsSurrogate(unit) {
			high = unit
			continue
		}
		plain = utf8.AppendRune(plain, unit)
	}
	if high != 0 {
		plain = utf8.AppendRune(plain, high) // becomes U+FFFD
	}
	if !utf8.Valid(plain) {
		plain = bytes.ToValidUTF8(plain, []byte("\ufffd"))
	}
	var err error
	j.out, err = jsontext.AppendQuote(j.out, plain)
	return err == nil
}

// literal reads a number, true, false or null.
func (j *jsurl) literal() bool {
	begin := j.pos
	for j.pos < len(j.text) && j.text[j.pos] != '~' && j.text[j.pos] != ')' {
		j.pos++
	}
	switch word := j.text[begin:j.pos]; word {
	case "true", "false", "null":
		j.out = append(j.out, word...)
	default:
		n, err := strconv.ParseFloat(word, 64)
		if err != nil || n-n != 0 {
			return false
		}
		j.out = strconv.AppendFloat(j.out, n, 'g', -1, 64)
	}
	return true
}
