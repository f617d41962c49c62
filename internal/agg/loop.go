package agg

import (
	"context"
	"errors"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// Source is where a [Loop] takes its beacons from. Batches ends (is closed)
// when there will be no more; it gives what waits together, since many small
// batches cost less together than one by one, but no more than the loop may
// take before it looks at questions and the clock again. Status may be called at
// any time. Recycle takes a batch back that has been counted.
type Source interface {
	Batches() <-chan []*beacon.Batch
	Status() SourceStatus
	Recycle(*beacon.Batch)
}

// Loop owns an Aggregator: beacons and questions go in, frames come out. A
// reader that is slow loses frames, never beacons.
type Loop struct {
	agg         *Aggregator
	source      Source
	now         func() time.Time
	queries     chan frame.Query
	calls       chan call
	stopped     chan struct{} // closed when Run returns
	frames      chan *frame.Frame
	onFrame     func(*frame.Frame)
	rowsPerTurn int // rows that are looked at for what got worse before the loop turns to what else waits
}

// A loan is a function that the loop runs on its aggregator.
type call struct {
	fn   func(*Aggregator)
	done chan struct{}
}

// NewLoop makes a loop that reads source once it runs. now is the viewer's clock.
func NewLoop(a *Aggregator, source Source, now func() time.Time) *Loop {
	return &Loop{agg: a, source: source, now: now, queries: make(chan frame.Query, 1), calls: make(chan call), stopped: make(chan struct{}), frames: make(chan *frame.Frame, 1), rowsPerTurn: watchRowsPerTurn}
}

// Ask replaces the question. The answer follows at once, and again at every
// interval. Ask never waits; of several questions the newest counts.
func (l *Loop) Ask(q frame.Query) { replace(l.queries, q) }

// Do has the loop run use on its aggregator, between batches and questions,
// and returns when it has. Frames wait meanwhile: what takes more than a few
// milliseconds is to be done in steps. It gives up when ctx ends, or Run has.
func (l *Loop) Do(ctx context.Context, use func(*Aggregator)) error {
	done := make(chan struct{})
	select {
	case l.calls <- call{use, done}:
		<-done
		return nil
	case <-l.stopped:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errStopped = errors.New("counting has ended")

// OnFrame has the loop call hear with every frame that it makes, in its own
// goroutine: hear must not wait. Call it before Run.
func (l *Loop) OnFrame(hear func(*frame.Frame)) { l.onFrame = hear }

// Frames delivers the newest frame. It is closed when Run returns.
func (l *Loop) Frames() <-chan *frame.Frame { return l.frames }

// loadingInterval is how often a frame is sent while history is being read, so that the
// screen fills before one's eyes and is whole as soon as the history is.
const loadingInterval = 250 * time.Millisecond

// watchRowsPerTurn rows take the watch about a hundredth of a second.
const watchRowsPerTurn = 1 << 16

// Run counts until ctx ends, and returns its error. Nothing is sent until the
// first Ask. When the source ends, frames keep coming.
func (l *Loop) Run(ctx context.Context, interval time.Duration) error {
	defer close(l.frames)
	defer close(l.stopped)
	pace := interval
	tick := time.NewTicker(pace)
	defer tick.Stop()
	send := func(q frame.Query) {
		next := interval
		if l.send(q) < 1 {
			next = min(interval, loadingInterval)
		}
		if next != pace {
			pace = next
			tick.Reset(pace)
		}
	}
	batches := l.source.Batches()
	ready := make(chan struct{})
	close(ready)
	var q frame.Query
	asked := false
	for {
		// A question goes before any number of waiting batches.
		select {
		case q = <-l.queries:
			asked = true
			send(q)
			continue
		default:
		}
		var more chan struct{}
		if l.agg.watch.IsBehind() {
			more = ready
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-more:
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
		case lent := <-l.calls:
			lent.fn(l.agg)
			close(lent.done)
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

// send sends a frame and tells how much of the history is in it.
func (l *Loop) send(q frame.Query) (loading float64) {
	f := l.agg.answer(q, l.source.Status(), l.now(), l.rowsPerTurn)
	loading = f.Health.Loading
	if l.onFrame != nil {
		l.onFrame(f)
	}
	replace(l.frames, f)
	return loading
}

// replace puts v into a channel of one place, in the stead of what waits there.
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
