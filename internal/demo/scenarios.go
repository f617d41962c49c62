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
	defect    defect  // what is wrong with it

	slowCDN  float64 // how far the CDN in ap-south has slowed down, 0..1
	blocked  float64 // how far a third party's script holds up the main thread, 0..1
	failing  float64 // share of the calls to the cart that fail beside the usual few, 0..1
	sampling float64 // share of the sessions that send anything but errors; 0: all
}

// A defect is what a release does wrong.
type defect uint8

const (
	noDefect      defect = iota
	cannotPay            // the checkout fails in Safari with the flag new-payment, in Europe
	brokenGallery        // a product's page throws in Firefox
	blankPage            // nothing runs in Safari 18, the agent neither
)

// The incident, counted from the moment its release begins to roll out.
const (
	rolloutStart  = -4 * time.Minute // against the script's zero
	rolloutTime   = 5 * time.Minute / 2
	rolloutShare  = 0.6
	cdnSlowStart  = 7 * time.Minute
	cdnRamp       = 30 * time.Second
	rollback      = 10 * time.Minute
	rollbackTime  = time.Minute
	cdnSlowEnd    = 12 * time.Minute
	incidentEvery = 20 * time.Minute
)

// The other scripts, counted from the same moment.
const (
	troubleRamp   = 30 * time.Second
	troubleEnd    = 12 * time.Minute
	cartFailShare = 0.03
	newSampling   = 0.1
	blankShare    = 0.95
	blankTime     = time.Minute
)

var scenarios = []struct {
	name string
	script
}{
	{"incident", incident},
	{"quiet", quiet},
	{"slow-cdn", slowCDN},
	{"canary", canary},
	{"bad-release", badRelease},
	{"third-party", thirdParty},
	{"api", failingAPI},
	{"white-page", whitePage},
	{"sampling", fewerSessions},
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

// A Deploy is what the shop's pipeline says when it begins to roll a release out,
// and when it rolls it back.
type Deploy struct {
	At       time.Time
	Text     string
	Rollback bool
}

// Deploys are those of [from, to), in order of time.
func (s *Sim) Deploys(from, to time.Time) []Deploy {
	var out []Deploy
	tell := func(at time.Duration, text string, back bool) {
		if t := s.start.Add(at); !t.Before(from) && t.Before(to) {
			out = append(out, Deploy{t, text, back})
		}
	}
	cycles := max(int(to.Sub(s.start.Add(rolloutStart))/incidentEvery), 0)
	for n := range cycles + 1 {
		at := rolloutStart + time.Duration(n)*incidentEvery
		// A release that is rolling out shows some moments later.
		c := s.script(at + rolloutTime)
		if c.adoption == 0 {
			continue
		}
		name := string(c.candidate.appendTo(nil))
		tell(at, "deploy "+name, false)
		tell(at+rollback, "roll back "+name, true)
	}
	return out
}

func quiet(time.Duration) conditions { return conditions{} }

// incident rolls out a release that breaks the checkout of some, slows a CDN,
// rolls the release back and heals the CDN. Some minutes of peace later the next
// release is tried, with no more luck, so that a demo left running stays alive.
func incident(t time.Duration) conditions {
	cycle, t := cycleAt(t)
	if t < 0 {
		return conditions{}
	}
	c := rollout(cycle, t, cannotPay, rolloutShare, rolloutTime)
	c.slowCDN = ramp(t, cdnSlowStart, cdnRamp) - ramp(t, cdnSlowEnd, cdnRamp)
	return c
}

// cycleAt is the number of an incident and the time since it began; before the
// first one that time is negative.
func cycleAt(t time.Duration) (cycle int, since time.Duration) {
	if t -= rolloutStart; t < 0 {
		return 0, t
	}
	return int(t / incidentEvery), t % incidentEvery
}

// rollout brings the next release to a share of the users and takes it back.
func rollout(cycle int, t time.Duration, d defect, share float64, takes time.Duration) conditions {
	return conditions{
		candidate: release{2, 4, uint16(1 + cycle)}, defect: d,
		adoption: share * (ramp(t, 0, takes) - ramp(t, rollback, rollbackTime)),
	}
}

// troubleLevel comes and goes.
func troubleLevel(t time.Duration) float64 {
	_, t = cycleAt(t)
	return ramp(t, 0, troubleRamp) - ramp(t, troubleEnd, troubleRamp)
}

func slowCDN(t time.Duration) conditions    { return conditions{slowCDN: troubleLevel(t)} }
func thirdParty(t time.Duration) conditions { return conditions{blocked: troubleLevel(t)} }
func failingAPI(t time.Duration) conditions {
	return conditions{failing: cartFailShare * troubleLevel(t)}
}

// canary rolls out a release with which nothing is wrong.
func canary(t time.Duration) conditions {
	cycle, t := cycleAt(t)
	if t < 0 {
		return conditions{}
	}
	return rollout(cycle, t, noDefect, rolloutShare, rolloutTime)
}

func badRelease(t time.Duration) conditions {
	cycle, t := cycleAt(t)
	if t < 0 {
		return conditions{}
	}
	return rollout(cycle, t, brokenGallery, rolloutShare, rolloutTime)
}

func whitePage(t time.Duration) conditions {
	cycle, t := cycleAt(t)
	if t < 0 {
		return conditions{}
	}
	return rollout(cycle, t, blankPage, blankShare, blankTime)
}

// fewerSessions is a setting that somebody changes: nobody is hurt.
func fewerSessions(t time.Duration) conditions {
	if t < rolloutStart {
		return conditions{}
	}
	return conditions{sampling: newSampling}
}

// ramp goes from 0 to 1, beginning at from.
func ramp(t, from, takes time.Duration) float64 {
	return min(max(float64(t-from)/float64(takes), 0), 1)
}
