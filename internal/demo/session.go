package demo

import (
	"cmp"
	"time"
)

// maxSession bounds how long a session lasts, and with it how far back a
// cursor has to begin.
const maxSession = 6 * time.Minute

type phase uint8

const (
	loading phase = iota
	acting
	leaving
	gone
)

// A session is one visit of one user, and what it will do next. All times in it
// are milliseconds since the script's zero.
type session struct {
	key   uint64
	user  *user
	begin int64
	steps uint64
	views uint64

	at    int64 // of the next request
	phase phase // what the next request tells

	page     page
	item     uint64
	release  release
	vitals   vitals
	rate     float64 // share of the sessions that send what this one does, as its first page load found it
	silent   bool    // sends errors alone
	slowCDN  float64 // how slow the CDN was when the page loaded
	gallery  bool    // the page view's gallery throws
	leavesAt int64
	broken   bool   // the page view's checkout cannot take a payment
	tries    int    // to pay, in this page view
	reloads  int    // of a checkout that did not work
	prefix   []byte // of every beacon of the page view
	late     []byte // a beacon of the page view before, to go with the next
}

// Probabilities of a session's course.
const (
	lateAtLeave   = 0.15  // the last report of a page view does not get out before it is gone
	addsToCart    = 0.45  // of those who do something on a product's page
	declined      = 0.012 // a payment that the bank refuses
	breaks        = 0.92  // a broken checkout fails at a try
	galleryThrows = 0.95
	breaksOthers  = 0.015 // a page view of the broken checkout in a browser that copes
	triesAgain    = 0.7
	mostTries     = 4
	reloadsPage   = 0.4 // after the last try
	mostReloads   = 2
)

