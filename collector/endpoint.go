package collector

import (
	"hash/maphash"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rumtop/rumtop/collector/edge"
	"github.com/rumtop/rumtop/collector/enrich"
	"github.com/rumtop/rumtop/collector/stitch"
	"github.com/rumtop/rumtop/collector/wire"
)

// endpoint serves one format.
type endpoint struct {
	c      *Collector
	format wire.Format
	spec   wire.Spec
	counts requestCounts
}

// ServeHTTP implements http.Handler.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	e.counts.observe(e.serve(w, r), time.Since(began))
}

// serve takes a request through every check, the cheap ones first, and returns
// the status of its answer.
func (e *endpoint) serve(w http.ResponseWriter, r *http.Request) int {
	c := e.c
	if len(r.Header) > edge.MaxHeaderFields {
		return e.deny(w, r, deniedHeader)
	}
	if !c.cors.SetHeaders(w, r) {
		return e.deny(w, r, deniedOrigin)
	}
	if c.draining.Load() {
		return e.deny(w, r, deniedEnding)
	}
	now := c.cfg.Now()
	addr, viaProxy := c.proxies.ClientAddr(r, c.cfg.ClientHeader)
	if wait, ok := c.clientRates.AllowClient(addr, now); !ok {
		return e.denyFor(w, r, deniedClientRate, wait)
	}
	site := c.siteOf(e.siteKey(r))
	if site == nil {
		return e.deny(w, r, deniedKey)
	}
	if wait, ok := site.rate.Allow(now); !ok {
		return e.denyFor(w, r, deniedSiteRate, wait)
	}
	if !e.acceptsType(r.Header.Get("Content-Type")) {
		return e.deny(w, r, deniedType)
	}
	encoding := r.Header.Get("Content-Encoding")
	if encoding == "" && e.spec.Encoding != nil {
		encoding = e.spec.Encoding(r)
	}
	sent := e.copyBody(r)
	body, err := c.bodies.ReadBody(w, r, encoding)
	if err != nil {
		return e.deny(w, r, bodyDenial(err))
	}
	defer body.Release()

	in := c.intakes.Get().(*intake)
	defer c.intakes.Put(in)
	in.reset(c, sender{
		Sender: stitch.Sender{Site: site.name, SDK: e.spec.SDK, Now: now, Addr: addr, Agent: r.UserAgent(), Langs: r.Header.Get("Accept-Language")},
		site:   site, place: c.locate(r, addr, viaProxy), client: c.agents.Classify(r.UserAgent()),
		network: c.networkHash(addr), maxConsent: browserConsent(r.Header), host: r.Host, path: r.URL.Path,
	})
	status := e.accept(w, r, &body, in)
	if status == http.StatusOK {
		e.forward(r, sent, body.Bytes, in)
	}
	return status
}

// accept decodes a body, queues its beacons and answers the request.
func (e *endpoint) accept(w http.ResponseWriter, r *http.Request, body *edge.Body, in *intake) int {
	c := e.c
	c.acceptMu.RLock()
	defer c.acceptMu.RUnlock()
	if c.draining.Load() {
		return e.deny(w, r, deniedEnding)
	}
	req := &wire.Request{
		Body: body.Bytes, Header: r.Header, URL: r.URL, Client: in.Client(),
		Limits: wire.Limits{Depth: c.cfg.Limits.Depth},
	}
	var resend uint64
	hasResendID := e.spec.ResendID != nil
	if hasResendID {
		resend = stitch.RequestKey(&in.Sender, wire.Identifier(e.spec.ResendID(r)), body.Bytes)
		req.ResendID = strconv.FormatUint(resend, 36)
		if a, ok := c.resends.Find(resend); ok {
			n := int64(a.Accepted + a.Rejected)
			counts := beaconCounts{received: n}
			counts.lost[droppedResend] = n
			c.accounts.record(&counts)
			in.duplicate = true
			e.spec.Answer(w, req, a)
			return http.StatusOK
		}
	}
	if e.format.Decode(req, in) != nil {
		in.Reject()
	}
	if !in.queueBeacons() {
		return e.deny(w, r, deniedQueueFull)
	}
	if in.accepted == 0 && !in.ignored {
		return e.deny(w, r, deniedUnusable)
	}
	a := wire.Result{Accepted: in.accepted, Rejected: in.rejected}
	if hasResendID {
		c.resends.Remember(resend, a, in.Now)
	}
	e.spec.Answer(w, req, a)
	return http.StatusOK
}

// siteKey finds the site's key: in the path, the header, the query, or where the
// SDK puts it.
func (e *endpoint) siteKey(r *http.Request) string {
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

// queryKey is the parameter key of a query, without parsing all of it.
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

func (e *endpoint) acceptsType(header string) bool {
	if len(e.spec.Types) == 0 || slices.Contains(e.spec.Types, header) {
		return true
	}
	media, _, _ := strings.Cut(header, ";")
	return slices.Contains(e.spec.Types, strings.ToLower(strings.TrimSpace(media)))
}

// locate finds where a client is: by the fixed region, else the header of a
// trusted proxy, else the address.
func (c *Collector) locate(r *http.Request, addr netip.Addr, viaProxy bool) enrich.Place {
	p := enrich.Place{Region: enrich.Unknown}
	if c.geo != nil {
		p = c.geo.Find(addr)
	}
	if c.cfg.RegionHeader != "" && viaProxy {
		if named := enrich.FromHeader(r.Header.Get(c.cfg.RegionHeader)); named.Region != enrich.Unknown {
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

// networkHash distinguishes networks without naming them; 0 for no address.
func (c *Collector) networkHash(a netip.Addr) uint64 {
	if !a.IsValid() {
		return 0
	}
	return maphash.Comparable(c.networkSeed, edge.Network(a)) | 1
}
