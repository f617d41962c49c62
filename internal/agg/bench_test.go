package agg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// The benchmarks run on half an hour of a shop at 2,000 beacons a second: some
// 3 beacons a page view, 4 views a session, 1.5 vitals and half a request a
// beacon, errors in 3 % of them, 1,000 pages.
const (
	benchRate    = 2000
	benchSeconds = 1800
	lapSeconds   = 20
)

func benchEnd() time.Time { return epoch.Add(benchSeconds * time.Second) }

// replay plays some seconds of traffic again and again, with later times and
// other identifiers, from memory that is warm as after decoding.
type replay struct {
	batches []*beacon.Batch
	next    int
	took    []time.Duration // by Add, of each batch
}

func newReplay() *replay { return &replay{batches: makeBatches(benchRate, lapSeconds)} }

// batch is the next batch of 256.
func (r *replay) batch() *beacon.Batch {
	b := r.batches[r.next%len(r.batches)]
	if r.next++; r.next > len(r.batches) {
		const salt = 1 << 40
		for i := range b.ID {
			b.ID[i] += salt
			b.Session[i] += salt
			if b.User[i] != 0 {
				b.User[i] += salt
			}
			b.View[i] += salt
			b.Received[i] += lapSeconds * 1000
			b.Time[i] += lapSeconds * 1000
		}
	}
	return b
}

// play adds everything up to a time, in seconds from epoch, and says how many
// beacons there were and how long Add took.
func (r *replay) play(a *Aggregator, seconds int) (n int, took time.Duration) {
	for r.next < len(r.batches)*seconds/lapSeconds {
		b := r.batch()
		n += b.Len()
		begun := time.Now()
		a.Add(b, benchEnd().Add(time.Hour))
		r.took = append(r.took, time.Since(begun))
		took += r.took[len(r.took)-1]
	}
	return n, took
}

// makeBatches makes seconds of history from epoch on, in batches of 256.
func makeBatches(rate, seconds int) []*beacon.Batch {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	var batches []*beacon.Batch
	batch := &beacon.Batch{}
	type visit struct {
		b     beacon.Beacon
		views int
		sent  int
	}
	visits := make([]visit, rate)
	id := uint64(0)
	fresh := func() beacon.ID { id++; return beacon.ID(id * 0xbf58476d1ce4e5b9) }
	for i := range rate * seconds {
		v := &visits[r.IntN(len(visits))]
		if v.views == 0 {
			*v = visit{views: 1 + r.IntN(7)}
			v.b.Session = fresh()
			if r.Float64() < .3 {
				v.b.User = fresh()
			}
			d := &v.b.Dims
			d[beacon.Region] = pick("eu-west", "eu-north", "us-east", "us-west", "ap-south")
			d[beacon.Release] = pick("2.4.0", "2.4.0", "2.4.1")
			d[beacon.Environment] = "production"
			d[beacon.Device] = pick("mobile", "mobile", "desktop", "tablet")
			d[beacon.Browser] = pick("Safari", "Chrome", "Chrome", "Firefox")
			d[beacon.BrowserVersion] = d[beacon.Browser] + pick(" 18", " 19", " 20")
			d[beacon.OS] = pick("iOS", "Android", "Windows", "macOS")
			d[beacon.Country] = pick("DE", "FR", "US", "IN", "SE", "GB", "ES", "IT")
			d[beacon.Connection] = pick("4g", "4g", "4g", "3g")
			d[beacon.SDK] = "rum.js"
			v.b.Tags = []beacon.Tag{{Key: "tier", Value: pick("paid", "free")}, {Key: "flag", Value: pick("on", "off")}}
		}
		c := v.b
		if v.sent == 0 {
			v.b.View = fresh()
			v.b.Dims[beacon.Page] = fmt.Sprintf("/p/%d", int(1000*math.Pow(r.Float64(), 3)))
			c = v.b
			c.Navigation = true
		}
		if v.sent++; r.Float64() < .29 {
			v.sent = 0
			v.views--
		}
		c.ID = fresh()
		c.Received = epoch.UnixMilli() + int64(i)*1000/int64(rate) + int64(r.IntN(50))
		c.Time = c.Received - int64(r.IntN(400))
		if r.Float64() < .03 {
			c.Errors = []beacon.Error{{Type: "TypeError", Message: fmt.Sprintf("cannot read 'x%d' of undefined", r.IntN(60)),
				Stack: "TypeError\n    at pay (https://shop.example/assets/app.js:1:2)\n"}}
		}
		for m, name := range beacon.Vitals {
			if r.Float64() < .3 {
				x := math.Exp(r.NormFloat64()*.6 + 7)
				if m == 2 {
					x /= 20_000
				}
				c.Metrics = append(c.Metrics, beacon.Metric{Name: name, Value: x})
			}
		}
		if r.Float64() < .5 {
			c.Requests = []beacon.Request{{URL: fmt.Sprintf("/api/%d", r.IntN(40)), Method: "GET", Status: 200, Duration: float64(r.IntN(500))}}
		}
		batch.Append(&c)
		if batch.Len() == 256 {
			batches = append(batches, batch)
			batch = &beacon.Batch{}
		}
	}
	return append(batches, batch)
}

