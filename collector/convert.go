package collector

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/rumtop/rumtop/collector/enrich"
	"github.com/rumtop/rumtop/collector/scrub"
	"github.com/rumtop/rumtop/collector/stitch"
	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/beacon"
)

// The longest strings, in bytes, after scrubbing.
const (
	maxName        = 64
	maxReleaseName = 100
	maxAddress     = 512 // a page's path, a request's URL
	maxErrorType   = 100
	maxMessage     = 1 << 10
	maxStack       = 8 << 10
	maxIdentifier  = 1 << 10 // before hashing; longer ones are cut
)

// convert turns a raw beacon into one that may leave the process. It is the
// only way there: consent, hashing, enrichment, scrubbing, ranges and caps are
// all applied here, field by field; a field that is not named here stays inside.
// It returns false, with the reason, if nothing of the beacon may or can be kept.
func (c *Collector) convert(
	raw *wire.Beacon, ids identifiers, allowed consent, s *sender, out *beacon.Beacon,
) (reason, bool) {
	*out = beacon.Beacon{
		Tags: out.Tags[:0], Metrics: out.Metrics[:0], Errors: out.Errors[:0],
		Requests: out.Requests[:0], Events: out.Events[:0],
	}
	if raw.Empty() {
		return refusedEmpty, false
	}
	if raw.Excess > 0 {
		c.refusedValues[valueExcess].Add(int64(raw.Excess))
	}
	if allowed == consentNone || allowed == consentMinimal && len(raw.Errors) == 0 {
		return droppedConsent, false
	}
	texts := c.scrub.Under(scrub.Pseudonyms{})
	if allowed == consentFull {
		texts = c.scrub.Under(scrub.Pseudonyms{Identity: c.identity, Site: s.site.name, At: s.Now})
	}

	out.Site = s.site.name
	out.Received = s.Now.UnixMilli()
	out.Time = browserTime(raw.Time, s.Now, &c.refusedValues)
	out.ID = c.hash("beacon", raw.ID, s)
	out.SampleRate = c.sampleRate(raw.SampleRate)
	out.Unsampled = raw.Unsampled
	retold := c.convertErrors(raw, s, &texts, out)
	restored := false
	if allowed == consentFull {
		out.View, out.Session, out.User = ids.view, ids.Session, ids.User
		out.Navigation = raw.Navigation
		out.Trace = traceID(raw.Trace)
		restored = c.convertMetrics(raw, s, out)
		retold = c.convertRequests(raw, s, out) || retold
		c.convertEvents(raw, s, out)
	}
	if !out.Navigation && len(out.Metrics) == 0 && len(out.Errors) == 0 && len(out.Requests) == 0 && len(out.Events) == 0 {
		switch {
		case restored:
			return droppedRestore, false
		case retold:
			return droppedResend, false
		}
		return refusedEmpty, false
	}
	c.setDimensions(raw, s, out)
	c.convertTags(raw, s, &texts, out)
	return 0, true
}

// identifiers are the hashes of a beacon's page view, session and user.
type identifiers struct {
	view beacon.ID
	stitch.Named
}

// identify hashes what a beacon names, as far as its consent permits.
func (c *Collector) identify(raw *wire.Beacon, allowed consent, s *sender) (ids identifiers) {
	if allowed == consentFull {
		ids.view = c.hash("view", raw.View, s)
		ids.Session, ids.User = c.hash("session", raw.Session, s), c.hash("user", raw.User, s)
	}
	return ids
}

func (c *Collector) hash(purpose, raw string, s *sender) beacon.ID {
	return c.identity.Hash(purpose, s.site.name, cutText(raw, maxIdentifier), s.Now)
}

