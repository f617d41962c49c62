package main

import (
	"runtime"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// What comes while the aggregator is busy is handed over together, in order and
// to the last, but never more than it should take at once.
func TestFeedGathers(t *testing.T) {
	f := newPreparedFeed(nil)
	const batches = together + 44
	from := make(chan *beacon.Batch, batches)
	for i := range batches {
		var b beacon.Batch
		b.Append(&beacon.Beacon{Received: int64(i)})
		from <- &b
	}
	close(from)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.forward(t.Context(), from)
	}()
	for deadline := time.Now().Add(10 * time.Second); len(from) > batches-together; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d batches were not gathered", len(from))
		}
	}
	next := 0
	for next < batches {
		group := <-f.batches
		if next == 0 && len(group) != together {
			t.Errorf("%d of %d batches came together", len(group), together)
		}
		for _, b := range group {
			if b.Received[0] != int64(next) {
				t.Fatalf("batch %d came where %d was due", b.Received[0], next)
			}
			next++
		}
	}
	<-done
	if f.taken != batches {
		t.Errorf("%d batches were counted as taken", f.taken)
	}
}
