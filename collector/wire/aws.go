package wire

import (
	"bytes"
	"strconv"
	"strings"
)

// AWSRUM is the AWS CloudWatch RUM web client, versions 1 to 3. One request is
// one batch: its sender and a list of events. Each event has its details as JSON
// in a string.
//
// A view is a page's path and the number of pages that the session saw before.
// Only the web client's own page views begin one, so a reload within a session
// continues the view. After a restore from the back/forward cache, layout shift
// and INP are sent again without a mark: the highest counts. The restore is
// recognised by a time to first byte of exactly zero, and is a view of its own.
//
// With tracing on, a request is reported twice, as HTTP event and as X-Ray
// trace. Only the trace has the duration: the trace id joins the two in a batch.
type AWSRUM struct{}

// Spec implements [Format].
func (AWSRUM) Spec() Spec {
	return Spec{
		SDK:      "aws-rum",
		Patterns: []string{"POST /appmonitors/{id}"},
		Types:    []string{"application/json", "text/plain"},
		Headers:  []string{"X-Amz-Date"},
		Answer:   answerCounts,
		ResendID: bodyHash,
	}
}

// Decode implements [Format].
func (AWSRUM) Decode(r *Request, to Sink) error {
	s := splitBody(r.Body, r.Limits.Depth)
	defer s.doc.release()
	inner := getDocument()
	defer inner.release()
	wanted := true
	for n := 0; ; n++ {
		item, ok := s.next()
		if !ok {
			return s.err
		}
		batch := awsBatch{to: to, doc: inner, depth: r.Limits.Depth, id: r.ResendID + "/" + strconv.Itoa(n)}
		if !wanted || batch.decode(&item) != nil {
			to.Reject()
			continue
		}
		wanted = batch.emit()
	}
}

// awsBatch turns one batch into beacons, one for each view.
type awsBatch struct {
	to    Sink
	doc   *document // of one embedded text at a time
	depth int

	id               string // of the batch, else of the request
	release, version string
	user, session    string
	tags             []Tag

	pages    []*awsPage
	latest   *awsPage
	metadata []byte // of the latest page, as sent
	rejected int
	ignored  int
}

// awsPage is the beacon of one view. key identifies the view in its session.
type awsPage struct {
	*Beacon
	key string
}

func (a *awsBatch) decode(c *cursor) error {
	if !c.object() {
		c.fail(errShape)
	}
	var events cursor
	for c.more() {
		switch string(c.key()) {
		case "BatchId":
			if id := Identifier(c.looseString()); id != "" {
				a.id = id
			}
		case "AppMonitorDetails":
			c.pick(field{"version", &a.version})
		case "UserDetails":
			c.pick(field{"userId", &a.user}, field{"sessionId", &a.session})
		case "SessionMetadata":
			a.readSessionAttributes(*c)
			c.skip()
		case "RumEvents":
			events = *c
			c.skip()
		default:
			c.skip()
		}
	}
	if c.err != nil || events.doc == nil {
		return errShape
	}
	a.user, a.session = Identifier(a.user), Identifier(a.session)
	if !events.array() {
		return errShape
	}
	for events.more() {
		one := events
		events.skip()
		a.readEvent(&one)
		if one.err != nil {
			a.rejected++
		}
	}
	return nil
}

// embedded returns a cursor at JSON that is embedded in a string or sent as it
// is. Cursors of the previous embedded text become invalid.
func (a *awsBatch) embedded(c cursor) cursor {
	if c.peek() != '"' {
		return c
	}
	return a.doc.readEmbedded(c, a.depth)
}

// readSessionAttributes reads the session's release and custom attributes.
func (a *awsBatch) readSessionAttributes(value cursor) {
	c := a.embedded(value)
	if !c.object() {
		return
	}
	for c.more() {
		switch key := c.key(); {
		case string(key) == "aws:releaseId":
			a.release = c.looseString()
		case isAWSKey(key):
			c.skip()
		default:
			a.tags = c.awsTag(key, a.tags)
		}
	}
}

// awsTag appends a custom attribute, if it has a value.
func (c *cursor) awsTag(key []byte, to []Tag) []Tag {
	if value := c.looseString(); value != "" {
		return append(to, Tag{c.clone(key), value})
	}
	return to
}

// isAWSKey reports whether an attribute is the client's own, not a custom one.
func isAWSKey(key []byte) bool {
	switch string(key) {
	case "browserLanguage", "browserName", "browserVersion", "browserEngine",
		"osName", "osVersion", "deviceType", "platformType",
		"domain", "version", "title", "pageId", "parentPageId", "interaction", "pageTags", "pageUrl", "url",
		"countryCode", "subdivisionCode", "isAwsRegion":
		return true
	}
	_, own := cutPrefix(key, "aws:")
	return own
}

func (a *awsBatch) readEvent(c *cursor) {
	var typ string
	// Both are read when the type is known.
	metadata, details := cursor{err: errShape}, cursor{}
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "type":
			typ = c.string()
		case "metadata":
			metadata = *c
			c.skip()
		case "details":
			details = *c
			c.skip()
		default:
			c.skip()
		}
	}
	if c.err != nil || typ == "" {
		c.fail(errShape)
		return
	}
	if isIgnoredAWSEvent(typ) {
		a.ignored++
		return
	}
	page := a.pageOf(metadata)
	in := a.doc.read([]byte("{}"), a.depth)
	if details.doc != nil {
		in = a.embedded(details)
	}
	a.addEvent(page, typ, &in)
	c.fail(in.err)
}