// pageLoad moves the session on to a new page view.
func (c *cursor) pageLoad(s *session, p page, at int64) {
	d, u := c.dice, s.user
	now := c.sim.script(time.Duration(at) * time.Millisecond)
	s.page, s.phase = p, loading
	s.release = u.served(now)
	candidate := s.release == now.candidate
	if candidate && now.defect == blank && u.client.isSafari18() {
		s.phase = gone
		return
	}
	if s.views == 0 {
		s.rate = cmp.Or(now.sampling, 1)
		s.silent = s.rate < 1 && !d.chance(s.rate)
	}
	s.slowCDN = now.slowCDN
	s.gallery = candidate && now.defect == brokenGallery && p == product && u.client.engine == gecko
	s.vitals = drawVitals(d, u, p, now, s.views > 0)
	s.tries = 0
	s.broken = false
	if candidate && now.defect == cannotPay && p == checkout && u.newPay && (u.region == euWest || u.region == euCentral) {
		s.broken = u.client.isSafari() || d.chance(breaksOthers)
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

// step writes the session's next request into the cursor's body and moves the
// session on.
func (c *cursor) step(s *session) {
	c.dice.seed(s.key, s.steps)
	s.steps++
	c.body.reset(s.silent)
	switch s.phase {
	case loading:
		c.load(s)
	case acting:
		c.act(s)
	case leaving:
		c.leave(s)
	}
	c.body.end()
	if s.at-s.begin >= maxSession.Milliseconds() {
		s.phase = gone
	}
}

// clock is the browser's, some moments before it sends.
func (c *cursor) clock(s *session) int64 {
	return c.sim.start.UnixMilli() + s.at + s.user.skew - int64(c.dice.IntN(120))
}

func (c *cursor) beginBeacon(s *session) (now int64) {
	now = c.clock(s)
	c.body.begin(mix(s.key, s.steps<<8|uint64(c.body.begun)), now, s.prefix, s.rate)
	return now
}

// load tells that a page view has begun and how it loaded.
func (c *cursor) load(s *session) {
	d, b, u, v := c.dice, &c.body, s.user, &s.vitals
	if len(s.late) > 0 {
		b.append(s.late)
		s.late = s.late[:0]
	}
	c.beginBeacon(s)
	b.buf = append(b.buf, `,"navigation":true`...)
	b.metrics()
	b.metric("ttfb", v.ttfb)
	b.metric("fcp", v.fcp)
	b.metric("dns", v.dns)
	b.metric("tcp", v.tcp)
	b.metric("tls", v.tls)
	if u.client.measuresCLS() {
		b.cls(v.cls / 2)
	}
	b.closeMetrics()
	b.requests()
	c.fetch(s)
	if d.chance(0.25) {
		b.request()
		b.buf = append(b.buf, Origin+"/api/session"...)
		b.answered("GET", 200, d.lognormal(60*u.network, 0.4), 0)
	}
	b.closeRequests()
	b.close()
	switch {
	case s.gallery && d.chance(galleryThrows):
		c.report(s, missingSegmenter(d, u.client.engine, s.release))
	case d.chance(noiseShare):
		c.report(s, noise(d, u.client.engine, s.release))
	case u.region == apSouth && d.chance(cdnFaultShare*s.slowCDN):
		c.report(s, cdnFault(d, u.client.engine, s.release))
	}

	if d.chance(pages[s.page].act) {
		s.phase = acting
		s.at += int64(d.between(0.3, 0.8) * float64(s.leavesAt-s.at))
		return
	}
	c.prepareLeave(s)
}

// act tells what the user did on the page.
func (c *cursor) act(s *session) {
	d, b, u := c.dice, &c.body, s.user
	c.beginBeacon(s)
	if s.tries == 0 && (u.client.measuresINP() || u.client.measuresCLS()) {
		b.metrics()
		if u.client.measuresINP() {
			b.metric("inp", s.vitals.inp*d.between(0.5, 1))
		}
		if u.client.measuresCLS() {
			b.cls(s.vitals.cls * 0.8)
		}
		b.closeMetrics()
	}
	again := false
	switch {
	case s.page == checkout:
		again = c.pay(s)
	case s.page == product && d.chance(addsToCart):
		b.requests()
		b.request()
		b.buf = append(b.buf, Origin+"/api/cart/items"...)
		if c.answered(s, "POST", 201, true) {
			b.closeRequests()
			b.event("add_to_cart", 1)
		} else {
			b.closeRequests()
		}
		b.close()
	default:
		b.requests()
		c.fetch(s)
		b.closeRequests()
		b.close()
	}
	if again {
		s.at += int64(d.lognormal(6000, 0.5))
		s.leavesAt = max(s.leavesAt, s.at+3000)
		return
	}
	c.prepareLeave(s)
}

// pay ends the beacon that act began with a payment and what came of it, and
// says whether the user will try again.
func (c *cursor) pay(s *session) (again bool) {
	d, b := c.dice, &c.body
	b.requests()
	b.request()
	b.buf = append(b.buf, Origin+"/api/payment"...)
	s.tries++
	if s.broken && d.chance(breaks) {
		status := 500
		if d.chance(0.15) {
			status = 422
		}
		b.answered("POST", status, d.lognormal(180*s.user.network, 0.4), d.Uint64())
		b.closeRequests()
		b.close()
		c.report(s, totalOfUndefined(d, s.user.client.engine, s.release))
		return s.tries < mostTries && d.chance(triesAgain)
	}
	s.broken = false
	if d.chance(declined) {
		b.answered("POST", 402, d.lognormal(600, 0.4), d.Uint64())
		b.closeRequests()
	} else {
		paid := c.answered(s, "POST", 201, false)
		b.closeRequests()
		if paid {
			b.event("checkout_completed", d.lognormal(48, 0.8))
		}
	}
	b.close()
	return false
}

// leave tells the last values of what grows while a page is open.
func (c *cursor) leave(s *session) {
	c.lastValues(s)
	c.depart(s)
}

func (c *cursor) lastValues(s *session) {
	d, b, u, v := c.dice, &c.body, s.user, &s.vitals
	c.beginBeacon(s)
	b.metrics()
	if u.client.measuresLCP() {
		b.metric("lcp", v.lcp)
	}
	if u.client.measuresINP() {
		b.metric("inp", v.inp)
	}
	if u.client.measuresCLS() {
		b.cls(v.cls)
	}
	b.closeMetrics()
	if d.chance(0.1) {
		b.requests()
		c.fetch(s)
		b.closeRequests()
	}
	b.close()
}

// prepareLeave schedules the last report of a page view, if the browser has
// one to make. What it does not get out in time goes with the next page's first.
func (c *cursor) prepareLeave(s *session) {
	s.at = max(s.leavesAt, s.at)
	if !s.user.client.measuresLCP() {
		c.depart(s)
		return
	}
	if !c.dice.chance(lateAtLeave) {
		s.phase = leaving
		return
	}
	sent, beacons := len(c.body.buf), c.body.beacons
	c.lastValues(s)
	s.late = append(s.late[:0], c.body.buf[sent:]...)
	c.body.buf, c.body.beacons = c.body.buf[:sent], beacons
	c.depart(s)
}

// depart goes on to the next page, or away.
func (c *cursor) depart(s *session) {
	d := c.dice
	at := s.at + int64(d.between(40, 400))
	if s.broken {
		if s.reloads < mostReloads && d.chance(reloadsPage) {
			s.reloads++
			c.pageLoad(s, checkout, at)
			return
		}
		if d.chance(0.6) {
			s.phase = gone
			return
		}
	}
	p := s.user.next(d, s.page)
	if p == leaveShop {
		s.phase = gone
		return
	}
	c.pageLoad(s, p, at)
}

// report adds a beacon of one error: the agent sends errors apart from what
// is sampled.
func (c *cursor) report(s *session, f fault) {
	silent := c.body.silent
	rate := s.rate
	c.body.silent, s.rate = false, 1
	now := c.beginBeacon(s)
	c.body.fault(f, now)
	if silent {
		c.body.buf = append(c.body.buf, `,"sampled":false`...)
	}
	c.body.close()
	c.body.silent, s.rate = silent, rate
}

// fetch adds the request that brings the page its content.
func (c *cursor) fetch(s *session) {
	c.body.request()
	c.body.buf = s.page.appendAPI(c.body.buf, s.item)
	c.answered(s, "GET", 200, s.page == cart || s.page == checkout)
}

// Of the requests on a healthy day.
const (
	failedShare = 0.004
	tracedShare = 0.02 // also every failed one
)

// answered ends a request that goes well, but for the few that never do, and
// those to the cart when it fails.
func (c *cursor) answered(s *session, method string, status int, cart bool) (ok bool) {
	d := c.dice
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
	c.body.answered(method, status, duration, trace)
	return ok
}
