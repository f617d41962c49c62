package detect

import (
	"fmt"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
)

func TestSilencesBounded(t *testing.T) {
	l := store.NewLog()
	for step := range 3 {
		var beacons []beacon.Beacon
		for i := range maxSilenceSeries {
			b := beacon.Beacon{Received: start.UnixMilli() + int64(step)*20_000}
			b.Dims[beacon.Page] = fmt.Sprint("/", step, "/", i)
			beacons = append(beacons, b)
		}
		appendAll(t, l, beacons)
	}
	s := NewSilences(l)
	s.At(start.Add(time.Minute).UnixMilli(), start.Add(time.Minute).UnixMilli())
	if n := len(s.series); n > maxSilenceSeries || s.LeftOut() == 0 {
		t.Errorf("%d segments, of at most %d; left out any: %t", n, maxSilenceSeries, s.LeftOut() > 0)
	}
}
