package wire

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

var errShape = errors.New("value has an unexpected type")

// cursor walks through a [document]. The document is already checked, so only
// types can be wrong. The first error stays, and everything after it reads as
// empty: callers check err once, at the end. A copy of a cursor is independent.
//
// Strings that it returns are copies; null reads as "not sent".
type cursor struct {
	doc *document
	pos int // index of the current token
	err error
}

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// peek returns the kind of the next value by its first byte: one of n f t " { [,
// '0' for a number, and 0xff at the end.
func (c *cursor) peek() byte {
	if c.err != nil || c.pos >= len(c.doc.tokens) {
		return 0xff
	}
	switch b := c.doc.text[c.doc.tokens[c.pos].begin]; b {
	case 'n', 'f', 't', '"', '{', '[':
		return b
	}
	return '0'
}

// object enters an object: loop with more and key. It returns false for null.
func (c *cursor) object() bool { return c.enter('{') }

// array enters an array: loop with more. It returns false for null.
func (c *cursor) array() bool { return c.enter('[') }

func (c *cursor) enter(kind byte) bool {
	switch c.peek() {
	case kind:
		c.pos++
		return true
	case 'n':
		c.pos++
	default:
		c.fail(errShape)
	}
	return false
}

// more reports whether the object or array has another element; if not, it
// leaves the object or array.
func (c *cursor) more() bool {
	if c.err != nil || c.pos >= len(c.doc.tokens) {
		return false
	}
	switch c.doc.text[c.doc.tokens[c.pos].begin] {
	case '}', ']':
		c.pos++
		return false
	}
	return true
}

// key reads a member's name. The bytes are valid until the document is
// released; see name.
func (c *cursor) key() []byte { return c.text() }

// name reads a member's name as a string.
func (c *cursor) name() string { return c.clone(c.text()) }

// text reads a string or name, without quotes and escapes.
func (c *cursor) text() []byte {
	if c.err != nil || c.pos >= len(c.doc.tokens) {
		return nil
	}
	t := c.doc.tokens[c.pos]
	if t.end&escaped != 0 {
		return c.appendText(nil)
	}
	c.pos++
	return c.doc.text[t.begin+1 : t.end-1]
}

// appendText reads a string and appends its text.
func (c *cursor) appendText(to []byte) []byte {
	text, err := jsontext.AppendUnquote(to, c.raw())
	c.fail(err)
	return text
}

// raw reads any value as it was sent. The bytes are valid until the document is
// released.
func (c *cursor) raw() []byte {
	if c.err != nil || c.pos >= len(c.doc.tokens) {
		return nil
	}
	t := c.doc.tokens[c.pos]
	c.skip()
	end := t.end &^ escaped
	switch c.doc.text[t.begin] {
	case '{', '[':
		end = c.doc.tokens[end-1].end
	}
	return c.doc.text[t.begin:end]
}

// skip skips a value.
func (c *cursor) skip() {
	if c.err != nil || c.pos >= len(c.doc.tokens) {
		return
	}
	t := c.doc.tokens[c.pos]
	switch c.doc.text[t.begin] {
	case '{', '[':
		c.pos = int(t.end)
	default:
		c.pos++
	}
}

// string reads a string.
func (c *cursor) string() string {
	switch c.peek() {
	case '"':
		return c.clone(c.text())
	case 'n':
		c.pos++
	default:
		c.fail(errShape)
	}
	return ""
}

// looseBytes reads a scalar as text, and anything else as not sent. The bytes
// are valid until the document is released.
func (c *cursor) looseBytes() []byte {
	switch c.peek() {
	case '"':
		return c.text()
	case '0', 't', 'f':
		return c.raw()
	case 0xff:
		c.fail(errShape)
	}
	c.skip()
	return nil
}

// scalar reads a string, a number or a boolean as text: pages send ids and
// tags as either.
func (c *cursor) scalar() string {
	switch c.peek() {
	case '0', 't', 'f':
		return c.clone(c.raw())
	}
	return c.string()
}

