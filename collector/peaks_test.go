package collector

import (
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestPeaks(t *testing.T) {
	p := newPeaks()
	for _, tc := range []struct {
		view        uint64
		name        string
		value, want float64
	}{
		{1, "cls", 0, 0}, {1, "cls", .2, .2}, {1, "cls", .1, .2}, {1, "inp", 8, 8}, {2, "cls", .1, .1}, {1, "cls", .3, .3}, {0, "cls", .5, .5}, {0, "cls", .1, .1},
	} {
		if got := p.highest(beacon.ID(tc.view), tc.name, tc.value); got != tc.want {
			t.Errorf("%d %s %v: %v, want %v", tc.view, tc.name, tc.value, got, tc.want)
		}
	}
	for i := range uint64(2 * maxPeaks) {
		p.highest(beacon.ID(i+10), "cls", 1)
	}
	if n := p.seen.Len(); n != maxPeaks {
		t.Errorf("%d remembered", n)
	}
}