// loaded is an aggregator over the half hour, with its question answered.
func loaded(b *testing.B, q frame.Query) (*Aggregator, *replay) {
	a, r := New(Config{}), newReplay()
	a.Frame(q, SourceStatus{}, epoch)
	r.play(a, benchSeconds)
	a.Frame(q, SourceStatus{}, benchEnd())
	b.ResetTimer()
	return a, r
}

var benchQuery = frame.Query{By: "region", Window: 5 * time.Minute, Rows: 30, Steps: 60}

// BenchmarkIngest is decoded batches into the log, half an hour of them: alone,
// as before the first question, and with one asked. What counts as best is each
// batch with the fastest of its times: with -benchtime 5x or more it leaves out
// what a busy machine's other work takes.
func BenchmarkIngest(b *testing.B) {
	for _, asked := range []bool{false, true} {
		b.Run(fmt.Sprintf("asked=%v", asked), func(b *testing.B) {
			var n int
			var took time.Duration
			var best []time.Duration
			for b.Loop() {
				a := New(Config{})
				if asked {
					a.Frame(benchQuery, SourceStatus{}, epoch)
				}
				r := newReplay()
				m, t := r.play(a, benchSeconds)
				n, took = n+m, took+t
				if best == nil {
					best = r.took
				}
				for i := range best {
					best[i] = min(best[i], r.took[i])
				}
			}
			b.ReportMetric(float64(n)/took.Seconds(), "beacons/s")
			var sum time.Duration
			for _, t := range best {
				sum += t
			}
			b.ReportMetric(float64(n)/float64(b.N)/sum.Seconds(), "best-beacons/s")
		})
	}
}

// BenchmarkRebuild is the first frame after a new filter over 3.6 M beacons.
func BenchmarkRebuild(b *testing.B) {
	a, _ := loaded(b, benchQuery)
	for _, text := range []string{"", "device=mobile", "not device=tablet", "page=/p/1*", "lcp>2500", "error=yes or status>=500"} {
		b.Run(text, func(b *testing.B) {
			q := benchQuery
			q.Filter = mustParse(b, text)
			for b.Loop() {
				a.lens = nil
				a.Frame(q, SourceStatus{}, benchEnd())
			}
		})
	}
}

// BenchmarkFrame is the frame after one more second of traffic: 1,000 segments
// of five metrics each, 30 or all of them on screen.
func BenchmarkFrame(b *testing.B) {
	for _, rows := range []int{30, 0} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
			q := benchQuery
			q.By, q.Rows = "page", rows
			a, r := loaded(b, q)
			var frames, adds time.Duration
			for second := benchSeconds + 1; b.Loop(); second++ {
				_, took := r.play(a, second)
				adds += took
				begun := time.Now()
				f := a.Frame(q, SourceStatus{}, epoch.Add(time.Duration(second)*time.Second))
				frames += time.Since(begun)
				if len(f.Segments)+f.Hidden < 900 {
					b.Fatal("too few segments: ", len(f.Segments), f.Hidden)
				}
			}
			b.ReportMetric(float64(frames.Microseconds())/float64(b.N), "µs/frame")
			b.ReportMetric(float64(adds.Microseconds())/float64(b.N), "µs-add/s")
		})
	}
}

// BenchmarkLookBack is a frame of another time, as when a person jumps back.
func BenchmarkLookBack(b *testing.B) {
	a, _ := loaded(b, benchQuery)
	q := benchQuery
	for i := 0; b.Loop(); i++ {
		q.At = benchEnd().Add(-10*time.Minute - time.Duration(i%2)*10*time.Minute)
		a.Frame(q, SourceStatus{}, benchEnd())
	}
}

// BenchmarkMemory is what a retained beacon takes, all in: what the heap grows
// by, with the window and the charts of one question.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		r := newReplay()
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		a := New(Config{})
		a.Frame(benchQuery, SourceStatus{}, epoch)
		r.play(a, benchSeconds)
		a.Frame(benchQuery, SourceStatus{}, benchEnd())
		runtime.GC()
		runtime.ReadMemStats(&after)
		n := float64(a.log.Rows)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/beacon")
		b.ReportMetric(float64(a.log.Bytes()+a.intake.Bytes())/n, "accounted-B/beacon")
		b.ReportMetric(float64(a.log.Views.Len())/n, "views/beacon")
		runtime.KeepAlive(r)
	}
}