// isIgnoredAWSEvent reports whether an event has nothing that is collected.
// Resource events have no status.
func isIgnoredAWSEvent(typ string) bool {
	switch typ {
	case "com.amazon.rum.performance_resource_event", "com.amazon.rum.performance_navigation_event",
		"com.amazon.rum.session_start_event", "com.amazon.rum.dom_event", "com.amazon.rum.rrweb_event",
		"com.amazon.rum.time_to_interactive_event", "com.amazon.rum.page_close_event":
		return true
	}
	return false
}

func (a *awsBatch) addEvent(page *awsPage, typ string, details *cursor) {
	b := page.Beacon
	name, own := strings.CutPrefix(typ, "com.amazon.rum.")
	if !own {
		if name, own = strings.CutPrefix(typ, "com.amazonaws.rum."); !own {
			e := Event{Name: typ, Value: details.awsValue()}
			if e.Value != e.Value {
				e.Value = 0
			}
			if details.err == nil {
				b.AddEvent(e)
			}
			return
		}
	}
	vital := func(m Metric) {
		if m.Value = details.awsValue(); details.err == nil {
			b.AddMetric(m)
		}
	}
	switch strings.TrimSuffix(name, "_event") {
	case "page_view":
		b.Navigation = true
	case "largest_contentful_paint":
		vital(Metric{Name: "lcp"})
	case "first_contentful_paint":
		vital(Metric{Name: "fcp"})
	case "time_to_first_byte":
		vital(Metric{Name: "ttfb"})
	case "cumulative_layout_shift":
		vital(Metric{Name: "cls", Max: true})
	case "interaction_to_next_paint":
		vital(Metric{Name: "inp", Max: true})
	case "first_input_delay":
		vital(Metric{Name: "fid"})
	case "js_error":
		if e := details.awsError(); details.err == nil {
			b.AddError(e)
		}
	case "http":
		if f := details.awsHTTP(); details.err == nil {
			f.Telling = Telling{Scope: f.Trace}
			page.addRequest(f)
		}
	case "xray_trace":
		if f := details.awsTrace(); details.err == nil && f.URL != "" {
			f.Telling = Telling{Scope: f.Trace, Secondhand: true}
			page.addRequest(f)
		}
	default:
		a.ignored++
	}
}

// pageOf finds or starts the beacon of an event's view.
func (a *awsBatch) pageOf(metadata cursor) *awsPage {
	value := metadata
	text := value.raw()
	if a.latest != nil && bytes.Equal(a.metadata, text) {
		return a.latest
	}
	a.metadata = text
	var path, interaction, address string
	var tags []Tag
	if c := a.embedded(metadata); text != nil && c.object() {
		for c.more() {
			key := c.key()
			switch string(key) {
			case "pageId":
				path = c.looseString()
			case "interaction":
				interaction = c.looseString()
			case "pageUrl", "url":
				address = c.looseString()
			case "aws:releaseId":
				a.release = c.looseString()
			default:
				if isAWSKey(key) {
					c.skip()
				} else {
					tags = c.awsTag(key, tags)
				}
			}
		}
	}
	key := path + " " + interaction
	for _, p := range a.pages {
		if p.key == key {
			a.latest = p
			return p
		}
	}
	p := &awsPage{getBeacon(), key}
	p.URL = address
	if p.URL == "" {
		p.URL = path
	}
	for _, t := range tags {
		p.AddTag(t)
	}
	if len(a.pages) < maxAWSPages {
		a.pages = append(a.pages, p)
	} else {
		a.rejected++ // its events are dropped
	}
	a.latest = p
	return p
}

// maxAWSPages bounds the views of one batch; real ones have two or three.
const maxAWSPages = 50

// emit passes the beacons to the sink.
func (a *awsBatch) emit() (wanted bool) {
	for range a.rejected {
		a.to.Reject()
	}
	for range a.ignored {
		a.to.Ignore()
	}
	if a.release == "" {
		a.release = a.version
	}
	wanted = true
	for i, p := range a.pages {
		b := p.Beacon
		b.Release, b.User, b.Session = a.release, a.user, a.session
		for _, t := range a.tags {
			b.AddTag(t)
		}
		b.ID = "aws/" + a.id + "/" + strconv.Itoa(i)
		if a.session == "" {
			b.ViewHints.Infer = true
		} else {
			b.View = a.session + " " + p.key
		}
		if p.isRestored() {
			p.Navigation = true
			p.View += " " + a.id
			for i := range p.Metrics {
				p.Metrics[i].Restored = true
			}
		}
		if b.Empty() {
			continue
		}
		if !wanted {
			a.to.Reject()
			continue
		}
		wanted = a.to.Accept(b)
	}
	for _, p := range a.pages {
		putBeacon(p.Beacon)
	}
	if len(a.pages) == 0 && a.rejected+a.ignored == 0 {
		a.to.Reject()
	}
	return wanted
}

// isRestored reports whether the page was restored from the back/forward cache:
// a view of its own, whose loading vitals are meaningless.
func (p *awsPage) isRestored() bool {
	for _, m := range p.Metrics {
		if m.Name == "ttfb" && m.Value == 0 {
			return true
		}
	}
	return false
}
