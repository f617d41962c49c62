package wire

import (
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// grouper groups the records of one resource into beacons, one for each page and
// client.
type grouper struct {
	to     Sink
	prefix string // of the beacons' ids
	n      int
	full   bool
	groups []*group
	pruned int // records that were removed before decoding
}

// countIgnored counts the pruned records; n records are left.
func (g *grouper) countIgnored(n int) {
	for range g.pruned {
		g.to.Ignore()
	}
	if n+g.pruned == 0 {
		g.to.Ignore() // an empty request succeeds
	}
}

// maxGroups bounds the beacons that are open at one time.
const maxGroups = 8

// group is an open beacon and what its records have in common.
type group struct {
	key    groupKey
	b      Beacon
	newest pcommon.Timestamp
}

// groupKey is the page and the client of a record.
type groupKey struct{ url, screen, session, user, load string }

// resource has the attributes that an OTLP resource gives to all its records.
type resource struct {
	common       attributes
	browser, app bool
}

// readResource recognises browsers and apps. SDKs name their language, and those
// that do not are browsers' own; apps run on a phone or a tablet, or are written in
// Swift. All others are servers.
func readResource(r pcommon.Resource) resource {
	a := attributes(r.Attributes())
	language, system := a.text("telemetry.sdk.language"), a.text("os.name")
	app := language != "webjs" && (isMobileSystem(system) || a.has("device.model.identifier") ||
		language == "swift" && !strings.EqualFold(system, "linux"))
	return resource{common: a, app: app, browser: !app && (language == "" || language == "webjs")}
}

func (r *resource) isRead() bool { return r.browser || r.app }

// groupOf finds or starts the group of a record.
func (g *grouper) groupOf(res *resource, a attributes, url string, when pcommon.Timestamp) *group {
	o := groupKey{
		url: url, load: a.identifier("page.load.id"),
		session: firstIdentifier(a.identifier("session.id"), res.common.identifier("session.id")),
		user:    firstIdentifier(a.identifier(userAttributes[:]...), res.common.identifier(userAttributes[:]...)),
	}
	if res.app {
		o.screen = a.text("screen.name", "app.screen.name", "view.name")
	}
	for _, p := range g.groups {
		if p.key == o {
			p.newest = max(p.newest, when)
			return p
		}
	}
	if len(g.groups) == maxGroups {
		g.flush()
	}
	p := &group{key: o, newest: when}
	g.groups = append(g.groups, p)
	b, either := &p.b, func(keys ...string) string {
		if s := a.text(keys...); s != "" {
			return s
		}
		return res.common.text(keys...)
	}
	b.URL, b.Session, b.User = o.url, o.session, o.user
	b.ViewHints.Infer, b.ViewHints.LoadID = true, o.load
	b.Release = res.common.text("service.version", "app.version")
	b.Environment = res.common.text("deployment.environment.name", "deployment.environment")
	b.UserAgent = either("user_agent.original", "browser.user_agent")
	b.Device, b.Traffic = either("device.type"), either("user_agent.synthetic.type")
	b.Connection = either("network.connection.subtype", "network.effectiveType")
	if res.app {
		b.setApp(res.common, o)
	}
	// Honeycomb's: one trace stands for n.
	if n := a.number("SampleRate"); n >= 1 {
		b.SampleRate = 1 / n
	}
	return p
}

// setApp sets what only apps have. A session of an app is one page view, whatever
// screens it shows.
func (b *Beacon) setApp(common attributes, o groupKey) {
	b.OS, b.Route = common.text("os.name"), o.screen
	setIfEmpty(&b.Device, deviceOf("", common.text("device.model.name")+" "+common.text("device.model.identifier")))
	if o.session != "" {
		b.View, b.ViewHints.Infer = "session/"+o.session, false
	}
}

// flush passes the open beacons to the sink.
func (g *grouper) flush() {
	for _, p := range g.groups {
		if p.b.Empty() {
			g.to.Ignore() // only a flag
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
	g.groups = g.groups[:0]
}

// beginView marks the beginning of a page view. In one beacon, a load takes
// precedence over a route.
func (p *group) beginView(route bool, at pcommon.Timestamp) {
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

// attributes are looked up by several names, because the conventions changed.
type attributes pcommon.Map

func (a attributes) value(keys ...string) (pcommon.Value, bool) {
	for _, key := range keys {
		if v, ok := pcommon.Map(a).Get(key); ok {
			return v, true
		}
	}
	return pcommon.Value{}, false
}

// wellFormed replaces what is not UTF-8: protobuf bodies are not checked for it.
func wellFormed(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

// text is the first of the attributes that is a non-empty scalar.
func (a attributes) text(keys ...string) string {
	for _, key := range keys {
		v, ok := a.value(key)
		if !ok {
			continue
		}
		switch v.Type() {
		case pcommon.ValueTypeStr, pcommon.ValueTypeInt, pcommon.ValueTypeDouble, pcommon.ValueTypeBool:
			if s := wellFormed(v.AsString()); s != "" {
				return s
			}
		default: // not a scalar
		}
	}
	return ""
}

// userAttributes name a user, the best name first.
var userAttributes = [...]string{"user.id", "enduser.id", "user.email", "user.name", "user.hash", "enduser.pseudo.id"}

// identifier is the first of the attributes that names somebody.
func (a attributes) identifier(keys ...string) string {
	for _, key := range keys {
		if id := Identifier(a.text(key)); id != "" {
			return id
		}
	}
	return ""
}

// number is the first of the attributes that exists; NaN if it is not a number.
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

func (a attributes) isTrue(key string) bool { return a.text(key) == "true" }

// numberOf reads a number of either type, or as text.
func numberOf(v pcommon.Value) float64 {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return float64(v.Int())
	case pcommon.ValueTypeDouble:
		return v.Double()
	default:
		return parseNumber(v.AsString())
	}
}

// exception reads the attributes of the conventions. If the type is missing, it
// is taken from the first line of the stack.
func (a attributes) exception() (Error, bool) {
	e := Error{
		Type: a.text("exception.type"), Message: a.text("exception.message"), Stack: a.text("exception.stacktrace"),
		Handled: a.isTrue("exception.handled"),
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

// milliseconds between two times; 0 if they are not in order.
func milliseconds(from, to pcommon.Timestamp) float64 {
	if to < from {
		return 0
	}
	return float64(to-from) / float64(time.Millisecond)
}
