package wire

import (
	"net/http"
	"slices"
)

// backForwardCache is the navigation type of a page that was restored, in the
// words of the web-vitals library.
const backForwardCache = "back-forward-cache"

// WebVitals is the JSON of Google's web-vitals library, versions 3 to 6, as its
// documentation suggests to send it: one metric, or an array of them, each with
// whatever the page adds of url, route, release, environment, user, session,
// view, consent, tags.
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

// Decode implements [Format]. Metrics that say the same about their page become
// one beacon.
func (WebVitals) Decode(r *Request, to Sink) error {
	s := cut(r.Body, r.Limits.Depth)
	defer s.doc.release()
	gathered, b := borrow(), borrow()
	defer func() { giveBack(gathered); giveBack(b) }()
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
		case len(gathered.Metrics) > 0 && samePage(gathered, b):
			gathered.merge(b.Metrics[0])
		default:
			if len(gathered.Metrics) > 0 {
				wanted = to.Accept(gathered)
			}
			gathered, b = b, gathered
		}
	}
	if len(gathered.Metrics) > 0 {
		to.Accept(gathered)
	}
	return s.err
}

func samePage(a, b *Beacon) bool {
	return a.URL == b.URL && a.Route == b.Route && a.Release == b.Release && a.Environment == b.Environment &&
		a.User == b.User && a.Session == b.Session && a.View == b.View && a.Consent == b.Consent && slices.Equal(a.Tags, b.Tags)
}

// merge adds a metric; the same one again is a correction.
func (b *Beacon) merge(m Metric) {
	for i := range b.Metrics {
		if old := &b.Metrics[i]; old.Name == m.Name && old.ID == m.ID {
			m.First = m.First || old.First
			*old = m
			return
		}
	}
	b.AddMetric(m)
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
			m.Restored = c.loose() == backForwardCache
		case "navigationURL": // of the view that was measured, wherever the page is now
			navigationURL = c.loose()
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
	case "FID": // of version 3, and in lower case with other SDKs
		m.Name = "fid"
	}
	b.URL = navigationURL
	if b.URL == "" {
		b.URL = url
	}
	b.ViewHints.Infer = b.View == ""
	b.AddMetric(m)
	return nil
}
