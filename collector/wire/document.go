package wire

import (
	"errors"
	"sync"
)

var (
	errNotJSON  = errors.New("body is not JSON")
	errTrailing = errors.New("there is something after the end of the JSON value")
	errTwice    = errors.New("an object says a name twice")
	errDeep     = errors.New("body is nested too deeply")
)

// document is one JSON value that has been checked in a single pass, as RFC 8259
// and RFC 7493 have it: syntax, UTF-8, depth, and that no object says a name
// twice. What the pass found is kept as tokens, so that a [cursor] walks over
// them without looking at a byte again, and leaves out what nobody reads in one
// step.
//
// It refuses all that jsontext refuses; the tests hold one against the other.
type document struct {
	text   []byte
	tokens []token
	names  []name // of the objects that are open
	kept   keeper
	plain  []byte // text, where it stood in another document's string

	err error
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
	d.text, d.err = nil, nil
	if cap(d.tokens) <= spareTokens && cap(d.names) <= spareTokens && cap(d.plain) <= 2*spareTokens {
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

// scan checks the value that begins at pos, and says where it ends.
func (d *document) scan(text []byte, pos, depth int) (end int, err error) {
	if len(text) > maxText {
		return 0, errNotJSON
	}
	d.text, d.tokens, d.names, d.err = text, d.tokens[:0], d.names[:0], nil
	if end = d.value(blanks(text, pos), depth); end < 0 {
		if d.err == nil {
			d.err = errNotJSON
		}
		return 0, d.err
	}
	return end, nil
}

// refuse says why, where it is not the syntax.
func (d *document) refuse(err error) int {
	d.err = err
	return -1
}

// value checks the value at p and returns where it ends, -1 if it is none. The
// other checks do likewise.
func (d *document) value(p, depth int) int {
	if p >= len(d.text) {
		return -1
	}
	var end int
	var flag uint32
	switch c := d.text[p]; c {
	case '"':
		end, flag = stringEnd(d.text, p)
	case '{':
		return d.object(p, depth)
	case '[':
		return d.array(p, depth)
	case 't':
		end = wordEnd(d.text, p, "true")
	case 'f':
		end = wordEnd(d.text, p, "false")
	case 'n':
		end = wordEnd(d.text, p, "null")
	default:
		end = numberEnd(d.text, p)
	}
	if end >= 0 {
		d.tokens = append(d.tokens, token{uint32(p), uint32(end) | flag})
	}
	return end
}

func (d *document) object(p, depth int) int {
	if depth == 0 {
		return d.refuse(errDeep)
	}
	text := d.text
	open, first := len(d.tokens), len(d.names)
	d.tokens = append(d.tokens, token{begin: uint32(p)})
	odd := uint32(0)
	p = blanks(text, p+1)
	if p >= len(text) || text[p] != '}' {
		for {
			if p >= len(text) || text[p] != '"' {
				return -1
			}
			end, flag := stringEnd(text, p)
			if end < 0 {
				return -1
			}
			odd |= flag
			d.names = append(d.names, name{signature(text, p+1, end-1), uint32(p + 1), uint32(end - 1)})
			d.tokens = append(d.tokens, token{uint32(p), uint32(end) | flag})
			if p = blanks(text, end); p >= len(text) || text[p] != ':' {
				return -1
			}
			if p = d.value(blanks(text, p+1), depth-1); p < 0 {
				return -1
			}
			if p = blanks(text, p); p >= len(text) {
				return -1
			}
			if text[p] == '}' {
				break
			}
			if text[p] != ',' {
				return -1
			}
			p = blanks(text, p+1)
		}
	}
	if !unique(text, d.names[first:], odd != 0) {
		return d.refuse(errTwice)
	}
	d.names = d.names[:first]
	return d.close(open, p)
}

func (d *document) array(p, depth int) int {
	if depth == 0 {
		return d.refuse(errDeep)
	}
	text := d.text
	open := len(d.tokens)
	d.tokens = append(d.tokens, token{begin: uint32(p)})
	p = blanks(text, p+1)
	if p >= len(text) || text[p] != ']' {
		for {
			if p = d.value(p, depth-1); p < 0 {
				return -1
			}
			if p = blanks(text, p); p >= len(text) {
				return -1
			}
			if text[p] == ']' {
				break
			}
			if text[p] != ',' {
				return -1
			}
			p = blanks(text, p+1)
		}
	}
	return d.close(open, p)
}

// close ends the object or array that the token open began.
func (d *document) close(open, p int) int {
	d.tokens = append(d.tokens, token{uint32(p), uint32(p + 1)})
	d.tokens[open].end = uint32(len(d.tokens))
	return p + 1
}
