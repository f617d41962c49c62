package agg

import (
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// FuzzAdd adds batches as they may come from a rogue publisher, and asks about
// them: nothing may panic, and totals must be what the segments add up to.
func FuzzAdd(f *testing.F) {
	for seed := range uint64(4) {
		g := newTraffic(seed)
		var b beacon.Batch
		for range 20 {
			c := g.beacon()
			b.Append(&c)
		}
		data, err := b.Encode(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, data, int64(seed)*1000)
	}
	f.Fuzz(func(t *testing.T, first, second []byte, later int64) {
		a := New(Config{})
		q := frame.Query{By: "page", Window: time.Minute, Steps: 20, Errors: 1000}
		now := epoch
		for _, data := range [][]byte{first, second} {
			var b beacon.Batch
			if beacon.Decode(data, &b) != nil {
				continue
			}
			a.Add(&b, now)
			a.Frame(q, SourceStatus{}, now)
			now = now.Add(time.Duration(later%100_000) * time.Millisecond)
		}
		frame := a.Frame(q, SourceStatus{}, now)
		beacons := 0
		for _, r := range frame.Segments {
			beacons += r.Beacons
		}
		if beacons != frame.Total.Beacons {
			t.Errorf("%d beacons in segments, %d in total", beacons, frame.Total.Beacons)
		}
		again := New(Config{})
		again.log = a.log
		rebuilt := again.Frame(q, SourceStatus{}, now)
		if frame.Total.Beacons != rebuilt.Total.Beacons || !near(frame.Total.Views, rebuilt.Total.Views) || frame.Total.LCP != rebuilt.Total.LCP {
			t.Errorf("counted on: %+v\nrebuilt: %+v", frame.Total, rebuilt.Total)
		}
	})
}
