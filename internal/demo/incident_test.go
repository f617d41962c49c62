package demo

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// checkoutErrorRate is errored views over views of /checkout.
func checkoutErrorRate(all []sent, of func(*sent) bool) (rate float64, views int) {
	began, errored := map[string]bool{}, map[string]bool{}
	for i := range all {
		b := &all[i]
		if b.Route != "/checkout" || !of(b) {
			continue
		}
		if b.Navigation {
			began[b.View] = true
		}
		if len(b.Errors) > 0 {
			errored[b.View] = true
		}
	}
	return float64(len(errored)) / float64(len(began)), len(began)
}

func inEurope(b *sent) bool { return strings.HasPrefix(b.region, "eu-") }

// broken reports whether the incident's release prevents payments.
func broken(b *sent) bool {
	return b.Release == "2.4.1" && b.safari() && b.newPayment() && inEurope(b)
}

// recording is decoded traffic in order of time.
type recording struct {
	start time.Time
	all   []sent
}

// between returns the traffic of [from, to), in time since the scenario's zero.
func (r recording) between(from, to time.Duration) []sent {
	at := func(t time.Duration) int {
		i, _ := slices.BinarySearchFunc(r.all, r.start.Add(t), func(b sent, t time.Time) int { return b.at.Compare(t) })
		return i
	}
	return r.all[at(from):at(to)]
}

func TestIncident(t *testing.T) {
	t.Parallel()
	s := newSim(t, Config{Seed: 2, Rate: 150})
	r := recording{s.start, traffic(t, s, -10*time.Minute, 9*time.Minute)}
	t.Run("first screen", r.firstScreen)
	t.Run("where", r.where)
	t.Run("conversions", r.conversions)
	t.Run("rollout", r.rollout)
	t.Run("cdn", r.cdn)
}

// firstScreen checks that the incident is visible at the demo's start: the first
// screen shows the five minutes before the scenario's zero.
func (r recording) firstScreen(t *testing.T) {
	affected := func(all []sent) (users int, errorRate float64) {
		ids, errored := map[string]bool{}, map[string]bool{}
		for i := range all {
			if len(all[i].Errors) > 0 {
				ids[all[i].user()] = true
				errored[all[i].View] = true
			}
		}
		return len(ids), float64(len(errored)) / float64(views(all))
	}
	before, calm := affected(r.between(-10*time.Minute, -5*time.Minute))
	now, burning := affected(r.between(-5*time.Minute, 0))
	later, _ := affected(r.between(0, 5*time.Minute))
	if calm > 0.006 || burning < 2.5*calm {
		t.Errorf("error rate %.2f%%, then %.2f%%", 100*calm, 100*burning)
	}
	if now < 170 || now < 2*before || later < 270 {
		t.Errorf("%d affected users, later %d, before %d", now, later, before)
	}
}

func (r recording) where(t *testing.T) {
	all := r.between(-time.Minute, 5*time.Minute)
	if rate, n := checkoutErrorRate(all, broken); rate < 0.7 || n < 200 {
		t.Errorf("%.1[2]f%% of %[1]d broken checkouts failed, want at least 70%%", n, 100*rate)
	}
	// Without any one of the four conditions the checkout works.
	for what, healthy := range map[string]func(*sent) bool{
		"another release": func(b *sent) bool { return b.Release != "2.4.1" && b.safari() && b.newPayment() && inEurope(b) },
		"another browser": func(b *sent) bool { return b.Release == "2.4.1" && !b.safari() && b.newPayment() && inEurope(b) },
		"flag off":        func(b *sent) bool { return b.Release == "2.4.1" && b.safari() && !b.newPayment() && inEurope(b) },
		"another region":  func(b *sent) bool { return b.Release == "2.4.1" && b.safari() && b.newPayment() && !inEurope(b) },
	} {
		if rate, n := checkoutErrorRate(all, healthy); rate > 0.04 || n < 100 {
			t.Errorf("%s: %.1[3]f%% of %[2]d checkouts failed, want at most 4%%", what, n, 100*rate)
		}
	}
}

