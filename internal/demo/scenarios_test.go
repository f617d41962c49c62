package demo

import (
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// healthyMinutes is the length of healthy.
const healthyMinutes = 10

// healthy is the traffic before the start of every scenario.
var healthy = sync.OnceValue(func() []sent {
	s, err := New(Config{Seed: 4, Rate: 150, Scenario: "quiet", Start: zero})
	if err != nil {
		panic(err)
	}
	all, err := collect(s, rolloutStart-healthyMinutes*time.Minute, rolloutStart)
	if err != nil {
		panic(err)
	}
	return all
})

// play returns the traffic before a scenario and at its worst.
func play(t *testing.T, scenario string) (before, during []sent) {
	t.Helper()
	return healthy(), traffic(t, newSim(t, Config{Seed: 4, Rate: 150, Scenario: scenario}), 0, 4*time.Minute)
}

// Before its start every scenario has the traffic of a healthy shop.
func TestScenariosStartHealthy(t *testing.T) {
	t.Parallel()
	before := traffic(t, newSim(t, Config{Seed: 6, Scenario: "quiet"}), rolloutStart-30*time.Second, rolloutStart)
	for _, scenario := range Scenarios() {
		if got := traffic(t, newSim(t, Config{Seed: 6, Scenario: scenario}), rolloutStart-30*time.Second, rolloutStart); !reflect.DeepEqual(got, before) {
			t.Errorf("%s starts with %d beacons, the healthy shop with %d, or they differ", scenario, len(got), len(before))
		}
	}
}

// within checks that a number is in its range.
func within(t *testing.T, what string, got, lo, hi float64) {
	t.Helper()
	if !(got >= lo && got <= hi) {
		t.Errorf("%s = %.4g, want %v to %v", what, got, lo, hi)
	}
}

// slower is the p75 of a metric relative to before.
func slower(before, during []sent, metric string, of func(*sent) bool) float64 {
	return percentile(lastValues(during, metric, of), 0.75) / percentile(lastValues(before, metric, of), 0.75)
}

// erroredShare is the share of page views with an error.
func erroredShare(all []sent, of func(*sent) bool) float64 {
	began, errored := map[string]bool{}, map[string]bool{}
	for i := range all {
		if b := &all[i]; of(b) {
			began[b.View] = began[b.View] || b.Navigation
			errored[b.View] = errored[b.View] || len(b.Errors) > 0
		}
	}
	n, m := 0, 0
	for v, navigation := range began {
		if navigation {
			n++
			if errored[v] {
				m++
			}
		}
	}
	return float64(m) / float64(n)
}

// failing is the share of failed requests.
func failing(all []sent, of func(url string) bool) float64 {
	n, failed := 0, 0
	for i := range all {
		for _, r := range all[i].Requests {
			if of(r.URL) {
				n++
				if r.Status == 0 || r.Status >= 400 {
					failed++
				}
			}
		}
	}
	return float64(failed) / float64(n)
}

func not(of func(*sent) bool) func(*sent) bool { return func(b *sent) bool { return !of(b) } }

func TestSlowCDN(t *testing.T) {
	t.Parallel()
	before, during := play(t, "slow-cdn")
	there := func(b *sent) bool { return b.region == "ap-south" }
	within(t, "LCP in ap-south vs before", slower(before, during, "lcp", there), 1.4, 3)
	within(t, "LCP elsewhere vs before", slower(before, during, "lcp", not(there)), 0.9, 1.1)
	within(t, "share of errored views elsewhere", erroredShare(during, not(there)), 0, 0.006)
}

func TestCanary(t *testing.T) {
	t.Parallel()
	before, during := play(t, "canary")
	has := func(b *sent) bool { return b.Release == "2.4.1" }
	within(t, "share of the release", share(during, has), 0.5, 0.65)
	within(t, "share of errored views with it", erroredShare(during, has), 0, 0.007)
	within(t, "LCP vs before", slower(before, during, "lcp", everyone), 0.9, 1.1)
}

func TestBadRelease(t *testing.T) {
	t.Parallel()
	_, during := play(t, "bad-release")
	hit := func(b *sent) bool {
		return b.Release == "2.4.1" && strings.Contains(b.agent, "Firefox/") && b.Route == "/products/:id"
	}
	within(t, "share of errored views of the broken pages", erroredShare(during, hit), 0.85, 1)
	within(t, "share of errored views of all others", erroredShare(during, not(hit)), 0, 0.006)
	within(t, "share of the release", share(during, func(b *sent) bool { return b.Release == "2.4.1" }), 0.5, 0.65)
}

func TestThirdParty(t *testing.T) {
	t.Parallel()
	before, during := play(t, "third-party")
	carries := func(b *sent) bool { return b.Route == "/products/:id" || b.Route == "/search" }
	within(t, "INP with the script vs before", slower(before, during, "inp", carries), 2.5, 6)
	within(t, "INP elsewhere vs before", slower(before, during, "inp", not(carries)), 0.85, 1.15)
	within(t, "LCP vs before", slower(before, during, "lcp", everyone), 0.9, 1.1)
	within(t, "share of errored views", erroredShare(during, everyone), 0, 0.006)
}

func TestFailingAPI(t *testing.T) {
	t.Parallel()
	before, during := play(t, "api")
	toCart := func(url string) bool { return strings.HasPrefix(url, Origin+"/api/cart") }
	within(t, "failed share of the cart's requests before", failing(before, toCart), 0, 0.01)
	within(t, "failed share of the cart's requests", failing(during, toCart), 0.022, 0.045)
	within(t, "failed share of all other requests", failing(during, func(url string) bool { return !toCart(url) }), 0, 0.01)
	within(t, "share of errored views", erroredShare(during, everyone), 0, 0.006)
}

func TestWhitePage(t *testing.T) {
	t.Parallel()
	before, during := play(t, "white-page")
	old := func(b *sent) bool { return strings.Contains(b.agent, "Version/18.") }
	perMinute := func(all []sent, minutes float64, of func(*sent) bool) float64 {
		n := 0.0
		for i := range all {
			if of(&all[i]) {
				n++
			}
		}
		return n / minutes
	}
	within(t, "beacons of Safari 18 vs before", perMinute(during, 4, old)/perMinute(before, healthyMinutes, old), 0, 0.15)
	within(t, "beacons of all others vs before", perMinute(during, 4, not(old))/perMinute(before, healthyMinutes, not(old)), 0.9, 1.1)
	within(t, "share of errored views", erroredShare(during, everyone), 0, 0.006)
}

func TestFewerSessions(t *testing.T) {
	t.Parallel()
	before, during := play(t, "sampling")
	within(t, "beacons a second vs before", float64(len(during))/4/(float64(len(before))/healthyMinutes), 0.07, 0.2)
	scaled := func(all []sent) (n float64) {
		for i := range all {
			if all[i].Navigation {
				n += 1 / all[i].SampleRate
			}
		}
		return n
	}
	within(t, "scaled page views vs before", scaled(during)/4/(scaled(before)/healthyMinutes), 0.85, 1.15)
	errors, alone := 0, 0
	for i := range during {
		b := &during[i]
		silenced := b.Sampled != nil && !*b.Sampled
		if len(b.Errors) > 0 {
			errors++
			if b.SampleRate != 1 {
				t.Fatalf("error with a sample rate: %+v", b)
			}
		}
		if silenced {
			alone++
			if len(b.Errors) == 0 || b.Navigation || len(b.Metrics)+len(b.Requests)+len(b.Events) > 0 {
				t.Fatalf("more than an error from outside the sample: %+v", b)
			}
		}
	}
	within(t, "share of errors from outside the sample", float64(alone)/float64(errors), 0.6, 0.95)
}

func TestDeploys(t *testing.T) {
	t.Parallel()
	for scenario, want := range map[string]int{"incident": 4, "bad-release": 4, "white-page": 4, "quiet": 0, "slow-cdn": 0} {
		s := newSim(t, Config{Scenario: scenario})
		got := s.Deploys(s.start.Add(-time.Hour), s.start.Add(30*time.Minute))
		if len(got) != want {
			t.Errorf("%s: %+v", scenario, got)
			continue
		}
		for i, d := range got {
			if i > 0 && d.At.Before(got[i-1].At) || d.Rollback != (i%2 == 1) {
				t.Errorf("%s: %+v", scenario, got)
			}
		}
		if want > 0 && (got[0].Text != "deploy 2.4.1" || !got[0].At.Equal(s.start.Add(rolloutStart)) || got[3].Text != "roll back 2.4.2") {
			t.Errorf("%s: %+v", scenario, got)
		}
	}
	s := newSim(t, Config{})
	if got := s.Deploys(s.start, s.start.Add(time.Minute)); len(got) != 0 {
		t.Errorf("in a minute without a deploy: %+v", got)
	}
}
