package agg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// traffic makes random beacons, as hostile as the wire format permits.
type traffic struct {
	*rand.Rand
	now   int64
	views []*beacon.Beacon // first beacons of views that may go on
	sent  []beacon.Beacon
	next  uint64

	cleanViews bool // views keep to one segment
}

func newTraffic(seed uint64) *traffic {
	return &traffic{Rand: rand.New(rand.NewPCG(seed, 1)), now: 1_763_647_652_123}
}

var epoch = time.UnixMilli(1_763_647_652_123).UTC()

func (g *traffic) id() beacon.ID {
	g.next++
	return beacon.ID(g.next * fibonacci)
}

func (g *traffic) chance(p float64) bool { return g.Float64() < p }

func (g *traffic) pick(s ...string) string { return s[g.IntN(len(s))] }

func (g *traffic) beacon() beacon.Beacon {
	if len(g.sent) > 0 && g.chance(.03) { // once more, later
		b := g.sent[g.IntN(len(g.sent))]
		return b
	}
	var b beacon.Beacon
	if len(g.views) > 0 && g.chance(.65) {
		b = *g.views[g.IntN(len(g.views))]
		b.Navigation = g.chance(.1)
		g.identify(&b)
		if !g.cleanViews && g.chance(.1) {
			g.dims(&b)
		}
	} else {
		g.dims(&b)
		b.Navigation = g.chance(.7)
		if g.chance(.9) {
			b.View = g.id()
		}
		if g.chance(.8) {
			b.Session = beacon.ID(1 + g.IntN(300))
		}
		if g.chance(.5) {
			b.User = beacon.ID(1000 + g.IntN(200))
		}
		first := b
		if b.View != 0 {
			g.views = append(g.views, &first)
			if len(g.views) > 200 {
				g.views[g.IntN(len(g.views))] = g.views[len(g.views)-1]
				g.views = g.views[:200]
			}
		}
	}
	b.ID = 0
	if g.chance(.95) {
		b.ID = g.id()
	}
	b.Received = g.now - int64(g.IntN(300))
	if g.chance(.03) { // late
		b.Received = g.now - int64(g.IntN(90_000))
	}
	if g.chance(.01) { // a clock ahead
		b.Received = g.now + int64(g.IntN(90_000))
	}
	if g.chance(.1) { // on an edge
		b.Received -= b.Received % 1000
	}
	b.Time = b.Received + int64(g.NormFloat64()*500)
	b.SampleRate = []float64{1, 1, 1, 0.1, 0.25, 0.3}[g.IntN(6)]
	b.Unsampled = g.chance(.05)
	g.entries(&b)
	g.sent = append(g.sent, b)
	return b
}

// identify makes a later beacon of a page view name more or fewer ids than its
// first, or others.
func (g *traffic) identify(b *beacon.Beacon) {
	if g.chance(.2) {
		b.User = 0
	}
	if g.chance(.2) {
		b.Session = 0
	}
	if g.chance(.1) {
		b.User = beacon.ID(1000 + g.IntN(200))
	}
	if g.chance(.1) {
		b.Session = beacon.ID(1 + g.IntN(300))
	}
}

func (g *traffic) dims(b *beacon.Beacon) {
	b.Dims[beacon.Region] = g.pick("eu-west", "eu-north", "us-east", "")
	b.Dims[beacon.Release] = g.pick("2.4.0", "2.4.1")
	b.Dims[beacon.Page] = g.pick("/", "/cart", "/checkout", "/users/:id", "")
	b.Dims[beacon.Device] = g.pick("mobile", "desktop", "tablet")
	b.Dims[beacon.Browser] = g.pick("Safari", "Chrome", "")
	if b.Dims[beacon.Traffic] = ""; g.chance(.3) {
		b.Dims[beacon.Traffic] = g.pick("bot", "synthetic", "synthetic", "people", "extension", "of-a-later-version", "")
		b.Dims[beacon.Device] = g.pick("bot", "desktop")
	}
	b.Tags = nil
	if g.chance(.5) {
		b.Tags = append(b.Tags, beacon.Tag{Key: "tier", Value: g.pick("paid", "free")})
	}
	if g.chance(.3) {
		b.Tags = append(b.Tags, beacon.Tag{Key: "flag", Value: g.pick("on", "off", "")})
	}
}

