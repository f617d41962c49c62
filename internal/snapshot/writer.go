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

// Writer writes one snapshot, into temporary files until Commit. It is not safe
// for concurrent use.
type Writer struct {
	path          string
	meta          Meta
	rows          *encoder
	tables        tables
	frame         *frame.Frame
	distributions []agg.Distribution
	ended         bool
}

// Create starts a snapshot at path, where no file may exist. The file appears
// with Commit. Of meta, Anonymised and Only apply to all beacons and cannot
// change later.
func Create(path string, meta Meta) (*Writer, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, errExists(path)
	}
	dir := filepath.Dir(path)
	removeAbandoned(dir, time.Now())
	w := &Writer{path: path, meta: meta}
	var err error
	if w.tables, err = newTables(dir); err != nil {
		return nil, writeError(path, err)
	}
	w.rows = newEncoder(&w.tables, meta.Anonymised)
	return w, nil
}

// Add writes the beacons of a batch, in their order. It keeps nothing of b. It
// waits if encoding is behind; errors of encoding are returned by Commit.
func (w *Writer) Add(b *beacon.Batch) error {
	if w.ended {
		return errEnded
	}
	return w.rows.encode(b)
}

var (
	errEnded   = errors.New("snapshot is already committed or aborted")
	errTooMany = errors.New("too many beacons: a snapshot holds at most 2,147,483,647: start another one")
)

// SetFrame sets the frame on screen and the distributions behind its
// percentiles.
func (w *Writer) SetFrame(f *frame.Frame, d []agg.Distribution) { w.frame, w.distributions = f, d }

// Path is the path of the snapshot.
func (w *Writer) Path() string { return w.path }

// Progress is the receive time of the first beacon, and roughly how many bytes
// have been written. It is safe to call from any goroutine.
func (w *Writer) Progress() (since time.Time, bytes int64) {
	for _, t := range w.tables.all() {
		bytes += t.size()
	}
	if first := w.rows.firstReceived.Load(); first != 0 {
		since = time.UnixMilli(first)
	}
	return since, bytes
}

// Beacons is the number of beacons added.
func (w *Writer) Beacons() int64 { return w.rows.counts.Beacons }

// Commit finishes the snapshot and gives it its name. It sets Schema, Counts
// and, if they are zero, From and To. After an error no file is left.
func (w *Writer) Commit(meta Meta) (Meta, error) {
	if w.ended {
		return Meta{}, errEnded
	}
	w.ended = true
	defer w.tables.close()
	if err := w.tables.finish(); err != nil {
		return Meta{}, writeError(w.path, err)
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
			err = moveInto(f, w.path)
		}
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}
	if err != nil {
		return Meta{}, writeError(w.path, err)
	}
	return meta, nil
}

// Abort discards the snapshot. After Commit it does nothing.
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
	if err := a.writeBytes(readmeName, []byte(readme)); err != nil {
		return err
	}
	if err := a.writeJSON(metaName, meta); err != nil {
		return err
	}
	if w.frame != nil {
		if err := a.writeJSON(frameName, w.frame); err != nil {
			return err
		}
	}
	if len(w.distributions) > 0 {
		h, err := histogramsOf(w.distributions)
		if err != nil {
			return err
		}
		if err := a.writeJSON(histogramsName, h); err != nil {
			return err
		}
	}
	for _, t := range w.tables.all() {
		if err := a.writeTable(t.member(), t.tempFile()); err != nil {
			return err
		}
	}
	return a.close()
}
