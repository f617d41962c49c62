package wire

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

var errShape = errors.New("value has another type than expected")

// cursor walks through a [document], so that walking needs no checks but of
// types. The first error sticks, and everything after it reads as empty: only
// the end needs looking at. A copy of a cursor walks on its own.
//
// Strings are copies, and stay. Null reads as not sent.
type cursor struct {
	doc *document
	at  int // token
	err error
}

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// peek is the kind of the next value, by its first byte: one of n f t " { [,
// 0 for a number, and 0xff for none.
func (c *cursor) peek() byte {
	if c.err != nil || c.at >= len(c.doc.tokens) {
		return 0xff
	}
	switch b := c.doc.text[c.doc.tokens[c.at].begin]; b {
	case 'n', 'f', 't', '"', '{', '[':
		return b
	}
	return '0'
}

// object enters an object; loop with more and key. It returns false for null.
func (c *cursor) object() bool { return c.enter('{') }

// array enters an array; loop with more. It returns false for null.
func (c *cursor) array() bool { return c.enter('[') }

func (c *cursor) enter(kind byte) bool {
	switch c.peek() {
	case kind:
		c.at++
		return true
	case 'n':
		c.at++
	default:
		c.fail(errShape)
	}
	return false
}

// more says whether the object or array goes on, and leaves it otherwise.
func (c *cursor) more() bool {
	if c.err != nil || c.at >= len(c.doc.tokens) {
		return false
	}
	switch c.doc.text[c.doc.tokens[c.at].begin] {
	case '}', ']':
		c.at++
		return false
	}
	return true
}

// key reads a name within an object. It is good for comparing, and gone with
// the document; see name.
func (c *cursor) key() []byte { return c.view() }

// name reads a name within an object.
func (c *cursor) name() string { return c.keep(c.view()) }

// view is the text of the string or name that stands here.
func (c *cursor) view() []byte {
	if c.err != nil || c.at >= len(c.doc.tokens) {
		return nil
	}
	t := c.doc.tokens[c.at]
	if t.end&escaped != 0 {
		return c.unquoted(nil)
	}
	c.at++
	return c.doc.text[t.begin+1 : t.end-1]
}

// unquoted appends the text of the string that stands here.
func (c *cursor) unquoted(to []byte) []byte {
	text, err := jsontext.AppendUnquote(to, c.raw())
	c.fail(err)
	return text
}

// raw is the value that stands here as it was sent, and gone with the document.
func (c *cursor) raw() []byte {
	if c.err != nil || c.at >= len(c.doc.tokens) {
		return nil
	}
	t := c.doc.tokens[c.at]
	c.skip()
	end := t.end &^ escaped
	switch c.doc.text[t.begin] {
	case '{', '[':
		end = c.doc.tokens[end-1].end
	}
	return c.doc.text[t.begin:end]
}

// skip leaves a value out.
func (c *cursor) skip() {
	if c.err != nil || c.at >= len(c.doc.tokens) {
		return
	}
	t := c.doc.tokens[c.at]
	switch c.doc.text[t.begin] {
	case '{', '[':
		c.at = int(t.end)
	default:
		c.at++
	}
}

// string reads a string.
func (c *cursor) string() string {
	switch c.peek() {
	case '"':
		return c.keep(c.view())
	case 'n':
		c.at++
	default:
		c.fail(errShape)
	}
	return ""
}

// look reads a scalar as text, and anything else as not sent. The text is gone
// with the document.
func (c *cursor) look() []byte {
	switch c.peek() {
	case '"':
		return c.view()
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
		return c.keep(c.raw())
	}
	return c.string()
}

// loose reads a scalar as text, and anything else as not sent.
func (c *cursor) loose() string { return c.keep(c.look()) }

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
			if want[i].name == string(name) {
				*want[i].into = c.loose()
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
		c.at++
		return kind == 't'
	case 'n':
		c.at++
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
		return parseNumber(string(c.raw()))
	case '"':
		return parseNumber(string(c.view()))
	case 'n', 't', 'f':
		c.at++
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

// keep makes a text of the document stay.
func (c *cursor) keep(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	return c.doc.kept.keep(text)
}

// after is what follows a prefix.
func after(text []byte, prefix string) (rest []byte, ok bool) {
	if len(text) < len(prefix) || string(text[:len(prefix)]) != prefix {
		return text, false
	}
	return text[len(prefix):], true
}

// keeper makes strings that stay, many in one piece of memory.
type keeper struct{ piece strings.Builder }

// pieceSize is about what one beacon says, in bytes.
const pieceSize = 1 << 10

func (k *keeper) keep(text []byte) string {
	begin := k.piece.Len()
	if k.piece.Cap()-begin < len(text) {
		k.piece.Reset()
		k.piece.Grow(max(pieceSize, len(text)))
		begin = 0
	}
	k.piece.Write(text)
	return k.piece.String()[begin:]
}
