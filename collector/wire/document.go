package wire

import (
	"bytes"
	"errors"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

var (
	errNotJSON  = errors.New("body is not JSON")
	errTrailing = errors.New("there is something after the end of the JSON value")
	errTwice    = errors.New("an object says a name twice")
	errDeep     = errors.New("body is nested too deeply")
)

// document is one JSON value that jsontext has checked, as RFC 8259 and RFC 7493
// have it: syntax, UTF-8, and that no object says a name twice. What it consists
// of is kept as tokens, so that a [cursor] walks over them without looking at a
// byte again, and leaves out what nobody reads in one step.
type document struct {
	text   []byte
	tokens []token
	open   []uint32 // tokens of the objects and arrays that have not ended
	kept   keeper
	plain  []byte // text, where it stood in another document's string

	value   bytes.Buffer // what the checker reads
	checker jsontext.Decoder
}

// token is a value, the name of a member, or the end of an object or array.
type token struct {
	begin uint32
	// end is where a name or a scalar ends, and whether it is a string with
	// escapes. For an object or array it is the index of the token after its end.
	end uint32
}

// escaped marks the end of a string that has escapes.
const escaped = 1 << 31

// maxText is how long a document can be.
const maxText = escaped - 1

var documents = sync.Pool{New: func() any { return new(document) }}

// spareTokens is the most that is kept for the next document: what the largest
// body has by default, so that a flood of those finds memory and leaves none behind.
const spareTokens = 128 << 10

// release gives the document's memory back. What was kept of it stays.
func (d *document) release() {
	d.text, d.value = nil, bytes.Buffer{}
	if cap(d.tokens) <= spareTokens && cap(d.plain) <= 2*spareTokens {
		documents.Put(d)
	}
}

// read checks a text that holds one value, nested at most depth levels, and
// begins to walk through it.
func (d *document) read(text []byte, depth int) cursor {
	end, err := d.scan(text, 0, depth)
	if err == nil && blanks(text, end) < len(text) {
		err = errTrailing
	}
	return cursor{doc: d, err: err}
}

// unquote reads a text that stands in a string of another document.
func (d *document) unquote(c cursor, depth int) cursor {
	d.plain = c.unquoted(d.plain[:0])
	return d.read(d.plain, depth)
}

// scan checks the value that begins at pos, and says where it ends. The depth is
// bounded before anything recursive sees the value.
func (d *document) scan(text []byte, pos, depth int) (end int, err error) {
	if len(text) > maxText {
		return 0, errNotJSON
	}
	d.text, d.tokens, d.open = text, d.tokens[:0], d.open[:0]
	pos = blanks(text, pos)
	if end, err = d.index(pos, depth); err != nil {
		return 0, err
	}
	d.value = *bytes.NewBuffer(text[pos:end])
	d.checker.Reset(&d.value)
	switch checked, err := d.checker.ReadValue(); {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return 0, errTwice
	case err != nil || len(checked) != end-pos:
		return 0, errNotJSON
	}
	return end, nil
}

// index finds the tokens of the value at pos, and where it ends. It goes by
// brackets, quotes and separators alone: of what is no JSON the tokens make no
// sense, and are not to be read.
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
				return 0, errDeep
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
			for p++; p < len(text) && !delimits(text[p]); p++ {
			}
			d.tokens = append(d.tokens, token{uint32(begin), uint32(p)})
		}
		if len(d.open) == 0 {
			return p, nil
		}
	}
	return 0, errNotJSON
}

// stringEnd is where the string at p ends, and escaped if it has any; -1 if it
// does not end.
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

// delimits says whether a byte ends a number, true, false or null.
func delimits(c byte) bool {
	switch c {
	case ',', ':', '"', '{', '}', '[', ']', ' ', '\t', '\n', '\r':
		return true
	}
	return false
}

// blanks is where the first byte that is none stands, from p on.
func blanks(text []byte, p int) int {
	for p < len(text) && blank(text[p]) {
		p++
	}
	return p
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
