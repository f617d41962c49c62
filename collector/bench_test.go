package collector

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// realistic are beacons as the browser agent sends them: mostly vitals, one in
// twenty with an error and its stack, one in five with a failed request.
func realistic(n int) []string {
	stack := "TypeError: Cannot read properties of undefined (reading 'total')\\n" + strings.Repeat(
		"    at CheckoutSummary.render (https://shop.example/assets/checkout-4f8a2c.js:1:48211)\\n", 12)
	out := make([]string, n)
	for i := range out {
		extra := ""
		switch {
		case i%20 == 7:
			extra = `,"errors":[{"type":"TypeError","message":"Cannot read properties of undefined (reading 'total')","stack":"` + stack + `","handled":false,"time":1763647652100}]`
		case i%5 == 3:
			extra = `,"requests":[{"url":"https://api.shop.example/cart/8412?session=1","method":"POST","status":500,"duration":812.4,"trace":"4bf92f3577b34da6a3ce929d0e0e4736"}]`
		}
		out[i] = fmt.Sprintf(`{"sdk":"rum.js","id":"01J9Z%021d","time":1763647652123,"release":"2.4.1","environment":"production",`+
			`"url":"https://shop.example/users/%d/orders?utm_source=mail","view":"v-%016x","session":"s-%016x","user":"u-%d","navigation":true,"sample_rate":1,`+
			`"connection":"4g","tags":{"tier":"paid","flag":"new-payment-flow"},"metrics":{"lcp":%d.5,"inp":184,"cls":0.04,"fcp":901,"ttfb":212,"dns":3,"tcp":11,"tls":24}%s}`,
			i, i%500, i, i/3, i%300, 1200+i*7%3000, extra)
	}
	return out
}

// processorTime is the processor time that the process has used.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// reportRate reports beacons per second, and processor time per beacon: that one
// is stable on a machine that does other things, too.
func reportRate(b *testing.B, beacons int, began time.Duration) {
	b.ReportMetric(float64(beacons)/b.Elapsed().Seconds(), "beacons/s")
	b.ReportMetric(float64((processorTime(b)-began).Nanoseconds())/float64(beacons), "cpu-ns/beacon")
}

// discard acknowledges everything at once.
type discard struct{ bytes, batches atomic.Int64 }

func (d *discard) Publish(_, _ string, payload []byte, done func(error)) error {
	d.bytes.Add(int64(len(payload)))
	d.batches.Add(1)
	done(nil)
	return nil
}

const chromeAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"

func newBenchCollector(b *testing.B) (*Collector, *discard) {
	b.Helper()
	sink := &discard{}
	c, err := New(Config{Sites: map[string]string{"shop": testKey}, Origins: []string{"https://shop.example"}, Region: "eu-west", RateLimit: -1, SiteRateLimit: -1}, sink)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := c.Drain(b.Context()); err != nil && b.Context().Err() == nil {
			b.Error(err)
		}
	})
	return c, sink
}

// statusWriter is a ResponseWriter that keeps the status only.
type statusWriter struct {
	header http.Header
	status int
}

