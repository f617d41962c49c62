package wire

import (
	"bytes"
	"strings"
)

// pruner removes what is not read from a checked OTLP/JSON body: pdata builds
// everything it gets, which would take four fifths of the time. Decoding the rest
// gives the same beacons. Names that only pdata knows stay, because it accepts
// some in two spellings.
type pruner struct {
	lists  [3]string // names of nested lists, outermost first
	unread func(cursor) bool
	text   []byte
	out    []byte // the rest of text[:from]
	from   int
	pruned int // records that were removed
}

// listsOf are the names of the nested lists of a request, outermost first.
func listsOf(traces bool) [3]string {
	if traces {
		return [...]string{"resourceSpans", "scopeSpans", "spans"}
	}
	return [...]string{"resourceLogs", "scopeLogs", "logRecords"}
}

// prune returns the rest, which is valid until the document is used again, and
// the number of records that were removed: those that unwanted names, or if it is
// nil those that are certainly ignored.
func prune(c cursor, traces bool, unwanted func(cursor) bool) (left []byte, spare int) {
	p := pruner{lists: listsOf(traces), unread: unwanted, text: c.doc.text, out: c.doc.unescaped[:0]}
	switch {
	case unwanted != nil:
	case traces:
		p.unread = isUnreadSpan
	default:
		p.unread = isUnreadLog
	}
	p.message(&c, 0)
	c.doc.unescaped = append(p.out, p.text[p.from:]...)
	return c.doc.unescaped, p.pruned
}

// message prunes a message. level is the index of the list that it may hold.
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
			p.list(c, len(p.lists), isUnreadAttribute)
		case "events":
			p.list(c, len(p.lists), isUnreadEvent)
		default:
			switch {
			case level == len(p.lists) || string(key) != p.lists[level]:
				c.skip()
			case level < len(p.lists)-1:
				p.list(c, level+1, nil)
			default:
				p.pruned += p.list(c, level+1, p.unread)
			}
		}
	}
}

// list prunes a list, removes its unwanted elements and returns their number.
// level is that of its elements.
func (p *pruner) list(c *cursor, level int, unwanted func(cursor) bool) (n int) {
	if c.peek() != '[' {
		c.skip()
		return 0
	}
	c.array()
	for c.more() {
		if unwanted != nil && unwanted(*c) {
			begin := int(c.doc.tokens[c.pos].begin)
			p.remove(begin, begin+len(c.raw()))
			n++
		} else {
			p.message(c, level)
		}
	}
	return n
}

// remove removes an element of a list and one comma next to it.
func (p *pruner) remove(begin, end int) {
	p.out = append(p.out, p.text[p.from:begin]...)
	p.from = end
	if next := skipBlanks(p.text, end); p.text[next] == ',' {
		p.from = next + 1
		return
	}
	p.out = bytes.TrimRight(p.out, " \t\r\n")
	p.out = bytes.TrimSuffix(p.out, []byte{','})
}

// isUnreadLog reports whether [grouper.addLog] certainly ignores a log record: an
// event of the SDK itself whose kind is not read.
func isUnreadLog(record cursor) bool {
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
			name = c.looseBytes()
			continue
		case "attributes":
			attributes = c
		}
		c.skip()
	}
	_, own := cutPrefix(name, "browser.")
	return own && !isReadEvent(string(name)) && !attributes.mayHaveKey("exception.", "event.name")
}

// isUnreadSpan reports whether [grouper.addSpan] certainly ignores a span: one of
// an instrumentation, within another, and neither request nor vital nor error.
func isUnreadSpan(span cursor) bool {
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
			name = c.looseBytes()
			continue
		case "kind":
			kind = c.looseBytes()
			continue
		case "parentSpanId":
			parent = c.looseBytes()
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
	if _, route := cutPrefix(name, "Navigation: "); route || attributes.mayHaveKey("exception.") {
		return false
	}
	if events.peek() == '[' {
		events.array()
		for events.more() {
			if !isUnreadEvent(events) {
				return false
			}
			events.skip()
		}
	}
	return true
}

// isUnreadEvent reports whether an event of a span is not read.
func isUnreadEvent(event cursor) bool {
	var name string
	event.pick(field{"name", &name})
	return event.err == nil && name != "exception"
}

// mayHaveKey reports whether one of the attributes has a key with one of the
// prefixes. It returns true if the value is not a list of attributes.
func (c *cursor) mayHaveKey(prefixes ...string) bool {
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
			if _, is := cutPrefix(key, prefix); is {
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
			return c.text(), true
		}
		c.skip()
	}
	return nil, false
}

// isUnreadAttribute reports whether an attribute is not read anywhere.
func isUnreadAttribute(c cursor) bool {
	key, ok := attributeKey(c)
	return ok && !isReadAttribute(key)
}

func isReadAttribute(key []byte) bool {
	switch string(key) {
	case "telemetry.sdk.language", "service.version", "deployment.environment.name", "deployment.environment", "SampleRate",
		"session.id", "page.load.id", "user.id", "enduser.id", "user.email", "user.name", "user.hash", "enduser.pseudo.id",
		"user_agent.original", "browser.user_agent", "user_agent.synthetic.type", "device.type", "network.connection.subtype", "network.effectiveType",
		"event.name", "value", "browser.navigation.hash_change", "browser.navigation.same_document",
		"feature_flag.key", "feature_flag.result.variant", "feature_flag.variant", "feature_flag.result.value",
		"page.url.full", "page.url", "browser.page.url", "location.href", "url.full", "http.url",
		"http.request.method", "http.method", "http.response.status_code", "http.status_code",
		"dash0.web.request.cancelled", "error.type",
		"os.name", "device.model.identifier", "device.model.name", "app.version", "screen.name", "app.screen.name", "view.name":
		return true
	}
	if _, ok := cutPrefix(key, "exception."); ok {
		return true
	}
	if _, ok := cutPrefix(key, "browser.web_vital."); ok {
		return true
	}
	vital, _, ok := bytes.Cut(key, []byte{'.'}) // lcp.value
	return ok && isVital(string(vital))
}
