package wire

import (
	"bytes"
	"strings"
)

// pruner leaves out of a checked OTLP/JSON body what is not read: pdata builds
// all that it is given, which takes four fifths of the time otherwise. What is
// left means just what all of it did. Names that are only known to pdata, which
// takes some in two spellings, are left in.
type pruner struct {
	lists  [3]string // of what pdata builds, from the outermost on
	silent func(cursor) bool
	text   []byte
	out    []byte // what is left of the text up to from
	from   int
	spare  int // records that were left out
}

// prune returns what is left, which is good until the document is used again,
// and how many records were left out.
func prune(c cursor, traces bool) (left []byte, spare int) {
	p := pruner{text: c.doc.text, out: c.doc.plain[:0]}
	if traces {
		p.lists, p.silent = [...]string{"resourceSpans", "scopeSpans", "spans"}, silentSpan
	} else {
		p.lists, p.silent = [...]string{"resourceLogs", "scopeLogs", "logRecords"}, silentLog
	}
	p.message(&c, 0)
	c.doc.plain = append(p.out, p.text[p.from:]...)
	return c.doc.plain, p.spare
}

// message prunes a message. level says which list it may hold.
func (p *pruner) message(c *cursor, level int) {
	if c.peek() != '{' {
		c.skip()
		return
	}
	c.object()
	for c.more() {
		key := c.key()
		switch string(key) {
		case "resource", "scope":
			p.message(c, len(p.lists))
		case "attributes":
			p.list(c, len(p.lists), unread)
		case "events":
			p.list(c, len(p.lists), otherEvent)
		default:
			switch {
			case level == len(p.lists) || string(key) != p.lists[level]:
				c.skip()
			case level < len(p.lists)-1:
				p.list(c, level+1, nil)
			default:
				p.spare += p.list(c, level+1, p.silent)
			}
		}
	}
}

// list prunes a list, leaves out the elements that nobody wants, and says how
// many. level is that of its elements.
func (p *pruner) list(c *cursor, level int, unwanted func(cursor) bool) (n int) {
	if c.peek() != '[' {
		c.skip()
		return 0
	}
	c.array()
	for c.more() {
		if unwanted != nil && unwanted(*c) {
			begin := int(c.doc.tokens[c.at].begin)
			p.leaveOut(begin, begin+len(c.raw()))
			n++
		} else {
			p.message(c, level)
		}
	}
	return n
}

// leaveOut leaves out an element of a list and one comma beside it.
func (p *pruner) leaveOut(begin, end int) {
	p.out = append(p.out, p.text[p.from:begin]...)
	p.from = end
	if next := blanks(p.text, end); p.text[next] == ',' {
		p.from = next + 1
		return
	}
	p.out = bytes.TrimRight(p.out, " \t\r\n")
	p.out = bytes.TrimSuffix(p.out, []byte{','})
}

// silentLog says whether a log record is one that [grouper.log] ignores for sure:
// an event of the SDK's own of another kind than those that are read.
func silentLog(record cursor) bool {
	c := record
	if c.peek() != '{' {
		return false
	}
	var name []byte
	attributes := cursor{err: errShape}
	c.object()
	for c.more() {
		switch string(c.key()) {
		case "eventName":
			name = c.look()
			continue
		case "attributes":
			attributes = c
		}
		c.skip()
	}
	_, own := after(name, "browser.")
	return own && !readsEvent(string(name)) && !attributes.tells("exception.", "event.name")
}

// silentSpan says whether a span is one that [grouper.span] ignores for sure: an
// instrumentation's, within another, and neither request nor vital nor error.
func silentSpan(span cursor) bool {
	c := span
	if c.peek() != '{' {
		return false
	}
	var name, kind, parent []byte
	attributes, events := cursor{err: errShape}, cursor{err: errShape}
	c.object()
	for c.more() {
		switch string(c.key()) {
		case "name":
			name = c.look()
			continue
		case "kind":
			kind = c.look()
			continue
		case "parentSpanId":
			parent = c.look()
			continue
		case "attributes":
			attributes = c
		case "events":
			events = c
		}
		c.skip()
	}
	const internal = "1"
	if string(kind) != internal || len(bytes.Trim(parent, "0")) == 0 || isVital(strings.ToLower(string(name))) || string(name) == "documentLoad" {
		return false
	}
	if _, route := after(name, "Navigation: "); route || attributes.tells("exception.") {
		return false
	}
	if events.peek() == '[' {
		events.array()
		for events.more() {
			if !otherEvent(events) {
				return false
			}
			events.skip()
		}
	}
	return true
}

// otherEvent says whether an event of a span is none that is read.
func otherEvent(event cursor) bool {
	var name string
	event.pick(field{"name", &name})
	return event.err == nil && name != "exception"
}

// tells says whether one of some attributes has a name that begins so. Something
// else than attributes may.
func (c *cursor) tells(prefixes ...string) bool {
	if c.peek() != '[' {
		return c.err == nil
	}
	c.array()
	for c.more() {
		key, ok := attributeKey(*c)
		if !ok {
			return true
		}
		for _, prefix := range prefixes {
			if _, is := after(key, prefix); is {
				return true
			}
		}
		c.skip()
	}
	return false
}

// attributeKey is the key of an attribute.
func attributeKey(c cursor) (key []byte, ok bool) {
	if c.peek() != '{' {
		return nil, false
	}
	c.object()
	for c.more() {
		if string(c.key()) == "key" && c.peek() == '"' {
			return c.view(), true
		}
		c.skip()
	}
	return nil, false
}

// unread says whether an attribute is none of those that are read anywhere.
func unread(c cursor) bool {
	key, ok := attributeKey(c)
	return ok && !readsAttribute(key)
}

func readsAttribute(key []byte) bool {
	switch string(key) {
	case "telemetry.sdk.language", "service.version", "deployment.environment.name", "deployment.environment", "SampleRate",
		"session.id", "page.load.id", "user.id", "enduser.id", "user.email", "user.name", "user.hash", "enduser.pseudo.id",
		"user_agent.original", "browser.user_agent", "device.type", "network.connection.subtype", "network.effectiveType",
		"event.name", "value", "browser.navigation.hash_change", "browser.navigation.same_document",
		"feature_flag.key", "feature_flag.result.variant", "feature_flag.variant", "feature_flag.result.value",
		"page.url.full", "page.url", "browser.page.url", "location.href", "url.full", "http.url",
		"http.request.method", "http.method", "http.response.status_code", "http.status_code",
		"dash0.web.request.cancelled", "error.type":
		return true
	}
	if _, ok := after(key, "exception."); ok {
		return true
	}
	if _, ok := after(key, "browser.web_vital."); ok {
		return true
	}
	vital, _, ok := bytes.Cut(key, []byte{'.'}) // lcp.value
	return ok && isVital(string(vital))
}
