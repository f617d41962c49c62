package beacon_test

import (
	"testing"

	"github.com/rumtop/rumtop/internal/beacon/beacontest"
)

// TestEncodeSize checks the documented size: at most 50 bytes a beacon in
// batches of 64 and more.
func TestEncodeSize(t *testing.T) {
	for _, size := range []int{64, 256} {
		total, n := 0, 0
		for seed := range uint64(5) {
			for _, b := range beacontest.Batches(beacontest.Subject.Traffic(seed, 20*size), size) {
				total += len(encode(t, b))
				n += b.Len()
			}
		}
		got := float64(total) / float64(n)
		t.Logf("batches of %d: %.1f bytes a beacon", size, got)
		if got > 50 {
			t.Errorf("batches of %d: %.1f bytes a beacon, want at most 50", size, got)
		}
	}
}
