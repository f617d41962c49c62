package wire

import "bytes"

// sentrySpan is what is read of a span. Most spans are resources, which are
// dropped, so its bytes are not copied: they are valid until the document is
// released.
type sentrySpan struct {
	id, trace, op        []byte
	start, end           []byte // Unix seconds
	segment              bool   // of a page, not of a part of it
	url, method, status  []byte
	name, source         []byte // of the page
	restored             bool
	release, environment []byte
	user, email, agent   []byte
	connection, rate     []byte
	vitals               []Metric
	flags                []Tag
}

// readTransaction reads a page view of versions 8 to 10, with its spans.
func (e *sentryEnvelope) readTransaction(c *cursor) {
	var s sentryCommon
	var page sentrySpan
	var requests []sentrySpan
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch key := sentryKeyOf(c.key()); key {
		case "contexts":
			mark := *c
			s.readContexts(c)
			mark.sentryTraceData(&page)
		case "measurements":
			c.sentryMeasurements(&page)
		case "spans":
			if !c.looseArray() {
				break
			}
			for c.more() {
				span := c.sentrySpan()
				if isRequestOp(string(span.op)) && len(requests) < maxFetches {
					requests = append(requests, span)
				}
			}
		default:
			if !s.readField(c, key) {
				c.skip()
			}
		}
	}
	if c.err != nil {
		return
	}
	b := e.beaconOf(s.trace, s.id, s.at)
	s.applyTo(b)
	b.SampleRate = e.rate
	setIfEmpty(&b.Connection, c.clone(page.connection))
	for _, t := range page.flags {
		b.setTag(t)
	}
	switch s.op {
	case "pageload", "navigation":
		b.Navigation = true
		b.addVitals(&page)
	case "ui.load": // of an app's screen
		b.Navigation = b.Navigation || e.app
	}
	if e.app && b.Navigation && b.URL == "" {
		setIfEmpty(&b.Route, s.name)
	}
	for i := range requests {
		b.addSpanRequest(c, &requests[i], s.trace)
	}
}

// sentryTraceData reads the data of a transaction's own span from the trace
// context.
func (c *cursor) sentryTraceData(s *sentrySpan) {
	if !c.looseObject() {
		return
	}
	for c.more() {
		if string(c.key()) != "trace" {
			c.skip()
			continue
		}
		if !c.looseObject() {
			continue
		}
		for c.more() {
			if string(c.key()) == "data" {
				c.sentryAttributes(s)
			} else {
				c.skip()
			}
		}
	}
}

// readSpans reads a list of spans (version 11) or a single one (before).
func (e *sentryEnvelope) readSpans(c *cursor) {
	mark := *c
	streamed := false
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		if !c.listNamed("items") {
			continue
		}
		streamed = true
		for c.more() {
			span := c.sentrySpan()
			e.addSpan(c, &span)
		}
	}
	if !streamed && c.err == nil {
		span := mark.sentrySpan()
		c.err = mark.err
		e.addSpan(c, &span)
	}
}

// addSpan adds a span's page view, vitals or request.
func (e *sentryEnvelope) addSpan(c *cursor, s *sentrySpan) {
	op := string(s.op)
	page := s.segment && (op == "pageload" || op == "navigation")
	if !page && !isRequestOp(op) && len(s.vitals) == 0 {
		return
	}
	trace := c.clone(s.trace)
	b := e.beaconOf(trace, c.clone(s.id), unixSeconds(s.end))
	for _, value := range [...]struct {
		dst  *string
		text []byte
	}{
		{&b.Release, s.release}, {&b.Environment, s.environment},
		{&b.UserAgent, s.agent}, {&b.Connection, s.connection},
	} {
		if *value.dst == "" {
			*value.dst = c.clone(value.text)
		}
	}
	setIfEmpty(&b.User, firstIdentifier(c.clone(s.user), c.clone(s.email)))
	b.updateTime(unixSeconds(s.end))
	b.SampleRate = e.rate
	if rate := parseNumber(string(s.rate)); rate > 0 {
		b.SampleRate = rate
	}
	for _, t := range s.flags {
		b.setTag(t)
	}
	b.addVitals(s)
	switch {
	case page:
		b.Navigation = true
		setIfEmpty(&b.URL, c.clone(s.url))
		if _, path := cutPrefix(s.name, "/"); path && string(s.source) == "route" {
			setIfEmpty(&b.Route, c.clone(s.name))
		}
	case isRequestOp(op):
		b.addSpanRequest(c, s, trace)
	default:
		if _, path := cutPrefix(s.name, "/"); path {
			setIfEmpty(&b.URL, c.clone(s.name))
		}
	}
}

