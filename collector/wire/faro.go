package wire

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Faro is the Grafana Faro Web SDK, versions 1 and 2. One request is one payload:
// the common fields (app, user, session, page) under meta, and lists of items.
//
// Exceptions become errors, measurements of type web-vitals become vitals, and
// other measurements custom measures. Resource timings of fetch and XHR become
// requests, the navigation timing a page view, the application's own events
// events, and the session's attributes tags. Logs and traces are not collected.
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
	s := splitBody(r.Body, r.Limits.Depth)
	defer s.doc.release()
	p := faroPayload{b: getBeacon(), to: to}
	defer putBeacon(p.b)
	wanted := true
	for n := 0; ; n++ {
		item, ok := s.next()
		if !ok {
			return s.err
		}
		p.reset()
		if !wanted || p.decode(&item) != nil {
			to.Reject()
			continue
		}
		p.b.ID = "faro/" + r.ResendID + "/" + strconv.Itoa(n)
		wanted = p.emit()
	}
}

// faroPayload turns one payload into a beacon.
type faroPayload struct {
	b        *Beacon
	to       Sink
	newest   time.Time
	rejected int
	ignored  int
	values   []Metric // of the current measurement
}

func (p *faroPayload) reset() {
	p.b.Reset()
	p.newest, p.rejected, p.ignored = time.Time{}, 0, 0
}

func (p *faroPayload) decode(c *cursor) error {
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "meta":
			p.readMeta(c)
		case "exceptions":
			p.readItems(c, p.readException)
		case "measurements":
			p.readItems(c, p.readMeasurement)
		case "events":
			p.readItems(c, p.readEvent)
		case "logs":
			p.readItems(c, func(c *cursor) { c.skip(); p.ignored++ })
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
	for range p.rejected {
		p.to.Reject()
	}
	for range p.ignored {
		p.to.Ignore()
	}
	if p.b.Empty() {
		if p.rejected+p.ignored == 0 {
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

// readItems reads a list; each item can fail alone.
func (p *faroPayload) readItems(c *cursor, read func(*cursor)) {
	if !c.looseArray() {
		return
	}
	for c.more() {
		one := *c
		c.skip()
		read(&one)
		if one.err != nil {
			p.rejected++
		}
	}
}

func (p *faroPayload) readMeta(c *cursor) {
	b := p.b
	if !c.looseObject() {
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
			b.User = firstIdentifier(b.User, email, name, hash)
		case "session":
			p.readSession(c)
		case "page":
			c.pick(field{"url", &b.URL})
		case "view":
			c.pick(field{"name", &b.Route})
			if !strings.HasPrefix(b.Route, "/") {
				b.Route = "" // a display name, not a route: it would hide the page
			}
		case "browser":
			c.pick(field{"userAgent", &b.UserAgent})
		case "k6": // a test drives the browser
			b.Traffic = "test"
			c.skip()
		default:
			c.skip()
		}
	}
}

func (p *faroPayload) readSession(c *cursor) {
	if !c.looseObject() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "id":
			p.b.Session = c.looseString()
		case "attributes":
			c.scalarTags(p.b)
			p.b.Tags = withoutFaroAttributes(p.b.Tags)
		default:
			c.skip()
		}
	}
}

// withoutFaroAttributes drops the session attributes that the SDK itself sets.
func withoutFaroAttributes(tags []Tag) []Tag {
	kept := tags[:0]
	for _, t := range tags {
		if t.Key != "isSampled" && t.Key != "previousSession" {
			kept = append(kept, t)
		}
	}
	return kept
}

// parseTime parses an item's time, also as Unix milliseconds, and keeps the newest:
// the nearest to when the payload was sent.
func (p *faroPayload) parseTime(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		var ms int64
		if ms, err = strconv.ParseInt(text, 10, 64); err == nil {
			t = time.UnixMilli(ms).UTC()
		}
	}
	if err == nil && t.After(p.newest) {
		p.newest = t
	}
	return t
}

