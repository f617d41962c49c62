package snapshot

import (
	"archive/zip"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// Writer writes one snapshot. What it writes is a temporary file until Commit.
// It is not safe for concurrent use.
type Writer struct {
	path   string
	meta   Meta
	rows   *encoder
	tables tables
	frame  *frame.Frame
	spread []agg.Distribution
	ended  bool
}

// Create begins a snapshot that is to be at path, where no file may be. Nothing
// is there before Commit. meta tells what is known at the beginning; Anonymised
// and Only cannot change later.
func Create(path string, meta Meta) (*Writer, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, errExists(path)
	}
	dir := filepath.Dir(path)
	sweep(dir, time.Now())
	w := &Writer{path: path, meta: meta}
	var err error
	if w.tables, err = newTables(dir); err != nil {
		return nil, failedTo(path, err)
	}
	w.rows = newEncoder(&w.tables, meta.Anonymised)
	return w, nil
}

// Add writes the beacons of a batch, in their order. It keeps nothing of b.
// It waits where encoding does not keep up; what goes wrong is told by Commit.
func (w *Writer) Add(b *beacon.Batch) error {
	if w.ended {
		return errEnded
	}
	return w.rows.add(b)
}

var (
	errEnded   = errors.New("the snapshot has been ended")
	errTooMany = errors.New("a snapshot holds two thousand million beacons at most: begin another one")
)

// See keeps what was on screen: the frame, and the distributions behind its percentiles.
func (w *Writer) See(f *frame.Frame, d []agg.Distribution) { w.frame, w.spread = f, d }

// Path is where the snapshot is to be.
func (w *Writer) Path() string { return w.path }

// Progress tells when the first beacon was received and how many bytes have been
// written about. It may be called from any goroutine.
func (w *Writer) Progress() (since time.Time, bytes int64) {
	for _, t := range w.tables.all() {
		bytes += t.size()
	}
	if first := w.rows.began.Load(); first != 0 {
		since = time.UnixMilli(first)
	}
	return since, bytes
}

// Beacons is how many were added.
func (w *Writer) Beacons() int64 { return w.rows.counts.Beacons }

// Commit ends the snapshot and gives it its name. Schema, Counts and, where they
// are zero, the span come from what was added. After an error nothing is left behind.
func (w *Writer) Commit(meta Meta) (Meta, error) {
	if w.ended {
		return Meta{}, errEnded
	}
	w.ended = true
	defer w.tables.close()
	if err := w.tables.finish(); err != nil {
		return Meta{}, failedTo(w.path, err)
	}
	meta.Schema, meta.Anonymised, meta.Only = Schema, w.meta.Anonymised, w.meta.Only
	meta.Counts = w.rows.counts
	if w.rows.counts.Beacons > 0 {
		if meta.From.IsZero() {
			meta.From = time.UnixMilli(w.rows.first).UTC()
		}
		if meta.To.IsZero() {
			meta.To = time.UnixMilli(w.rows.last).UTC()
		}
	}
	f, err := createTemp(filepath.Dir(w.path))
	if err == nil {
		if err = w.assemble(f, &meta); err == nil {
			err = publish(f, w.path)
		}
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}
	if err != nil {
		return Meta{}, failedTo(w.path, err)
	}
	return meta, nil
}

// Abort ends the snapshot and leaves nothing behind. After Commit it does nothing.
func (w *Writer) Abort() {
	if w.ended {
		return
	}
	w.ended = true
	_ = w.tables.finish()
	w.tables.close()
}

func (w *Writer) assemble(f *os.File, meta *Meta) error {
	a := archive{zip: zip.NewWriter(f), taken: meta.TakenAt}
	if err := a.bytes(readmeName, []byte(readme)); err != nil {
		return err
	}
	if err := a.json(metaName, meta); err != nil {
		return err
	}
	if w.frame != nil {
		if err := a.json(frameName, w.frame); err != nil {
			return err
		}
	}
	if len(w.spread) > 0 {
		h, err := histogramsOf(w.spread)
		if err != nil {
			return err
		}
		if err := a.json(histogramsName, h); err != nil {
			return err
		}
	}
	for _, t := range w.tables.all() {
		if err := a.spool(t.member(), t.spooled()); err != nil {
			return err
		}
	}
	return a.close()
}
