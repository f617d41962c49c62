package stitch

import (
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestViewMaxHighest(t *testing.T) {
	m := NewViewMax()
	for _, tc := range []struct {
		view        uint64
		name        string
		value, want float64
	}{
		{1, "cls", 0, 0}, {1, "cls", .2, .2}, {1, "cls", .1, .2}, {1, "inp", 8, 8}, {2, "cls", .1, .1}, {1, "cls", .3, .3}, {0, "cls", .5, .5}, {0, "cls", .1, .1},
	} {
		if got := m.Highest(beacon.ID(tc.view), tc.name, tc.value); got != tc.want {
			t.Errorf("%d %s %v: %v, want %v", tc.view, tc.name, tc.value, got, tc.want)
		}
	}
	for i := range uint64(2 * maxViewMetrics) {
		m.Highest(beacon.ID(i+10), "cls", 1)
	}
	if n := m.seen.Len(); n != maxViewMetrics {
		t.Errorf("%d remembered", n)
	}
}
