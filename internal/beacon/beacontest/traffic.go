// Package beacontest generates traffic for tests and benchmarks: the beacons of
// a shop as a collector publishes them, the same for the same seed.
package beacontest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Start is the receive time of the first beacon, Unix milliseconds.
const Start = 1_763_647_200_000

// Spread describes the traffic of one subject.
type Spread struct {
	Region   string
	PerS     float64 // beacons a second
	Visitors int     // at a time
}

// Subject is the traffic of one shard of one region of a shop. The figures of
// the wire format are for this traffic.
var Subject = Spread{Region: "eu-west", PerS: 25, Visitors: 400}

var (
	pages    = []string{"/", "/search", "/products/:id", "/products/:id/reviews", "/cart", "/checkout", "/checkout/payment", "/users/:id/orders", "/login", "/help/:slug"}
	pageCum  = []float64{.22, .40, .66, .71, .82, .88, .92, .96, .98, 1}
	releases = []string{"2.4.0", "2.4.1", "2.3.9"}
	releaseC = []float64{.75, .97, 1}
	clients  = []struct{ device, browser, major, os string }{
		{"mobile", "Safari", "19", "iOS"}, {"mobile", "Chrome", "142", "Android"}, {"desktop", "Chrome", "142", "Windows"},
		{"desktop", "Chrome", "141", "macOS"}, {"desktop", "Safari", "19", "macOS"}, {"desktop", "Firefox", "145", "Linux"},
		{"desktop", "Edge", "142", "Windows"}, {"mobile", "Samsung Internet", "28", "Android"}, {"tablet", "Safari", "18", "iPadOS"},
	}
	clientC   = []float64{.27, .52, .70, .78, .86, .90, .95, .98, 1}
	countries = []string{"DE", "FR", "NL", "GB", "ES", "IT", "PL", "SE"}
	countryC  = []float64{.35, .55, .67, .8, .87, .93, .97, 1}
	nets      = []string{"4g", "", "3g"}
	netC      = []float64{.62, .95, 1}
	faults    = []beacon.Error{
		{Type: "TypeError", Message: "Cannot read properties of undefined (reading 'total')"},
		{Type: "ReferenceError", Message: "Can't find variable: ApplePaySession"},
		{Type: "UnhandledRejection", Message: "Failed to fetch", Handled: true},
		{Type: "RangeError", Message: "Invalid array length"},
	}
	apis = []string{"/api/cart", "/api/products/:id", "/api/search", "/api/orders/:id/payment"}
)

func pick(r *rand.Rand, cumulative []float64) int {
	x := r.Float64()
	for i, c := range cumulative {
		if x < c {
			return i
		}
	}
	return len(cumulative) - 1
}

type visitor struct {
	base    beacon.Beacon
	onLeave beacon.Beacon   // reported when the visitor leaves the current view
	later   []beacon.Beacon // to report before that
	skew    int             // of the browser's clock, in milliseconds
}

// Traffic generates n beacons in order of receipt: about three a page view; half
// of the visitors are logged in. They are grouped as the browser agent posts
// them, a few seconds of a session in one request: a loaded page with its
// events, and after a navigation within the page the previous view's last
// report.
func (s Spread) Traffic(seed uint64, n int) []beacon.Beacon {
	r := rand.New(rand.NewPCG(seed, 0x72756d))
	visitors := make([]visitor, s.Visitors)
	out := make([]beacon.Beacon, 0, n)
	now := float64(Start)
	for len(out) < n {
		v := &visitors[r.IntN(len(visitors))]
		post := v.nextRequest(r, s.Region)
		now += r.ExpFloat64() * 1000 / s.PerS * float64(len(post))
		for _, b := range post {
			b.ID = id(r)
			b.Received = int64(now)
			b.Time = b.Received - int64(40+r.ExpFloat64()*60) + int64(v.skew)
			out = append(out, b)
		}
	}
	return out[:n]
}

// nextRequest returns the beacons of a visitor's next request.
func (v *visitor) nextRequest(r *rand.Rand, region string) []beacon.Beacon {
	switch {
	case len(v.later) > 0:
		post := v.later
		v.later = nil
		return post
	case v.base.Session == 0 || r.Float64() < .05:
		v.startSession(r, region)
		return v.openPage(r)
	case r.Float64() < .5: // the page is hidden, perhaps closed
		post := []beacon.Beacon{v.onLeave}
		v.base.Session = 0
		return post
	}
	return append([]beacon.Beacon{v.onLeave}, v.openPage(r)...)
}

