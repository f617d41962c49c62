package ui

import (
	"slices"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
)

// What became of whole requests is said where something did.
func TestTrustOfRequests(t *testing.T) {
	name := func(c claim) string { return c.name + " " + c.value }
	for _, tc := range []struct {
		health agg.Health
		claim  string
		there  bool
	}{
		{agg.Health{CollectorsDenied: 7}, "turned away 7", true},
		{agg.Health{CollectorsUnforwarded: 9}, "not passed on 9", true},
		{agg.Health{}, "turned away 0", false},
		{agg.Health{}, "not passed on 0", false},
	} {
		list := claims(&agg.Frame{Health: tc.health}, time.UTC)
		if there := slices.ContainsFunc(list, func(c claim) bool { return name(c) == tc.claim && c.weight == doubtful }); there != tc.there {
			t.Errorf("%q: %v", tc.claim, there)
		}
	}
}
