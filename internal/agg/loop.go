package agg

import (
	"context"
	"errors"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// Source is where a [Loop] gets its beacons. Batches delivers the batches that
// wait together, since many small batches cost less together than one by one; a
// delivery must be short enough that the loop gets back to queries and the clock
// soon. The channel is closed when no more will come. Status may be called at any
// time. Recycle takes back a batch that has been counted.
type Source interface {
	Batches() <-chan []*beacon.Batch
	Status() SourceStatus
	Recycle(*beacon.Batch)
}

// Loop owns an Aggregator: beacons and queries go in, frames come out. A slow
// reader loses frames, never beacons.
type Loop struct {
	agg         *Aggregator
	source      Source
	now         func() time.Time
	queries     chan frame.Query
	calls       chan call
	stopped     chan struct{} // closed when Run returns
	frames      chan *frame.Frame
	onFrame     func(*frame.Frame)
	rowsPerTurn int // that the watch reads before the loop turns to other work
}

// call is a function that Run calls with its aggregator.
type call struct {
	fn   func(*Aggregator)
	done chan struct{}
}

// NewLoop returns a loop that reads source once it runs. now is the viewer's clock.
func NewLoop(a *Aggregator, source Source, now func() time.Time) *Loop {
	return &Loop{
		agg: a, source: source, now: now, queries: make(chan frame.Query, 1), calls: make(chan call),
		stopped: make(chan struct{}), frames: make(chan *frame.Frame, 1), rowsPerTurn: watchRowsPerTurn,
	}
}

// Ask replaces the query. A frame follows at once, and again at every interval.
// Ask does not block; the newest of several queries counts.
func (l *Loop) Ask(q frame.Query) { replace(l.queries, q) }

// Do has the loop call fn with its aggregator, between batches and queries, and
// returns after the call. Frames wait meanwhile: split work that takes more than a
// few milliseconds. Do fails if ctx ends first, or if Run has returned.
func (l *Loop) Do(ctx context.Context, fn func(*Aggregator)) error {
	done := make(chan struct{})
	select {
	case l.calls <- call{fn, done}:
		<-done
		return nil
	case <-l.stopped:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errStopped = errors.New("counting has stopped")

// OnFrame has the loop call fn with every frame, in its own goroutine: fn must not
// block. Call OnFrame before Run.
func (l *Loop) OnFrame(fn func(*frame.Frame)) { l.onFrame = fn }

// Frames delivers the newest frame. It is closed when Run returns.
func (l *Loop) Frames() <-chan *frame.Frame { return l.frames }

// loadingInterval is the longest interval between frames while history is read: the
// screen fills visibly, and is complete as soon as the history is.
const loadingInterval = 250 * time.Millisecond

// watchRowsPerTurn rows take the watch about 10 ms.
const watchRowsPerTurn = 1 << 16

// Run counts until ctx ends, and returns its error. It makes no frame before the
// first Ask. After the source has ended, frames keep coming.
func (l *Loop) Run(ctx context.Context, interval time.Duration) error {
	defer close(l.frames)
	defer close(l.stopped)
	current := interval
	tick := time.NewTicker(current)
	defer tick.Stop()
	send := func(q frame.Query) {
		next := interval
		if l.send(q) < 1 {
			next = min(interval, loadingInterval)
		}
		if next != current {
			current = next
			tick.Reset(current)
		}
	}
	batches := l.source.Batches()
	always := make(chan struct{})
	close(always)
	var q frame.Query
	asked := false
	for {
		// A query goes before any number of waiting batches.
		select {
		case q = <-l.queries:
			asked = true
			send(q)
			continue
		default:
		}
		var watchBehind chan struct{}
		if l.agg.watch.IsBehind() {
			watchBehind = always
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-watchBehind:
			if l.agg.watch.ReadSteps(l.rowsPerTurn); !l.agg.watch.IsBehind() {
				send(q)
			}
		case q = <-l.queries:
			asked = true
			send(q)
		case <-tick.C:
			if asked {
				send(q)
			}
		case c := <-l.calls:
			c.fn(l.agg)
			close(c.done)
		case waiting, ok := <-batches:
			if !ok {
				batches = nil
				continue
			}
			l.agg.AddAll(waiting, l.now())
			for _, b := range waiting {
				l.source.Recycle(b)
			}
		}
	}
}

// send sends a frame. It returns the share of the history that is loaded.
func (l *Loop) send(q frame.Query) (loading float64) {
	f := l.agg.answer(q, l.source.Status(), l.now(), l.rowsPerTurn)
	loading = f.Health.Loading
	if l.onFrame != nil {
		l.onFrame(f)
	}
	replace(l.frames, f)
	return loading
}

// replace puts v into a channel of capacity 1, and discards what waits there.
func replace[T any](c chan T, v T) {
	for {
		select {
		case c <- v:
			return
		default:
		}
		select {
		case <-c:
		default:
		}
	}
}