func (n *statusWriter) Header() http.Header         { return n.header }
func (n *statusWriter) WriteHeader(status int)      { n.status = status }
func (n *statusWriter) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkHandler is the handler without HTTP around it: decode, enrich,
// hash, scrub, gather, encode.
func BenchmarkHandler(b *testing.B) {
	for _, per := range []int{1, 20} {
		b.Run(fmt.Sprintf("beacons=%d", per), func(b *testing.B) {
			c, sink := newBenchCollector(b)
			all := realistic(2000)
			bodies := make([][]byte, len(all)/per)
			for i := range bodies {
				bodies[i] = []byte("[" + strings.Join(all[i*per:(i+1)*per], ",") + "]")
			}
			h := c.Handler()
			b.ReportAllocs()
			b.SetBytes(int64(len(bodies[0])))
			var next atomic.Int64
			b.ResetTimer()
			began := processorTime(b)
			b.RunParallel(func(pb *testing.PB) {
				w := &statusWriter{header: http.Header{}}
				for pb.Next() {
					r := httptest.NewRequest("POST", "/v1/beacons?key="+testKey, nil)
					r.Body = io.NopCloser(bytes.NewReader(bodies[int(next.Add(1))%len(bodies)]))
					r.Header["Content-Type"] = []string{"text/plain;charset=UTF-8"}
					r.Header["User-Agent"] = []string{chromeAgent}
					r.Header["Origin"] = []string{"https://shop.example"}
					clear(w.header)
					h.ServeHTTP(w, r)
					if w.status != http.StatusAccepted {
						b.Fatalf("status %d", w.status)
					}
				}
			})
			b.StopTimer()
			reportRate(b, per*b.N, began)
			c.Flush()
			if n := c.Stats().Published; n > 0 {
				b.ReportMetric(float64(sink.bytes.Load())/float64(n), "B/beacon")
			}
		})
	}
}

// stalled accepts batches and never acknowledges one.
type stalled struct{}

func (stalled) Publish(string, string, []byte, func(error)) error { return nil }

// BenchmarkStalled is the response time while NATS stalls and the queue is full:
// every request makes room by shedding, or is denied.
func BenchmarkStalled(b *testing.B) {
	c, err := New(Config{Sites: map[string]string{"shop": testKey}, RateLimit: -1, SiteRateLimit: -1, QueueBytes: 4 << 20}, stalled{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := c.Drain(ctx); !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
	})
	all := realistic(2000)
	post := func(i int) {
		r := httptest.NewRequest("POST", "/v1/beacons?key="+testKey, strings.NewReader(all[i%len(all)]))
		r.Header["Content-Type"] = []string{"application/json"}
		w := statusWriter{header: http.Header{}}
		c.Handler().ServeHTTP(&w, r)
		if w.status != http.StatusAccepted && w.status != http.StatusServiceUnavailable {
			b.Fatalf("status %d", w.status)
		}
	}
	for i := 0; c.Stats().Dropped["shed"] == 0; i++ {
		post(i)
	}
	took := make([]time.Duration, 0, b.N)
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		post(i)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	if n := c.Stats().QueueBytes; n > 4<<20 {
		b.Fatalf("queue holds %d bytes", n)
	}
}

// BenchmarkHTTP is the handler over loopback connections that are kept alive,
// client included.
func BenchmarkHTTP(b *testing.B) {
	for _, per := range []int{1, 20} {
		b.Run(fmt.Sprintf("beacons=%d", per), func(b *testing.B) {
			c, _ := newBenchCollector(b)
			ts := httptest.NewServer(c.Handler())
			defer ts.Close()
			all := realistic(2000)
			bodies := make([]string, len(all)/per)
			for i := range bodies {
				bodies[i] = "[" + strings.Join(all[i*per:(i+1)*per], ",") + "]"
			}
			transport := &http.Transport{MaxIdleConnsPerHost: 64}
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: transport}
			var next atomic.Int64
			b.SetParallelism(8)
			b.ResetTimer()
			began := processorTime(b)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					req, err := http.NewRequest("POST", ts.URL+"/v1/beacons?key="+testKey, strings.NewReader(bodies[int(next.Add(1))%len(bodies)]))
					if err != nil {
						b.Fatal(err)
					}
					req.Header["Content-Type"] = []string{"text/plain;charset=UTF-8"}
					req.Header["User-Agent"] = []string{chromeAgent}
					res, err := client.Do(req)
					if err != nil {
						b.Fatal(err)
					}
					io.Copy(io.Discard, res.Body)
					res.Body.Close()
					if res.StatusCode != http.StatusAccepted {
						b.Fatalf("status %d", res.StatusCode)
					}
				}
			})
			b.StopTimer()
			reportRate(b, per*b.N, began)
		})
	}
}
