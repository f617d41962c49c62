package snapshot

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
)

// busySite is half an hour of a site with 2,000 beacons a second.
var busySite = sync.OnceValues(func() (*agg.Aggregator, time.Time) {
	const perS, beacons = 2000, 30 * 60 * 2000
	a := agg.New(agg.Config{Memory: 1 << 30})
	traffic := beacontest.Spread{Region: "eu-west", PerS: perS, Visitors: 40_000}.Traffic(1, beacons)
	now := time.UnixMilli(traffic[len(traffic)-1].Received)
	var b beacon.Batch
	for i := range traffic {
		b.Append(&traffic[i])
		if b.Len() == 500 || i == len(traffic)-1 {
			a.Add(&b, now)
			b.Reset()
		}
	}
	return a, now
})

// BenchmarkWrite writes half an hour at 2,000 beacons a second.
func BenchmarkWrite(b *testing.B) {
	a, now := busySite()
	dir := b.TempDir()
	var size int64
	var longest time.Duration
	for b.Loop() {
		path := filepath.Join(dir, "a.rumsnap")
		if err := os.RemoveAll(path); err != nil {
			b.Fatal(err)
		}
		w, err := Create(path, Meta{TakenAt: now})
		if err != nil {
			b.Fatal(err)
		}
		e := agg.ExportSpan(time.Time{}, time.Time{})
		for more := true; more; {
			var batch beacon.Batch
			begun := time.Now()
			more = a.Export(e, &batch)
			longest = max(longest, time.Since(begun))
			if err := w.Add(&batch); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := w.Commit(Meta{TakenAt: now}); err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		size = info.Size()
	}
	b.ReportMetric(float64(size)/1e6, "MB")
	b.ReportMetric(float64(longest.Microseconds())/1000, "ms/longest-step")
}

// BenchmarkRead reads the same half hour.
func BenchmarkRead(b *testing.B) {
	a, now := busySite()
	path, _ := writeSnapshot(b, a, Meta{TakenAt: now})
	for b.Loop() {
		loadSnapshot(b, path, now)
	}
}
