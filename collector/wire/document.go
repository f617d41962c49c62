package wire

import (
	"bytes"
	"errors"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

var (
	errNotJSON   = errors.New("body is not JSON")
	errTrailing  = errors.New("data after the end of the JSON value")
	errDuplicate = errors.New("an object has a duplicate name")
	errTooDeep   = errors.New("body is nested too deep")
)

// document is one JSON value that jsontext has checked by RFC 8259 and RFC 7493:
// syntax, UTF-8, and no duplicate names in an object. A text that fails the check
// is repaired, if it can be, and checked again. It is indexed as tokens, so that a
// [cursor] walks over it without parsing again and skips any value in one step.
type document struct {
	text      []byte // as sent, or repaired
	tokens    []token
	open      []uint32 // indexes of the tokens of unclosed objects and arrays
	strings   stringStore
	unescaped []byte // text of a document embedded in a string of another
	repaired  []byte // see repair

	value   bytes.Buffer // input of the checker
	checker jsontext.Decoder
}

// token is a value, the name of a member, or the end of an object or array.
type token struct {
	begin uint32
	// end is where a name or scalar ends, with the flag escaped. For an object or
	// array it is the index of the token after its end.
	end uint32
}

// escaped flags, in token.end, a string that has escapes.
const escaped = 1 << 31

// maxText is the longest document, in bytes.
const maxText = escaped - 1

var documentPool = sync.Pool{New: func() any { return new(document) }}

// getDocument returns an empty document. Call release after its last use.
func getDocument() *document { return documentPool.Get().(*document) }

// maxPooledTokens is the largest token list that goes back to the pool: that of
// the largest body by default. So a flood of large bodies reuses memory, and
// larger ones leave none behind.
const maxPooledTokens = 128 << 10

// release returns the document to the pool. Strings cloned from it stay valid.
func (d *document) release() {
	d.text, d.value = nil, bytes.Buffer{}
	if cap(d.tokens) <= maxPooledTokens && max(cap(d.unescaped), cap(d.repaired)) <= 2*maxPooledTokens {
		documentPool.Put(d)
	}
}

// read checks a text that holds one value, nested at most depth levels, and
// returns a cursor at its start.
func (d *document) read(text []byte, depth int) cursor {
	text = withoutMark(text)
	end, err := d.scan(text, 0, depth)
	if err == nil && skipBlanks(text, end) < len(text) {
		err = errTrailing
	}
	return cursor{doc: d, err: err}
}

// withoutMark removes the byte order mark that some libraries write in front.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }

// readEmbedded reads a value that is embedded in a string of another document.
func (d *document) readEmbedded(c cursor, depth int) cursor {
	d.unescaped = c.appendText(d.unescaped[:0])
	return d.read(d.unescaped, depth)
}

// scan checks the value at pos and returns its end. It bounds the depth before
// the recursive checker sees the value. A value that is refused is checked again
// after its repair.
func (d *document) scan(text []byte, pos, depth int) (end int, err error) {
	if len(text) > maxText {
		return 0, errNotJSON
	}
	pos = skipBlanks(text, pos)
	if end, err = d.index(text, pos, depth); err == nil {
		err = d.check(text[pos:end])
	} else if !errors.Is(err, errTooDeep) {
		return 0, err
	}
	if err == nil || errors.Is(err, errDuplicate) || depth == 0 {
		return end, err
	}
	end, ok := d.repair(text, pos, depth)
	if !ok || len(d.repaired) > maxText {
		return 0, err
	}
	if _, err = d.index(d.repaired, 0, depth); err == nil {
		// Two names may be the same only now: both are read.
		err = d.check(d.repaired, jsontext.AllowDuplicateNames(true))
	}
	return end, err
}

// check checks one value.
func (d *document) check(value []byte, more ...jsontext.Options) error {
	d.value = *bytes.NewBuffer(value)
	d.checker.Reset(&d.value, more...)
	switch checked, err := d.checker.ReadValue(); {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return errDuplicate
	case err != nil || len(checked) != len(value):
		return errNotJSON
	}
	return nil
}

// index finds the tokens of the value at pos and its end. It looks only at
// brackets, quotes and separators, so the tokens of invalid JSON are meaningless
// and must not be read.
func (d *document) index(text []byte, pos, depth int) (end int, err error) {
	d.text, d.tokens, d.open = text, d.tokens[:0], d.open[:0]
	for p := pos; p < len(text); {
		begin := p
		switch c := text[p]; c {
		case ' ', '\t', '\n', '\r', ',', ':':
			p++
			continue
		case '{', '[':
			if len(d.open) == depth {
				return 0, errTooDeep
			}
			d.open = append(d.open, uint32(len(d.tokens)))
			d.tokens = append(d.tokens, token{begin: uint32(p)})
			p++
			continue
		case '}', ']':
			if len(d.open) == 0 {
				return 0, errNotJSON
			}
			p++
			d.tokens = append(d.tokens, token{uint32(begin), uint32(p)})
			last := len(d.open) - 1
			d.tokens[d.open[last]].end = uint32(len(d.tokens))
			d.open = d.open[:last]
		case '"':
			var flag uint32
			if p, flag = stringEnd(text, p); p < 0 {
				return 0, errNotJSON
			}
			d.tokens = append(d.tokens, token{uint32(begin), uint32(p) | flag})
		default:
			for p++; p < len(text) && !endsScalar(text[p]); p++ {
			}
			d.tokens = append(d.tokens, token{uint32(begin), uint32(p)})
		}
		if len(d.open) == 0 {
			return p, nil
		}
	}
	return 0, errNotJSON
}

// stringEnd returns the end of the string at p, -1 if it is unterminated, and the
// flag escaped if the string has escapes.
func stringEnd(text []byte, p int) (end int, flag uint32) {
	p++
	n := bytes.IndexByte(text[p:], '"')
	if n < 0 {
		return -1, 0
	}
	if bytes.IndexByte(text[p:p+n], '\\') < 0 {
		return p + n + 1, 0
	}
	for ; p < len(text) && text[p] != '"'; p++ {
		if text[p] == '\\' {
			p++
		}
	}
	if p >= len(text) {
		return -1, 0
	}
	return p + 1, escaped
}

// endsScalar reports whether a byte ends a number, true, false or null.
func endsScalar(c byte) bool {
	switch c {
	case ',', ':', '"', '{', '}', '[', ']', ' ', '\t', '\n', '\r':
		return true
	}
	return false
}

// skipBlanks returns the position of the first byte from p on that is not white
// space.
func skipBlanks(text []byte, p int) int {
	for p < len(text) && isBlank(text[p]) {
		p++
	}
	return p
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
