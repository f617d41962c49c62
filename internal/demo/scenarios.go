package demo

import (
	"fmt"
	"strings"
	"time"
)

// script returns the conditions at a time since the scenario's zero.
type script func(t time.Duration) conditions

// conditions are what a scenario can change. The zero value is a healthy shop.
type conditions struct {
	candidate release // the release under rollout
	adoption  float64 // share of users whose next page load receives it, 0..1
	defect    defect  // of candidate

	slowCDN  float64 // slowdown of the CDN in ap-south, 0..1
	blocked  float64 // blocking of the main thread by a third-party script, 0..1
	failing  float64 // share of calls to the cart that fail in addition to the usual ones, 0..1
	sampling float64 // share of sessions that send more than errors; 0: all
}

// defect is what is broken in a release.
type defect uint8

const (
	noDefect      defect = iota
	cannotPay            // the checkout fails in Safari with the flag new-payment, in Europe
	brokenGallery        // a product's page throws in Firefox
	blankPage            // nothing runs in Safari 18, not even the agent
)

// The incident, in time since its release starts to roll out.
const (
	rolloutStart  = -4 * time.Minute // since the scenario's zero
	rolloutTime   = 5 * time.Minute / 2
	rolloutShare  = 0.6
	cdnSlowStart  = 7 * time.Minute
	cdnRamp       = 30 * time.Second
	rollback      = 10 * time.Minute
	rollbackTime  = time.Minute
	cdnSlowEnd    = 12 * time.Minute
	incidentEvery = 20 * time.Minute
)

// The other scenarios, in time since the same moment.
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

// Scenarios are the valid names for Config.Scenario. The first is the default.
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
	return nil, fmt.Errorf("unknown scenario %q: use one of %s", name, strings.Join(Scenarios(), ", "))
}

// Deploy is what the shop's pipeline reports at the start of a rollout and of a
// rollback.
type Deploy struct {
	At       time.Time
	Text     string
	Rollback bool
}

// Deploys returns the deploys of [from, to), in order of time.
func (s *Sim) Deploys(from, to time.Time) []Deploy {
	var out []Deploy
	add := func(at time.Duration, text string, back bool) {
		if t := s.start.Add(at); !t.Before(from) && t.Before(to) {
			out = append(out, Deploy{t, text, back})
		}
	}
	cycles := max(int(to.Sub(s.start.Add(rolloutStart))/incidentEvery), 0)
	for n := range cycles + 1 {
		at := rolloutStart + time.Duration(n)*incidentEvery
		// The release is visible once its rollout is complete.
		c := s.script(at + rolloutTime)
		if c.adoption == 0 {
			continue
		}
		name := string(c.candidate.appendTo(nil))
		add(at, "deploy "+name, false)
		add(at+rollback, "roll back "+name, true)
	}
	return out
}

func quiet(time.Duration) conditions { return conditions{} }

// incident rolls out a release that breaks some checkouts, slows down a CDN,
// rolls the release back and lets the CDN recover. Some minutes later it starts
// again with the next release, so that a demo left running stays interesting.
func incident(t time.Duration) conditions {
	cycle, t := cycleAt(t)
	if t < 0 {
		return conditions{}
	}
	c := rollout(cycle, t, cannotPay, rolloutShare, rolloutTime)
	c.slowCDN = ramp(t, cdnSlowStart, cdnRamp) - ramp(t, cdnSlowEnd, cdnRamp)
	return c
}

// cycleAt returns the number of an incident and the time since its start, which
// is negative before the first one.
func cycleAt(t time.Duration) (cycle int, since time.Duration) {
	if t -= rolloutStart; t < 0 {
		return 0, t
	}
	return int(t / incidentEvery), t % incidentEvery
}

// rollout brings the next release to a share of the users and rolls it back.
func rollout(cycle int, t time.Duration, d defect, share float64, length time.Duration) conditions {
	return conditions{
		candidate: release{2, 4, uint16(1 + cycle)}, defect: d,
		adoption: share * (ramp(t, 0, length) - ramp(t, rollback, rollbackTime)),
	}
}

// troubleLevel is the level of a repeating problem, 0..1.
func troubleLevel(t time.Duration) float64 {
	_, t = cycleAt(t)
	return ramp(t, 0, troubleRamp) - ramp(t, troubleEnd, troubleRamp)
}

func slowCDN(t time.Duration) conditions    { return conditions{slowCDN: troubleLevel(t)} }
func thirdParty(t time.Duration) conditions { return conditions{blocked: troubleLevel(t)} }
func failingAPI(t time.Duration) conditions {
	return conditions{failing: cartFailShare * troubleLevel(t)}
}

// canary rolls out a release without a defect.
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

// fewerSessions changes the agent's sampling, which affects no user.
func fewerSessions(t time.Duration) conditions {
	if t < rolloutStart {
		return conditions{}
	}
	return conditions{sampling: newSampling}
}

// ramp rises from 0 to 1, starting at from.
func ramp(t, from, length time.Duration) float64 {
	return min(max(float64(t-from)/float64(length), 0), 1)
}