// cutText cuts a text to at most limit bytes, not inside a character.
func cutText(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

func (c *Collector) scrubName(s string) string    { return c.scrub.Text(s, maxName) }
func (c *Collector) scrubRelease(s string) string { return c.scrub.Text(s, maxReleaseName) }
func (c *Collector) scrubPage(s string) string    { return shortened(c.scrub.Page(s)) }
func (c *Collector) scrubURL(s string) string     { return shortened(c.scrub.URL(s)) }

// shortened cuts an overlong scrubbed address between two segments.
func shortened(address string) string {
	if len(address) <= maxAddress {
		return address
	}
	cut := strings.LastIndexByte(address[:maxAddress-len("/…")+1], '/')
	if cut <= 0 {
		return otherName
	}
	return address[:cut] + "/…"
}

func (c *Collector) sampleRate(rate float64) float64 {
	switch {
	case rate == 0:
		return 1
	case inRange(rate, minRate, 1):
		return rate
	}
	c.refusedValues.increment(valueRate)
	return 1
}

func (c *Collector) setDimensions(raw *wire.Beacon, s *sender, out *beacon.Beacon) {
	d := &out.Dims
	d[beacon.Region] = s.place.Region
	d[beacon.Country] = s.place.Country
	d[beacon.Release] = internScrubbed(&s.site.releases, raw.Release, s, c.scrubRelease)
	d[beacon.Environment] = internScrubbed(&s.site.environments, raw.Environment, s, c.scrubName)
	page := raw.Route
	if page == "" {
		page = raw.URL
	}
	d[beacon.Page] = internScrubbed(&s.site.pages, page, s, c.scrubPage)
	client := s.client
	if client.Browser == "" || client.Browser == "Other" {
		// A proxy sent this: the page's own user agent is better.
		if own := c.agents.Classify(raw.UserAgent); own.Browser != "" {
			client = own
		}
	}
	d[beacon.Browser] = client.Browser
	if client.Version != "" {
		d[beacon.BrowserVersion] = s.site.browsers.intern(client.Version, s.Now, s.network)
	}
	d[beacon.OS], d[beacon.Device] = client.OS, client.Device
	if system := enrich.System(tidy(raw.OS)); system != "" {
		// The user agent of an app is that of its HTTP library.
		if d[beacon.OS] = system; client.OS != system {
			d[beacon.Device] = deviceOf(system)
		}
	}
	if class := deviceClass(raw.Device); class != "" && d[beacon.Device] != enrich.Bot {
		d[beacon.Device] = class
	}
	if class := trafficOf(raw, client.Traffic); class != beacon.People {
		d[beacon.Traffic] = class.String()
	}
	d[beacon.Connection] = connectionType(raw.Connection)
	d[beacon.SDK] = s.SDK
	if tidy(raw.SDK) == "rum.js" {
		d[beacon.SDK] = "rum.js"
	}
}

// deviceOf is the class of most devices with an operating system.
func deviceOf(system string) string {
	switch system {
	case "iOS", "Android":
		return enrich.Mobile
	}
	return enrich.Desktop
}

// deviceClass is the device class that the page names, "" if it is unknown.
func deviceClass(s string) string {
	s = tidy(s)
	for _, class := range [...]string{enrich.Mobile, enrich.Tablet, enrich.Desktop, enrich.Other} {
		if strings.EqualFold(s, class) {
			return class
		}
	}
	return ""
}

// connectionType is a type of the Network Information API, "" if s is none.
func connectionType(s string) string {
	s = tidy(s)
	for _, t := range [...]string{"4g", "3g", "2g", "slow-2g", "5g", "wifi", "ethernet", "cellular", "none"} {
		if strings.EqualFold(s, t) {
			return t
		}
	}
	return ""
}

func (c *Collector) convertTags(raw *wire.Beacon, s *sender, texts *scrub.Scrubber, out *beacon.Beacon) {
	for _, t := range raw.Tags {
		if isTrafficTag(t) {
			continue
		}
		tag, known := s.site.tags.lookup(beacon.Tag(t), s.Now)
		if !known {
			key, value, ok := texts.Tag(tidy(t.Key), tidy(t.Value))
			if !ok {
				c.refusedValues.increment(valueTag)
				continue
			}
			key = s.site.tagKeys.intern(key, s.Now, s.network)
			tag = s.site.tags.intern(beacon.Tag{Key: key, Value: value}, s.Now, s.network)
		}
		out.Tags = append(out.Tags, tag)
	}
}

// convertErrors copies the errors; retold says that another beacon has reported
// one of them.
func (c *Collector) convertErrors(raw *wire.Beacon, s *sender, texts *scrub.Scrubber, out *beacon.Beacon) (retold bool) {
	for _, e := range raw.Errors {
		if e.Type == "" && e.Message == "" && e.Stack == "" {
			c.refusedValues.increment(valueError)
			continue
		}
		if c.retold.HasError(&s.Sender, &e) {
			retold = true
			continue
		}
		typ, message := normaliseError(tidy(e.Type), e.Message)
		out.Errors = append(out.Errors, beacon.Error{
			Type:    strings.Clone(texts.Text(typ, maxErrorType)),
			Message: strings.Clone(texts.Text(message, maxMessage)),
			Stack:   strings.Clone(texts.Stack(e.Stack, maxStack)),
			Handled: e.Handled,
		})
	}
	return retold
}

// convertMetrics copies the measurements. Load metrics of a page that came back
// from the back/forward cache are left out, since it was not loaded; restored
// says that there were some.
func (c *Collector) convertMetrics(raw *wire.Beacon, s *sender, out *beacon.Beacon) (restored bool) {
	for _, m := range raw.Metrics {
		name, limit := metricName(tidy(m.Name))
		if m.Restored && isLoad(name) {
			c.refusedValues.increment(valueRestore)
			restored = true
			continue
		}
		if !inRange(m.Value, 0, limit) {
			c.refusedValues.increment(valueMetric)
			continue
		}
		if limit == maxCustom {
			name = internScrubbed(&s.site.metricNames, name, s, c.scrubName)
		}
		if name == "" {
			c.refusedValues.increment(valueName)
			continue
		}
		if m.Max {
			m.Value = c.viewMax.Highest(out.View, name, m.Value)
		}
		out.Metrics = append(out.Metrics, beacon.Metric{Name: name, Value: m.Value})
	}
	return restored
}

// convertRequests copies the requests; retold says that another beacon has
// reported one of them.
func (c *Collector) convertRequests(raw *wire.Beacon, s *sender, out *beacon.Beacon) (retold bool) {
	for _, r := range raw.Requests {
		if c.isOwnRequest(r.URL, s) {
			c.refusedValues.increment(valueOwn)
			continue
		}
		if !inRange(r.Status, 0, maxStatus) {
			c.refusedValues.increment(valueStatus)
			continue
		}
		if c.retold.HasRequest(&s.Sender, &r, raw.URL) {
			retold = true
			continue
		}
		if !inRange(r.Duration, 0, maxTiming) {
			c.refusedValues.increment(valueDuration)
			r.Duration = 0
		}
		out.Requests = append(out.Requests, beacon.Request{
			URL:    internScrubbed(&s.site.requestURLs, r.URL, s, c.scrubURL),
			Method: method(r.Method), Status: int(r.Status), Duration: r.Duration,
			Trace: traceID(r.Trace),
		})
	}
	return retold
}

// isOwnRequest says whether a request went to the collector itself: some SDKs
// report what they send.
func (c *Collector) isOwnRequest(address string, s *sender) bool {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return false
	}
	rest, ok = strings.CutPrefix(rest, s.host)
	if !ok || s.host == "" {
		return false
	}
	path, _, _ := strings.Cut(rest, "?")
	if path == s.path {
		return true
	}
	_, path, _ = c.served.find(&url.URL{Path: path})
	return withoutSignal(path) == withoutSignal(s.path)
}

