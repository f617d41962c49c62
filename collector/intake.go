package collector

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rumtop/rumtop/collector/enrich"
	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/beacon"
)

// endpoint serves one format.
type endpoint struct {
	c      *Collector
	format wire.Format
	spec   wire.Spec
	counts requestCounts
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	e.counts.add(e.serve(w, r), time.Since(began))
}

// serve takes a request through every check, the cheap ones first, and returns
// the status that it answered.
func (e *endpoint) serve(w http.ResponseWriter, r *http.Request) int {
	c := e.c
	if len(r.Header) > maxHeaderFields {
		return e.deny(w, r, deniedHeader)
	}
	if !c.cors(w, r) {
		return e.deny(w, r, deniedOrigin)
	}
	if c.draining.Load() {
		return e.deny(w, r, deniedEnding)
	}
	now := c.cfg.Now()
	addr, trusted := c.client(r)
	if wait, ok := c.limiter.allow(addr, now); !ok {
		return e.denyFor(w, r, deniedClientRate, wait)
	}
	site := c.siteOf(e.key(r))
	if site == nil {
		return e.deny(w, r, deniedKey)
	}
	if wait, ok := site.limiter.allow(now); !ok {
		return e.denyFor(w, r, deniedSiteRate, wait)
	}
	if !e.takesType(r.Header.Get("Content-Type")) {
		return e.deny(w, r, deniedType)
	}
	encoding := r.Header.Get("Content-Encoding")
	if encoding == "" && e.spec.Encoding != nil {
		encoding = e.spec.Encoding(r)
	}
	sent := e.copyBody(r)
	body, err := c.bodies.read(w, r, encoding)
	if err != nil {
		return e.deny(w, r, bodyDenial(err))
	}
	defer body.release()

	in := c.intakes.Get().(*intake)
	defer c.intakes.Put(in)
	in.begin(c, sender{
		site: site, sdk: e.spec.SDK, now: now, addr: addr,
		place: c.place(r, addr, trusted), client: c.agents.Read(r.UserAgent()),
		network: c.networkHash(addr), cap: consentCap(r.Header), host: r.Host, path: r.URL.Path, agent: r.UserAgent(),
	})
	status := e.take(w, r, &body, in)
	if status == http.StatusOK {
		e.passOn(r, sent, body.bytes, in)
	}
	return status
}

// take decodes a body and admits what it holds.
func (e *endpoint) take(w http.ResponseWriter, r *http.Request, body *body, in *intake) int {
	c := e.c
	c.gate.RLock()
	defer c.gate.RUnlock()
	if c.draining.Load() {
		return e.deny(w, r, deniedEnding)
	}
	req := &wire.Request{
		Body: body.bytes, Header: r.Header, URL: r.URL,
		Limits: wire.Limits{Depth: c.cfg.Limits.Depth},
	}
	var resend uint64
	unique := e.spec.ResendID != nil
	if unique {
		req.ResendID = e.spec.ResendID(r)
		resend = c.resends.key(in.site, in.sdk, req.ResendID, body.bytes)
		if a, ok := c.resends.find(resend); ok {
			n := int64(a.Accepted + a.Rejected)
			again := entry{received: n}
			again.lost[droppedResend] = n
			c.ledger.add(&again)
			in.again = true
			e.spec.Answer(w, req, a)
			return http.StatusOK
		}
		if req.ResendID == "" {
			req.ResendID = strconv.FormatUint(resend, 36)
		}
	}
	if e.format.Decode(req, in) != nil {
		in.Reject()
	}
	if !in.admit() {
		return e.deny(w, r, deniedQueueFull)
	}
	if in.accepted == 0 && !in.ignored {
		return e.deny(w, r, deniedUnusable)
	}
	a := wire.Result{Accepted: in.accepted, Rejected: in.rejected}
	if unique {
		c.resends.remember(resend, a, in.now)
	}
	e.spec.Answer(w, req, a)
	return http.StatusOK
}

// key finds the site's key: in the path, the header, the query, or where the SDK
// puts it.
func (e *endpoint) key(r *http.Request) string {
	if key := r.PathValue("key"); key != "" {
		return key
	}
	if key := r.Header.Get("X-Rum-Key"); key != "" {
		return key
	}
	if key := queryKey(r.URL.RawQuery); key != "" {
		return key
	}
	if e.spec.Key != nil {
		return e.spec.Key(r)
	}
	return ""
}

// queryKey is the parameter key of a query, without taking all of it apart.
func queryKey(query string) string {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		value, ok := strings.CutPrefix(pair, "key=")
		if !ok {
			continue
		}
		if strings.ContainsAny(value, "%+") {
			plain, err := url.QueryUnescape(value)
			if err != nil {
				return ""
			}
			return plain
		}
		return value
	}
	return ""
}

func (e *endpoint) takesType(header string) bool {
	if len(e.spec.Types) == 0 || slices.Contains(e.spec.Types, header) {
		return true
	}
	media, _, _ := strings.Cut(header, ";")
	return slices.Contains(e.spec.Types, strings.ToLower(strings.TrimSpace(media)))
}

// place says where a client is, from the most certain to the least.
func (c *Collector) place(r *http.Request, addr netip.Addr, trusted bool) enrich.Place {
	p := enrich.Place{Region: enrich.Unknown}
	if c.geo != nil {
		p = c.geo.Find(addr)
	}
	if c.cfg.RegionHeader != "" && trusted {
		if named := enrich.Named(r.Header.Get(c.cfg.RegionHeader)); named.Region != enrich.Unknown {
			p.Region = named.Region
			if named.Country != "" {
				p.Country = named.Country
			}
		}
	}
	if c.cfg.Region != "" {
		p.Region = c.cfg.Region
	}
	return p
}