func (g *traffic) entries(b *beacon.Beacon) {
	for i, m := range beacon.Vitals {
		if g.chance(.3) {
			v := math.Exp(g.NormFloat64()*1.2 + 6)
			if i == 2 {
				if v = math.Exp(g.NormFloat64()*2 - 4); g.chance(.3) {
					v = 0
				}
			}
			b.Metrics = append(b.Metrics, beacon.Metric{Name: m, Value: v})
		}
	}
	if g.chance(.1) {
		b.Metrics = append(b.Metrics, beacon.Metric{Name: g.pick("dns", "tokens"), Value: float64(g.IntN(50))})
	}
	for g.chance(.08) {
		b.Errors = append(b.Errors, beacon.Error{Type: g.pick("TypeError", "RangeError"),
			Message: fmt.Sprintf("%s %d", g.pick("reading total", "too much"), g.IntN(5)),
			Stack:   g.pick("", "at pay (https://shop.example/app.js:1:2)", "at pay (https://shop.example/app.js:1:2)", "at x (chrome-extension://abc/a.js:1:2)"), Handled: g.chance(.3)})
	}
	for g.chance(.35) {
		b.Requests = append(b.Requests, beacon.Request{URL: g.pick("/api/cart", "/api/pay"), Method: g.pick("GET", "POST"),
			Status: []int{200, 200, 204, 404, 500, 0}[g.IntN(6)], Duration: float64(g.IntN(900))})
	}
	if g.chance(.1) {
		b.Events = append(b.Events, beacon.Event{Name: g.pick("checkout_completed", "signup"), Value: 1})
	}
}

func mustParse(t testing.TB, text string) filter.Expr {
	t.Helper()
	e, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var filters = []string{
	"", "", "region=eu-*", "release!=2.4.0 device=mobile,tablet", "lcp>800", "error=yes", "error=no", "not error=yes",
	`message~"reading 'total'" or message~total`, "type!=TypeError", "tag.tier=paid", "tier?", "not tier?", "flag=on or page=/cart",
	"page!=/checkout region=us-east", "status>=500", "status=0", "url=/api/pay", "not url=/api/pay", "event=signup", "handled=no",
	"dns<20", "metric.tokens?", "session=0000000000000007", "user?", "view? cls>0.01", "stack~pay", "status!=200",
	"(region=eu-west or lcp<500) (error=yes or status>=400)", "country?", "page?",
	"traffic=bot,synthetic", "traffic!=people", "traffic=extension", "device=bot", "device!=bot", "device=b*,mobile", "not device=bot error=yes",
}

var groupings = []string{"traffic", "region", "release", "page", "tier", "tag.flag", "browser", "country", "device"}

// TestFrameMatchesOracle compares random frames over random beacons with a plain
// computation from every beacon.
func TestFrameMatchesOracle(t *testing.T) {
	seeds := uint64(24)
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			g := newTraffic(seed)
			a, o := New(Config{}), newOracle()
			q := g.query(t)
			for range 40 {
				g.addBatches(a, o)
				if g.chance(.3) {
					continue
				}
				if g.chance(.3) {
					q = g.query(t)
				}
				if q.At = (time.Time{}); g.chance(.2) {
					q.At = time.UnixMilli(g.now - int64(g.IntN(60_000)))
				}
				now := time.UnixMilli(g.now)
				f := a.Frame(q, SourceStatus{}, now)
				t.Logf("filter %q by %q window %v", q.Filter, q.By, q.Window)
				o.check(t, f, q, now)
			}
		})
	}
}

// query makes a random query.
func (g *traffic) query(t *testing.T) frame.Query {
	q := frame.Query{
		Filter: mustParse(t, filters[g.IntN(len(filters))]), By: groupings[g.IntN(len(groupings))],
		Window: []time.Duration{time.Second, 10 * time.Second, time.Minute, 5 * time.Minute}[g.IntN(4)], Errors: 100,
	}
	if g.chance(.4) {
		q.Traffic = g.pick(frame.TrafficChoices()...)
	}
	if g.chance(.3) {
		q.Steps = 5 + g.IntN(30)
	}
	switch g.IntN(5) {
	case 0:
		q.Baseline.Ago = time.Duration(g.IntN(120)) * time.Second
	case 1:
		q.Baseline.At = epoch.Add(time.Duration(g.IntN(120)) * time.Second)
	}
	return q
}

// addBatches gives a group of random batches to an aggregator and the oracle.
func (g *traffic) addBatches(a *Aggregator, o *oracle) {
	var group []*beacon.Batch
	now := time.UnixMilli(g.now)
	for size := 1 + g.IntN(80); len(group) == 0 || g.chance(.3); {
		var b beacon.Batch
		for range size {
			c := g.beacon()
			b.Append(&c)
		}
		group = append(group, &b)
		o.add(&b, now)
	}
	a.AddAll(group, now)
	g.now += int64(g.IntN(6000))
}