// withoutSignal gives OTLP's paths, one for each kind of record, the same form.
func withoutSignal(path string) string {
	for _, kind := range [...]string{"logs", "traces", "metrics"} {
		if base, ok := strings.CutSuffix(path, "/v1/"+kind); ok {
			return base + "/v1/"
		}
	}
	return path
}

func method(s string) string {
	s = tidy(s)
	for _, m := range [...]string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"} {
		if strings.EqualFold(s, m) {
			return m
		}
	}
	return ""
}

func (c *Collector) convertEvents(raw *wire.Beacon, s *sender, out *beacon.Beacon) {
	for _, e := range raw.Events {
		name := internScrubbed(&s.site.eventNames, e.Name, s, c.scrubName)
		if name == "" {
			c.refusedValues.increment(valueName)
			continue
		}
		if !inRange(e.Value, -maxCustom, maxCustom) {
			c.refusedValues.increment(valueEvent)
			e.Value = 0
		}
		out.Events = append(out.Events, beacon.Event{Name: name, Value: e.Value})
	}
}

// traceID accepts hexadecimal trace ids of W3C and B3, and returns "" for
// anything else, and for zeros.
func traceID(s string) string {
	if len(s) != 32 && len(s) != 16 || strings.Trim(s, "0") == "" {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return ""
		}
	}
	return strings.ToLower(strings.Clone(s))
}

// estimateSize estimates what a beacon takes in an encoded batch, in bytes.
// Names are encoded once per batch and count little.
func estimateSize(b *beacon.Beacon) int {
	n := 64 + 8*len(b.Tags) + 6*len(b.Metrics) + 16*len(b.Requests) + 8*len(b.Events) + len(b.Trace)
	for i := range b.Errors {
		e := &b.Errors[i]
		n += 16 + len(e.Type) + len(e.Message) + len(e.Stack)
	}
	for i := range b.Requests {
		n += len(b.Requests[i].Trace)
	}
	return n
}
