package demo

import (
	"cmp"
	"time"
)

// maxSession bounds the length of a session, and so how far back a cursor has to
// start.
const maxSession = 6 * time.Minute

type phase uint8

const (
	loading phase = iota
	acting
	leaving
	ended
)

// session is one session of a user and its next step. All its times are
// milliseconds since the scenario's zero.
type session struct {
	key       uint64
	user      *user
	startedAt int64
	steps     uint64
	views     uint64

	at    int64 // of the next request
	phase phase // kind of the next request

	page           page
	item           uint64
	release        release
	vitals         vitals
	rate           float64 // sample rate, from the conditions at its first page load
	unsampled      bool    // sends only errors
	slowCDN        float64 // conditions.slowCDN at the page load
	galleryBroken  bool    // the gallery of this page view throws
	leavesAt       int64
	checkoutBroken bool   // the checkout of this page view cannot accept payments
	tries          int    // to pay, in this page view
	reloads        int    // of a broken checkout
	prefix         []byte // of every beacon of the page view
	deferred       []byte // a beacon of the previous page view, sent with the next request
}

// Probabilities of a session.
const (
	deferShare      = 0.15  // the last beacon of a page view is not sent before the view ends
	addsToCart      = 0.45  // of the interactions on a product's page
	declined        = 0.012 // a payment refused by the bank
	brokenFails     = 0.92  // one try on a broken checkout fails
	galleryThrows   = 0.95
	brokenElsewhere = 0.015 // a checkout of the defective release in another browser
	triesAgain      = 0.7
	maxTries        = 4
	reloadsPage     = 0.4 // after the last try
	maxReloads      = 2
)

// pageLoad starts a new page view.
func (c *cursor) pageLoad(s *session, p page, at int64) {
	d, u := c.random, s.user
	now := c.sim.script(time.Duration(at) * time.Millisecond)
	s.page, s.phase = p, loading
	s.release = u.releaseAt(now)
	candidate := s.release == now.candidate
	if candidate && now.defect == blankPage && u.client.isSafari18() {
		s.phase = ended
		return
	}
	if s.views == 0 {
		s.rate = cmp.Or(now.sampling, 1)
		s.unsampled = s.rate < 1 && !d.chance(s.rate)
	}
	s.slowCDN = now.slowCDN
	s.galleryBroken = candidate && now.defect == brokenGallery && p == product && u.client.engine == gecko
	s.vitals = drawVitals(d, u, p, now, s.views > 0)
	s.tries = 0
	s.checkoutBroken = false
	if candidate && now.defect == cannotPay && p == checkout && u.newPay && (u.region == euWest || u.region == euCentral) {
		s.checkoutBroken = u.client.isSafari() || d.chance(brokenElsewhere)
	}
	s.views++
	view := mix(s.key, s.views)
	s.item = mix(view, 0)

	b := append(s.prefix[:0], `,"sdk":"rum.js","release":"`...)
	b = s.release.appendTo(b)
	b = append(b, `","environment":"production","url":"`...)
	b = p.appendURL(b, s.item)
	b = append(append(b, `","route":"`...), pages[p].route...)
	b = appendHex(append(b, `","view":"v-`...), view)
	b = appendHex(append(b, `","session":"s-`...), s.key)
	b = append(b, '"')
	s.prefix = append(b, u.identity...)

	s.at = at + int64(s.vitals.fcp+d.between(150, 700))
	dwell := min(max(d.lognormal(pages[p].dwell*u.pace, 0.5), 1.5), 120)
	s.leavesAt = max(at+int64(1000*dwell), s.at+500, at+int64(s.vitals.lcp)+200)
}

// step writes the session's next request into the cursor's body and advances the
// session.
func (c *cursor) step(s *session) {
	c.random.seed(s.key, s.steps)
	s.steps++
	c.body.reset(s.unsampled)
	switch s.phase {
	case loading:
		c.writeLoad(s)
	case acting:
		c.writeAction(s)
	case leaving:
		c.writeLeave(s)
	case ended: // sends nothing more
	}
	c.body.finish()
	if s.at-s.startedAt >= maxSession.Milliseconds() {
		s.phase = ended
	}
}

