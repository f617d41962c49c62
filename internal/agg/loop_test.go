package agg

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

type fakeSource struct {
	batches chan []*beacon.Batch
	status  SourceStatus
}

func (s *fakeSource) Batches() <-chan []*beacon.Batch { return s.batches }
func (s *fakeSource) Status() SourceStatus            { return s.status }
func (s *fakeSource) Recycle(*beacon.Batch)           {}

// startLoop runs a loop over a source.
func startLoop(t *testing.T, capacity int, interval time.Duration) (*Loop, *fakeSource) {
	t.Helper()
	src := &fakeSource{batches: make(chan []*beacon.Batch, capacity), status: SourceStatus{Connected: true, Loading: 1}}
	l := NewLoop(New(Config{}), src, time.Now)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx, interval) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run returned %v", err)
		}
		for range l.Frames() { // ends: the channel is closed
		}
	})
	return l, src
}

func oneView() []*beacon.Batch {
	var b beacon.Batch
	b.Append(&beacon.Beacon{Received: time.Now().UnixMilli(), Navigation: true, View: 1})
	return []*beacon.Batch{&b}
}

var minute = frame.Query{By: "region", Window: time.Minute}

func TestLoopAskAnswersAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, src := startLoop(t, 10, time.Second)
		src.batches <- oneView()
		synctest.Wait()
		select {
		case <-l.Frames():
			t.Fatal("a frame before the first Ask")
		default:
		}
		begun := time.Now()
		l.Ask(minute)
		f := <-l.Frames()
		if waited := time.Since(begun); waited != 0 || f.Total.Views != 1 || !f.Health.Connected {
			t.Fatalf("after %v: %+v", waited, f.Total)
		}
		if <-l.Frames(); time.Since(begun) != time.Second {
			t.Fatalf("the next frame came after %v", time.Since(begun))
		}
	})
}

func TestLoopNewestFrameWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, src := startLoop(t, 10, time.Second)
		l.Ask(minute)
		synctest.Wait()
		for range 5 {
			src.batches <- oneView()
			time.Sleep(time.Second)
		}
		synctest.Wait()
		if f := <-l.Frames(); f.Total.Beacons != 5 {
			t.Fatalf("a slow reader got an old frame: %d beacons, want 5", f.Total.Beacons)
		}
		for _, by := range []string{"page", "os", "browser"} {
			l.Ask(frame.Query{By: by, Window: time.Minute})
		}
		synctest.Wait()
		if f := <-l.Frames(); f.By != "browser" {
			t.Fatalf("answered %q", f.By)
		}
	})
}

// TestLoopFloodLosesNothing floods the loop: queries and the clock still get their
// turn, and no beacon is lost.
func TestLoopFloodLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, src := startLoop(t, 4, time.Second)
		const n = 20_000
		begun := time.Now()
		go func() {
			for range n {
				src.batches <- oneView()
				time.Sleep(time.Millisecond)
			}
			close(src.batches)
		}()
		l.Ask(minute)
		frames := 0
		for f := range l.Frames() {
			frames++
			if f.Health.Retained == n {
				break
			}
		}
		if took := time.Since(begun); frames < 20 || took > 22*time.Second {
			t.Fatalf("%d frames in %v", frames, took)
		}
		l.Ask(minute) // the source has ended; the loop has not
		<-l.Frames()
	})
}

// Do works between batches, and does not wait for a loop that has stopped.
func TestLoopDo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	src := &fakeSource{batches: make(chan []*beacon.Batch, 1)}
	l := NewLoop(New(Config{}), src, time.Now)
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx, time.Second) }()
	src.batches <- oneView()
	for rows := 0; rows == 0; {
		if err := l.Do(ctx, func(a *Aggregator) { rows = a.log.Rows }); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	<-done
	if err := l.Do(t.Context(), func(*Aggregator) {}); err == nil {
		t.Error("Do works after Run has returned")
	}
	if err := NewLoop(New(Config{}), src, time.Now).Do(ctx, func(*Aggregator) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancel: %v", err)
	}
}
