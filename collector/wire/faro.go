package wire

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Faro is the Grafana Faro Web SDK, versions 1 and 2. One request is one
// payload: what is common (app, user, session, page) under meta, and lists of
// items.
//
// Exceptions become errors, the measurements of type web-vitals become vitals
// and other measurements custom ones, resource timings of fetch and XHR become
// requests, the navigation timing marks the beginning of a page view, and what
// the application itself pushes as events become events. Logs and traces are
// not collected. The attributes of the session become tags.
type Faro struct{}

// Spec implements [Format].
func (Faro) Spec() Spec {
	return Spec{
		SDK:      "faro",
		Patterns: []string{"POST /collect"},
		Types:    []string{"application/json", "text/plain"},
		Headers:  []string{"X-Api-Key", "X-Faro-Session-Id", "Idempotency-Key"},
		Exposed:  []string{"X-Faro-Session-Status"},
		Forward:  []string{"X-Api-Key", "X-Faro-Session-Id", "Idempotency-Key"},
		Key:      func(r *http.Request) string { return r.Header.Get("X-Api-Key") },
		Answer:   answerCounts,
		// Version 1 does not send the header: a hash of the body identifies it.
		ResendID: func(r *http.Request) string { return r.Header.Get("Idempotency-Key") },
	}
}

// Decode implements [Format].
func (Faro) Decode(r *Request, to Sink) error {
	s := cut(r.Body, r.Limits.Depth)
	defer s.doc.release()
	p := faroPayload{b: borrow(), to: to}
	defer giveBack(p.b)
	wanted := true
	for n := 0; ; n++ {
		item, ok := s.next()
		if !ok {
			return s.err
		}
		p.begin()
		if !wanted || p.decode(&item) != nil {
			to.Reject()
			continue
		}
		p.b.ID = "faro/" + r.ResendID + "/" + strconv.Itoa(n)
		wanted = p.emit()
	}
}

// faroPayload is one payload on its way to becoming a beacon.
type faroPayload struct {
	b       *Beacon
	to      Sink
	newest  time.Time
	refused int
	ignored int
	values  []Metric // of the measurement that is read
}

func (p *faroPayload) begin() {
	p.b.Reset()
	p.newest, p.refused, p.ignored = time.Time{}, 0, 0
}

func (p *faroPayload) decode(c *cursor) error {
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "meta":
			p.meta(c)
		case "exceptions":
			p.items(c, p.exception)
		case "measurements":
			p.items(c, p.measurement)
		case "events":
			p.items(c, p.event)
		case "logs":
			p.items(c, func(c *cursor) { c.skip(); p.ignored++ })
		case "traces":
			if c.peek() == '{' {
				p.ignored++
			}
			c.skip()
		default:
			c.skip()
		}
	}
	return c.err
}

func (p *faroPayload) emit() bool {
	for range p.refused {
		p.to.Reject()
	}
	for range p.ignored {
		p.to.Ignore()
	}
	if p.b.Empty() {
		if p.refused+p.ignored == 0 {
			p.to.Reject()
		}
		return true
	}
	if !p.newest.IsZero() {
		p.b.Time = float64(p.newest.UnixMilli())
	}
	p.b.ViewHints.Infer = true
	return p.to.Accept(p.b)
}

// items reads a list of which each item can fail alone.
func (p *faroPayload) items(c *cursor, read func(*cursor)) {
	if !c.array() {
		return
	}
	for c.more() {
		one := *c
		c.skip()
		read(&one)
		if one.err != nil {
			p.refused++
		}
	}
}

func (p *faroPayload) meta(c *cursor) {
	b := p.b
	if !c.object() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "app":
			var release string
			c.pick(field{"version", &b.Release}, field{"release", &release}, field{"environment", &b.Environment})
			if b.Release == "" {
				b.Release = release
			}
		case "user":
			var email, name, hash string
			c.pick(field{"id", &b.User}, field{"email", &email}, field{"username", &name}, field{"hash", &hash})
			for _, other := range []string{email, name, hash} {
				if b.User == "" {
					b.User = other
				}
			}
		case "session":
			p.session(c)
		case "page":
			c.pick(field{"url", &b.URL})
		case "view":
			c.pick(field{"name", &b.Route})
			if !strings.HasPrefix(b.Route, "/") {
				b.Route = "" // a name for people, no route: it would hide the page
			}
		case "browser":
			c.pick(field{"userAgent", &b.UserAgent})
		default:
			c.skip()
		}
	}
}

func (p *faroPayload) session(c *cursor) {
	if !c.object() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "id":
			p.b.Session = c.scalar()
		case "attributes":
			c.tags(p.b)
			p.b.Tags = withoutFaros(p.b.Tags)
		default:
			c.skip()
		}
	}
}

// withoutFaros leaves out the attributes that the SDK itself gives a session.
func withoutFaros(tags []Tag) []Tag {
	kept := tags[:0]
	for _, t := range tags {
		if t.Key != "isSampled" && t.Key != "previousSession" {
			kept = append(kept, t)
		}
	}
	return kept
}

