// Package feed is where frames come from. [Live] runs an aggregator on a NATS
// stream, [Replay] on a snapshot. Both start a [Feed], which hides the difference
// from its users.
package feed

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/frame"
)

// Feed answers queries with frames.
type Feed struct {
	// Loop computes the frames, in this process.
	Loop *agg.Loop
	// Failed yields the error that ended the feed before its context did.
	Failed <-chan error
	// Patience is how long the connection may be lost while the history is read,
	// before [Feed.Complete] fails.
	Patience time.Duration

	refusal func() error // see [Feed.Refusal]; nil: none
}

// Refusal is why the history cannot be read though there may be one, nil if it
// can. Commands that answer once end with it; the screen goes on with live
// batches and shows it.
func (f *Feed) Refusal() error {
	if f.refusal == nil {
		return nil
	}
	return f.refusal()
}

// patience is the default of Feed.Patience: a server that restarts is back by
// then.
const patience = 30 * time.Second

// start runs read and the loop for as long as ctx lives.
func start(ctx context.Context, loop *agg.Loop, interval time.Duration, read func(context.Context) error) *Feed {
	failed := make(chan error, 2)
	count := func(ctx context.Context) error { return loop.Run(ctx, interval) }
	for _, run := range []func(context.Context) error{read, count} {
		go func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				failed <- err
			}
		}()
	}
	return &Feed{Loop: loop, Failed: failed, Patience: patience}
}

// Ask replaces the query. The answer follows at once, and again at every
// interval.
func (f *Feed) Ask(q frame.Query) { f.Loop.Ask(q) }

// Frames delivers the newest frame. It is closed when the feed has ended.
func (f *Feed) Frames() <-chan *frame.Frame { return f.Loop.Frames() }

// errEnded is returned when the feed ends while a frame is awaited.
var errEnded = errors.New("the aggregator has stopped")

// errLost is returned when the history cannot be read to its end.
var errLost = errors.New("lost the connection while reading the history: check the server, then try again")

// askInterval is the pause between two queries while [Feed.Complete] waits:
// shorter than a refresh, so that the first complete frame arrives sooner.
const askInterval = 20 * time.Millisecond

// Complete asks q until an answer has the whole history and ready, if not nil,
// accepts it, and returns that answer. It fails if the history cannot be read.
func (f *Feed) Complete(ctx context.Context, q frame.Query, ready func(*frame.Frame) bool) (*frame.Frame, error) {
	tick := time.NewTicker(askInterval)
	defer tick.Stop()
	f.Ask(q)
	complete := func(answer *frame.Frame) bool {
		return answer.Health.HistoryReason == "" && (ready == nil || ready(answer))
	}
	return f.await(ctx, complete, tick.C, func() error {
		f.Ask(q)
		return f.Refusal()
	})
}

// Next returns the next refreshed frame that has the whole history and that
// ready, if not nil, accepts.
func (f *Feed) Next(ctx context.Context, ready func(*frame.Frame) bool) (*frame.Frame, error) {
	return f.await(ctx, ready, nil, nil)
}

func (f *Feed) await(ctx context.Context, ready func(*frame.Frame) bool, tick <-chan time.Time, onTick func() error) (*frame.Frame, error) {
	connected := time.Now() // when it last was
	for {
		select {
		case <-tick:
			if err := onTick(); err != nil {
				return nil, err
			}
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case err := <-f.Failed:
			return nil, err
		case answer, ok := <-f.Frames():
			if !ok {
				return nil, cmp.Or(context.Cause(ctx), errEnded)
			}
			if answer.Health.Connected {
				connected = time.Now()
			}
			if answer.Health.Loading < 1 && time.Since(connected) > f.Patience {
				return nil, errLost
			}
			if answer.Health.Loading >= 1 && (ready == nil || ready(answer)) {
				return answer, nil
			}
		}
	}
}

// Latest returns an answer to q that was computed after the call.
func (f *Feed) Latest(ctx context.Context, q frame.Query) (*frame.Frame, error) {
	asked := time.Now()
	f.Ask(q)
	for {
		select {
		case answer, ok := <-f.Frames():
			if !ok {
				return nil, errEnded
			}
			if !answer.At.Before(asked.Truncate(time.Millisecond)) {
				return answer, nil
			}
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}
