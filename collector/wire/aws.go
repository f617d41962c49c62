package wire

import (
	"bytes"
	"strconv"
	"strings"
)

// AWSRUM is the AWS CloudWatch RUM web client, versions 1 to 3. One request is
// one batch: who sends it, and a list of events, of which each holds its details
// as JSON within a string.
//
// A page is named by its path, and by how many pages the session has seen before
// it; together that is a view. Only the web client's own page views begin one, so
// a reload within a session goes on with it. Layout shift and INP are sent again
// after the page came back from the back/forward cache, without saying so: the
// highest counts. That return is told by a time to first byte of exactly zero,
// and is a view of its own.
//
// With tracing on, a request is told twice, as HTTP event and as X-Ray trace,
// which alone has its duration: they are brought together by the trace's id.
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
	s := cut(r.Body, r.Limits.Depth)
	defer s.doc.release()
	inner := documents.Get().(*document)
	defer inner.release()
	wanted := true
	for {
		item, ok := s.next()
		if !ok {
			return s.err
		}
		batch := awsBatch{to: to, doc: inner, depth: r.Limits.Depth}
		if !wanted || batch.decode(&item) != nil {
			to.Reject()
			continue
		}
		wanted = batch.emit()
	}
}

// awsBatch is one batch on its way to becoming beacons, one for each view.
type awsBatch struct {
	to    Sink
	doc   *document // of one text within the batch after the other
	depth int

	id, release, version string
	user, session        string
	tags                 []Tag

	pages    []*awsPage
	latest   *awsPage
	metadata []byte // of the latest page, as it was sent
	refused  int
	ignored  int
}

// awsPage is the beacon of one view, and what is known of its events.
type awsPage struct {
	*Beacon
	key string
}

// noID is what the client sends for a user or session that there is none of.
const noID = "00000000-0000-0000-0000-000000000000"

func (a *awsBatch) decode(c *cursor) error {
	if !c.object() {
		c.fail(errShape)
	}
	var events cursor
	for c.more() {
		switch string(c.key()) {
		case "BatchId":
			a.id = c.loose()
		case "AppMonitorDetails":
			c.pick(field{"version", &a.version})
		case "UserDetails":
			c.pick(field{"userId", &a.user}, field{"sessionId", &a.session})
		case "SessionMetadata":
			a.attributes(*c)
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
	if a.user == noID {
		a.user = ""
	}
	if a.session == noID {
		a.session = ""
	}
	if !events.array() {
		return errShape
	}
	for events.more() {
		one := events
		events.skip()
		a.event(&one)
		if one.err != nil {
			a.refused++
		}
	}
	return nil
}

// inner enters JSON that stands in a string, or as it is. What was entered
// before is left.
func (a *awsBatch) inner(c cursor) cursor {
	if c.peek() != '"' {
		return c
	}
	return a.doc.unquote(c, a.depth)
}

// attributes takes the session's release and its custom attributes.
func (a *awsBatch) attributes(said cursor) {
	c := a.inner(said)
	if !c.object() {
		return
	}
	for c.more() {
		switch key := c.key(); {
		case string(key) == "aws:releaseId":
			a.release = c.loose()
		case awsOwn(key):
			c.skip()
		default:
			a.tags = c.awsTag(key, a.tags)
		}
	}
}

// awsTag adds a custom attribute, if it has a value.
func (c *cursor) awsTag(key []byte, to []Tag) []Tag {
	if value := c.loose(); value != "" {
		return append(to, Tag{c.keep(key), value})
	}
	return to
}

// awsOwn says whether the client itself has put an attribute there.
func awsOwn(key []byte) bool {
	switch string(key) {
	case "browserLanguage", "browserName", "browserVersion", "browserEngine", "osName", "osVersion", "deviceType", "platformType",
		"domain", "version", "title", "pageId", "parentPageId", "interaction", "pageTags", "pageUrl", "url", "countryCode", "subdivisionCode", "isAwsRegion":
		return true
	}
	_, own := after(key, "aws:")
	return own
}

func (a *awsBatch) event(c *cursor) {
	var typ string
	// Both are entered only when the type is known.
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
	if awsIgnores(typ) {
		a.ignored++
		return
	}
	page := a.page(metadata)
	in := a.doc.read([]byte("{}"), a.depth)
	if details.doc != nil {
		in = a.inner(details)
	}
	a.take(page, typ, &in)
	c.fail(in.err)
}

// awsIgnores says whether an event holds nothing that is collected. Resources
// have no status.
func awsIgnores(typ string) bool {
	switch typ {
	case "com.amazon.rum.performance_resource_event", "com.amazon.rum.performance_navigation_event", "com.amazon.rum.session_start_event",
		"com.amazon.rum.dom_event", "com.amazon.rum.rrweb_event", "com.amazon.rum.time_to_interactive_event", "com.amazon.rum.page_close_event":
		return true
	}
	return false
}

func (a *awsBatch) take(page *awsPage, typ string, details *cursor) {
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
			page.request(f)
		}
	case "xray_trace":
		if f := details.awsTrace(); details.err == nil && f.URL != "" {
			page.request(f)
		}
	default:
		a.ignored++
	}
}

// page finds or begins the beacon of the view that an event belongs to.
func (a *awsBatch) page(said cursor) *awsPage {
	metadata := said
	text := metadata.raw()
	if a.latest != nil && bytes.Equal(a.metadata, text) {
		return a.latest
	}
	a.metadata = text
	var path, interaction, address string
	var tags []Tag
	if c := a.inner(said); text != nil && c.object() {
		for c.more() {
			key := c.key()
			switch string(key) {
			case "pageId":
				path = c.loose()
			case "interaction":
				interaction = c.loose()
			case "pageUrl", "url":
				address = c.loose()
			case "aws:releaseId":
				a.release = c.loose()
			default:
				if awsOwn(key) {
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
	p := &awsPage{borrow(), key}
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
		a.refused++ // and what it holds is not kept
	}
	a.latest = p
	return p
}

// maxAWSPages bounds the views of one batch: real ones have two or three.
const maxAWSPages = 50

// emit hands the beacons over.
func (a *awsBatch) emit() (wanted bool) {
	for range a.refused {
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
		if a.id != "" {
			b.ID = "aws/" + a.id + "/" + strconv.Itoa(i)
		}
		if a.session == "" {
			b.ViewHints.Infer = true
		} else {
			b.View = a.session + " " + p.key
		}
		if p.restored() {
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
		giveBack(p.Beacon)
	}
	if len(a.pages) == 0 && a.refused+a.ignored == 0 {
		a.to.Reject()
	}
	return wanted
}

// restored says whether the beacon is of a page that came back from the
// back/forward cache: a view of its own, whose loading means nothing.
func (p *awsPage) restored() bool {
	for _, m := range p.Metrics {
		if m.Name == "ttfb" && m.Value == 0 {
			return true
		}
	}
	return false
}
