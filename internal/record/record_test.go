package record

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// emptySource is a source without beacons.
type emptySource struct{}

func (emptySource) Batches() <-chan []*beacon.Batch { return nil }
func (emptySource) Status() agg.SourceStatus        { return agg.SourceStatus{Site: "shop"} }
func (emptySource) Recycle(*beacon.Batch)           {}

// A recording that has ended by itself does not look as if it still ran.
func TestRecorderFailed(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	loop := agg.NewLoop(agg.New(agg.Config{}), emptySource{}, time.Now)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = loop.Run(ctx, time.Second)
	}()
	r := &Recorder{Feed: &feed.Feed{Loop: loop}, Dir: t.TempDir()}
	seen := &frame.Frame{Site: "shop"}
	if err := r.Start(t.Context(), seen); err != nil {
		t.Fatal(err)
	}
	if s := r.State(); !s.On || s.Failed {
		t.Fatalf("%+v", s)
	}
	end()
	<-ended
	testwait.Until(t, "the recording has failed", func() bool { return r.State().Failed })
	if _, err := r.Stop(t.Context(), seen); err == nil {
		t.Error("Stop of a failed recording returned no error")
	}
	if s := r.State(); s.On {
		t.Errorf("%+v", s)
	}
}

// Files of one second get names of their own, also when the first to start is
// the last to finish.
func TestRecorderFilesOfOneSecond(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	loop := agg.NewLoop(agg.New(agg.Config{}), emptySource{}, time.Now)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = loop.Run(ctx, time.Second)
	}()
	defer func() { end(); <-ended }()
	r := &Recorder{Feed: &feed.Feed{Loop: loop}, Dir: t.TempDir()}
	seen := &frame.Frame{Site: "shop"}
	if err := r.Start(ctx, seen); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := r.Snapshot(ctx, seen); err != nil {
			t.Error(err)
		}
	}
	if _, err := r.Stop(ctx, seen); err != nil {
		t.Error(err)
	}
	lines, _ := r.Written()
	files, err := filepath.Glob(filepath.Join(r.Dir, "rumtop-shop-*.rumsnap"))
	if err != nil || len(files) != 4 || len(lines) != 4 {
		t.Errorf("%d files, lines %q (%v)", len(files), lines, err)
	}
}
