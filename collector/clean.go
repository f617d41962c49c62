package collector

import (
	"net/netip"
	"strings"
	"time"

	"github.com/rumtop/rumtop/collector/enrich"
	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/beacon"
)

// How long strings may be, in bytes, after scrubbing.
const (
	maxName        = 64
	maxReleaseName = 100
	maxAddress     = 512 // a page's path, a request's URL
	maxErrorType   = 100
	maxMessage     = 1 << 10
	maxStack       = 8 << 10
	maxIdentifier  = 1 << 10 // before hashing; longer ones are cut
)

// sender is what the edge knows about who sent a request.
type sender struct {
	site   *site
	sdk    string
	now    time.Time
	addr   netip.Addr
	place  enrich.Place
	agent  string // user agent header
	client enrich.Client
	// network is a hash of the client's network, which says no more than
	// whether two are the same; 0 if it is not known.
	network uint64
	cap     consent
	host    string // the collector's own, as the client calls it
	path    string
}

// allowed is what may be kept of a beacon: the least of what the page, the
// site and the browser say.
func (c *Collector) allowed(raw *wire.Beacon, s *sender) consent {
	said, known := parseConsent(raw.Consent, c.consent)
	if !known {
		c.values.add(valueConsent)
	}
	return min(said, s.cap)
}

// clean turns a raw beacon into one that may leave the process. It is the only
// way there: consent, hashing, enrichment, scrubbing, ranges and caps are all
// applied here, field by field; a field that is not named here does not get
// out. view is the page view that was found for a beacon that names none. It
// returns false, with the reason, if nothing of the beacon may or can be kept.
func (c *Collector) clean(raw *wire.Beacon, view beacon.ID, allowed consent, s *sender, out *beacon.Beacon) (reason, bool) {
	*out = beacon.Beacon{
		Tags: out.Tags[:0], Metrics: out.Metrics[:0], Errors: out.Errors[:0],
		Requests: out.Requests[:0], Events: out.Events[:0],
	}
	if raw.Empty() {
		return refusedEmpty, false
	}
	if raw.Excess > 0 {
		c.values[valueExcess].Add(int64(raw.Excess))
	}
	if allowed == consentNone || allowed == consentMinimal && len(raw.Errors) == 0 {
		return droppedConsent, false
	}

	out.Site = s.site.name
	out.Received = s.now.UnixMilli()
	out.Time = browserTime(raw.Time, s.now, &c.values)
	out.ID = c.hash("beacon", raw.ID, s)
	out.SampleRate = c.sampleRate(raw.SampleRate)
	out.Unsampled = raw.Unsampled
	c.errors(raw, out)
	restored := false
	if allowed == consentFull {
		out.View = view
		if view == 0 {
			out.View = c.hash("view", raw.View, s)
		}
		out.User = c.hash("user", raw.User, s)
		out.Session = c.hash("session", raw.Session, s)
		out.Navigation = raw.Navigation
		out.Trace = traceID(raw.Trace)
		restored = c.metrics(raw, s, out)
		c.requests(raw, s, out)
		c.events(raw, s, out)
	}
	if !out.Navigation && len(out.Metrics) == 0 && len(out.Errors) == 0 && len(out.Requests) == 0 && len(out.Events) == 0 {
		if restored {
			return droppedRestore, false
		}
		return refusedEmpty, false
	}
	c.dimensions(raw, s, out)
	c.tags(raw, s, out)
	return 0, true
}

func (c *Collector) hash(purpose, raw string, s *sender) beacon.ID {
	if len(raw) > maxIdentifier {
		raw = raw[:maxIdentifier]
	}
	return c.identity.Hash(purpose, s.site.name, raw, s.now)
}

func (c *Collector) scrubName(s string) string    { return c.scrub.Text(s, maxName) }
func (c *Collector) scrubRelease(s string) string { return c.scrub.Text(s, maxReleaseName) }
func (c *Collector) scrubPage(s string) string    { return shortened(c.scrub.Page(s)) }
func (c *Collector) scrubURL(s string) string     { return shortened(c.scrub.URL(s)) }

// shortened cuts a scrubbed address that is absurdly long between its segments.
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
	case between(rate, minRate, 1):
		return rate
	}
	c.values.add(valueRate)
	return 1
}

func (c *Collector) dimensions(raw *wire.Beacon, s *sender, out *beacon.Beacon) {
	d := &out.Dims
	d[beacon.Region] = s.place.Region
	d[beacon.Country] = s.place.Country
	d[beacon.Release] = scrubbed(&s.site.releases, raw.Release, s, c.scrubRelease)
	d[beacon.Environment] = scrubbed(&s.site.environments, raw.Environment, s, c.scrubName)
	page := raw.Route
	if page == "" {
		page = raw.URL
	}
	d[beacon.Page] = scrubbed(&s.site.pages, page, s, c.scrubPage)
	client := s.client
	if client.Browser == "" || client.Browser == "Other" {
		// A proxy sent this on: what the page says of itself is better.
		if own := c.agents.Read(raw.UserAgent); own.Browser != "" {
			client = own
		}
	}
	d[beacon.Browser] = client.Browser
	if client.Version != "" {
		d[beacon.BrowserVersion] = s.site.browsers.name(client.Version, s.now, s.network)
	}
	d[beacon.OS], d[beacon.Device] = client.OS, client.Device
	if said := deviceClass(raw.Device); said != "" && client.Device != enrich.Bot {
		d[beacon.Device] = said
	}
	d[beacon.Connection] = connectionType(raw.Connection)
	d[beacon.SDK] = s.sdk
	if raw.SDK == "rum.js" {
		d[beacon.SDK] = "rum.js"
	}
}

