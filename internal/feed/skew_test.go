package feed

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/stream"
)

// A viewer on a machine with a wrong clock shows the same window as others, and
// reports by how much the clock is off.
func TestLiveWrongClock(t *testing.T) {
	server, err := stream.StartEmbedded(stream.EmbeddedOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	conn, err := stream.Connect(t.Context(), stream.ConnectOptions{Servers: server.ClientURL()})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := stream.EnsureStream(t.Context(), conn, stream.Limits{}); err != nil {
		t.Fatal(err)
	}
	pub, err := stream.NewPublisher(conn, stream.PublisherOptions{})
	if err != nil {
		t.Fatal(err)
	}
	const inWindow, before = 40, 7
	for i := range inWindow + before {
		age := 2 * time.Minute
		if i >= inWindow {
			age = 7 * time.Minute // in the window before
		}
		publishView(t, pub, i+1, age)
	}
	if err := pub.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, off := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute} {
		t.Run(off.String(), func(t *testing.T) {
			f := NewLive(conn)
			f.Clock = func() time.Time { return time.Now().Add(off) }
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			feed := f.Start(ctx, LiveOptions{Site: "shop", Since: 30 * time.Minute, Interval: 100 * time.Millisecond})
			feed.Ask(frame.Query{Site: "shop", By: "region", Window: 5 * time.Minute, Rows: 30, Steps: 61})
			last, err := feed.Next(ctx, func(f *frame.Frame) bool { return f.Total.Views == inWindow })
			cancel()
			for range feed.Frames() { // until it has ended
			}
			if err != nil {
				t.Fatalf("no frame with %d views: %v", inWindow, err)
			}
			if skew := time.Duration(last.Health.ServerSkewMS) * time.Millisecond; (skew - off).Abs() > 2*time.Second {
				t.Errorf("skew %v, want %v", skew, off)
			}
			if at := time.Since(last.At); at.Abs() > 10*time.Second {
				t.Errorf("the frame ends at %v, want now", last.At)
			}
		})
	}
}

// publishView publishes a page view of a user of its own, received age ago.
func publishView(t *testing.T, pub *stream.Publisher, n int, age time.Duration) {
	t.Helper()
	var batch beacon.Batch
	batch.Append(&beacon.Beacon{
		Site: "shop", Received: time.Now().Add(-age).UnixMilli(), SampleRate: 1, Navigation: true,
		View: beacon.ID(n), User: beacon.ID(n), Dims: [beacon.NumDims]string{beacon.Region: "eu-west"},
	})
	data, err := batch.Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pub.Publish(beacon.Subject("shop", "eu-west", 0), fmt.Sprint(n), data, func(error) {}); err != nil {
		t.Fatal(err)
	}
}
