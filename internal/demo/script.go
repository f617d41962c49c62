package demo

import (
	"fmt"
	"strings"
	"time"
)

// A script says what the world is like at a moment, counted from the script's zero.
type script func(t time.Duration) conditions

// conditions are what a scenario can do to the shop. The zero value is a
// healthy day.
type conditions struct {
	candidate release // the release that is being rolled out
	adoption  float64 // share of users whose next page load gets it, 0..1
	slowCDN   float64 // how far the CDN in ap-south has slowed down, 0..1
}

// The incident, counted from the moment its release begins to roll out.
const (
	rolloutBegins = -4 * time.Minute // against the script's zero
	rolloutTakes  = 5 * time.Minute / 2
	rolloutShare  = 0.6
	cdnSlows      = 7 * time.Minute
	cdnRamp       = 30 * time.Second
	rollback      = 10 * time.Minute
	rollbackTakes = time.Minute
	cdnHeals      = 12 * time.Minute
	incidentEvery = 20 * time.Minute
)

var scenarios = []struct {
	name string
	script
}{
	{"incident", incident},
	{"quiet", quiet},
}

// Scenarios are the names that Config.Scenario takes; the first is the default.
func Scenarios() []string {
	names := make([]string, len(scenarios))
	for i, s := range scenarios {
		names[i] = s.name
	}
	return names
}

func scriptByName(name string) (script, error) {
	if name == "" {
		return scenarios[0].script, nil
	}
	for _, s := range scenarios {
		if s.name == name {
			return s.script, nil
		}
	}
	return nil, fmt.Errorf("unknown scenario %q: take one of %s", name, strings.Join(Scenarios(), ", "))
}

func quiet(time.Duration) conditions { return conditions{} }

// incident rolls out a release that breaks the checkout of some, slows a CDN,
// rolls the release back and heals the CDN. Some minutes of peace later the next
// release is tried, with no more luck, so that a demo left running stays alive.
func incident(t time.Duration) conditions {
	t -= rolloutBegins
	if t < 0 {
		return conditions{}
	}
	cycle := t / incidentEvery
	t %= incidentEvery
	return conditions{
		candidate: release{2, 4, uint16(1 + cycle)},
		adoption:  rolloutShare * (ramp(t, 0, rolloutTakes) - ramp(t, rollback, rollbackTakes)),
		slowCDN:   ramp(t, cdnSlows, cdnRamp) - ramp(t, cdnHeals, cdnRamp),
	}
}

// ramp goes from 0 to 1, beginning at from.
func ramp(t, from, takes time.Duration) float64 {
	return min(max(float64(t-from)/float64(takes), 0), 1)
}
