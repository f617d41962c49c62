package wire

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Datadog is what Datadog's RUM browser SDK, versions 5 to 7, sends to its proxy:
// NDJSON, one event a line.
//
// A view is sent again and again as it grows; every copy holds the vitals so
// far, so the last one counts. Only the beginning of one is a page view: its
// counters are not used, for the errors and resources come as events of their
// own. Custom actions become events. Clicks, long tasks, telemetry, replays and
// profiles are not collected.
type Datadog struct{}

// Spec implements [Format]. What belongs to the intake that the SDK believes in
// stands in the query, escaped: ddforward=/api/v2/rum?ddsource=browser&…
func (Datadog) Spec() Spec {
	return Spec{
		SDK:      "datadog",
		Patterns: []string{"POST /datadog"},
		Headers:  []string{"DD-API-KEY", "DD-EVP-ORIGIN", "DD-REQUEST-ID"},
		Forward:  []string{"DD-API-KEY", "DD-EVP-ORIGIN", "DD-REQUEST-ID"},
		Answer:   answerStatus(http.StatusAccepted),
		Key: func(r *http.Request) string {
			if key := r.Header.Get("Dd-Api-Key"); key != "" {
				return key
			}
			return forwarded(r.URL, "dd-api-key")
		},
		Encoding: func(r *http.Request) string { return forwarded(r.URL, "dd-evp-encoding") },
		// A resend has another request id and a retry count, but the same body.
		ResendID: bodyHash,
	}
}

// forwarded is a parameter of the intake's address, or of the proxy's own.
func forwarded(u *url.URL, name string) string {
	if value := parameter(u.RawQuery, name); value != "" {
		return value
	}
	_, inner, _ := strings.Cut(parameter(u.RawQuery, "ddforward"), "?")
	return parameter(inner, name)
}

// parameter finds one parameter of a query, without taking all of it apart.
func parameter(query, name string) string {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return formValue(value)
		}
	}
	return ""
}

// Decode implements [Format].
func (Datadog) Decode(r *Request, to Sink) error {
	if path, _, _ := strings.Cut(datadogPath(r.URL), "?"); path != "" && path != "/api/v2/rum" {
		to.Ignore() // a replay or a profile, which is no JSON; or logs
		return nil
	}
	tags := ""  // version 5 tells the environment here alone
	sent := 0.0 // browser's clock, Unix milliseconds
	if r.URL != nil {
		tags, sent = forwarded(r.URL, "ddtags"), parseNumber(forwarded(r.URL, "batch_time"))
	}
	s := cut(r.Body, r.Limits.Depth)
	defer s.doc.release()
	b := borrow()
	defer giveBack(b)
	wanted := true
	for n := 0; ; n++ {
		item, ok := s.next()
		if !ok {
			return s.err
		}
		b.Reset()
		d := datadogEvent{b: b}
		switch {
		case !wanted || d.decode(&item) != nil:
			to.Reject()
		case b.Empty():
			to.Ignore()
		default:
			if b.ID == "" {
				b.ID = "datadog/" + r.ResendID + "/" + strconv.Itoa(n)
			}
			d.tags(tags)
			if sent > 0 {
				b.Time = sent // an event may have waited for many seconds
			}
			wanted = to.Accept(b)
		}
	}
}

func datadogPath(u *url.URL) string {
	if u == nil {
		return ""
	}
	return parameter(u.RawQuery, "ddforward")
}

// datadogEvent is one line on its way to becoming a beacon.
type datadogEvent struct {
	b               *Beacon
	typ             string
	version         string // of the document, of a view
	loading         string // how a view began
	email, name     string
	vitals          []Metric
	fault           Error
	faultID, source string
	fetch           Fetch
	fetchKind       string
	fetchID         string
	action          Event
	actionID        string
	actionKind      string
}