func (b *Beacon) addVitals(s *sentrySpan) {
	for _, m := range s.vitals {
		m.Restored = s.restored
		b.mergeMetric(m)
	}
}

// numberBytes reads a number, and anything else as not sent.
func (c *cursor) numberBytes() []byte {
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

func (b *Beacon) addSpanRequest(c *cursor, s *sentrySpan, trace string) {
	f := Fetch{URL: c.clone(s.url), Method: c.clone(s.method), Trace: trace, Telling: Telling{Scope: Identifier(trace)}}
	if status := parseNumber(string(s.status)); status > 0 {
		f.Status = status
	}
	if d := (unixSeconds(s.end) - unixSeconds(s.start)) * 1000; d >= 0 {
		f.Duration = d
	}
	b.AddFetch(f)
}

// isRequestOp reports whether a span is a request of the page; http is its name
// before version 7.
func isRequestOp(op string) bool { return op == "http.client" || op == "http" }

func (c *cursor) sentrySpan() (s sentrySpan) {
	var description []byte // "GET https://api.example/cart"
	if !c.looseObject() {
		return s
	}
	for c.more() {
		switch string(c.key()) {
		case "span_id":
			s.id = c.looseBytes()
		case "trace_id":
			s.trace = c.looseBytes()
		case "op":
			s.op = c.looseBytes()
		case "start_timestamp":
			s.start = c.numberBytes()
		case "end_timestamp", "timestamp":
			s.end = c.numberBytes()
		case "is_segment":
			s.segment = string(c.looseBytes()) == "true"
		case "attributes", "data", "tags": // before version 7, the status is a tag
			c.sentryAttributes(&s)
		case "description":
			description = c.looseBytes()
		case "measurements":
			c.sentryMeasurements(&s)
		default:
			c.skip()
		}
	}
	if method, url, ok := bytes.Cut(description, []byte{' '}); ok && s.url == nil {
		s.method, s.url = method, url
	}
	return s
}

// sentryAttributes reads attributes: plain values, or since version 11 objects
// with a value.
func (c *cursor) sentryAttributes(s *sentrySpan) {
	if !c.looseObject() {
		return
	}
	for c.more() {
		key := c.key()
		if dst := s.field(key); dst != nil {
			*dst = c.sentryValue()
			continue
		}
		if rest, ok := cutPrefix(key, "browser.web_vital."); ok {
			if name, what, ok := bytes.Cut(rest, []byte{'.'}); ok && string(what) == "value" && isVital(string(name)) {
				s.vitals = append(s.vitals, Metric{Name: c.clone(name), Value: parseNumber(string(c.sentryValue()))})
				continue
			}
		}
		if flag, ok := cutPrefix(key, "flag.evaluation."); ok && len(s.flags) < maxTags {
			s.flags = append(s.flags, Tag{c.clone(flag), c.clone(c.sentryValue())})
			continue
		}
		if string(key) == "browser.navigation.type" {
			s.restored = string(c.sentryValue()) == backForwardCache
			continue
		}
		c.skip()
	}
}

// field is the destination of an attribute's value; nil if it is not wanted.
func (s *sentrySpan) field(key []byte) *[]byte {
	switch string(key) {
	case "sentry.op":
		return &s.op
	case "url.full", "url", "http.url":
		return &s.url
	case "http.request.method", "http.method", "method":
		return &s.method
	case "http.response.status_code", "http.status_code", "status_code":
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

// sentryValue reads an attribute's value as text.
func (c *cursor) sentryValue() (value []byte) {
	if c.peek() != '{' {
		return c.looseBytes()
	}
	c.object()
	for c.more() {
		if string(c.key()) == "value" {
			value = c.looseBytes()
		} else {
			c.skip()
		}
	}
	return value
}

// sentryMeasurements reads the vitals, converted to milliseconds.
func (c *cursor) sentryMeasurements(s *sentrySpan) {
	if !c.looseObject() {
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

// readMetrics reads the application's own metrics: distributions and gauges are
// measures, counters events.
func (e *sentryEnvelope) readMetrics(c *cursor) {
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		if !c.listNamed("items") {
			continue
		}
		for c.more() {
			var name, value, kind, trace, at string
			c.pick(
				field{"name", &name}, field{"value", &value}, field{"type", &kind}, field{"trace_id", &trace}, field{"timestamp", &at},
			)
			if c.err != nil || name == "" {
				continue
			}
			b := e.beaconOf(trace, "", unixSeconds([]byte(at)))
			if kind == "counter" {
				b.AddEvent(Event{Name: name, Value: parseNumber(value)})
			} else {
				b.AddMetric(Metric{Name: name, Value: parseNumber(value)})
			}
		}
	}
}
