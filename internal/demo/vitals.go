package demo

// vitals are the measurements of one page view, in milliseconds except cls.
type vitals struct {
	dns, tcp, tls, ttfb, fcp, lcp, inp, cls float64
}

// cdnFactor is the median slowdown of a transfer from a fully slowed CDN. A
// third of the transfers are not affected.
const cdnFactor = 2.6

// scriptFactor is the median slowdown of an interaction on a page whose
// third-party script blocks the main thread. A fifth are not affected.
const scriptFactor = 4.0

// drawVitals draws the vitals of a page view. warm means that the connection is
// open from an earlier view.
func drawVitals(d *random, u *user, p page, c conditions, warm bool) vitals {
	r, pg := &regions[u.region], &pages[p]
	access := 1.0 // factor of the last mile
	if u.client.class != desktop {
		access = 1.7
	}
	slow := 1.0
	if u.region == apSouth && c.slowCDN > 0 && d.chance(0.7) {
		slow = 1 + c.slowCDN*(d.lognormal(cdnFactor, 0.25)-1)
	}
	hold := 1.0
	if pg.reviews && c.blocked > 0 && d.chance(0.8) {
		hold = 1 + c.blocked*(d.lognormal(scriptFactor, 0.3)-1)
	}
	rtt := d.lognormal(r.rtt*access*u.network, 0.35)
	var v vitals
	if !warm {
		v.dns = d.lognormal(0.6*rtt, 0.7)
		v.tcp = rtt
		v.tls = d.lognormal(1.1*rtt, 0.2)
	}
	v.ttfb = v.dns + v.tcp + v.tls + slow*(rtt+d.lognormal(r.origin+pg.server, 0.5))
	v.fcp = v.ttfb + slow*d.lognormal(200*access*u.network, 0.4) + d.lognormal(170*u.speed, 0.4)
	v.lcp = v.fcp + slow*d.lognormal(290*pg.weight*access*u.network, 0.75) + d.lognormal(125*u.speed*pg.weight, 0.5)
	v.inp = min(hold*d.lognormal(76*pg.script*u.speed, 0.65), 5000)
	if d.chance(0.6) {
		v.cls = min(d.lognormal(0.032*pg.weight, 1.1), 1.2)
	}
	v.lcp = min(v.lcp, 45_000)
	v.fcp = min(v.fcp, v.lcp)
	v.ttfb = min(v.ttfb, v.fcp)
	return v
}
