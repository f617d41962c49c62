package beacon_test

import (
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
)

func FuzzDecode(f *testing.F) {
	f.Add(encode(f, batch(full())))
	f.Add(encode(f, batch(beacontest.Subject.Traffic(5, 20)...)))
	f.Add(two().packed(6, 0, 1).packed(35, 2).packed(36, 1, 2).packed(37, 2, 1).packed(12, 0, 1).packed(40, 0, 1).packed(42, 1).plain())
	var b beacon.Batch // reused, as a reader does
	f.Fuzz(func(t *testing.T, data []byte) {
		if beacon.Decode(data, &b) != nil {
			return
		}
		if b.Len() > beacon.MaxBeacons {
			t.Fatal("too many beacons")
		}
		roundTrip(t, &b, &beacon.Batch{})
	})
}

// FuzzRoundTrip mutates fields of beacons instead of bytes.
func FuzzRoundTrip(f *testing.F) {
	f.Add(uint64(1), "text", "\xff", 1.5, int64(beacontest.Start), int64(3))
	f.Fuzz(func(t *testing.T, seed uint64, s1, s2 string, v float64, received, at int64) {
		n := int(seed % 40)
		beacons := beacontest.Subject.Traffic(seed, n+1)
		c := &beacons[n/2]
		c.Received, c.Time = received, at
		c.ID, c.User = beacon.ID(seed), beacon.ID(seed>>1)
		c.Dims[seed%uint64(beacon.NumDims)], c.Trace = s1, s2
		c.Tags = append(c.Tags, beacon.Tag{Key: s1, Value: s2}, beacon.Tag{Key: s2, Value: s1})
		c.SampleRate = v
		c.Metrics = append(c.Metrics, beacon.Metric{Name: s1, Value: v}, beacon.Metric{Name: s2, Value: -v})
		c.Errors = append(c.Errors, beacon.Error{Type: s1, Message: s2, Stack: s1 + s2})
		c.Requests = append(c.Requests, beacon.Request{URL: s2, Status: int(seed % 2000), Duration: v})
		c.Events = append(c.Events, beacon.Event{Name: s1, Value: v}, beacon.Event{Name: s2, Value: -v})
		roundTrip(t, batch(beacons...), &beacon.Batch{})
	})
}
