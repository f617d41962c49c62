package wire

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

var errShape = errors.New("value has another type than expected")

// cursor walks through one JSON value, token by token, strictly: duplicate
// names and invalid UTF-8 are errors. The first error sticks, and everything
// after it reads as empty, so that only the end needs checking.
//
// Strings are cut out of one copy of the value wherever they have no escapes.
// Null reads as not sent.
type cursor struct {
	dec  *jsontext.Decoder
	buf  bytes.Buffer
	text string
	err  error
}

var cursors = sync.Pool{New: func() any {
	c := new(cursor)
	c.dec = jsontext.NewDecoder(&c.buf)
	return c
}}

// newCursor begins at a value that items has cut out. End it with close.
func newCursor(item []byte) *cursor {
	c := cursors.Get().(*cursor)
	c.buf = *bytes.NewBuffer(item) // the decoder reads it in place
	c.dec.Reset(&c.buf)
	c.text, c.err = string(item), nil
	return c
}

// close checks that nothing follows the value and returns the first error.
func (c *cursor) close() error {
	if c.err == nil && len(bytes.TrimSpace([]byte(c.text[c.dec.InputOffset():]))) > 0 {
		c.err = errTrailing
	}
	err := c.err
	c.buf, c.text = bytes.Buffer{}, ""
	cursors.Put(c)
	return err
}

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// object enters an object; loop with more and key. It returns false for null.
func (c *cursor) object() bool { return c.enter('{') }

// array enters an array; loop with more. It returns false for null.
func (c *cursor) array() bool { return c.enter('[') }

func (c *cursor) enter(kind jsontext.Kind) bool {
	if c.err != nil {
		return false
	}
	switch c.dec.PeekKind() {
	case kind:
		_, err := c.dec.ReadToken()
		c.fail(err)
		return err == nil
	case 'n':
		c.skip()
	default:
		c.wrong()
	}
	return false
}

// more says whether the object or array goes on, and leaves it otherwise.
func (c *cursor) more() bool {
	if c.err != nil {
		return false
	}
	switch c.dec.PeekKind() {
	case '}', ']':
		_, err := c.dec.ReadToken()
		c.fail(err)
		return false
	}
	return true
}

// key reads a name within an object.
func (c *cursor) key() string { return c.rawString() }

// wrong is a value of another type: the syntax error if there is one.
func (c *cursor) wrong() {
	c.skip()
	c.fail(errShape)
}

// peek is the kind of the next value: one of n f t " 0 { [ or 0.
func (c *cursor) peek() jsontext.Kind {
	if c.err != nil {
		return 0
	}
	return c.dec.PeekKind()
}

func (c *cursor) skip() {
	if c.err == nil {
		c.fail(c.dec.SkipValue())
	}
}

func (c *cursor) rawString() string {
	if c.err != nil {
		return ""
	}
	raw, err := c.dec.ReadValue()
	if err != nil {
		c.fail(err)
		return ""
	}
	if raw.Kind() != '"' {
		c.fail(errShape)
		return ""
	}
	if bytes.IndexByte(raw, '\\') >= 0 {
		plain, err := jsontext.AppendUnquote(nil, raw)
		c.fail(err)
		return string(plain)
	}
	end := int(c.dec.InputOffset())
	return c.text[end-len(raw)+1 : end-1]
}

// string reads a string.
func (c *cursor) string() string {
	switch c.peek() {
	case '"':
		return c.rawString()
	case 'n':
		c.skip()
	default:
		c.wrong()
	}
	return ""
}

// scalar reads a string, a number or a boolean as text: pages send ids and
// tags as either.
func (c *cursor) scalar() string {
	switch c.peek() {
	case '0', 't', 'f':
		raw, err := c.dec.ReadValue()
		if err != nil {
			c.fail(err)
			return ""
		}
		end := int(c.dec.InputOffset())
		return c.text[end-len(raw) : end]
	}
	return c.string()
}

// bool reads a boolean.
func (c *cursor) bool() bool {
	switch c.peek() {
	case 't', 'f':
		t, err := c.dec.ReadToken()
		c.fail(err)
		return err == nil && t.Bool()
	case 'n':
		c.skip()
	default:
		c.wrong()
	}
	return false
}

// number reads a number. Null and what only looks like a number ("NaN", 1e999)
// read as NaN, which the collector refuses with a counter.
func (c *cursor) number() float64 {
	switch c.peek() {
	case '0', '"':
		return parseNumber(c.scalar())
	case 'n', 't', 'f':
		c.skip()
	default:
		c.wrong()
	}
	return math.NaN()
}

// optional reads a number of which null and nonsense mean "not sent".
func (c *cursor) optional() float64 {
	if v := c.number(); v == v && !math.IsInf(v, 0) {
		return v
	}
	return 0
}

func parseNumber(s string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}
