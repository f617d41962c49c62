package snapshot

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

var update = flag.Bool("update", false, "write the fixture of the current version, if it is missing")

func filesIn(t *testing.T, dir string) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// A file appears whole, for its owner alone, and never replaces another.
func TestWriterFileAppearsWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.rumsnap")
	w, err := Create(path, Meta{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := Create(path, Meta{})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(filesIn(t, dir), "a.rumsnap") {
		t.Error("file exists before Commit")
	}
	if _, err := w.Commit(Meta{Site: "first"}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := second.Commit(Meta{Site: "second"}); err == nil || !strings.Contains(err.Error(), "a.rumsnap exists") {
		t.Errorf("second writer: %v, want that the file exists", err)
	}
	if _, err := Create(path, Meta{}); err == nil {
		t.Error("Create on an existing file: no error")
	}
	if got := siteOf(t, path); got != "first" {
		t.Errorf("file is of site %s, want first", got)
	}
	aborted, err := Create(filepath.Join(dir, "b.rumsnap"), Meta{})
	if err != nil {
		t.Fatal(err)
	}
	aborted.Abort()
	aborted.Abort()
	if got := filesIn(t, dir); !slices.Equal(got, []string{"a.rumsnap"}) {
		t.Errorf("left behind: %v", got)
	}
}

func siteOf(t *testing.T, path string) string {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	return f.Meta().Site
}

// Old temporary files are removed, and nothing else.
func TestRemoveAbandonedOldOnly(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-2 * abandonedAge)
	for name, at := range map[string]time.Time{
		".rumsnap-1.tmp": old, ".rumsnap-2.tmp": time.Now(), ".rumsnap-3": old, "a.rumsnap": old, ".other-1.tmp": old,
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	removeAbandoned(dir, time.Now())
	if got := filesIn(t, dir); !slices.Equal(got, []string{".other-1.tmp", ".rumsnap-2.tmp", ".rumsnap-3", "a.rumsnap"}) {
		t.Errorf("left: %v", got)
	}
}

func TestPruneRemovesOldest(t *testing.T) {
	now := time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		bounds Bounds
		left   int // of five, an hour apart, of 10 bytes each
	}{
		{"nothing is bounded", Bounds{}, 5},
		{"by number", Bounds{Keep: 2}, 2},
		{"by age", Bounds{MaxAge: 150 * time.Minute}, 3},
		{"by size", Bounds{MaxSize: 45}, 4},
		{"the newest stays", Bounds{MaxSize: 1, MaxAge: time.Nanosecond}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			others := []string{"notes.txt", Name("other", now.Add(-99*time.Hour)), "rumtop-shop-mine.rumsnap"}
			for i := range 5 {
				others = append(others, Name("shop", now.Add(-time.Duration(i)*time.Hour)))
			}
			for _, name := range others {
				if err := os.WriteFile(filepath.Join(dir, name), make([]byte, 10), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := Prune(dir, "shop", c.bounds, now); err != nil {
				t.Fatal(err)
			}
			left := filesIn(t, dir)
			if len(left) != 3+c.left || !slices.Contains(left, Name("shop", now)) {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// An anonymised file keeps page views, without users and sessions.
func TestWriterAnonymisedHasNoUsers(t *testing.T) {
	a, now := aggregator(t, 5000)
	path, meta := writeSnapshot(t, a, Meta{TakenAt: now, Anonymised: true})
	if !meta.Anonymised || meta.Counts.Users == 0 || meta.Counts.Users >= meta.Counts.Views {
		t.Errorf("%+v", meta.Counts)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	hashes := map[beacon.ID]bool{}
	err = f.Batches(func(b *beacon.Batch) error {
		for i := range b.View {
			if b.User[i] != 0 || b.Session[i] != 0 {
				t.Error("a beacon has a user or a session")
			}
			hashes[b.View[i]] = true
		}
		return nil
	})
	if err != nil || int64(len(hashes)) != meta.Counts.Views {
		t.Errorf("%d views of %d, %v", len(hashes), meta.Counts.Views, err)
	}
	for id := range hashes {
		if id > beacon.ID(len(hashes)) {
			t.Fatalf("view %d is not a number of this file", id)
		}
	}
	q := frame.Query{By: "page", Window: 2 * time.Minute}
	want, got := a.Frame(q, agg.SourceStatus{}, now), loadSnapshot(t, path, now).Frame(q, agg.SourceStatus{}, now)
	if want.Total.Views != got.Total.Views || want.Total.LCP != got.Total.LCP || got.Total.Users <= want.Total.Users {
		t.Errorf("%v views, %v users; were %v and %v", got.Total.Views, got.Total.Users, want.Total.Views, want.Total.Users)
	}
}

// Metadata, frame and histograms round-trip, safe for a terminal.
func TestMetaRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.rumsnap")
	w, err := Create(path, Meta{})
	if err != nil {
		t.Fatal(err)
	}
	w.SetFrame(&frame.Frame{Schema: frame.Schema, Site: "shop"}, []agg.Distribution{{Metric: "lcp", Buckets: []agg.Bucket{{Value: 100, Count: 3}, {Value: 2500, Count: 1}}}})
	if _, err := w.Commit(Meta{Site: "sh\x1b[2Jop", Summary: "two\nlines\x07", Notes: []Note{{Text: "a \x1b]0;x\x07note"}},
		Markers: []beacon.Marker{{Text: "deploy\x1b[31m", Kind: beacon.MarkerDeploy}}, Health: frame.Health{Gaps: 2}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Add(&beacon.Batch{}); err == nil {
		t.Error("Add after Commit: no error")
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m := f.Meta()
	for _, s := range []string{m.Site, m.Summary, m.Notes[0].Text, m.Markers[0].Text} {
		if strings.ContainsAny(s, "\x1b\x07") {
			t.Errorf("%q drives a terminal", s)
		}
	}
	if m.Schema != Schema || m.Health.Gaps != 2 || !strings.Contains(m.Summary, "\n") || m.Counts != (Counts{}) {
		t.Errorf("%+v", m)
	}
	document, err := f.Frame()
	if err != nil || !strings.Contains(string(document), frame.Schema) {
		t.Errorf("frame %s, %v", document, err)
	}
	histograms, err := f.Histograms()
	if err != nil || len(histograms) != 1 {
		t.Fatalf("%v, %v", histograms, err)
	}
	h, err := hdrhistogram.Decode([]byte(histograms[0].HDR))
	if err != nil || h.TotalCount() != 4 || h.ValueAtQuantile(50) != 1000 {
		t.Errorf("%v values, median %v, %v", h.TotalCount(), h.ValueAtQuantile(50), err)
	}
}

// Older versions wrote the server as a URL with its user, and a note with it.
func TestOpenShowsNoSecretOfServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "older.rumsnap")
	w, err := Create(path, Meta{})
	if err != nil {
		t.Fatal(err)
	}
	health := frame.Health{Server: "nats://hunter2@shop.example:4222", Note: "no connection to nats://u:%hunter2 /x@shop.example, nats://hunter2@b: retrying"}
	if _, err := w.Commit(Meta{Site: "shop", Health: health}); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if h := f.Meta().Health; h.Server != "nats://shop.example:4222" || h.Note != "no connection to nats://shop.example, nats://b: retrying" {
		t.Errorf("server %q, note %q", h.Server, h.Note)
	}
}

// Files of every released version stay readable. The fixture is written once,
// by its version.
func TestOpenOldVersions(t *testing.T) {
	const path = "testdata/v1.rumsnap"
	if _, err := os.Stat(path); *update && errors.Is(err, fs.ErrNotExist) {
		data := smallSnapshot(t)
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m := f.Meta()
	now := m.To
	a := agg.New(agg.Config{})
	if err := f.Batches(func(b *beacon.Batch) error { a.Add(b, now); return nil }); err != nil {
		t.Fatal(err)
	}
	total := a.Frame(frame.Query{By: "release", Window: time.Minute}, agg.SourceStatus{}, now).Total
	if m.Site != "shop" || m.Counts.Beacons != 300 || total.Beacons != 300 || total.Views != 637 || total.Users != 166 {
		t.Errorf("%+v: %d beacons, %v views, %v users", m.Counts, total.Beacons, total.Views, total.Users)
	}
}

// Beacons without ids count as page views.
func TestWriterViewsWithoutID(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "a.rumsnap"), Meta{})
	if err != nil {
		t.Fatal(err)
	}
	var b beacon.Batch
	for _, next := range []beacon.Beacon{
		{Navigation: true}, {Navigation: true}, {Metrics: []beacon.Metric{{Name: "lcp", Value: 1}}},
		{Navigation: true, View: 1}, {View: 1}, {View: 2},
	} {
		next.Received = 1
		b.Append(&next)
	}
	if err := w.Add(&b); err != nil {
		t.Fatal(err)
	}
	m, err := w.Commit(Meta{})
	if err != nil || m.Counts.Views != 4 || m.Counts.Beacons != 6 {
		t.Errorf("%+v, %v", m.Counts, err)
	}
}

// A recording that began before users were known counts them once.
func TestCountsLateUser(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "late.rumsnap"), Meta{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][2]beacon.ID{{2, 0}, {2, 3}, {4, 0}, {5, 0}, {5, 3}, {2, 6}, {0, 7}} {
		var b beacon.Batch
		b.Append(&beacon.Beacon{Received: 1763647652123, View: 1, Session: row[0], User: row[1]})
		if err := w.Add(&b); err != nil {
			t.Fatal(err)
		}
	}
	meta, err := w.Commit(Meta{})
	if err != nil || meta.Counts.Users != 4 || meta.Counts.Sessions != 3 {
		t.Errorf("%+v, %v, want 4 users (3, 6, 7 and session 4) of 3 sessions", meta.Counts, err)
	}
}
