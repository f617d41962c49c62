package wire

import (
	"bytes"
)

// sentrySpan is what is read of a span, wherever it stands. Most spans are of
// resources, of which nothing is kept: the texts are gone with the document.
type sentrySpan struct {
	id, trace, op        []byte
	start, end           []byte // Unix seconds
	segment              bool   // of a page, not of something in it
	url, method, status  []byte
	name, source         []byte // of the page
	restored             bool
	release, environment []byte
	user, email, agent   []byte
	connection, rate     []byte
	vitals               []Metric
	flags                []Tag
}

// transaction is a page view of versions 8 to 10, with its spans.
func (e *sentryEnvelope) transaction(c *cursor) {
	var s sentryCommon
	var page sentrySpan
	var requests []sentrySpan
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch key := c.key(); string(key) {
		case "contexts":
			mark := *c
			s.contexts(c)
			mark.traceData(&page)
		case "measurements":
			c.sentryMeasurements(&page)
		case "spans":
			if !c.array() {
				break
			}
			for c.more() {
				span := c.sentrySpan()
				if string(span.op) == "http.client" && len(requests) < maxFetches {
					requests = append(requests, span)
				}
			}
		default:
			if !s.field(c, key) {
				c.skip()
			}
		}
	}
	if c.err != nil {
		return
	}
	b := e.beacon(s.trace, s.id)
	s.into(b)
	b.SampleRate = e.rate
	say(&b.Connection, c.keep(page.connection))
	for _, t := range page.flags {
		b.tagOnce(t)
	}
	switch s.op {
	case "pageload", "navigation":
		b.Navigation = true
		b.vitals(&page)
	}
	for i := range requests {
		b.request(c, &requests[i], s.trace)
	}
}

// traceData reads what the trace context holds of a transaction's own span.
func (c *cursor) traceData(into *sentrySpan) {
	if !c.object() {
		return
	}
	for c.more() {
		if string(c.key()) != "trace" || !c.object() {
			c.skip()
			continue
		}
		for c.more() {
			if string(c.key()) == "data" {
				c.attributes(into)
			} else {
				c.skip()
			}
		}
	}
}

// spans are a list of them (version 11), or one that stands alone (before).
func (e *sentryEnvelope) spans(c *cursor) {
	mark := *c
	streamed := false
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		if string(c.key()) != "items" || !c.array() {
			c.skip()
			continue
		}
		streamed = true
		for c.more() {
			span := c.sentrySpan()
			e.span(c, &span)
		}
	}
	if !streamed && c.err == nil {
		span := mark.sentrySpan()
		c.err = mark.err
		e.span(c, &span)
	}
}

// span takes what a span tells of its page.
func (e *sentryEnvelope) span(c *cursor, s *sentrySpan) {
	op := string(s.op)
	page := s.segment && (op == "pageload" || op == "navigation")
	if !page && op != "http.client" && len(s.vitals) == 0 {
		return
	}
	trace := c.keep(s.trace)
	b := e.beacon(trace, c.keep(s.id))
	for _, said := range [...]struct {
		into *string
		text []byte
	}{
		{&b.Release, s.release}, {&b.Environment, s.environment}, {&b.User, s.user}, {&b.User, s.email},
		{&b.UserAgent, s.agent}, {&b.Connection, s.connection},
	} {
		if *said.into == "" {
			*said.into = c.keep(said.text)
		}
	}
	b.newest(unixSeconds(s.end))
	b.SampleRate = e.rate
	if rate := parseNumber(string(s.rate)); rate > 0 {
		b.SampleRate = rate
	}
	for _, t := range s.flags {
		b.tagOnce(t)
	}
	b.vitals(s)
	switch {
	case page:
		b.Navigation = true
		say(&b.URL, c.keep(s.url))
		if _, path := after(s.name, "/"); path && string(s.source) == "route" {
			say(&b.Route, c.keep(s.name))
		}
	case op == "http.client":
		b.request(c, s, trace)
	default:
		if _, path := after(s.name, "/"); path {
			say(&b.URL, c.keep(s.name))
		}
	}
}

func (b *Beacon) vitals(s *sentrySpan) {
	for _, m := range s.vitals {
		m.Restored = s.restored
		b.merge(m)
	}
}

// digits reads a number, and anything else as not sent.
func (c *cursor) digits() []byte {
	if c.peek() != '0' {
		c.skip()
		return nil
	}
	return c.raw()
}

func unixSeconds(digits []byte) float64 {
	if v := parseNumber(string(digits)); v == v {
		return v
	}
	return 0
}

