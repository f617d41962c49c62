package main

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/snapshot"
)

// recording is a snapshot as what the aggregator reads. Its clock stands at the
// end of what was recorded.
type recording struct {
	file    *snapshot.File
	meta    snapshot.Meta
	batches chan []*beacon.Batch
	taken   chan struct{}

	mu   sync.Mutex
	read int64
	done bool
}

// openRecording opens a snapshot and sets the counting going, which ends with ctx.
func openRecording(ctx context.Context, path string, cfg agg.Config, interval time.Duration) (*recording, *agg.Loop, <-chan error, error) {
	f, err := snapshot.Open(path)
	if err != nil {
		return nil, nil, nil, err
	}
	r := &recording{file: f, meta: f.Meta(), batches: make(chan []*beacon.Batch), taken: make(chan struct{}, 1)}
	a := agg.New(cfg)
	for _, m := range r.meta.Markers {
		if m.Kind != beacon.MarkerRelease { // those are found again
			a.Mark(m)
		}
	}
	loop := agg.NewLoop(a, r, r.now)
	loop.OnFrame(r.recorded)
	errs := make(chan error, 2)
	go func() {
		if err := r.run(ctx); err != nil && ctx.Err() == nil {
			errs <- err
		}
	}()
	go func() {
		if err := loop.Run(ctx, interval); err != nil && ctx.Err() == nil {
			errs <- err
		}
	}()
	return r, loop, errs, nil
}

func (r *recording) now() time.Time {
	if r.meta.To.IsZero() {
		return r.meta.TakenAt
	}
	return r.meta.To
}

// run reads the file to its end. A batch is the reader's again once it is counted.
func (r *recording) run(ctx context.Context) error {
	defer close(r.batches)
	err := r.file.Batches(func(b *beacon.Batch) error {
		n := int64(b.Len())
		select {
		case r.batches <- []*beacon.Batch{b}:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case <-r.taken:
		case <-ctx.Done():
			return ctx.Err()
		}
		r.mu.Lock()
		r.read += n
		r.mu.Unlock()
		return nil
	})
	r.mu.Lock()
	r.done = err == nil
	r.mu.Unlock()
	return errors.Join(err, r.file.Close())
}

// Batches is closed when all has been read.
func (r *recording) Batches() <-chan []*beacon.Batch { return r.batches }

// Recycle says that a batch has been counted. It never waits: one batch is on its way at a time.
func (r *recording) Recycle(*beacon.Batch) { r.taken <- struct{}{} }

// Status says how far the reading is.
func (r *recording) Status() agg.SourceStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := agg.SourceStatus{Site: r.meta.Site, Connected: true, History: true, Loading: 1}
	if !r.done {
		s.Loading = min(float64(r.read)/float64(max(r.meta.Counts.Beacons, 1)), almost)
	}
	return s
}

// recorded puts the trust counters of the recording into a frame, in the place of
// those of reading it. What did not fit this viewer's memory is counted on top.
func (r *recording) recorded(f *frame.Frame) {
	now := f.Health
	f.Health = r.meta.Health
	h := &f.Health
	h.Connected, h.Loading, h.Retained, h.HistoryFrom = true, now.Loading, now.Retained, now.HistoryFrom
	h.Evicted += now.Evicted
	h.PerS, h.SampleRate, h.SampleBefore = now.PerS, cmp.Or(now.SampleRate, 1), now.SampleBefore
	h.SkewP95MS, h.SkewN = now.SkewP95MS, now.SkewN
	h.LagMS, h.QuietS = 0, 0
}
