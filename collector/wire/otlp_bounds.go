package wire

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// Limits of what pdata builds from an OTLP body. It needs about a hundred bytes
// of memory for a message of two bytes on the wire, and accepts any depth.
const (
	maxMessages   = 1 << 15
	otlpStructure = 8 // least nesting around an attribute's value
)

var errMessages = errors.New("body has too many messages")

// readOTLP checks a body before pdata, which is lenient, decodes it. JSON is also
// pruned to what is read.
func readOTLP[T any](r *Request, root *message, g *grouper, unmarshal func([]byte) (T, error)) (all T, err error) {
	if isProtobuf(r.Header) {
		n := 0
		if err := root.check(r.Body, r.Limits.Depth+otlpStructure, &n); err != nil {
			return all, err
		}
		return unmarshal(r.Body)
	}
	if bytes.Count(r.Body, []byte{'{'}) > maxMessages {
		return all, errMessages
	}
	doc := getDocument()
	defer doc.release()
	c := doc.read(r.Body, r.Limits.Depth+otlpStructure)
	if c.err != nil {
		return all, c.err
	}
	left, spare := prune(c, isTraces(r))
	g.pruned = spare
	return unmarshal(left)
}

// message describes a protobuf message for the checks: which fields hold
// messages, and which hold text.
type message struct {
	messages map[protowire.Number]*message
	text     map[protowire.Number]bool
}

var logsRequest, tracesRequest = otlpMessages()

func otlpMessages() (logs, traces *message) {
	type fields = map[protowire.Number]*message
	text := func(numbers ...protowire.Number) map[protowire.Number]bool {
		m := map[protowire.Number]bool{}
		for _, n := range numbers {
			m[n] = true
		}
		return m
	}
	value := &message{text: text(1)}
	pair := &message{messages: fields{2: value}, text: text(1)}
	value.messages = fields{
		5: {messages: fields{1: value}}, // array
		6: {messages: fields{1: pair}},  // list of pairs
	}
	resource := &message{messages: fields{1: pair}}
	scope := &message{messages: fields{3: pair}, text: text(1, 2)}
	record := &message{messages: fields{5: value, 6: pair}, text: text(3, 12)}
	span := &message{text: text(3, 5), messages: fields{
		9:  pair,
		11: {messages: fields{3: pair}, text: text(2)}, // event
		13: {messages: fields{4: pair}, text: text(3)}, // link
		15: {text: text(2)},                            // status
	}}
	request := func(item *message) *message {
		scoped := &message{messages: fields{1: scope, 2: item}, text: text(3)}
		return &message{messages: fields{1: {messages: fields{1: resource, 2: scoped}, text: text(3)}}}
	}
	return request(record), request(span)
}

// check walks through a message and bounds the number and depth of messages.
func (m *message) check(b []byte, depth int, count *int) error {
	if *count++; *count > maxMessages {
		return errMessages
	}
	if depth == 0 {
		return errTooDeep
	}
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		if kind != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(number, kind, b); n < 0 {
				return protowire.ParseError(n)
			}
			b = b[n:]
			continue
		}
		field, n := protowire.ConsumeBytes(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		if m.text[number] && !utf8.Valid(field) {
			return errShape
		}
		if inner := m.messages[number]; inner != nil {
			if err := inner.check(field, depth-1, count); err != nil {
				return err
			}
		}
	}
	return nil
}
