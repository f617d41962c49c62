package ui

import (
	"slices"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
)

// What is rare is listed only if there is some.
func TestTrustListsDeniedRequests(t *testing.T) {
	name := func(c claim) string { return c.name + " " + c.value }
	for _, tc := range []struct {
		health frame.Health
		claim  string
		there  bool
	}{
		{frame.Health{CollectorsDenied: 7}, "denied 7", true},
		{frame.Health{CollectorsUnforwarded: 9}, "not forwarded 9", true},
		{frame.Health{Overrides: "NATS_URL overrides server in config.yaml"}, "settings mixed", true},
		{frame.Health{}, "settings mixed", false},
		{frame.Health{}, "denied 0", false},
		{frame.Health{}, "not forwarded 0", false},
	} {
		list := claims(&frame.Frame{Health: tc.health}, time.UTC)
		if there := slices.ContainsFunc(list, func(c claim) bool { return name(c) == tc.claim && c.weight == doubtful }); there != tc.there {
			t.Errorf("%q: %v", tc.claim, there)
		}
	}
}
