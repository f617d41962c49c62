package main

import (
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestTailLineTraffic(t *testing.T) {
	for _, tc := range []struct{ traffic, device, want string }{
		{"", "mobile", ""}, {"people", "mobile", ""}, {"synthetic", "desktop", "synthetic"}, {"bot", "bot", "bot"},
		{"", "bot", "bot"}, {"of a later version", "mobile", ""},
	} {
		var b beacon.Beacon
		b.Dims[beacon.Traffic], b.Dims[beacon.Device] = tc.traffic, tc.device
		if got := tailLine(&b).Traffic; got != tc.want {
			t.Errorf("%+v: %q", tc, got)
		}
	}
}
