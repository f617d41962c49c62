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
// syntax, UTF-8, and no duplicate names in an object. It is indexed as tokens, so
// that a [cursor] walks over it without parsing again and skips any value in one
// step.
type document struct {
	text      []byte
	tokens    []token
	open      []uint32 // indexes of the tokens of unclosed objects and arrays
	strings   stringStore
	unescaped []byte // text of a document embedded in a string of another

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
	if cap(d.tokens) <= maxPooledTokens && cap(d.unescaped) <= 2*maxPooledTokens {
		documentPool.Put(d)
	}
}

// read checks a text that holds one value, nested at most depth levels, and
// returns a cursor at its start.
func (d *document) read(text []byte, depth int) cursor {
	end, err := d.scan(text, 0, depth)
	if err == nil && skipBlanks(text, end) < len(text) {
		err = errTrailing
	}
	return cursor{doc: d, err: err}
}

// readEmbedded reads a value that is embedded in a string of another document.
func (d *document) readEmbedded(c cursor, depth int) cursor {
	d.unescaped = c.appendText(d.unescaped[:0])
	return d.read(d.unescaped, depth)
}

// scan checks the value at pos and returns its end. It bounds the depth before
// the recursive checker sees the value.
func (d *document) scan(text []byte, pos, depth int) (end int, err error) {
	if len(text) > maxText {
		return 0, errNotJSON
	}
	d.text, d.tokens, d.open = text, d.tokens[:0], d.open[:0]
	pos = skipBlanks(text, pos)
	if end, err = d.index(pos, depth); err != nil {
		return 0, err
	}
	d.value = *bytes.NewBuffer(text[pos:end])
	d.checker.Reset(&d.value)
	switch checked, err := d.checker.ReadValue(); {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return 0, errDuplicate
	case err != nil || len(checked) != end-pos:
		return 0, errNotJSON
	}
	return end, nil
}

// index finds the tokens of the value at pos and its end. It looks only at
// brackets, quotes and separators, so the tokens of invalid JSON are meaningless
// and must not be read.
func (d *document) index(pos, depth int) (end int, err error) {
	text := d.text
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
