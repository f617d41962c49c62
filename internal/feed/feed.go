// Package feed is where frames come from. [Live] runs an aggregator on a NATS
// stream, [Replay] on a snapshot; whoever asks for frames need not know which.
package feed

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/frame"
)

// runBoth runs the reading and the counting of a feed, and yields what ends one
// of them before ctx does.
func runBoth(ctx context.Context, read, count func() error) <-chan error {
	errs := make(chan error, 2)
	for _, run := range []func() error{read, count} {
		go func() {
			if err := run(); err != nil && ctx.Err() == nil {
				errs <- err
			}
		}()
	}
	return errs
}

// errEnded: the aggregator hands out no more frames.
var errEnded = errors.New("the aggregator has stopped")

// askInterval is the pause between two questions while a frame is awaited: the
// first complete one is wanted sooner than a refresh would bring it.
const askInterval = 20 * time.Millisecond

// Complete asks q until an answer has the whole history and ready, if given,
// holds for it, and returns that answer.
func Complete(ctx context.Context, loop *agg.Loop, q frame.Query, failed <-chan error, ready func(*frame.Frame) bool) (*frame.Frame, error) {
	ask := time.NewTicker(askInterval)
	defer ask.Stop()
	loop.Ask(q)
	return await(ctx, loop, failed, ready, ask.C, func() { loop.Ask(q) })
}

// Next returns the next frame of the loop's own refresh that has the whole
// history and for which ready, if given, holds.
func Next(ctx context.Context, loop *agg.Loop, failed <-chan error, ready func(*frame.Frame) bool) (*frame.Frame, error) {
	return await(ctx, loop, failed, ready, nil, nil)
}

func await(ctx context.Context, loop *agg.Loop, failed <-chan error, ready func(*frame.Frame) bool, tick <-chan time.Time, onTick func()) (*frame.Frame, error) {
	for {
		select {
		case <-tick:
			onTick()
		case <-ctx.Done():
			return nil, ctx.Err()
		case err := <-failed:
			return nil, err
		case f, ok := <-loop.Frames():
			if !ok {
				return nil, cmp.Or(ctx.Err(), errEnded)
			}
			if f.Health.Loading >= 1 && (ready == nil || ready(f)) {
				return f, nil
			}
		}
	}
}

// Latest returns an answer to q that was computed after the call.
func Latest(ctx context.Context, loop *agg.Loop, q frame.Query) (*frame.Frame, error) {
	asked := time.Now()
	loop.Ask(q)
	for {
		select {
		case f, ok := <-loop.Frames():
			if !ok {
				return nil, errEnded
			}
			if !f.At.Before(asked.Truncate(time.Millisecond)) {
				return f, nil
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