func (d *datadogEvent) decode(c *cursor) error {
	b := d.b
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "type":
			d.typ = c.loose()
		case "date":
			b.Time = c.optional()
		case "version":
			b.Release = c.loose()
		case "session":
			c.pick(field{"id", &b.Session})
		case "usr":
			c.pick(field{"id", &b.User}, field{"email", &d.email}, field{"name", &d.name})
		case "view":
			d.view(c)
		case "error":
			d.error(c)
		case "resource":
			d.resource(c)
		case "action":
			d.customAction(c)
		case "connectivity":
			d.connectivity(c)
		case "feature_flags":
			c.flatTags(b)
		case "context":
			d.context(c)
		case "ddtags":
			d.tags(c.loose())
		case "_dd":
			d.meta(c)
		default:
			c.skip()
		}
	}
	if c.err == nil {
		d.finish()
	}
	return c.err
}

// finish puts together what an event of its type tells.
func (d *datadogEvent) finish() {
	b := d.b
	b.ViewHints.Defaults = true // the first copies may come before the page has named its user
	for _, other := range []string{d.email, d.name} {
		say(&b.User, other)
	}
	switch d.typ {
	case "view":
		// Each copy says the view's beginning again; it counts once a view.
		b.ID = "datadog/" + b.View + "/" + d.version
		b.Navigation = true
		for _, m := range d.vitals {
			m.Restored = d.loading == "bf_cache"
			b.AddMetric(m)
		}
	case "error":
		b.ID = identified(d.faultID)
		if d.source != "network" { // the same as the resource
			b.AddError(d.fault)
		}
	case "resource":
		b.ID = identified(d.fetchID)
		if d.fetchKind == "fetch" || d.fetchKind == "xhr" {
			b.AddFetch(d.fetch)
		}
	case "action":
		b.ID = identified(d.actionID)
		if d.actionKind == "custom" {
			b.AddEvent(d.action)
		}
	}
}

func identified(id string) string {
	if id == "" {
		return ""
	}
	return "datadog/" + id
}

func (d *datadogEvent) view(c *cursor) {
	if !c.object() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "id":
			d.b.View = c.loose()
		case "url":
			d.b.URL = c.loose()
		case "name":
			if d.b.Route = c.loose(); !strings.HasPrefix(d.b.Route, "/") {
				d.b.Route = "" // a name for people, no route: it would hide the page
			}
		case "loading_type":
			d.loading = c.loose()
		case "largest_contentful_paint":
			d.nanoseconds(c, "lcp")
		case "first_contentful_paint":
			d.nanoseconds(c, "fcp")
		case "interaction_to_next_paint":
			d.nanoseconds(c, "inp")
		case "first_byte":
			d.nanoseconds(c, "ttfb")
		case "first_input_delay":
			d.nanoseconds(c, "fid")
		case "cumulative_layout_shift":
			if c.peek() == '0' {
				d.vitals = append(d.vitals, Metric{Name: "cls", Value: c.number()})
			} else {
				c.skip()
			}
		case "custom_timings":
			d.timings(c)
		default:
			c.skip()
		}
	}
}

func (d *datadogEvent) nanoseconds(c *cursor, name string) {
	if c.peek() != '0' {
		c.skip()
		return
	}
	d.vitals = append(d.vitals, Metric{Name: name, Value: c.number() / 1e6})
}

// timings are the application's own, in nanoseconds.
func (d *datadogEvent) timings(c *cursor) {
	if !c.object() {
		return
	}
	for c.more() {
		name := c.name()
		if len(d.vitals) < maxMetrics {
			d.nanoseconds(c, name)
		} else {
			c.skip()
		}
	}
}

func (d *datadogEvent) error(c *cursor) {
	var handling string
	c.pick(
		field{"id", &d.faultID}, field{"type", &d.fault.Type}, field{"message", &d.fault.Message}, field{"stack", &d.fault.Stack},
		field{"handling", &handling}, field{"source", &d.source},
	)
	d.fault.Handled = handling != "unhandled"
	d.fault.Stack = datadogStack(d.fault.Stack)
}