func (r recording) conversions(t *testing.T) {
	all := r.between(0, 5*time.Minute)
	failed, paid := outcome(all, broken)
	if failed < 200 || paid*4 > failed {
		t.Errorf("broken checkouts: %d payments failed, %d succeeded", failed, paid)
	}
	failed, paid = outcome(all, func(b *sent) bool { return !broken(b) })
	if failed*20 > paid {
		t.Errorf("other checkouts: %d payments failed, %d succeeded", failed, paid)
	}
}

// outcome counts failed and completed payments.
func outcome(all []sent, of func(*sent) bool) (failed, paid int) {
	for i := range all {
		b := &all[i]
		if !of(b) {
			continue
		}
		for _, r := range b.Requests {
			if strings.HasSuffix(r.URL, "/api/payment") && (r.Status == 0 || r.Status >= 400) {
				failed++
			}
		}
		for _, e := range b.Events {
			if e.Name == "checkout_completed" {
				paid++
			}
		}
	}
	return failed, paid
}

func (r recording) rollout(t *testing.T) {
	for _, c := range []struct {
		at     time.Duration
		lo, hi float64
	}{
		{-6 * time.Minute, 0, 0},
		{-3 * time.Minute, 0.2, 0.5},
		{0, 0.5, 0.65},
		{5 * time.Minute, 0.5, 0.65},
		{8 * time.Minute, 0, 0},
	} {
		got := share(r.between(c.at, c.at+time.Minute), func(b *sent) bool { return b.Release == "2.4.1" })
		if got < c.lo || got > c.hi {
			t.Errorf("at %v the new release has %.0f%%, want %v to %v", c.at, 100*got, c.lo, c.hi)
		}
	}
}

func (r recording) cdn(t *testing.T) {
	healthy, slow := r.between(-10*time.Minute, -5*time.Minute), r.between(4*time.Minute, 8*time.Minute)
	for _, metric := range []string{"lcp", "fcp", "ttfb"} {
		for _, region := range regions {
			here := func(b *sent) bool { return b.region == region.name }
			ratio := percentile(lastValues(slow, metric, here), 0.95) / percentile(lastValues(healthy, metric, here), 0.95)
			lo, hi := 0.8, 1.25
			if region.name == "ap-south" {
				lo, hi = 1.7, 3.5
			}
			if ratio < lo || ratio > hi {
				t.Errorf("p95 of %s in %s vs before = %.2f, want %v to %v", metric, region.name, ratio, lo, hi)
			}
		}
	}
	resources := map[string]int{}
	for i := range slow {
		for _, e := range slow[i].Errors {
			if e.Type == "ResourceError" {
				resources[slow[i].region]++
			}
		}
	}
	if len(resources) != 1 || resources["ap-south"] < 10 {
		t.Errorf("failed images by region: %v", resources)
	}
}

// Every repetition of the incident has a release of its own.
func TestIncidentRepeats(t *testing.T) {
	t.Parallel()
	for n, want := range []release{{2, 4, 1}, {2, 4, 2}, {2, 4, 3}} {
		start := rolloutStart + time.Duration(n)*incidentEvery
		if c := incident(start - time.Second); c.adoption != 0 || c.slowCDN != 0 {
			t.Errorf("before incident %d: %+v", n, c)
		}
		if c := incident(start + rolloutTime); c.candidate != want || c.adoption != rolloutShare || c.slowCDN != 0 {
			t.Errorf("after the rollout of incident %d: %+v", n, c)
		}
		if c := incident(start + cdnSlowStart + cdnRamp); c.candidate != want || c.adoption != rolloutShare || c.slowCDN != 1 {
			t.Errorf("with a slow CDN in incident %d: %+v", n, c)
		}
		if c := incident(start + rollback + rollbackTime); c.adoption != 0 || c.slowCDN != 1 {
			t.Errorf("after the rollback of incident %d: %+v", n, c)
		}
	}
}

func TestQuietHasNoConditions(t *testing.T) {
	t.Parallel()
	for at := -time.Hour; at < 3*time.Hour; at += 17 * time.Second {
		if c := quiet(at); c != (conditions{}) {
			t.Fatalf("at %v: %+v", at, c)
		}
	}
}
