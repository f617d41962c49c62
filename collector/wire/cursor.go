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

// strict checks JSON as a whole: syntax, UTF-8, and that no object says a name
// twice, which takes a quarter of the time of decoding.
type strict struct {
	dec *jsontext.Decoder
	buf bytes.Buffer
}

var checkers = sync.Pool{New: func() any {
	s := new(strict)
	s.dec = jsontext.NewDecoder(&s.buf)
	return s
}}

func check(item []byte) error {
	s := checkers.Get().(*strict)
	defer checkers.Put(s)
	s.buf = *bytes.NewBuffer(item) // the decoder reads it in place
	s.dec.Reset(&s.buf)
	_, err := s.dec.ReadValue()
	if err == nil && len(bytes.TrimSpace(item[s.dec.InputOffset():])) > 0 {
		err = errTrailing
	}
	s.buf = bytes.Buffer{}
	return err
}

// cursor walks through one JSON value that has been checked as a whole, so that
// walking needs no checks but of types. The first error sticks, and everything
// after it reads as empty: only the end needs looking at.
//
// Strings are cut out of one copy of the value wherever they have no escapes.
// Null reads as not sent.
type cursor struct {
	text string
	pos  int
	err  error
}

// newCursor checks a value and begins to walk through it.
func newCursor(item []byte) cursor {
	if err := check(item); err != nil {
		return cursor{err: err}
	}
	return cursor{text: string(item)}
}

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// peek is the kind of the next value, by its first byte: one of n f t " { [,
// 0 for a number, and 0xff for none.
func (c *cursor) peek() byte {
	c.blanks()
	if c.err != nil || c.pos >= len(c.text) {
		return 0xff
	}
	switch b := c.text[c.pos]; b {
	case 'n', 'f', 't', '"', '{', '[':
		return b
	}
	return '0'
}

func (c *cursor) blanks() {
	for c.pos < len(c.text) && blank(c.text[c.pos]) {
		c.pos++
	}
}

// object enters an object; loop with more and key. It returns false for null.
func (c *cursor) object() bool { return c.enter('{') }

// array enters an array; loop with more. It returns false for null.
func (c *cursor) array() bool { return c.enter('[') }

func (c *cursor) enter(kind byte) bool {
	switch c.peek() {
	case kind:
		c.pos++
		return true
	case 'n':
		c.skip()
	default:
		c.fail(errShape)
	}
	return false
}

// more says whether the object or array goes on, and leaves it otherwise.
func (c *cursor) more() bool {
	c.blanks()
	if c.err != nil || c.pos >= len(c.text) {
		return false
	}
	switch c.text[c.pos] {
	case '}', ']':
		c.pos++
		return false
	case ',':
		c.pos++
	}
	return true
}

// key reads a name within an object.
func (c *cursor) key() string {
	c.blanks()
	name := c.quoted()
	c.blanks()
	c.pos++ // the colon
	return name
}

// raw cuts a value out.
func (c *cursor) raw() string {
	c.blanks()
	if c.err != nil {
		return ""
	}
	begin := c.pos
	level := 0
	for c.pos < len(c.text) {
		switch c.text[c.pos] {
		case '"':
			c.pos, _ = c.endOfString()
		case '{', '[':
			level++
			c.pos++
		case '}', ']', ',', ' ', '\t', '\n', '\r':
			if level == 0 { // after a number, true, false or null
				return c.text[begin:c.pos]
			}
			if b := c.text[c.pos]; b == '}' || b == ']' {
				level--
			}
			c.pos++
		default:
			c.pos++
			continue
		}
		if level == 0 {
			break
		}
	}
	return c.text[begin:c.pos]
}

func (c *cursor) skip() { c.raw() }

// endOfString is where the string at pos ends, and whether it has escapes.
func (c *cursor) endOfString() (end int, escaped bool) {
	rest := c.text[c.pos+1:]
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '"':
			return c.pos + i + 2, escaped
		case '\\':
			escaped = true
			i++
		}
	}
	return len(c.text), escaped
}

// quoted reads the string that stands here.
func (c *cursor) quoted() string {
	if c.err != nil || c.pos >= len(c.text) {
		return ""
	}
	begin := c.pos
	end, escaped := c.endOfString()
	c.pos = end
	if escaped {
		plain, err := jsontext.AppendUnquote(nil, c.text[begin:end])
		c.fail(err)
		return string(plain)
	}
	return c.text[begin+1 : end-1]
}

// string reads a string.
func (c *cursor) string() string {
	switch c.peek() {
	case '"':
		return c.quoted()
	case 'n':
		c.skip()
	default:
		c.fail(errShape)
	}
	return ""
}

// scalar reads a string, a number or a boolean as text: pages send ids and
// tags as either.
func (c *cursor) scalar() string {
	switch c.peek() {
	case '0', 't', 'f':
		return c.raw()
	}
	return c.string()
}

// loose reads a scalar as text, and anything else as not sent.
func (c *cursor) loose() string {
	switch c.peek() {
	case '{', '[':
		c.skip()
		return ""
	}
	return c.scalar()
}

// field is a member of an object, and where its value goes.
type field struct {
	name string
	into *string
}

// pick reads an object of which only some scalars are wanted.
func (c *cursor) pick(want ...field) {
	if !c.object() {
		return
	}
next:
	for c.more() {
		name := c.key()
		for i := range want {
			if want[i].name == name {
				*want[i].into = c.loose()
				continue next
			}
		}
		c.skip()
	}
}

// bool reads a boolean.
func (c *cursor) bool() bool {
	switch c.peek() {
	case 't', 'f':
		return c.raw() == "true"
	case 'n':
		c.skip()
	default:
		c.fail(errShape)
	}
	return false
}

// number reads a number. Null and what only looks like a number ("NaN", 1e999)
// read as NaN, which the collector refuses with a counter.
func (c *cursor) number() float64 {
	switch c.peek() {
	case '0':
		return parseNumber(c.raw())
	case '"':
		return parseNumber(c.quoted())
	case 'n', 't', 'f':
		c.skip()
	default:
		c.fail(errShape)
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
