package wire

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Datadog is what Datadog's RUM browser SDK, versions 5 to 7, sends to its proxy,
// and its SDKs for apps to the intake itself: NDJSON, one event per line.
//
// A view is sent repeatedly as it grows; each copy has the vitals so far, so the
// last one counts. A screen of an app is a view. A view's counters are not used,
// because errors and resources are events of their own. Custom actions become
// events. Clicks, long tasks, telemetry, replays and profiles are not collected.
type Datadog struct{}

// Spec implements [Format]. The address of Datadog's intake is a parameter,
// escaped: ddforward=/api/v2/rum?ddsource=browser&…
func (Datadog) Spec() Spec {
	return Spec{
		SDK:      "datadog",
		Patterns: []string{"POST /datadog", "POST /api/v2/rum"},
		Headers:  []string{"DD-API-KEY", "DD-EVP-ORIGIN", "DD-REQUEST-ID"},
		Forward:  []string{"DD-API-KEY", "DD-EVP-ORIGIN", "DD-REQUEST-ID"},
		Answer:   answerStatus(http.StatusAccepted),
		Key: func(r *http.Request) string {
			if key := r.Header.Get("Dd-Api-Key"); key != "" {
				return key
			}
			return intakeParameter(r.URL, "dd-api-key")
		},
		Encoding: func(r *http.Request) string { return intakeParameter(r.URL, "dd-evp-encoding") },
		// A resend has another request id and a retry count, but the same body.
		ResendID: bodyHash,
	}
}

// intakeParameter is a parameter of the proxy's address, or else of the intake's.
func intakeParameter(u *url.URL, name string) string {
	if value := queryParameter(u.RawQuery, name); value != "" {
		return value
	}
	_, inner, _ := strings.Cut(queryParameter(u.RawQuery, "ddforward"), "?")
	return queryParameter(inner, name)
}

// Decode implements [Format].
func (Datadog) Decode(r *Request, to Sink) error {
	if path := datadogPath(r.URL); path != "" && path != "/api/v2/rum" {
		to.Ignore() // a replay or a profile, which are not JSON; or logs
		return nil
	}
	tags := ""  // version 5 has the environment only here
	sent := 0.0 // browser's clock, Unix milliseconds
	if r.URL != nil {
		tags, sent = intakeParameter(r.URL, "ddtags"), parseNumber(intakeParameter(r.URL, "batch_time"))
	}
	s := splitBody(r.Body, r.Limits.Depth)
	defer s.doc.release()
	b := getBeacon()
	defer putBeacon(b)
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
			d.readTags(tags)
			if sent > 0 {
				b.Time = sent // the event may have waited for seconds
			}
			wanted = to.Accept(b)
		}
	}
}

// datadogPath is the path of the intake; "" if the SDK sends to it itself. Version 4
// gives the proxy a whole address.
func datadogPath(u *url.URL) string {
	if u == nil {
		return ""
	}
	return pathOf(queryParameter(u.RawQuery, "ddforward"))
}

// datadogEvent turns one line into a beacon.
type datadogEvent struct {
	b             *Beacon
	typ           string
	version       string // of a view's document
	loading       string // how a view was loaded
	email, name   string
	vitals        []Metric
	err           Error
	errID, source string
	handling      string
	isApp         bool
	screen        string // its name in an app
	fetch         Fetch
	fetchKind     string
	fetchID       string
	action        Event
	actionID      string
	actionKind    string
}

func (d *datadogEvent) decode(c *cursor) error {
	b := d.b
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "type":
			d.typ = c.looseString()
		case "source":
			source := c.looseBytes()
			d.isApp = len(source) > 0 && string(source) != "browser"
		case "os":
			c.pick(field{"name", &b.OS})
		case "device":
			var kind, name, model string
			c.pick(field{"type", &kind}, field{"name", &name}, field{"model", &model})
			b.Device = deviceOf(kind, name+" "+model)
		case "date":
			b.Time = c.numberOrZero()
		case "version":
			b.Release = c.looseString()
		case "session":
			c.pick(field{"id", &b.Session}, field{"type", &b.Traffic})
		case "usr":
			c.pick(field{"id", &b.User}, field{"email", &d.email}, field{"name", &d.name})
		case "view":
			d.readView(c)
		case "error":
			d.readError(c)
		case "resource":
			d.readResource(c)
		case "action":
			d.readAction(c)
		case "connectivity":
			d.readConnectivity(c)
		case "feature_flags":
			c.scalarTags(b)
		case "context":
			d.readContext(c)
		case "ddtags":
			d.readTags(c.looseString())
		case "_dd":
			d.readMeta(c)
		default:
			c.skip()
		}
	}
	if c.err == nil {
		d.finish()
	}
	return c.err
}

// finish completes the beacon when the type is known.
func (d *datadogEvent) finish() {
	b := d.b
	b.ViewHints.Defaults = true // the first copies may precede the user
	b.User = firstIdentifier(b.User, d.email, d.name)
	if d.handling == "" && d.source == "source" && !d.isApp {
		d.err.Handled = false // version 4 says only where it comes from
	}
	if d.isApp {
		setIfEmpty(&b.Route, d.screen)
	}
	switch d.typ {
	case "view":
		// Each copy repeats the page view; it counts once per view.
		if view := Identifier(b.View); view != "" && d.version != "" {
			b.ID = datadogID(view + "/" + d.version)
		}
		b.Navigation = true
		for _, m := range d.vitals {
			m.Restored = d.loading == "bf_cache"
			b.AddMetric(m)
		}
	case "error":
		b.ID = datadogID(d.errID)
		if d.source != "network" { // also sent as a resource
			b.AddError(d.err)
		}
	case "resource":
		b.ID = datadogID(d.fetchID)
		switch d.fetchKind {
		case "fetch", "xhr", "native":
			b.AddFetch(d.fetch)
		}
	case "action":
		b.ID = datadogID(d.actionID)
		if d.actionKind == "custom" {
			b.AddEvent(d.action)
		}
	}
}

// datadogID makes a beacon's id of an event's, "" if that names nothing.
func datadogID(id string) string {
	if id = Identifier(id); id == "" {
		return ""
	}
	return "datadog/" + id
}
