package wire

import (
	"net/http"
	"slices"
)

// WebVitals is the JSON of Google's web-vitals library, versions 3 to 6, sent as
// its documentation suggests: one metric or an array of them. The page may add
// url, route, release, environment, user, session, view, consent and tags to
// each.
type WebVitals struct{}

// Spec implements [Format].
func (WebVitals) Spec() Spec {
	return Spec{
		SDK:      "web-vitals",
		Patterns: []string{"POST /web-vitals"},
		Types:    []string{"application/json", "text/plain", "application/x-ndjson"},
		Answer:   answerStatus(http.StatusNoContent),
	}
}

// Decode implements [Format]. Successive metrics of the same page become one
// beacon.
func (WebVitals) Decode(r *Request, to Sink) error {
	s := splitBody(r.Body, r.Limits.Depth)
	defer s.doc.release()
	merged, b := getBeacon(), getBeacon()
	defer func() { putBeacon(merged); putBeacon(b) }()
	wanted := true
	for {
		item, ok := s.next()
		if !ok {
			break
		}
		b.Reset()
		switch {
		case !wanted || decodeMetric(&item, b) != nil:
			to.Reject()
		case len(merged.Metrics) > 0 && samePage(merged, b):
			merged.mergeMetric(b.Metrics[0])
		default:
			if len(merged.Metrics) > 0 {
				wanted = to.Accept(merged)
			}
			merged, b = b, merged
		}
	}
	if len(merged.Metrics) > 0 {
		to.Accept(merged)
	}
	return s.err
}

func samePage(a, b *Beacon) bool {
	return a.URL == b.URL && a.Route == b.Route && a.Release == b.Release && a.Environment == b.Environment &&
		a.User == b.User && a.Session == b.Session && a.View == b.View && a.Consent == b.Consent &&
		slices.Equal(a.Tags, b.Tags)
}

func decodeMetric(c *cursor, b *Beacon) error {
	var m Metric
	var url, navigationURL string
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "name":
			m.Name = c.string()
		case "value":
			m.Value = c.number()
		case "id":
			m.ID = c.scalar()
		case "navigationType":
			m.Restored = c.looseString() == backForwardCache
		case "navigationURL": // of the view that was measured; the page may have moved on
			navigationURL = c.looseString()
		case "url":
			url = c.string()
		case "route":
			b.Route = c.string()
		case "release":
			b.Release = c.scalar()
		case "environment":
			b.Environment = c.scalar()
		case "user":
			b.User = c.scalar()
		case "session":
			b.Session = c.scalar()
		case "view":
			b.View = c.scalar()
		case "consent":
			b.Consent = c.string()
		case "tags":
			c.tags(b)
		default:
			c.skip()
		}
	}
	if c.err != nil {
		return c.err
	}
	switch m.Name {
	case "":
		return errShape
	case "FID": // of version 3; other SDKs send it in lower case
		m.Name = "fid"
	}
	b.URL = navigationURL
	if b.URL == "" {
		b.URL = url
	}
	b.ViewHints.Infer = Identifier(b.View) == ""
	b.AddMetric(m)
	return nil
}