// intake is one request's beacons on their way in. It implements wire.Sink.
type intake struct {
	sender
	c        *Collector
	ready    []beacon.Beacon // the first n are this request's
	sizes    []int
	n        int
	accepted int
	rejected int
	ignored  bool
	again    bool    // the same request has been taken before
	least    consent // of everything in the request
	request  uint64  // its number, once something was asked of retold
	told     []uint64
	entry    entry
}

func (in *intake) begin(c *Collector, s sender) {
	in.sender, in.c = s, c
	in.n, in.accepted, in.rejected, in.ignored, in.entry = 0, 0, 0, false, entry{}
	in.again, in.least = false, consentFull
	in.request, in.told = 0, in.told[:0]
}

// Accept implements wire.Sink.
func (in *intake) Accept(raw *wire.Beacon) bool {
	allowed := in.c.allowed(raw, &in.sender)
	in.least = min(in.least, allowed)
	if !raw.ViewHints.Infer || raw.View != "" || allowed != consentFull {
		return in.take(raw, 0, allowed)
	}
	id := raw.ID
	for i, p := range in.c.views.split(raw, &in.sender) {
		share := *raw
		if id != "" && i > 0 {
			share.ID = id + "/" + strconv.Itoa(i)
		}
		share.Metrics = p.metrics
		if !p.main {
			share.Errors, share.Requests, share.Events, share.Excess = nil, nil, nil, 0
			share.Navigation = p.restore // coming back is a page view
		}
		if !in.take(&share, p.view, allowed) {
			return false
		}
	}
	return true
}

// take cleans one beacon. view is what was found for one that names none.
func (in *intake) take(raw *wire.Beacon, view beacon.ID, allowed consent) bool {
	if in.full() {
		in.Reject()
		return false
	}
	if in.n == len(in.ready) {
		in.ready, in.sizes = append(in.ready, beacon.Beacon{}), append(in.sizes, 0)
	}
	b := &in.ready[in.n]
	in.entry.received++
	why, ok := in.c.clean(raw, view, allowed, &in.sender, b)
	switch {
	case ok:
		if raw.ViewHints.Defaults {
			in.c.recall.fill(b)
		}
		in.sizes[in.n] = size(b)
		in.n++
		in.accepted++
		in.entry.queued++
	case why.dropped():
		in.accepted++ // treated as the user or the measurement wants it
		in.entry.lost[why]++
	default:
		in.rejected++
		in.entry.lost[why]++
	}
	return true
}

func (in *intake) full() bool { return in.accepted+in.rejected >= in.c.cfg.Limits.Beacons }

// Reject implements wire.Sink.
func (in *intake) Reject() {
	why := refusedMalformed
	if in.full() {
		why = refusedTooMany
	}
	in.rejected++
	in.least = min(in.least, in.c.consent) // what cannot be read says nothing
	in.entry.received++
	in.entry.lost[why]++
}

// Ignore implements wire.Sink.
func (in *intake) Ignore() {
	in.ignored = true
	in.least = min(in.least, in.c.consent)
	in.entry.received++
	in.entry.lost[droppedIgnored]++
}

// Duplicate implements wire.Sink.
func (in *intake) Duplicate(what string, age float64) bool {
	retold := in.c.retold
	if in.request == 0 {
		in.request = retold.requests.Add(1)
	}
	at := in.now
	if between(age, 0, maxAge) {
		at = at.Add(-time.Duration(age * float64(time.Millisecond)))
	}
	key, again := retold.again(in.request, &in.sender, what, at)
	if key != 0 {
		in.told = append(in.told, key)
	}
	if again {
		in.accepted++
		in.entry.received++
		in.entry.lost[droppedResend]++
	}
	return again
}

// maxAge is how old something may be that is told, in milliseconds.
const maxAge = 24 * 60 * 60 * 1000

// admit queues the beacons, all or none, and writes the request into the ledger.
func (in *intake) admit() bool {
	c := in.c
	total := in.n * openingCost
	for _, n := range in.sizes[:in.n] {
		total += n
	}
	ok := in.n == 0 || c.queue.reserve(total)
	if !ok {
		in.entry.lost[refusedQueueFull] += in.entry.queued
		in.entry.queued = 0
	}
	c.ledger.add(&in.entry)
	if !ok {
		in.c.retold.forget(in.told)
		return false
	}
	if in.n == 0 {
		return true
	}
	out := in.site.outlet(in.place.Region, in.now)
	pressed := c.queue.pressed.Load()
	joined := 0 // batches that were open
	for i := range in.ready[:in.n] {
		b := &in.ready[i]
		b.Dims[beacon.Region] = out.region
		l := &out.lanes[in.shard(b)][0]
		if pressed && len(b.Errors) > 0 {
			l = &out.lanes[in.shard(b)][1]
		}
		if !c.gather(l, b, in.sizes[i], pressed) {
			joined++
		}
	}
	if joined > 0 {
		c.queue.refund(joined * openingCost)
	}
	return true
}

// shard spreads users; beacons without any identity go by their own id.
func (in *intake) shard(b *beacon.Beacon) uint8 {
	key := b.Key()
	if key == 0 {
		key = b.ID
	}
	return beacon.ShardOf(key)
}