func id(r *rand.Rand) beacon.ID { return beacon.ID(r.Uint64() | 1) }

func (v *visitor) startSession(r *rand.Rand, region string) {
	c := clients[pick(r, clientC)]
	*v = visitor{skew: int(r.NormFloat64() * 800)}
	b := &v.base
	b.SampleRate = 1
	b.Session = id(r)
	b.Tags = []beacon.Tag{{Key: "flag", Value: [...]string{"new-payment-flow", "control"}[r.IntN(2)]}}
	if r.Float64() < .5 {
		b.User = id(r)
		b.Tags = append(b.Tags, beacon.Tag{Key: "tier", Value: [...]string{"free", "paid", "enterprise"}[r.IntN(3)]})
	}
	b.Dims = [beacon.NumDims]string{
		beacon.Region: region, beacon.Release: releases[pick(r, releaseC)], beacon.Environment: "production",
		beacon.Device: c.device, beacon.Browser: c.browser, beacon.BrowserVersion: c.browser + " " + c.major,
		beacon.OS: c.os, beacon.Country: countries[pick(r, countryC)], beacon.Connection: nets[pick(r, netC)], beacon.SDK: "rum.js",
	}
}

// openPage starts a page view and returns its first beacons.
func (v *visitor) openPage(r *rand.Rand) []beacon.Beacon {
	v.base.View = id(r)
	v.base.Dims[beacon.Page] = pages[pick(r, pageCum)]
	ttfb := millis(r, 180, .6)
	fcp := ttfb + millis(r, 500, .5)
	lcp := fcp + millis(r, 700, .7)
	load := v.base
	load.Navigation = true
	load.Metrics = []beacon.Metric{{Name: beacon.TTFB, Value: ttfb}, {Name: beacon.FCP, Value: fcp}}
	if r.Float64() < .4 {
		load.Metrics = append(load.Metrics, beacon.Metric{Name: "dns", Value: millis(r, 12, .8)},
			beacon.Metric{Name: "tcp", Value: millis(r, 30, .5)}, beacon.Metric{Name: "tls", Value: millis(r, 35, .5)})
	}
	between := v.base
	switch x := r.Float64(); {
	case x < .02:
		e := faults[r.IntN(len(faults))]
		e.Stack = stack(v.base.Dims[beacon.Release], e.Type, e.Message, r.IntN(3))
		between.Errors = []beacon.Error{e}
	case x < .7:
		between.Requests = []beacon.Request{{URL: apis[r.IntN(len(apis))], Method: "GET", Status: 200, Duration: millis(r, 120, .7)}}
		if r.Float64() < .05 {
			between.Requests[0].Status = 503
			between.Requests[0].Method = "POST"
			between.Requests[0].Trace = fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64())
		}
	default:
		between.Events = []beacon.Event{{Name: [...]string{"add_to_cart", "checkout_completed", "search"}[r.IntN(3)], Value: 1}}
	}
	hide := v.base
	hide.Metrics = []beacon.Metric{{Name: beacon.LCP, Value: lcp}, {Name: beacon.CLS, Value: math.Round(r.ExpFloat64()*.05*1e4) / 1e4}}
	if r.Float64() < .7 {
		hide.Metrics = append(hide.Metrics, beacon.Metric{Name: beacon.INP, Value: math.Round(millis(r, 90, .8)/8) * 8})
	}
	v.onLeave = hide
	if r.Float64() < .3 {
		v.later = []beacon.Beacon{between}
		return []beacon.Beacon{load}
	}
	return []beacon.Beacon{load, between}
}

// millis draws from a lognormal distribution with the given median, rounded to a
// tenth of a millisecond as by browsers.
func millis(r *rand.Rand, median, sigma float64) float64 {
	return math.Round(median*math.Exp(sigma*r.NormFloat64())*10) / 10
}

func stack(release, kind, message string, from int) string {
	s := kind + ": " + message
	for i := from; i < from+6; i++ {
		s += fmt.Sprintf("\n    at %s (https://shop.example/assets/app-%s.js:%d:%d)", [...]string{"total", "render", "CartPage", "pay", "submit", "dispatch", "flush", "run", "onClick"}[i], release, 1+i*37, 1200+i*911)
	}
	return s
}

// Batches splits traffic into batches of a size.
func Batches(beacons []beacon.Beacon, size int) []*beacon.Batch {
	var out []*beacon.Batch
	for chunk := range slices.Chunk(beacons, size) {
		b := &beacon.Batch{}
		for i := range chunk {
			b.Append(&chunk[i])
		}
		out = append(out, b)
	}
	return out
}