// browserTime is the browser's clock, up to 120 ms before the request.
func (c *cursor) browserTime(s *session) int64 {
	return c.sim.start.UnixMilli() + s.at + s.user.skew - int64(c.random.IntN(120))
}

func (c *cursor) beginBeacon(s *session) (now int64) {
	now = c.browserTime(s)
	c.body.openBeacon(mix(s.key, s.steps<<8|uint64(c.body.started)), now, s.prefix, s.rate)
	return now
}

// writeLoad writes the start of a page view and its load metrics.
func (c *cursor) writeLoad(s *session) {
	d, b, u, v := c.random, &c.body, s.user, &s.vitals
	if len(s.deferred) > 0 {
		b.appendBeacon(s.deferred)
		s.deferred = s.deferred[:0]
	}
	c.beginBeacon(s)
	b.buf = append(b.buf, `,"navigation":true`...)
	b.openMetrics()
	b.appendMetric("ttfb", v.ttfb)
	b.appendMetric("fcp", v.fcp)
	b.appendMetric("dns", v.dns)
	b.appendMetric("tcp", v.tcp)
	b.appendMetric("tls", v.tls)
	if u.client.measuresCLS() {
		b.appendMetricCLS(v.cls / 2)
	}
	b.closeMetrics()
	b.openRequests()
	c.writeFetch(s)
	if d.chance(0.25) {
		b.openRequest()
		b.buf = append(b.buf, Origin+"/api/session"...)
		b.closeRequest("GET", 200, d.lognormal(60*u.network, 0.4), 0)
	}
	b.closeRequests()
	b.closeBeacon()
	switch {
	case s.galleryBroken && d.chance(galleryThrows):
		c.writeError(s, missingSegmenter(d, u.client.engine, s.release))
	case d.chance(randomErrorShare):
		c.writeError(s, randomError(d, u.client.engine, s.release))
	case u.region == apSouth && d.chance(cdnErrorShare*s.slowCDN):
		c.writeError(s, cdnError(d, u.client.engine, s.release))
	}

	if d.chance(pages[s.page].act) {
		s.phase = acting
		s.at += int64(d.between(0.3, 0.8) * float64(s.leavesAt-s.at))
		return
	}
	c.scheduleLeave(s)
}

// writeAction writes an interaction with the page.
func (c *cursor) writeAction(s *session) {
	d, b, u := c.random, &c.body, s.user
	c.beginBeacon(s)
	if s.tries == 0 && (u.client.measuresINP() || u.client.measuresCLS()) {
		b.openMetrics()
		if u.client.measuresINP() {
			b.appendMetric("inp", s.vitals.inp*d.between(0.5, 1))
		}
		if u.client.measuresCLS() {
			b.appendMetricCLS(s.vitals.cls * 0.8)
		}
		b.closeMetrics()
	}
	again := false
	switch {
	case s.page == checkout:
		again = c.writePayment(s)
	case s.page == product && d.chance(addsToCart):
		b.openRequests()
		b.openRequest()
		b.buf = append(b.buf, Origin+"/api/cart/items"...)
		if c.endRequest(s, "POST", 201, true) {
			b.closeRequests()
			b.appendEvent("add_to_cart", 1)
		} else {
			b.closeRequests()
		}
		b.closeBeacon()
	default:
		b.openRequests()
		c.writeFetch(s)
		b.closeRequests()
		b.closeBeacon()
	}
	if again {
		s.at += int64(d.lognormal(6000, 0.5))
		s.leavesAt = max(s.leavesAt, s.at+3000)
		return
	}
	c.scheduleLeave(s)
}

// writePayment completes the beacon of writeAction with a payment and its
// result. It returns whether the user tries again.
func (c *cursor) writePayment(s *session) (again bool) {
	d, b := c.random, &c.body
	b.openRequests()
	b.openRequest()
	b.buf = append(b.buf, Origin+"/api/payment"...)
	s.tries++
	if s.checkoutBroken && d.chance(brokenFails) {
		status := 500
		if d.chance(0.15) {
			status = 422
		}
		b.closeRequest("POST", status, d.lognormal(180*s.user.network, 0.4), d.Uint64())
		b.closeRequests()
		b.closeBeacon()
		c.writeError(s, totalOfUndefined(d, s.user.client.engine, s.release))
		return s.tries < maxTries && d.chance(triesAgain)
	}
	s.checkoutBroken = false
	if d.chance(declined) {
		b.closeRequest("POST", 402, d.lognormal(600, 0.4), d.Uint64())
		b.closeRequests()
	} else {
		paid := c.endRequest(s, "POST", 201, false)
		b.closeRequests()
		if paid {
			b.appendEvent("checkout_completed", d.lognormal(48, 0.8))
		}
	}
	b.closeBeacon()
	return false
}

