package feed

import (
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

// What arrives while the aggregator is busy is forwarded in groups of minGroup, in
// order and completely.
func TestLiveForwardGathers(t *testing.T) {
	f := NewPrepared(nil)
	const batches = minGroup + 44
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
	testwait.Until(t, "a group is gathered", func() bool { return len(from) <= batches-minGroup })
	next := 0
	for next < batches {
		group := <-f.batches
		if next == 0 && len(group) != minGroup {
			t.Errorf("first group of %d batches, want %d", len(group), minGroup)
		}
		for _, b := range group {
			if b.Received[0] != int64(next) {
				t.Fatalf("got batch %d, want %d", b.Received[0], next)
			}
			next++
		}
	}
	<-done
	if f.taken != batches {
		t.Errorf("taken = %d, want %d", f.taken, batches)
	}
}
