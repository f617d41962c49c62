package detect

import (
	"fmt"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// shopBeacons is half an hour of a shop. In its last ten minutes most page views
// of release 2 in Safari fail.
func shopBeacons() []beacon.Beacon {
	var out []beacon.Beacon
	for i := range 30_000 {
		at := time.Duration(i+1) * 60 * time.Millisecond
		b := beacon.Beacon{
			ID: beacon.ID(i + 1), User: beacon.ID(i + 1), Received: start.Add(at).UnixMilli(), Navigation: true,
			Metrics: []beacon.Metric{{Name: beacon.LCP, Value: 1000 + float64(i%100)}},
		}
		b.Dims[beacon.Browser], b.Dims[beacon.Release] = "Chrome", "1"
		b.Dims[beacon.Page] = []string{"/", "/cart", "/pay"}[i%7%3]
		if i%3 == 0 {
			b.Dims[beacon.Browser] = "Safari"
		}
		if i%5 < 2 {
			b.Dims[beacon.Release] = "2"
		}
		if i%211 == 0 || at > 20*time.Minute && i%3 == 0 && i%5 < 2 && i%13 != 0 {
			b.Errors = []beacon.Error{{Type: "TypeError", Message: "x"}}
		}
		out = append(out, b)
	}
	return out
}

func newShopWatch(t *testing.T) *Watch {
	t.Helper()
	l := store.NewLog()
	appendAll(t, l, shopBeacons())
	w := NewWatch(l)
	w.SetFields([]string{"release", "browser", "page"})
	w.SetEnd(start.Add(31 * time.Minute).UnixMilli())
	return w
}

func TestWatchFindsEpisode(t *testing.T) {
	w := newShopWatch(t)
	w.ReadSteps(1 << 30)
	found := w.Findings(start.Add(30*time.Minute).UnixMilli(), true, []beacon.Marker{
		{At: start.Add(time.Minute).UnixMilli(), Text: "too early"},
		{At: start.Add(19 * time.Minute).UnixMilli(), Text: "deploy"},
	})
	if len(found) != 1 {
		t.Fatalf("%d findings, want 1: %+v", len(found), found)
	}
	f := found[0]
	if f.State != frame.FindingOn || f.Measure != "error_rate" || f.Filter != "release=2 browser=Safari" || f.Error != "TypeError: x" {
		t.Errorf("%+v", f)
	}
	if off := f.Since.Sub(start.Add(20 * time.Minute)).Abs(); off > time.Minute {
		t.Errorf("onset is off by %v: %v", off, f.Since)
	}
	if f.After == nil || f.After.Text != "deploy" {
		t.Errorf("after marker %+v, want the deploy", f.After)
	}
}

// TestWatchBytes compares the count of memory with what the steps hold.
func TestWatchBytes(t *testing.T) {
	w := newShopWatch(t)
	before := w.Bytes()
	w.ReadSteps(1 << 30)
	counted := 0
	for _, s := range w.steps {
		counted += 8 * cap(s.cells)
		for _, c := range s.cells {
			if c != nil {
				counted += cellBytes
				if c.vitals != nil {
					counted += vitalsBytes
				}
			}
		}
	}
	if counted == 0 || w.counted != counted || w.Bytes() < before+counted {
		t.Errorf("%d bytes at first, %d of %d then", before, w.counted, counted)
	}
}

// Values over the cap of a dimension are not watched, and counted once each.
func TestWatchCountsUnwatched(t *testing.T) {
	l := store.NewLog()
	var out []beacon.Beacon
	for i := range 4 * (maxPerField + 9) {
		b := beacon.Beacon{ID: beacon.ID(i + 1), Received: start.Add(time.Duration(i) * time.Second).UnixMilli(), Navigation: true}
		b.Dims[beacon.Release] = fmt.Sprint("2.", i%(maxPerField+9))
		out = append(out, b)
	}
	appendAll(t, l, out)
	w := NewWatch(l)
	w.SetFields([]string{"release"})
	w.SetEnd(start.Add(10 * time.Minute).UnixMilli())
	w.ReadSteps(1 << 30)
	if values, episodes := w.LeftOut(); values != 9 || episodes != 0 {
		t.Errorf("%d values, %d episodes left out, want 9 and 0", values, episodes)
	}
}
