package snapshot

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// aggregator is an aggregator with a shop's traffic.
func aggregator(t testing.TB, n int) (a *agg.Aggregator, now time.Time) {
	t.Helper()
	a = agg.New(agg.Config{})
	traffic := beacontest.Spread{Region: "eu-west", PerS: 60, Visitors: 900}.Traffic(1, n)
	for i := range traffic {
		if b := &traffic[i]; b.Session%3 == 0 {
			b.SampleRate = 0.1
			b.Unsampled = len(b.Errors) > 0
		} else if b.Session%3 == 1 {
			b.Trace = "4bf92f3577b34da6a3ce929d0e0e4736"
		}
	}
	now = time.UnixMilli(traffic[n-1].Received)
	for _, b := range beacontest.Batches(traffic, 500) {
		a.Add(b, time.UnixMilli(b.Received[b.Len()-1]))
	}
	return a, now
}

// writeSnapshot writes a snapshot of an aggregator.
func writeSnapshot(t testing.TB, a *agg.Aggregator, meta Meta) (path string, written Meta) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "a.rumsnap")
	w, err := Create(path, meta)
	if err != nil {
		t.Fatal(err)
	}
	e := agg.ExportSpan(time.Time{}, time.Time{})
	for more := true; more; {
		var b beacon.Batch
		more = a.Export(e, &b)
		if err := w.Add(&b); err != nil {
			t.Fatal(err)
		}
	}
	if written, err = w.Commit(meta); err != nil {
		t.Fatal(err)
	}
	return path, written
}

// loadSnapshot is an aggregator with the beacons of a file.
func loadSnapshot(t testing.TB, path string, now time.Time) *agg.Aggregator {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	a := agg.New(agg.Config{})
	if err := f.Batches(func(b *beacon.Batch) error { a.Add(b, now); return nil }); err != nil {
		t.Fatal(err)
	}
	return a
}

// An opened snapshot gives the frames of the aggregator that it was written
// from.
func TestFramesRoundTrip(t *testing.T) {
	a, now := aggregator(t, 30_000)
	path, _ := writeSnapshot(t, a, Meta{Site: "shop", TakenAt: now})
	c := loadSnapshot(t, path, now)
	for _, expression := range []string{"", "device=mobile", "error=yes", "lcp>2500 or status>=500", "tier?", "event=search", "metric.dns>20", "url~orders"} {
		expr, err := filter.Parse(expression)
		if err != nil {
			t.Fatal(err)
		}
		for _, by := range []string{"release", "page", "tag.flag"} {
			q := frame.Query{Filter: expr, By: by, Window: 2 * time.Minute, Steps: 30, Errors: 50}
			want, got := a.Frame(q, agg.SourceStatus{}, now), c.Frame(q, agg.SourceStatus{}, now)
			if want.Total.Beacons == 0 {
				t.Fatalf("%q: no beacons", expression)
			}
			// Lateness is a property of arrival, not of beacons.
			got.Health.Late, got.Health.LagMS = want.Health.Late, want.Health.LagMS
			if w, g := marshal(t, want), marshal(t, got); !bytes.Equal(w, g) {
				t.Errorf("%q by %s: got\n%s\nwant\n%s", expression, by, g, w)
			}
		}
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
