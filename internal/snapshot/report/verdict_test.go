package report

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/snapshot"
)

// canary is a shop's traffic with a release that fails from the incident on.
func canary(users int) []beacon.Beacon {
	all := beacontest.Spread{Region: "eu-west", PerS: 40, Visitors: 400}.Traffic(3, 20_000)
	fresh := map[beacon.ID]bool{}
	for i := range all {
		b := &all[i]
		b.Errors, b.Dims[beacon.Release] = nil, "2.4.0"
		who := b.User
		if who == 0 {
			who = b.Session
		}
		if since := b.Received - beacontest.Start; since > 240_000 && (fresh[who] || len(fresh) < users) {
			fresh[who] = true
			if b.Dims[beacon.Release] = "2.5.0"; b.Navigation {
				b.Errors = []beacon.Error{{Type: "TypeError", Message: "it's broken"}}
			}
		}
	}
	return all
}

// The release of the incident has regressed, compared over the incident alone.
func TestVerdictRegressed(t *testing.T) {
	given := Options{Onset: at(240_000), End: at(480_000), By: []string{"region"}}
	r := build(t, writeSnapshot(t, canary(700), snapshot.Meta{Site: "shop", TakenAt: at(500_000)}), given)
	v := r.Verdict
	if v == nil || v.Canary != "2.5.0" || v.Baseline != "2.4.0" || v.Verdict != frame.Regressed {
		t.Fatalf("%+v", v)
	}
	if len(r.Breakdowns) != 1 {
		t.Errorf("%d breakdowns, want 1", len(r.Breakdowns))
	}
	if m := v.Measures[0]; m.Measure != "error_rate" || m.Verdict != frame.Regressed || m.Change == nil || m.Change.Low <= m.Margin {
		t.Errorf("%+v", m)
	}
	if !strings.Contains(v.Command, "--at 2025-11-20T14:08:00Z --since 4m0s") {
		t.Errorf("%s does not cover the incident", v.Command)
	}
	for format, want := range map[string]string{"html": "Releases compared</h2>", "md": "## Releases compared", "json": `"canary": "2.5.0"`} {
		if !strings.Contains(render(t, format, r), want) {
			t.Errorf("%s has no %q", format, want)
		}
	}
}

// The verdict on a release with few users is withheld.
func TestVerdictFewUsersWithheld(t *testing.T) {
	few := canary(3)
	// The release has enough views to be the canary, all of three users.
	for i := range few {
		if b := &few[i]; b.Dims[beacon.Release] == "2.5.0" && b.Navigation {
			for k := range few[i:min(i+20, len(few))] {
				c := &few[i+k]
				c.User, c.Session, c.Dims[beacon.Release], c.Errors = b.User, b.Session, "2.5.0", b.Errors
			}
		}
	}
	r := build(t, writeSnapshot(t, few, snapshot.Meta{Site: "shop", TakenAt: at(500_000)}), Options{Onset: at(240_000), End: at(480_000)})
	v := r.Verdict
	if v == nil || v.Canary != "2.5.0" || v.Verdict != Withheld || len(v.Measures) != 0 || v.Command != "" || v.CanaryUsers.Shown() || v.BaselineUsers.Shown() {
		t.Errorf("%+v", v)
	}
	for format := range formats {
		render(t, format, r)
	}
}

// Silent segments are listed with their times, those with few users are not.
func TestSilencesListed(t *testing.T) {
	all := traffic()
	quiet := all[:0]
	for _, b := range all {
		if since := b.Received - beacontest.Start; b.Dims[beacon.Region] == "us-east" && since >= 20*60_000 && since < 23*60_000 {
			continue
		}
		if b.Dims[beacon.Region] == "eu-west" && b.Dims[beacon.OS] == "Windows" { // one busy user
			b.Dims[beacon.Country], b.User = "LI", 7
			if b.Received-beacontest.Start >= 20*60_000 {
				continue
			}
		}
		quiet = append(quiet, b)
	}
	f := writeSnapshot(t, quiet, meta())
	l, err := load(f, &Options{By: DefaultBy()})
	if err != nil || !slices.ContainsFunc(l.silences, func(s Silence) bool { return s.term.Value == "LI" }) {
		t.Fatalf("found no silence of one user: %v", err)
	}
	r := build(t, f, Options{})
	if len(r.Silences) == 0 || r.Silences[0].Filter != "region=us-east" || r.Silences[0].Received != 0 {
		t.Fatalf("%+v", r.Silences)
	}
	s := r.Silences[0]
	if s.Since.Sub(at(20*60_000)).Abs() > 20*time.Second || s.Until.Sub(at(23*60_000)).Abs() > time.Minute {
		t.Errorf("from %s to %s", s.Since, s.Until)
	}
	for _, s := range r.Silences {
		if strings.Contains(s.Filter, "LI") {
			t.Errorf("lists the silence of one user: %+v", s)
		}
	}
	for format, want := range map[string]string{"html": "Silent segments</h2>", "md": "## Silent segments", "json": `"filter": "region=us-east"`} {
		if !strings.Contains(render(t, format, r), want) {
			t.Errorf("%s has no %q", format, want)
		}
	}
}
