package wire

import (
	"bytes"
	"errors"

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
	if c.err == nil && bytes.Contains(r.Body, []byte("\"instrumentationLibrary")) {
		c = doc.read(amend(c), r.Limits.Depth+otlpStructure) // of version 0.15 or before
	}
	if c.err != nil {
		return all, c.err
	}
	left, spare := prune(c, isTraces(r), nil)
	g.pruned = spare
	if all, err = unmarshal(left); err == nil {
		return all, nil
	}
	// One wrong record must not lose the others.
	c = doc.read(amend(c), r.Limits.Depth+otlpStructure)
	lists := listsOf(isTraces(r))
	left, bad := prune(c, isTraces(r), func(record cursor) bool {
		_, err := unmarshal(inRequest(lists, record.raw()))
		return err != nil
	})
	for range bad {
		g.to.Reject()
	}
	return unmarshal(left)
}

// inRequest is a request with one record.
func inRequest(lists [3]string, record []byte) []byte {
	var text []byte
	for _, name := range lists {
		text = append(append(append(text, `{"`...), name...), `":[`...)
	}
	text = append(text, record...)
	for range lists {
		text = append(text, "]}"...)
	}
	return text
}

// message describes a protobuf message for the checks: which fields hold
// messages.
type message struct{ messages map[protowire.Number]*message }

var logsRequest, tracesRequest = otlpMessages()

func otlpMessages() (logs, traces *message) {
	type fields = map[protowire.Number]*message
	value := &message{}
	pair := &message{fields{2: value}}
	value.messages = fields{
		5: {fields{1: value}}, // array
		6: {fields{1: pair}},  // list of pairs
	}
	resource := &message{fields{1: pair}}
	scope := &message{fields{3: pair}}
	record := &message{fields{5: value, 6: pair}}
	span := &message{fields{
		9:  pair,
		11: {fields{3: pair}}, // event
		13: {fields{4: pair}}, // link
		15: {},                // status
	}}
	request := func(item *message) *message {
		return &message{fields{1: {fields{1: resource, 2: {fields{1: scope, 2: item}}}}}}
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
		if inner := m.messages[number]; inner != nil {
			if err := inner.check(field, depth-1, count); err != nil {
				return err
			}
		}
	}
	return nil
}