func (d *datadogEvent) resource(c *cursor) {
	var status, duration string
	c.pick(
		field{"id", &d.fetchID}, field{"type", &d.fetchKind}, field{"url", &d.fetch.URL}, field{"method", &d.fetch.Method},
		field{"status_code", &status}, field{"duration", &duration},
	)
	if v := parseNumber(status); v > 0 {
		d.fetch.Status = v
	}
	if v := parseNumber(duration); v > 0 {
		d.fetch.Duration = v / 1e6
	}
}

func (d *datadogEvent) customAction(c *cursor) {
	if !c.object() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "id":
			d.actionID = c.loose()
		case "type":
			d.actionKind = c.loose()
		case "target":
			if c.peek() != '{' {
				c.skip()
				break
			}
			c.pick(field{"name", &d.action.Name})
		default:
			c.skip()
		}
	}
}

// context holds what the application adds, of which a number named value is an
// event's. Datadog gives it no other place.
func (d *datadogEvent) context(c *cursor) {
	if c.peek() != '{' {
		c.skip()
		return
	}
	c.object()
	for c.more() {
		key := c.name()
		switch kind := c.peek(); {
		case key == "value" && kind == '0':
			d.action.Value = c.number()
		case kind == '{' || kind == '[' || kind == 'n':
			c.skip()
		default:
			d.b.AddTag(Tag{key, c.scalar()})
		}
	}
}

// flatTags reads an object of scalars into tags.
func (c *cursor) flatTags(b *Beacon) {
	if c.peek() != '{' {
		c.skip()
		return
	}
	c.tags(b)
}

func (d *datadogEvent) connectivity(c *cursor) {
	if c.peek() != '{' {
		c.skip()
		return
	}
	c.object()
	for c.more() {
		if key := c.key(); string(key) == "effective_type" || string(key) == "interfaces" && c.peek() == '"' {
			d.b.Connection = c.loose()
		} else {
			c.skip()
		}
	}
}

// tags is a list in one text: "sdk_version:7.16.2,env:production,service:shop".
func (d *datadogEvent) tags(text string) {
	for text != "" {
		var pair string
		pair, text, _ = strings.Cut(text, ",")
		switch name, value, _ := strings.Cut(pair, ":"); name {
		case "env":
			say(&d.b.Environment, value)
		case "version":
			say(&d.b.Release, value)
		}
	}
}

// meta is what the SDK says of itself.
func (d *datadogEvent) meta(c *cursor) {
	if c.peek() != '{' {
		c.skip()
		return
	}
	c.object()
	for c.more() {
		switch string(c.key()) {
		case "document_version":
			d.version = c.loose()
		case "trace_id":
			d.fetch.Trace = datadogTrace(c.loose())
		case "configuration":
			var rate string
			c.pick(field{"session_sample_rate", &rate})
			if v := parseNumber(rate); v > 0 && v <= 100 {
				d.b.SampleRate = v / 100
			}
		default:
			c.skip()
		}
	}
}

// datadogTrace writes a trace id as W3C does: Datadog's are decimal, or since
// version 6 hexadecimal with 32 digits.
func datadogTrace(s string) string {
	if n, err := strconv.ParseUint(s, 10, 64); err == nil && len(s) <= 20 {
		hex := strconv.FormatUint(n, 16)
		return strings.Repeat("0", 16-len(hex)) + hex
	}
	return s
}

// datadogStack writes frames as browsers do, "at pay (URL:1:2)": the SDK has a
// way of its own, "at pay @ URL:1:2". Other lines stay.
func datadogStack(stack string) string {
	if !strings.Contains(stack, " @ ") {
		return stack
	}
	var text strings.Builder
	for line := range strings.Lines(stack) {
		call, at := strings.CutPrefix(strings.TrimSpace(line), "at ")
		i := strings.LastIndex(call, " @ ")
		if !at || i < 0 {
			text.WriteString(line)
			continue
		}
		name, where := call[:i], call[i+len(" @ "):]
		if name == "<anonymous>" {
			text.WriteString("    at " + where + "\n")
		} else {
			text.WriteString("    at " + name + " (" + where + ")\n")
		}
	}
	return strings.TrimSuffix(text.String(), "\n")
}
