package wire

import (
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// grouper gathers records of one resource into beacons, one for each page and
// client that they tell of.
type grouper struct {
	to     Sink
	prefix string // of the beacons' ids
	n      int
	full   bool
	open   []*place
	spare  int // records that were left out, for nothing of them would be read
}

// ignore counts the records that were left out. n are there still.
func (g *grouper) ignore(n int) {
	for range g.spare {
		g.to.Ignore()
	}
	if n+g.spare == 0 {
		g.to.Ignore() // an empty request is answered with success
	}
}

// maxPlaces bounds the beacons that gather at one time.
const maxPlaces = 8

// place is a beacon that gathers, and what its records have in common.
type place struct {
	key    origin
	b      Beacon
	newest pcommon.Timestamp
}

// origin is where and of whom a record tells.
type origin struct{ url, session, user, load string }

// resource is what an OTLP resource says of all its records.
type resource struct {
	common  attributes
	browser bool
}

// readResource tells browsers from others: the SDKs name their language, and
// those that don't are browsers' own.
func readResource(r pcommon.Resource) resource {
	a := attributes(r.Attributes())
	language := a.text("telemetry.sdk.language")
	return resource{common: a, browser: language == "" || language == "webjs"}
}

// at finds the beacon of a record.
func (g *grouper) at(about *resource, a attributes, url string, when pcommon.Timestamp) *place {
	o := origin{url: url, session: a.text("session.id"), load: a.text("page.load.id"),
		user: a.text("user.id", "enduser.id", "user.email", "user.name", "user.hash", "enduser.pseudo.id")}
	if o.session == "" {
		o.session = about.common.text("session.id")
	}
	if o.user == "" {
		o.user = about.common.text("user.id", "enduser.id")
	}
	for _, p := range g.open {
		if p.key == o {
			p.newest = max(p.newest, when)
			return p
		}
	}
	if len(g.open) == maxPlaces {
		g.flush()
	}
	p := &place{key: o, newest: when}
	g.open = append(g.open, p)
	b, either := &p.b, func(keys ...string) string {
		if s := a.text(keys...); s != "" {
			return s
		}
		return about.common.text(keys...)
	}
	b.URL, b.Session, b.User = o.url, o.session, o.user
	b.ViewHints.Infer, b.ViewHints.LoadID = true, o.load
	b.Release = about.common.text("service.version")
	b.Environment = about.common.text("deployment.environment.name", "deployment.environment")
	b.UserAgent = either("user_agent.original", "browser.user_agent")
	b.Device = either("device.type")
	b.Connection = either("network.connection.subtype", "network.effectiveType")
	// Honeycomb's says that one trace stands for so many.
	if n := a.number("SampleRate"); n >= 1 {
		b.SampleRate = 1 / n
	}
	return p
}

// flush hands over what has gathered.
func (g *grouper) flush() {
	for _, p := range g.open {
		if p.b.Empty() {
			g.to.Ignore() // a flag by itself
			continue
		}
		if g.full {
			g.to.Reject()
			continue
		}
		if p.newest > 0 {
			p.b.Time = float64(p.newest.AsTime().UnixMilli())
		}
		p.b.ID = g.prefix + strconv.Itoa(g.n)
		g.n++
		g.full = !g.to.Accept(&p.b)
	}
	g.open = g.open[:0]
}

// begins marks a page view's beginning. A load outweighs a route in one beacon.
func (p *place) begins(route bool, at pcommon.Timestamp) {
	v := &p.b.ViewHints
	if p.b.Navigation && (route || !v.Route) {
		return
	}
	p.b.Navigation, v.Route = true, route
	if route {
		return
	}
	v.Start = float64(at.AsTime().UnixMilli())
	v.NavigationID = v.LoadID
	if v.NavigationID == "" {
		v.NavigationID = strconv.FormatInt(int64(at), 36)
	}
}

// attributes are looked up by several names: the conventions have changed.
type attributes pcommon.Map

func (a attributes) value(keys ...string) (pcommon.Value, bool) {
	for _, key := range keys {
		if v, ok := pcommon.Map(a).Get(key); ok {
			return v, true
		}
	}
	return pcommon.Value{}, false
}

// text is the first of the attributes that is a scalar and not empty.
func (a attributes) text(keys ...string) string {
	for _, key := range keys {
		v, ok := a.value(key)
		if !ok {
			continue
		}
		switch v.Type() {
		case pcommon.ValueTypeStr, pcommon.ValueTypeInt, pcommon.ValueTypeDouble, pcommon.ValueTypeBool:
			if s := v.AsString(); s != "" {
				return s
			}
		}
	}
	return ""
}

// number is the first of the attributes that is there: NaN if that is no number.
func (a attributes) number(keys ...string) float64 {
	v, ok := a.value(keys...)
	if !ok {
		return 0
	}
	return numberOf(v)
}

func (a attributes) has(key string) bool {
	_, ok := a.value(key)
	return ok
}

func (a attributes) is(key string) bool { return a.text(key) == "true" }

// numberOf reads a number of either type, or one in text.
func numberOf(v pcommon.Value) float64 {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return float64(v.Int())
	case pcommon.ValueTypeDouble:
		return v.Double()
	}
	return parseNumber(v.AsString())
}

// exception reads the attributes of the conventions. Where the type is missing
// it stands at the head of the stack.
func (a attributes) exception() (Error, bool) {
	e := Error{
		Type: a.text("exception.type"), Message: a.text("exception.message"), Stack: a.text("exception.stacktrace"),
		Handled: a.is("exception.handled"),
	}
	if e.Type == "" {
		if head, _, ok := strings.Cut(e.Stack, ":"); ok && strings.HasSuffix(head, "Error") && !strings.ContainsAny(head, " \n") {
			e.Type = head
		}
	}
	return e, e.Type != "" || e.Message != "" || e.Stack != ""
}

func traceOf(id pcommon.TraceID) string {
	if id.IsEmpty() {
		return ""
	}
	return id.String()
}

// milliseconds between two times, 0 if they are not in order.
func milliseconds(from, to pcommon.Timestamp) float64 {
	if to < from {
		return 0
	}
	return float64(to-from) / float64(time.Millisecond)
}