func (p *faroPayload) readException(c *cursor) {
	var e Error
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "type":
			e.Type = c.string()
		case "value":
			e.Message = c.looseString()
		case "timestamp":
			p.parseTime(c.looseString())
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

// faroStack formats frames like browsers do, newest first.
func (c *cursor) faroStack() string {
	var text strings.Builder
	if !c.object() {
		return ""
	}
	for c.more() {
		if !c.listNamed("frames") {
			continue
		}
		for c.more() {
			var f stackFrame
			c.pick(
				field{"filename", &f.file}, field{"function", &f.function}, field{"lineno", &f.line}, field{"colno", &f.column},
			)
			writeFrame(&text, f)
		}
	}
	return text.String()
}

func (p *faroPayload) readMeasurement(c *cursor) {
	var typ, id, navigation string
	p.values = p.values[:0]
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "type":
			typ = c.looseString()
		case "timestamp":
			p.parseTime(c.looseString())
		case "context":
			c.pick(field{"id", &id}, field{"navigation_type", &navigation})
		case "values":
			if c.object() {
				for c.more() {
					name := c.name()
					p.values = append(p.values, Metric{Name: name, Value: c.looseNumber()})
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

// faroAttributes are the event attributes that are read. All values are strings.
type faroAttributes struct {
	value, name                 string
	navigation, dns, tcp, tls   string // of faro.performance.navigation
	initiator, status, duration string // of faro.performance.resource
}

func (p *faroPayload) readEvent(c *cursor) {
	var name, timestamp, trace string
	var at faroAttributes
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "name":
			name = c.looseString()
		case "timestamp":
			timestamp = c.looseString()
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
	when := p.parseTime(timestamp)
	switch {
	case name == "faro.performance.navigation":
		p.addNavigation(&at, when)
		p.b.Trace = trace
	case name == "faro.performance.resource":
		p.addResource(&at, trace)
	case name == "faro.navigation", name == "route_change":
		if !p.b.Navigation { // a page load in the same payload counts instead
			p.b.Navigation, p.b.ViewHints.Route = true, true
		}
	case strings.HasPrefix(name, "faro."), strings.HasPrefix(name, "session_"),
		name == "view_changed", name == "service_name_override":
		p.ignored++ // the SDK about itself
	default:
		e := Event{Name: name}
		if v := parseNumber(at.value); !math.IsNaN(v) {
			e.Value = v
		}
		p.b.AddEvent(e)
	}
}

func (p *faroPayload) addNavigation(at *faroAttributes, when time.Time) {
	b := p.b
	b.Navigation = true
	b.ViewHints.Route = false
	b.ViewHints.NavigationID = at.navigation
	if !when.IsZero() {
		b.ViewHints.Start = float64(when.UnixMilli())
	}
	tcp := parseNumber(at.tcp)
	for _, m := range [...]Metric{
		{Name: "dns", Value: parseNumber(at.dns)}, {Name: "tcp", Value: tcp}, {Name: "tls", Value: parseNumber(at.tls)},
	} {
		// Without TLS, the SDK subtracts zero and sends a point in time.
		if m.Value >= 0 && (m.Name != "tls" || m.Value <= tcp) {
			b.AddMetric(m)
		}
	}
}

// addResource adds the requests of the page's scripts. Images, styles and scripts
// have no readable status across origins, so their 0 would not mean a failure.
func (p *faroPayload) addResource(at *faroAttributes, trace string) {
	status := parseNumber(at.status)
	if at.initiator != "fetch" && at.initiator != "xmlhttprequest" || math.IsNaN(status) {
		p.ignored++
		return
	}
	f := Fetch{URL: at.name, Status: status, Trace: trace}
	if at.duration != "" {
		f.Duration = parseNumber(at.duration)
	}
	p.b.AddFetch(f)
}