// at remembers the newest item's time: the nearest to when the payload was sent.
func (p *faroPayload) at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err == nil && t.After(p.newest) {
		p.newest = t
	}
	return t
}

func (p *faroPayload) exception(c *cursor) {
	var e Error
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "type":
			e.Type = c.string()
		case "value":
			e.Message = c.string()
		case "timestamp":
			p.at(c.string())
		case "stacktrace":
			e.Stack = c.faroStack()
		default:
			c.skip()
		}
	}
	if c.err == nil {
		p.b.AddError(e)
	}
}

// faroStack writes frames, newest first, as browsers do.
func (c *cursor) faroStack() string {
	var text strings.Builder
	if !c.object() {
		return ""
	}
	for c.more() {
		if string(c.key()) != "frames" || !c.array() {
			c.skip()
			continue
		}
		for c.more() {
			var file, function, line, column string
			c.pick(field{"filename", &file}, field{"function", &function}, field{"lineno", &line}, field{"colno", &column})
			frame(&text, function, file, line, column)
		}
	}
	return text.String()
}

func (p *faroPayload) measurement(c *cursor) {
	var typ, id, navigation string
	p.values = p.values[:0]
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "type":
			typ = c.string()
		case "timestamp":
			p.at(c.string())
		case "context":
			c.pick(field{"id", &id}, field{"navigation_type", &navigation})
		case "values":
			if c.object() {
				for c.more() {
					name := c.name()
					p.values = append(p.values, Metric{Name: name, Value: c.number()})
				}
			}
		default:
			c.skip()
		}
	}
	if c.err != nil {
		return
	}
	for _, m := range p.values {
		if typ == "web-vitals" {
			switch m.Name {
			case "lcp", "fcp", "inp", "cls", "ttfb", "fid":
				m.ID, m.Restored = id, navigation == backForwardCache
			default:
				continue // attribution
			}
		} else if m.Name == "value" && typ != "" {
			m.Name = typ
		}
		p.b.AddMetric(m)
	}
}

// faroAttributes are those of an event's attributes that are read. Their values
// are all strings.
type faroAttributes struct {
	value, name                 string
	navigation, dns, tcp, tls   string // of faro.performance.navigation
	initiator, status, duration string // of faro.performance.resource
}

func (p *faroPayload) event(c *cursor) {
	var name, timestamp, trace string
	var at faroAttributes
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "name":
			name = c.string()
		case "timestamp":
			timestamp = c.string()
		case "trace":
			c.pick(field{"trace_id", &trace})
		case "attributes":
			c.pick(
				field{"value", &at.value}, field{"name", &at.name},
				field{"faroNavigationId", &at.navigation}, field{"dnsLookupTime", &at.dns},
				field{"tcpHandshakeTime", &at.tcp}, field{"tlsNegotiationTime", &at.tls},
				field{"initiatorType", &at.initiator}, field{"responseStatus", &at.status},
				field{"duration", &at.duration},
			)
		default:
			c.skip()
		}
	}
	if c.err != nil {
		return
	}
	when := p.at(timestamp)
	switch {
	case name == "faro.performance.navigation":
		p.navigation(&at, when)
		p.b.Trace = trace
	case name == "faro.performance.resource":
		p.resource(&at, trace)
	case name == "faro.navigation", name == "route_change":
		if !p.b.Navigation { // in one payload with the page load, that counts
			p.b.Navigation, p.b.ViewHints.Route = true, true
		}
	case strings.HasPrefix(name, "faro."), strings.HasPrefix(name, "session_"),
		name == "view_changed", name == "service_name_override":
		p.ignored++ // the SDK talks about itself
	default:
		e := Event{Name: name}
		if v := parseNumber(at.value); !math.IsNaN(v) {
			e.Value = v
		}
		p.b.AddEvent(e)
	}
}

func (p *faroPayload) navigation(at *faroAttributes, when time.Time) {
	b := p.b
	b.Navigation = true
	b.ViewHints.Route = false
	b.ViewHints.NavigationID = at.navigation
	if !when.IsZero() {
		b.ViewHints.Start = float64(when.UnixMilli())
	}
	tcp := parseNumber(at.tcp)
	for _, m := range [...]Metric{{Name: "dns", Value: parseNumber(at.dns)}, {Name: "tcp", Value: tcp}, {Name: "tls", Value: parseNumber(at.tls)}} {
		// Without TLS the SDK subtracts zero and reports a point in time.
		if m.Value >= 0 && (m.Name != "tls" || m.Value <= tcp) {
			b.AddMetric(m)
		}
	}
}

// resource takes the requests that the page's scripts made. Images, styles and
// scripts have no readable status across origins: 0 would not mean a failure.
func (p *faroPayload) resource(at *faroAttributes, trace string) {
	status := parseNumber(at.status)
	if at.initiator != "fetch" && at.initiator != "xmlhttprequest" || math.IsNaN(status) {
		p.ignored++
		return
	}
	p.b.AddFetch(Fetch{URL: at.name, Status: status, Duration: parseNumber(at.duration), Trace: trace})
}
