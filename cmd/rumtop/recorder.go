package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/snapshot"
	"github.com/rumtop/rumtop/internal/ui"
)

// recorder writes what a loop retains into files. Its goroutines take a step at
// a time of the loop's, so that frames keep coming.
type recorder struct {
	loop       *agg.Loop
	dir        string
	anonymised bool
	only       filter.Expr
	notes      []snapshot.Note
	summary    string

	files  sync.Mutex
	named  time.Time // what the newest file is called after
	told   []string  // a line for each that was written
	newest string    // of them

	mu     sync.Mutex
	take   *take // the recording that is on
	cancel context.CancelFunc
	done   chan error
}

// take is one file on its way.
type take struct {
	writer *snapshot.Writer
	export *agg.Export
	batch  beacon.Batch
}

// How often a recording takes what has come, and how many segments'
// distributions go into a file.
const (
	recordInterval = 500 * time.Millisecond
	distributions  = 50
)

// begin opens a file for what an export has yet to give.
func (r *recorder) begin(path string, e *agg.Export, seen *frame.Frame) (*take, error) {
	meta := snapshot.Meta{Anonymised: r.anonymised, Only: r.only.String()}
	if path == "" {
		path = r.free(seen.Site, time.Now())
	}
	w, err := snapshot.Create(path, meta)
	if err != nil {
		return nil, err
	}
	e.Only, e.Missed = r.only, 0
	return &take{writer: w, export: e}, nil
}

// free is a name that no file of this recorder has or will have, nor any other
// that is there: two within one second are called as if one were a second later.
func (r *recorder) free(site string, at time.Time) string {
	r.files.Lock()
	defer r.files.Unlock()
	if next := r.named.Add(time.Second); at.Before(next) {
		at = next
	}
	for ; ; at = at.Add(time.Second) {
		path := filepath.Join(r.dir, snapshot.Name(site, at))
		if _, err := os.Lstat(path); err != nil {
			r.named = at
			return path
		}
	}
}

// drain writes what the loop has and the file has not.
func (t *take) drain(ctx context.Context, loop *agg.Loop) error {
	for more := true; more; {
		if err := loop.Do(ctx, func(a *agg.Aggregator) { more = a.Export(t.export, &t.batch) }); err != nil {
			return err
		}
		if err := t.writer.Add(&t.batch); err != nil {
			return err
		}
	}
	return nil
}

// end writes the rest and gives the file its name.
func (r *recorder) end(ctx context.Context, t *take, seen *frame.Frame) (snapshot.Meta, error) {
	var spread []agg.Distribution
	err := t.drain(ctx, r.loop)
	if err == nil {
		err = r.loop.Do(ctx, func(a *agg.Aggregator) { spread = a.Distributions(distributions) })
	}
	if err != nil {
		t.writer.Abort()
		return snapshot.Meta{}, err
	}
	t.writer.See(seen, spread)
	return t.writer.Commit(snapshot.Meta{
		Version: versionName(), Site: seen.Site, TakenAt: time.Now().UTC(), Missed: t.export.Missed,
		View:    snapshot.View{Filter: seen.Filter, By: seen.By, WindowS: seen.WindowS, At: seen.At, Baseline: seen.Baseline},
		Health:  seen.Health,
		Markers: seen.Markers, Notes: r.notes, Summary: r.summary,
	})
}

// Snapshot writes all that is retained.
func (r *recorder) Snapshot(ctx context.Context, seen *frame.Frame) (string, error) {
	t, err := r.begin("", agg.ExportSpan(time.Time{}, time.Time{}), seen)
	if err != nil {
		return "", advised(err)
	}
	meta, err := r.end(ctx, t, seen)
	if err != nil {
		return "", advised(err)
	}
	return r.wrote(t.writer.Path(), meta)
}

// wrote says in one line where a file is and how much is in it, and keeps that
// for who leaves: a screen says it for a moment only.
func (r *recorder) wrote(path string, m snapshot.Meta) (string, error) {
	size, err := fileSize(path)
	if err != nil {
		return "", err
	}
	line := fmt.Sprintf("%s: %s, %s beacons over %s", path, humanize.Bytes(uint64(size)), humanize.Comma(m.Counts.Beacons), m.To.Sub(m.From).Round(time.Second))
	r.files.Lock()
	defer r.files.Unlock()
	r.told, r.newest = append(r.told, line), path
	return line, nil
}

// Start begins a recording with all that is retained.
func (r *recorder) Start(_ context.Context, seen *frame.Frame) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.take != nil {
		return errors.New("a recording is on already")
	}
	t, err := r.begin("", agg.ExportSpan(time.Time{}, time.Time{}), seen)
	if err != nil {
		return advised(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.take, r.cancel, r.done = t, cancel, make(chan error, 1)
	go func() { r.done <- t.follow(ctx, r.loop) }()
	return nil
}

// follow writes what comes until ctx ends.
func (t *take) follow(ctx context.Context, loop *agg.Loop) error {
	tick := time.NewTicker(recordInterval)
	defer tick.Stop()
	for {
		if err := t.drain(ctx, loop); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Stop ends the recording.
func (r *recorder) Stop(ctx context.Context, seen *frame.Frame) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.take == nil {
		return "", errors.New("no recording is on")
	}
	t := r.take
	r.cancel()
	err := <-r.done
	r.take = nil
	if err != nil {
		t.writer.Abort()
		return "", advised(err)
	}
	meta, err := r.end(ctx, t, seen)
	if err != nil {
		return "", advised(err)
	}
	return r.wrote(t.writer.Path(), meta)
}

// Recording tells how the recording goes.
func (r *recorder) Recording() ui.RecordingState {
	if !r.mu.TryLock() { // it is being started or ended
		return ui.RecordingState{}
	}
	defer r.mu.Unlock()
	if r.take == nil {
		return ui.RecordingState{}
	}
	since, bytes := r.take.writer.Progress()
	return ui.RecordingState{On: true, Failed: len(r.done) > 0, Since: since, Bytes: bytes}
}

// leaveFiles tells who has left the screen which files were written, after that
// of a recording that was still on.
func (p *program) leaveFiles(r *recorder, loop *agg.Loop, q frame.Query) error {
	err := endRecording(r, loop, q)
	r.files.Lock()
	defer r.files.Unlock()
	for _, line := range r.told {
		if _, failed := fmt.Fprintln(p.stdout, line); failed != nil {
			return errors.Join(err, failed)
		}
	}
	if r.newest != "" {
		_, failed := fmt.Fprintf(p.stdout, "write it up with: rumtop report %s -o incident.html\n", r.newest)
		err = errors.Join(err, failed)
	}
	return err
}

func endRecording(r *recorder, loop *agg.Loop, q frame.Query) error {
	if !r.Recording().On {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	seen, err := latest(ctx, loop, q)
	if err != nil {
		return fmt.Errorf("end the recording: %w", err)
	}
	_, err = r.Stop(ctx, seen)
	return err
}

// endTime is the most that ending a recording may hold up leaving.
const endTime = time.Minute
