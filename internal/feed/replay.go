package feed

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

// Replay is a snapshot as the source of an aggregator. Its time is the end of the
// recording.
type Replay struct {
	Meta snapshot.Meta

	file    *snapshot.File
	batches chan []*beacon.Batch
	taken   chan struct{}

	mu   sync.Mutex
	read int64
	done bool
}

// OpenReplay opens a snapshot.
func OpenReplay(path string) (*Replay, error) {
	f, err := snapshot.Open(path)
	if err != nil {
		return nil, err
	}
	return &Replay{Meta: f.Meta(), file: f, batches: make(chan []*beacon.Batch), taken: make(chan struct{}, 1)}, nil
}

// Start runs an aggregator on the source for as long as ctx lives. It makes a
// frame every interval.
func (r *Replay) Start(ctx context.Context, cfg agg.Config, interval time.Duration) *Feed {
	a := agg.New(cfg)
	for _, m := range r.Meta.Markers {
		if m.Kind != beacon.MarkerRelease { // the aggregator finds those again
			a.Mark(m)
		}
	}
	loop := agg.NewLoop(a, r, r.Now)
	loop.OnFrame(r.restoreHealth)
	return start(ctx, loop, interval, r.readFile)
}

// Now is the end of the recording.
func (r *Replay) Now() time.Time {
	if r.Meta.To.IsZero() {
		return r.Meta.TakenAt
	}
	return r.Meta.To
}

// readFile reads the file to its end. It reuses a batch once it is counted.
func (r *Replay) readFile(ctx context.Context) error {
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

// Batches is closed when the whole file has been read.
func (r *Replay) Batches() <-chan []*beacon.Batch { return r.batches }

// Recycle reports that a batch has been counted. It never waits: there is one
// batch at a time.
func (r *Replay) Recycle(*beacon.Batch) { r.taken <- struct{}{} }

// Status reports how much of the file has been read.
func (r *Replay) Status() agg.SourceStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := agg.SourceStatus{Site: r.Meta.Site, Connected: true, History: true, Loading: 1}
	if !r.done {
		s.Loading = min(float64(r.read)/float64(max(r.Meta.Counts.Beacons, 1)), maxLoading)
	}
	return s
}

// restoreHealth replaces the trust counters of a frame, which count the reading,
// with those of the recording. Beacons that did not fit this viewer's memory add to
// them.
func (r *Replay) restoreHealth(f *frame.Frame) {
	now := f.Health
	f.Health = r.Meta.Health
	h := &f.Health
	h.Connected, h.Loading, h.Retained, h.HistoryFrom = true, now.Loading, now.Retained, now.HistoryFrom
	h.Evicted += now.Evicted
	h.PerS, h.SampleRate, h.SampleBefore = now.PerS, cmp.Or(now.SampleRate, 1), now.SampleBefore
	h.SkewP95MS, h.SkewN = now.SkewP95MS, now.SkewN
	h.LagMS, h.QuietS = 0, 0
}
