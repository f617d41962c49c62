package demo

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// RegionHeader is the header with the name of the region in every request, as
// set by a CDN.
const RegionHeader = "X-Demo-Region"

// user is what stays the same between sessions.
type user struct {
	region  int
	client  *client
	newPay  bool    // has the feature flag new-payment
	bucket  float64 // position in the order of rollouts, 0..1
	skew    int64   // browser's clock minus the real time, ms
	network float64 // transfer time relative to the region's median
	speed   float64 // device's slowness relative to its client's median
	pace    float64 // time on a page relative to the median
	buyer   float64 // probability of the cart relative to the median

	// identity is the constant part of a beacon: user, tags, connection.
	identity []byte
	header   http.Header
}

const (
	flagShare      = 0.6 // users with new-payment
	anonymousShare = 0.4 // users without a login
	addresses      = 16  // client addresses for each client in each region
)

// newUsers draws n users.
func newUsers(seed uint64, n int) []user {
	d := newRandom()
	d.seed(seed, 0x75736572)
	headers := newHeaders()
	shares := regionShares()
	var weights [numRegions][]float64
	for i := range clients {
		for r := range numRegions {
			weights[r] = append(weights[r], clients[i].share[r])
		}
	}
	users := make([]user, n)
	for i := range users {
		u := &users[i]
		u.region = d.pick(shares)
		c := d.pick(weights[u.region])
		u.client = &clients[c]
		u.newPay = d.chance(flagShare)
		u.bucket = d.Float64()
		u.skew = drawSkew(d)
		u.network = d.lognormal(regions[u.region].net, 0.3)
		u.speed = d.lognormal(u.client.cpu, 0.2)
		u.pace = d.lognormal(1, 0.3)
		u.buyer = d.lognormal(1, 0.5)
		u.identity = drawIdentity(d, u, i)
		u.header = headers[u.region][c][d.IntN(addresses)]
	}
	return users
}

// drawSkew draws a clock skew: mostly under a second, sometimes hours or years.
func drawSkew(d *random) int64 {
	const hour = int64(time.Hour / time.Millisecond)
	switch x := d.Float64(); {
	case x < 0.001:
		return -3 * 365 * 24 * hour // an empty battery
	case x < 0.006:
		return int64(d.IntN(23)-11) * hour // a clock set to local time
	case x < 0.04:
		return int64(d.lognormal(20_000, 1))
	}
	return int64(120 * d.NormFloat64())
}

var (
	firstNames = [...]string{"anna", "ben", "chiara", "david", "elif", "femke", "goran", "hana", "ines", "jane", "karim", "lena", "mateo", "nora", "omar", "priya", "rahul", "sofia", "tom", "yuki"}
	lastNames  = [...]string{"ahmed", "becker", "costa", "doe", "eriksen", "fischer", "garcia", "haas", "ito", "jansen", "kaya", "larsen", "meyer", "novak", "okafor", "patel", "rossi", "silva", "tan", "weber"}
	tiers      = [...]string{"free", "paid", "enterprise"}
)

func drawIdentity(d *random, u *user, n int) []byte {
	var b []byte
	switch x := d.Float64(); {
	case x < anonymousShare:
	case x < 0.8:
		b = fmt.Appendf(b, `,"user":"%s.%s.%d@example.com"`, firstNames[d.IntN(len(firstNames))], lastNames[d.IntN(len(lastNames))], n)
	default:
		b = fmt.Appendf(b, `,"user":"u-%d"`, 100_000+n)
	}
	b = fmt.Appendf(b, `,"tags":{"tier":"%s"`, tiers[d.pick([]float64{70, 26, 4})])
	if u.newPay {
		b = append(b, `,"flag":"new-payment"`...)
	}
	b = append(b, '}')
	if u.client.knowsConnection() {
		kind := "4g"
		if u.client.class == mobile && d.chance(0.05+0.15*max(u.network-1, 0)) {
			kind = "3g"
		}
		b = append(append(append(b, `,"connection":"`...), kind...), '"')
	}
	return b
}

// newHeaders returns the headers of every client in every region. All requests
// of its users share them.
func newHeaders() (h [numRegions][len(clients)][addresses]http.Header) {
	prefixes := [...]string{"192.0.2.", "198.51.100.", "203.0.113."}
	for r := range regions {
		for c := range clients {
			for a := range addresses {
				n := (r*len(clients)+c)*addresses + a
				address := "2001:db8:" + strconv.FormatInt(int64(0x100+n), 16) + "::1"
				if a%2 == 0 {
					address = prefixes[n/2/254%len(prefixes)] + strconv.Itoa(1+n/2%254)
				}
				h[r][c][a] = http.Header{
					"Accept":          {"*/*"},
					"Accept-Language": {regions[r].language},
					"Content-Type":    {"text/plain;charset=UTF-8"},
					"Origin":          {Origin},
					"Referer":         {Origin + "/"},
					"User-Agent":      {clients[c].userAgent},
					"X-Forwarded-For": {address},
					RegionHeader:      {regions[r].name},
				}
			}
		}
	}
	return h
}