func (b *Beacon) request(c *cursor, s *sentrySpan, trace string) {
	f := Fetch{URL: c.keep(s.url), Method: c.keep(s.method), Trace: trace}
	if status := parseNumber(string(s.status)); status > 0 {
		f.Status = status
	}
	if d := (unixSeconds(s.end) - unixSeconds(s.start)) * 1000; d >= 0 {
		f.Duration = d
	}
	b.AddFetch(f)
}

func (c *cursor) sentrySpan() (s sentrySpan) {
	if !c.object() {
		return s
	}
	for c.more() {
		switch string(c.key()) {
		case "span_id":
			s.id = c.look()
		case "trace_id":
			s.trace = c.look()
		case "op":
			s.op = c.look()
		case "start_timestamp":
			s.start = c.digits()
		case "end_timestamp", "timestamp":
			s.end = c.digits()
		case "is_segment":
			s.segment = string(c.look()) == "true"
		case "attributes", "data":
			c.attributes(&s)
		case "measurements":
			c.sentryMeasurements(&s)
		default:
			c.skip()
		}
	}
	return s
}

// attributes are plain values, or since version 11 objects that hold the value.
func (c *cursor) attributes(s *sentrySpan) {
	if !c.object() {
		return
	}
	for c.more() {
		key := c.key()
		if into := s.attribute(key); into != nil {
			*into = c.attribute()
			continue
		}
		if rest, ok := after(key, "browser.web_vital."); ok {
			if name, what, ok := bytes.Cut(rest, []byte{'.'}); ok && string(what) == "value" && isVital(string(name)) {
				s.vitals = append(s.vitals, Metric{Name: c.keep(name), Value: parseNumber(string(c.attribute()))})
				continue
			}
		}
		if flag, ok := after(key, "flag.evaluation."); ok && len(s.flags) < maxTags {
			s.flags = append(s.flags, Tag{c.keep(flag), c.keep(c.attribute())})
			continue
		}
		if string(key) == "browser.navigation.type" {
			s.restored = string(c.attribute()) == backForwardCache
			continue
		}
		c.skip()
	}
}

// attribute is where the value of an attribute goes; nil if it is not wanted.
func (s *sentrySpan) attribute(key []byte) *[]byte {
	switch string(key) {
	case "sentry.op":
		return &s.op
	case "url.full", "url", "http.url":
		return &s.url
	case "http.request.method", "http.method":
		return &s.method
	case "http.response.status_code":
		return &s.status
	case "sentry.segment.name", "transaction":
		return &s.name
	case "sentry.segment.name.source":
		return &s.source
	case "sentry.release", "release":
		return &s.release
	case "sentry.environment", "environment":
		return &s.environment
	case "user.id", "user":
		return &s.user
	case "user.email":
		return &s.email
	case "user_agent.original":
		return &s.agent
	case "network.connection.effective_type", "effectiveConnectionType":
		return &s.connection
	case "sentry.sample_rate":
		return &s.rate
	}
	return nil
}

// attribute reads an attribute's value as text.
func (c *cursor) attribute() (value []byte) {
	if c.peek() != '{' {
		return c.look()
	}
	c.object()
	for c.more() {
		if string(c.key()) == "value" {
			value = c.look()
		} else {
			c.skip()
		}
	}
	return value
}

// sentryMeasurements takes the vitals, in milliseconds whatever their unit.
func (c *cursor) sentryMeasurements(s *sentrySpan) {
	if !c.object() {
		return
	}
	for c.more() {
		name := c.name()
		if !isVital(name) {
			c.skip()
			continue
		}
		var value, unit string
		c.pick(field{"value", &value}, field{"unit", &unit})
		v := parseNumber(value)
		if unit == "second" {
			v *= 1000
		}
		s.vitals = append(s.vitals, Metric{Name: name, Value: v})
	}
}

// measures are the application's own: distributions and gauges are measurements,
// counters events.
func (e *sentryEnvelope) measures(c *cursor) {
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		if string(c.key()) != "items" || !c.array() {
			c.skip()
			continue
		}
		for c.more() {
			var name, value, kind, trace string
			c.pick(field{"name", &name}, field{"value", &value}, field{"type", &kind}, field{"trace_id", &trace})
			if c.err != nil || name == "" {
				continue
			}
			b := e.beacon(trace, "")
			if kind == "counter" {
				b.AddEvent(Event{Name: name, Value: parseNumber(value)})
			} else {
				b.AddMetric(Metric{Name: name, Value: parseNumber(value)})
			}
		}
	}
}
