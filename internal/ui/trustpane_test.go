package ui

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
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

// What is left out because a table is full is listed, each kind by itself.
func TestTrustListsWhatIsLeftOut(t *testing.T) {
	for want, capped := range map[string]frame.Capped{
		"old markers 3":     {Markers: 3},
		"releases unseen 4": {Releases: 4},
		"unwatched 5":       {Unwatched: 5},
		"volume unseen 6":   {Volumes: 6},
		"findings old 7":    {Findings: 7},
		"other reports 8":   {Collectors: 8},
		"breaches untold 9": {Breaches: 9},
	} {
		none := len(claims(&frame.Frame{}, time.UTC))
		list := claims(&frame.Frame{Health: frame.Health{Capped: capped}}, time.UTC)
		last := list[len(list)-1]
		if len(list) != none+1 || last.name+" "+last.value != want || last.meaning == "" || len(last.name) >= claimName {
			t.Errorf("%+v: %+v", capped, last)
		}
	}
}

// Why there is no history, and why batches are not stored, is on the trust line;
// an unknown rate is not.
func TestTrustLineNamesTheStream(t *testing.T) {
	for _, tc := range []struct {
		health frame.Health
		begins string
	}{
		{frame.Health{Connected: true, HistoryState: beacon.HistoryRefused, HistoryReason: "RUM is a work queue"}, " ! no history: RUM is a work queue · "},
		{frame.Health{Connected: true, HistoryState: beacon.HistoryRefused, HistoryReason: "its subjects are taken by BROWSER"}, " ! no history: its subjects are taken by BROWSER · "},
		{frame.Health{Connected: true, History: true, CollectorsProblem: "cannot make RUM: its subjects are taken by BROWSER: remove them"}, " ! collector: cannot make RUM: its subjects are taken by BROWSER · "},
		{frame.Health{Connected: true, History: true, CollectorsWaitingS: 120}, " ! batches unacknowledged for 2m · "},
		{frame.Health{Connected: true, History: true, CollectorsWaitingS: 20}, " trust: 0 dropped · 0 gaps · 0 beacons/s"},
		{frame.Health{Connected: true, History: true, PerS: math.NaN()}, " trust: 0 dropped · 0 gaps "},
		{frame.Health{Connected: true, History: true, PerS: math.Inf(1)}, " trust: unsampled · 0 dropped · 0 gaps "},
	} {
		line := ansi.Strip(trustLine(&frame.Frame{Health: tc.health}, draw.Theme{}, time.UTC, 100))
		if !strings.HasPrefix(line+" ", tc.begins) || strings.Contains(line, "· beacons/s") {
			t.Errorf("%+v: %q", tc.health, line)
		}
	}
}