// writeLeave writes the last values of metrics that grow while a page is open.
func (c *cursor) writeLeave(s *session) {
	c.writeLastValues(s)
	c.leavePage(s)
}

func (c *cursor) writeLastValues(s *session) {
	d, b, u, v := c.random, &c.body, s.user, &s.vitals
	c.beginBeacon(s)
	b.openMetrics()
	if u.client.measuresLCP() {
		b.appendMetric("lcp", v.lcp)
	}
	if u.client.measuresINP() {
		b.appendMetric("inp", v.inp)
	}
	if u.client.measuresCLS() {
		b.appendMetricCLS(v.cls)
	}
	b.closeMetrics()
	if d.chance(0.1) {
		b.openRequests()
		c.writeFetch(s)
		b.closeRequests()
	}
	b.closeBeacon()
}

// scheduleLeave schedules the last beacon of a page view, if the browser has one.
// Some are deferred to the next page's first request.
func (c *cursor) scheduleLeave(s *session) {
	s.at = max(s.leavesAt, s.at)
	if !s.user.client.measuresLCP() {
		c.leavePage(s)
		return
	}
	if !c.random.chance(deferShare) {
		s.phase = leaving
		return
	}
	sent, beacons := len(c.body.buf), c.body.beacons
	c.writeLastValues(s)
	s.deferred = append(s.deferred[:0], c.body.buf[sent:]...)
	c.body.buf, c.body.beacons = c.body.buf[:sent], beacons
	c.leavePage(s)
}

// leavePage continues with the next page or ends the session.
func (c *cursor) leavePage(s *session) {
	d := c.random
	at := s.at + int64(d.between(40, 400))
	if s.checkoutBroken {
		if s.reloads < maxReloads && d.chance(reloadsPage) {
			s.reloads++
			c.pageLoad(s, checkout, at)
			return
		}
		if d.chance(0.6) {
			s.phase = ended
			return
		}
	}
	p := s.user.nextPage(d, s.page)
	if p == leaveShop {
		s.phase = ended
		return
	}
	c.pageLoad(s, p, at)
}

// writeError adds a beacon of one error. The agent sends errors separately,
// because they are not sampled.
func (c *cursor) writeError(s *session, f pageError) {
	silent := c.body.muted
	rate := s.rate
	c.body.muted, s.rate = false, 1
	now := c.beginBeacon(s)
	c.body.appendError(f, now)
	if silent {
		c.body.buf = append(c.body.buf, `,"sampled":false`...)
	}
	c.body.closeBeacon()
	c.body.muted, s.rate = silent, rate
}

// writeFetch adds the request for the page's content.
func (c *cursor) writeFetch(s *session) {
	c.body.openRequest()
	c.body.buf = s.page.appendAPI(c.body.buf, s.item)
	c.endRequest(s, "GET", 200, s.page == cart || s.page == checkout)
}

// Shares of the requests of a healthy shop.
const (
	failedShare = 0.004
	tracedShare = 0.02 // also every failed one
)

// endRequest ends a request with its status. It succeeds except for a small
// share, and for those to a failing cart.
func (c *cursor) endRequest(s *session, method string, status int, cart bool) (ok bool) {
	d := c.random
	ok = !d.chance(failedShare)
	if failing := c.sim.script(time.Duration(s.at) * time.Millisecond).failing; cart && failing > 0 && d.chance(failing) {
		ok, status = false, 503
	} else if !ok {
		status = [...]int{0, 0, 404, 429, 500, 502, 503}[d.IntN(7)]
	}
	var trace uint64
	if !ok || d.chance(tracedShare) {
		trace = d.Uint64()
	}
	duration := d.lognormal((regions[s.user.region].origin+70)*s.user.network, 0.5)
	c.body.closeRequest(method, status, duration, trace)
	return ok
}
