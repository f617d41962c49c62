package main

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// silent is a source that has nothing.
type silent struct{}

func (silent) Batches() <-chan []*beacon.Batch { return nil }
func (silent) Status() agg.SourceStatus        { return agg.SourceStatus{Site: "shop"} }
func (silent) Recycle(*beacon.Batch)           {}

// A recording that goes on no more does not look as if it did.
func TestRecordingThatFails(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	loop := agg.NewLoop(agg.New(agg.Config{}), silent{}, time.Now)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = loop.Run(ctx, time.Second)
	}()
	r := &recorder{loop: loop, dir: t.TempDir()}
	seen := &frame.Frame{Site: "shop"}
	if err := r.Start(t.Context(), seen); err != nil {
		t.Fatal(err)
	}
	if s := r.Recording(); !s.On || s.Failed {
		t.Fatalf("%+v", s)
	}
	end()
	<-ended
	for deadline := time.Now().Add(10 * time.Second); !r.Recording().Failed; {
		if time.Now().After(deadline) {
			t.Fatalf("%+v", r.Recording())
		}
		time.Sleep(10 * time.Millisecond)
	}
	if _, err := r.Stop(t.Context(), seen); err == nil {
		t.Error("nothing was said about it")
	}
	if s := r.Recording(); s.On {
		t.Errorf("%+v", s)
	}
}

// Files of one second do not stand in each other's way: neither when they begin
// nor when one that began first ends last.
func TestFilesOfOneSecond(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	loop := agg.NewLoop(agg.New(agg.Config{}), silent{}, time.Now)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = loop.Run(ctx, time.Second)
	}()
	defer func() { end(); <-ended }()
	r := &recorder{loop: loop, dir: t.TempDir()}
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
	files, err := filepath.Glob(filepath.Join(r.dir, "rumtop-shop-*.rumsnap"))
	if err != nil || len(files) != 4 || len(r.told) != 4 {
		t.Errorf("%d files, %q told (%v)", len(files), r.told, err)
	}
}
