package feed

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/stream"
)

// BenchmarkFirstFrame is half an hour at 2,000 beacons a second, from a local
// file store to the first complete frame: read, decoded, counted. Server and
// viewer share the process and its cores. Batches of 20 are what a collector
// that serves one region makes of such a rate; batches of 5 what one makes that
// serves five.
func BenchmarkFirstFrame(b *testing.B) {
	for _, size := range []int{20, 5} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) { benchmarkFirstFrame(b, size) })
	}
}

func benchmarkFirstFrame(b *testing.B, size int) {
	const total, part = 3_600_000, 100_000
	server, err := stream.StartEmbedded(stream.EmbeddedOptions{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	conn, err := stream.Connect(b.Context(), stream.ConnectOptions{Servers: server.ClientURL()})
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	if _, err := stream.EnsureStream(b.Context(), conn, stream.Limits{}); err != nil {
		b.Fatal(err)
	}
	pub, err := stream.NewPublisher(conn, stream.PublisherOptions{})
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now().Add(-30 * time.Minute).UnixMilli()
	n := 0
	for seed := range uint64(total / part) {
		for _, batch := range beacontest.Batches(beacontest.Subject.Traffic(seed, part), size) {
			for i := range batch.Received {
				batch.Received[i] = began + int64(n+i)/2
			}
			n += batch.Len()
			data, err := batch.Encode(nil)
			if err != nil {
				b.Fatal(err)
			}
			subject := beacon.Subject("shop", "eu-west", uint8(n/size%beacon.Shards))
			for pub.Publish(subject, fmt.Sprint(n), data, func(error) {}) != nil {
				time.Sleep(100 * time.Microsecond)
			}
		}
	}
	if err := pub.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		feed := NewLive(conn).Start(ctx, LiveOptions{Site: "shop", Since: time.Hour, Interval: time.Second})
		feed.Ask(frame.Query{Site: "shop", By: "region", Window: 5 * time.Minute, Rows: 30, Steps: 61})
		for f := range feed.Frames() {
			if f.Health.Loading == 1 {
				b.ReportMetric(float64(f.Health.Retained), "beacons")
				break
			}
		}
		cancel()
		for range feed.Frames() { // until it has ended
		}
	}
}