// looseString reads a scalar as text, and anything else as not sent.
func (c *cursor) looseString() string { return c.clone(c.looseBytes()) }

// looseObject enters an object, and skips a value of another type.
func (c *cursor) looseObject() bool {
	if c.peek() == '{' {
		return c.object()
	}
	c.skip()
	return false
}

// looseArray enters an array, and skips a value of another type.
func (c *cursor) looseArray() bool {
	if c.peek() == '[' {
		return c.array()
	}
	c.skip()
	return false
}

// listNamed reads a member's name, and enters its value if it is the list of that
// name; it skips any other value.
func (c *cursor) listNamed(name string) bool {
	if string(c.key()) == name {
		return c.looseArray()
	}
	c.skip()
	return false
}

// field is an object's member and the destination of its value.
type field struct {
	name string
	dst  *string
}

// pick reads some scalar members of an object and skips the others. A value of
// another type is skipped: what is beside it must not be lost.
func (c *cursor) pick(want ...field) {
	if !c.looseObject() {
		return
	}
next:
	for c.more() {
		name := c.key()
		for i := range want {
			if want[i].name == string(name) {
				*want[i].dst = c.looseString()
				continue next
			}
		}
		c.skip()
	}
}

// bool reads a boolean.
func (c *cursor) bool() bool {
	switch kind := c.peek(); kind {
	case 't', 'f':
		c.pos++
		return kind == 't'
	case 'n':
		c.pos++
	default:
		c.fail(errShape)
	}
	return false
}

// number reads a number, also from a string. Null and invalid numbers ("NaN",
// 1e999) read as NaN, which the collector refuses and counts.
func (c *cursor) number() float64 {
	switch c.peek() {
	case '0':
		return parseNumber(string(c.raw()))
	case '"':
		return parseNumber(string(c.text()))
	case 'n', 't', 'f':
		c.pos++
	default:
		c.fail(errShape)
	}
	return math.NaN()
}

// numberOrZero reads a number; null and invalid numbers mean "not sent".
func (c *cursor) numberOrZero() float64 {
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

// clone copies text of the document, so that it stays valid.
func (c *cursor) clone(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	return c.doc.strings.clone(text)
}

// cutPrefix is bytes.CutPrefix with a prefix that needs no conversion.
func cutPrefix(text []byte, prefix string) (rest []byte, ok bool) {
	if len(text) < len(prefix) || string(text[:len(prefix)]) != prefix {
		return text, false
	}
	return text[len(prefix):], true
}

// stringStore makes strings, many in one allocation.
type stringStore struct{ chunk strings.Builder }

// chunkSize is about the text of one beacon, in bytes.
const chunkSize = 1 << 10

func (k *stringStore) clone(text []byte) string {
	begin := k.chunk.Len()
	if k.chunk.Cap()-begin < len(text) {
		k.chunk.Reset()
		k.chunk.Grow(max(chunkSize, len(text)))
		begin = 0
	}
	k.chunk.Write(text)
	return k.chunk.String()[begin:]
}

// looseNumber reads a number, and objects and arrays as NaN.
func (c *cursor) looseNumber() float64 {
	switch c.peek() {
	case '{', '[':
		c.skip()
		return math.NaN()
	}
	return c.number()
}

// scalarTags reads an object of scalars as tags.
func (c *cursor) scalarTags(b *Beacon) {
	if c.peek() != '{' {
		c.skip()
		return
	}
	c.tags(b)
}

// tags reads an object of scalars and skips other values: pages put whole
// objects there by mistake.
func (c *cursor) tags(b *Beacon) {
	if !c.object() {
		return
	}
	for c.more() {
		key := c.name()
		switch c.peek() {
		case '"', '0', 't', 'f':
			b.AddTag(Tag{key, c.scalar()})
		default:
			c.skip()
		}
	}
}
