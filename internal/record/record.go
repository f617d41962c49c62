// Package record writes what an aggregator retains into snapshot files: once, as
// a recording that keeps growing, or as a series of files.
package record

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
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/fserr"
	"github.com/rumtop/rumtop/internal/snapshot"
)

// Recorder writes what the aggregator of a feed retains into files. It works in
// small steps, so that frames keep coming.
type Recorder struct {
	Feed       *feed.Feed
	Dir        string // of files without a path of their own
	Version    string // of this program, for the files
	Anonymised bool   // leave out users and sessions
	Only       filter.Expr
	Notes      []snapshot.Note
	Summary    string

	files  sync.Mutex
	named  time.Time // the time in the newest file's name
	lines  []string  // one for each file that was written
	newest string    // path of the newest file

	mu      sync.Mutex
	current *File // of the running recording
	cancel  context.CancelFunc
	done    chan error
}

// State is the state of the recording.
type State struct {
	On     bool
	Failed bool // it has ended by itself; Stop returns the error
	Since  time.Time
	Bytes  int64 // written so far
}

const (
	// interval is the pause between two steps of a recording.
	interval = 500 * time.Millisecond
	// distributions is how many segments' histograms go into a file.
	distributions = 50
)

// File is a snapshot that is being written.
type File struct {
	recorder *Recorder
	writer   *snapshot.Writer
	export   *agg.Export
	batch    beacon.Batch
}

// Create opens a file for the beacons that export will yield. Without a
// path, the file is named by site and time, in the recorder's directory.
func (r *Recorder) Create(path string, export *agg.Export, site string) (*File, error) {
	meta := snapshot.Meta{Anonymised: r.Anonymised, Only: r.Only.String()}
	if path == "" {
		path = r.freePath(site, time.Now())
	}
	w, err := snapshot.Create(path, meta)
	if err != nil {
		return nil, err
	}
	export.Only, export.Missed = r.Only, 0
	return &File{recorder: r, writer: w, export: export}, nil
}

// freePath returns a name that neither this recorder nor any other file in the
// directory uses: the second of two files within one second is named one second
// later.
func (r *Recorder) freePath(site string, at time.Time) string {
	r.files.Lock()
	defer r.files.Unlock()
	if next := r.named.Add(time.Second); at.Before(next) {
		at = next
	}
	for ; ; at = at.Add(time.Second) {
		path := filepath.Join(r.Dir, snapshot.Name(site, at))
		if _, err := os.Lstat(path); err != nil {
			r.named = at
			return path
		}
	}
}

// Path is where the file will be.
func (f *File) Path() string { return f.writer.Path() }

// Abort removes what was written.
func (f *File) Abort() { f.writer.Abort() }

// drain writes the beacons that are not in the file yet.
func (f *File) drain(ctx context.Context) error {
	for more := true; more; {
		if err := f.recorder.Feed.Loop.Do(ctx, func(a *agg.Aggregator) { more = a.Export(f.export, &f.batch) }); err != nil {
			return err
		}
		if err := f.writer.Add(&f.batch); err != nil {
			return err
		}
	}
	return nil
}

// Follow writes what arrives until ctx ends, and then returns nil.
func (f *File) Follow(ctx context.Context) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := f.drain(ctx); err != nil {
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

// Finish writes the rest, with seen as the frame that was on screen, and gives
// the file its name. On an error it removes what was written.
func (f *File) Finish(ctx context.Context, seen *frame.Frame) (snapshot.Meta, error) {
	r := f.recorder
	var spread []agg.Distribution
	err := f.drain(ctx)
	if err == nil {
		err = r.Feed.Loop.Do(ctx, func(a *agg.Aggregator) { spread = a.Distributions(distributions) })
	}
	if err != nil {
		f.writer.Abort()
		return snapshot.Meta{}, err
	}
	f.writer.SetFrame(seen, spread)
	return f.writer.Commit(snapshot.Meta{
		Version: r.Version, Site: seen.Site, TakenAt: time.Now().UTC(), Missed: f.export.Missed,
		View:    snapshot.View{Filter: seen.Filter, By: seen.By, WindowS: seen.WindowS, At: seen.At, Baseline: seen.Baseline},
		Health:  seen.Health,
		Markers: seen.Markers, Notes: r.Notes, Summary: r.Summary,
	})
}

// Snapshot writes all that is retained, and returns a line about the file.
func (r *Recorder) Snapshot(ctx context.Context, seen *frame.Frame) (string, error) {
	f, err := r.Create("", agg.ExportSpan(time.Time{}, time.Time{}), seen.Site)
	if err != nil {
		return "", fserr.Advise(err)
	}
	return f.finishLine(ctx, seen)
}

// finishLine finishes a file. It returns one line about where the file is and
// how much it holds, and keeps it for [Recorder.Written]: the screen shows it
// only for a moment.
func (f *File) finishLine(ctx context.Context, seen *frame.Frame) (string, error) {
	m, err := f.Finish(ctx, seen)
	if err != nil {
		return "", fserr.Advise(err)
	}
	path := f.Path()
	size, err := FileSize(path)
	if err != nil {
		return "", err
	}
	line := fmt.Sprintf("%s: %s, %s beacons over %s", path, humanize.Bytes(uint64(size)), humanize.Comma(m.Counts.Beacons), m.To.Sub(m.From).Round(time.Second))
	r := f.recorder
	r.files.Lock()
	defer r.files.Unlock()
	r.lines, r.newest = append(r.lines, line), path
	return line, nil
}

// Start starts a recording with all that is retained.
func (r *Recorder) Start(_ context.Context, seen *frame.Frame) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current != nil {
		return errors.New("a recording is already running")
	}
	f, err := r.Create("", agg.ExportSpan(time.Time{}, time.Time{}), seen.Site)
	if err != nil {
		return fserr.Advise(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.current, r.cancel, r.done = f, cancel, make(chan error, 1)
	go func() { r.done <- f.Follow(ctx) }()
	return nil
}

// Stop finishes the recording, and returns a line about the file.
func (r *Recorder) Stop(ctx context.Context, seen *frame.Frame) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current == nil {
		return "", errors.New("no recording is running")
	}
	f := r.current
	r.cancel()
	err := <-r.done
	r.current = nil
	if err != nil {
		f.Abort()
		return "", fserr.Advise(err)
	}
	return f.finishLine(ctx, seen)
}

// State reports the state of the recording.
func (r *Recorder) State() State {
	if !r.mu.TryLock() { // Start or Stop is at work
		return State{}
	}
	defer r.mu.Unlock()
	if r.current == nil {
		return State{}
	}
	since, bytes := r.current.writer.Progress()
	return State{On: true, Failed: len(r.done) > 0, Since: since, Bytes: bytes}
}

// stopTimeout is the longest that finishing a recording may delay the exit.
const stopTimeout = time.Minute

// Close finishes a recording that still runs. It needs q to ask for a frame.
func (r *Recorder) Close(q frame.Query) error {
	if !r.State().On {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	seen, err := r.Feed.Latest(ctx, q)
	if err != nil {
		return fmt.Errorf("finish the recording: %w", err)
	}
	_, err = r.Stop(ctx, seen)
	return err
}

// Written returns a line about each file that was written, and the path of the
// newest, "" for none.
func (r *Recorder) Written() (lines []string, newest string) {
	r.files.Lock()
	defer r.files.Unlock()
	return r.lines, r.newest
}

// FileSize is the size of a file in bytes.
func FileSize(path string) (int64, error) {
	info, err := os.Stat(filepath.Clean(path))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