// deviceClass is the page's own word for its device, if it is one of ours.
func deviceClass(s string) string {
	for _, class := range [...]string{enrich.Mobile, enrich.Tablet, enrich.Desktop, enrich.Other} {
		if strings.EqualFold(s, class) {
			return class
		}
	}
	return ""
}

// connectionType is one of what the Network Information API knows, else nothing.
func connectionType(s string) string {
	for _, t := range [...]string{"4g", "3g", "2g", "slow-2g", "5g", "wifi", "ethernet", "cellular", "none"} {
		if strings.EqualFold(s, t) {
			return t
		}
	}
	return ""
}

func (c *Collector) tags(raw *wire.Beacon, s *sender, out *beacon.Beacon) {
	for _, t := range raw.Tags {
		tag, known := s.site.tags.known(beacon.Tag(t), s.now)
		if !known {
			key, value, ok := c.scrub.Tag(t.Key, t.Value)
			if !ok {
				c.values.add(valueTag)
				continue
			}
			tag = s.site.tags.name(beacon.Tag{Key: s.site.tagKeys.name(key, s.now, s.network), Value: value}, s.now, s.network)
		}
		out.Tags = append(out.Tags, tag)
	}
}

func (c *Collector) errors(raw *wire.Beacon, out *beacon.Beacon) {
	for _, e := range raw.Errors {
		if e.Type == "" && e.Message == "" && e.Stack == "" {
			c.values.add(valueError)
			continue
		}
		typ, message := foldError(e.Type, e.Message)
		out.Errors = append(out.Errors, beacon.Error{
			Type:    strings.Clone(c.scrub.Text(typ, maxErrorType)),
			Message: strings.Clone(c.scrub.Text(message, maxMessage)),
			Stack:   strings.Clone(c.scrub.Stack(e.Stack, maxStack)),
			Handled: e.Handled,
		})
	}
}

// metrics takes the measurements over. What a page that came back from the
// back/forward cache says about its loading is left out, for it was not loaded;
// restored tells of that.
func (c *Collector) metrics(raw *wire.Beacon, s *sender, out *beacon.Beacon) (restored bool) {
	for _, m := range raw.Metrics {
		name, limit := metricName(m.Name)
		if m.Restored && isLoad(name) {
			c.values.add(valueRestore)
			restored = true
			continue
		}
		if !between(m.Value, 0, limit) {
			c.values.add(valueMetric)
			continue
		}
		if limit == maxCustom {
			name = scrubbed(&s.site.metricNames, name, s, c.scrubName)
		}
		if name == "" {
			c.values.add(valueName)
			continue
		}
		if m.Max {
			m.Value = c.peaks.highest(out.View, name, m.Value)
		}
		out.Metrics = append(out.Metrics, beacon.Metric{Name: name, Value: m.Value})
	}
	return restored
}

func (c *Collector) requests(raw *wire.Beacon, s *sender, out *beacon.Beacon) {
	for _, r := range raw.Requests {
		if s.isOwn(r.URL) {
			c.values.add(valueOwn)
			continue
		}
		if !between(r.Status, 0, maxStatus) {
			c.values.add(valueStatus)
			continue
		}
		if !between(r.Duration, 0, maxTiming) {
			c.values.add(valueDuration)
			r.Duration = 0
		}
		out.Requests = append(out.Requests, beacon.Request{
			URL:    scrubbed(&s.site.requestURLs, r.URL, s, c.scrubURL),
			Method: method(r.Method), Status: int(r.Status), Duration: r.Duration,
			Trace: traceID(r.Trace),
		})
	}
}

// isOwn says whether a request went to the collector itself, as SDKs see it
// that watch what they send.
func (s *sender) isOwn(url string) bool {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return false
	}
	rest, ok = strings.CutPrefix(rest, s.host)
	if !ok || s.host == "" {
		return false
	}
	path, _, _ := strings.Cut(rest, "?")
	return anySignal(path) == anySignal(s.path)
}

// anySignal makes one path of those that OTLP has for each kind of record.
func anySignal(path string) string {
	for _, kind := range [...]string{"logs", "traces", "metrics"} {
		if base, ok := strings.CutSuffix(path, "/v1/"+kind); ok {
			return base + "/v1/"
		}
	}
	return path
}

func method(s string) string {
	for _, m := range [...]string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"} {
		if strings.EqualFold(s, m) {
			return m
		}
	}
	return ""
}

func (c *Collector) events(raw *wire.Beacon, s *sender, out *beacon.Beacon) {
	for _, e := range raw.Events {
		name := scrubbed(&s.site.eventNames, e.Name, s, c.scrubName)
		if name == "" {
			c.values.add(valueName)
			continue
		}
		if !between(e.Value, -maxCustom, maxCustom) {
			c.values.add(valueEvent)
			e.Value = 0
		}
		out.Events = append(out.Events, beacon.Event{Name: name, Value: e.Value})
	}
}

// traceID passes hexadecimal trace ids of W3C and B3, and nothing else.
func traceID(s string) string {
	if len(s) != 32 && len(s) != 16 {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return ""
		}
	}
	return strings.ToLower(strings.Clone(s))
}

// size estimates what a beacon takes in an encoded batch, in bytes. Names are
// said once a batch and count little.
func size(b *beacon.Beacon) int {
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
