package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/collector"
	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/stream"
)

// BenchmarkVisible is how long it takes from a beacon's 202 until a frame holds
// it, over real HTTP and NATS. What is reported is beyond the refresh interval:
// gathering, publishing, reading, counting.
func BenchmarkVisible(b *testing.B) {
	const interval = 200 * time.Millisecond
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	server, err := stream.StartEmbedded(stream.EmbeddedOptions{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	conn, err := stream.Connect(ctx, stream.ConnectOptions{Servers: server.ClientURL()})
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	collecting, err := startCollector(conn, collector.Config{Sites: map[string]string{"shop": "k"}, Region: "eu"})
	if err != nil {
		b.Fatal(err)
	}
	if collecting.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- collecting.serve(ctx) }()
	f := feed.NewLive(conn).Start(ctx, feed.LiveOptions{Config: agg.Config{Memory: 64 << 20}, Site: "shop", Since: time.Minute, Interval: interval})
	f.Ask(frame.Query{Site: "shop", By: "region", Window: time.Minute})

	var took []time.Duration
	url := fmt.Sprintf("http://%s/v1/beacons?key=k", collecting.listener.Addr())
	for b.Loop() {
		// At any moment between two frames, not always right after one.
		time.Sleep(rand.N(interval))
		resp, err := http.Post(url, "application/json", strings.NewReader(`{"navigation":true,"metrics":{"lcp":1200}}`))
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		accepted := time.Now()
		for answer := range f.Frames() {
			if answer.Health.Retained > len(took) {
				break
			}
		}
		took = append(took, time.Since(accepted))
	}
	slices.Sort(took)
	report := func(name string, q float64) {
		d := took[min(int(q*float64(len(took))), len(took)-1)]
		b.ReportMetric(float64((d - interval).Milliseconds()), name+"-ms-beyond-interval")
	}
	report("p50", .5)
	report("p99", .99)
	cancel()
	if err := <-served; err != nil {
		b.Error(err)
	}
}
