package demo

import (
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// sent is one beacon with its request's time and headers.
type sent struct {
	wireBeacon
	at     time.Time
	region string
	agent  string
}

func (b *sent) safari() bool { return strings.Contains(b.agent, "Version/") }

// newPayment reports whether the flag is on.
func (b *sent) newPayment() bool { return b.Tags["flag"] == "new-payment" }

func (b *sent) user() string {
	if b.User != "" {
		return b.User
	}
	return b.Session
}

// traffic decodes the traffic of [from, to), in time since the scenario's zero.
func traffic(t *testing.T, s *Sim, from, to time.Duration) []sent {
	t.Helper()
	all, err := collect(s, from, to)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func collect(s *Sim, from, to time.Duration) ([]sent, error) {
	var all []sent
	err := s.Generate(s.start.Add(from), s.start.Add(to), func(r Request) error {
		beacons, err := decode(r.Body)
		for _, b := range beacons {
			all = append(all, sent{b, r.At, r.Header.Get(RegionHeader), r.Header.Get("User-Agent")})
		}
		return err
	})
	return all, err
}

func TestRequestsMatchContract(t *testing.T) {
	t.Parallel()
	s := newSim(t, Config{Seed: 3, Rate: 150})
	known := map[string]bool{}
	for _, r := range regions {
		known[r.name] = true
	}
	ids := map[string]bool{}
	last := time.Time{}
	from, to := s.start.Add(-time.Minute), s.start.Add(8*time.Minute)
	batched := 0
	err := s.Generate(from, to, func(r Request) error {
		if r.At.Before(last) || r.At.Before(from) || !r.At.Before(to) {
			t.Fatalf("request at %v after %v in [%v, %v)", r.At, last, from, to)
		}
		last = r.At
		if got := r.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/plain") {
			t.Fatalf("content type %q", got)
		}
		if !known[r.Header.Get(RegionHeader)] {
			t.Fatalf("region %q", r.Header.Get(RegionHeader))
		}
		if r.Header.Get("Origin") != Origin {
			t.Fatalf("origin %q", r.Header.Get("Origin"))
		}
		beacons, err := decode(r.Body)
		if err != nil {
			t.Fatalf("%v in %s", err, r.Body)
		}
		if len(beacons) != r.Beacons || r.Beacons == 0 {
			t.Fatalf("body has %d beacons, want %d", len(beacons), r.Beacons)
		}
		if r.Beacons > 1 {
			batched++
		}
		for _, b := range beacons {
			if b.Session != beacons[0].Session {
				t.Fatalf("two sessions in one request: %s", r.Body)
			}
			if ids[b.ID] {
				t.Fatalf("duplicate id %s", b.ID)
			}
			ids[b.ID] = true
			checkBeacon(t, &b)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if batched == 0 {
		t.Error("no request with more than one beacon")
	}
}

func checkBeacon(t *testing.T, b *wireBeacon) {
	t.Helper()
	if !b.Navigation && len(b.Metrics)+len(b.Errors)+len(b.Requests)+len(b.Events) == 0 {
		t.Fatalf("empty beacon: %+v", b)
	}
	if b.Release == "" || b.Route == "" || b.View == "" || b.Session == "" || b.Tags["tier"] == "" || b.SampleRate != 1 {
		t.Fatalf("beacon without a required member: %+v", b)
	}
	if !strings.HasPrefix(b.URL, Origin+"/") {
		t.Fatalf("url %q", b.URL)
	}
	for name, v := range b.Metrics {
		if v < 0 || v > 120_000 || name == "cls" && v > 2 {
			t.Fatalf("%s is %v", name, v)
		}
	}
	for _, r := range b.Requests {
		if r.Method == "" || !strings.HasPrefix(r.URL, Origin+"/api/") || r.Duration <= 0 {
			t.Fatalf("request %+v", r)
		}
	}
	for _, e := range b.Errors {
		if e.Type == "" || e.Message == "" {
			t.Fatalf("error %+v", e)
		}
	}
}

func TestAddressesReserved(t *testing.T) {
	t.Parallel()
	var allowed []netip.Prefix
	for _, p := range []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"} {
		allowed = append(allowed, netip.MustParsePrefix(p))
	}
	headers := newHeaders()
	for _, perClient := range headers {
		for _, perAddress := range perClient {
			for _, h := range perAddress {
				a, err := netip.ParseAddr(h.Get("X-Forwarded-For"))
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(allowed, func(p netip.Prefix) bool { return p.Contains(a) }) {
					t.Fatalf("%v is not reserved for documentation", a)
				}
			}
		}
	}
}

func TestGenerateRate(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{20, DefaultRate, 1000} {
		for _, scenario := range []string{"incident", "quiet"} {
			s := newSim(t, Config{Seed: 5, Rate: rate, Scenario: scenario})
			// Long enough for random variation to stay well below 5 %.
			span := time.Duration(60*max(4, 1500/rate)) * time.Second
			from := -span / 2
			n := 0
			if err := s.Generate(s.start.Add(from), s.start.Add(from+span), func(r Request) error {
				n += r.Beacons
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			got := float64(n) / span.Seconds()
			if math.Abs(got/rate-1) > 0.05 {
				t.Errorf("%s at %v beacons/s: got %.1f/s", scenario, rate, got)
			}
		}
	}
}

// percentile is the nearest rank.
func percentile(values []float64, p float64) float64 {
	slices.Sort(values)
	return values[int(math.Ceil(p*float64(len(values))))-1]
}

// lastValues returns the last value of a metric of every page view.
func lastValues(all []sent, metric string, keep func(*sent) bool) []float64 {
	byView := map[string]float64{}
	for i := range all {
		if v, ok := all[i].Metrics[metric]; ok && keep(&all[i]) {
			byView[all[i].View] = v
		}
	}
	values := make([]float64, 0, len(byView))
	for _, v := range byView {
		values = append(values, v)
	}
	return values
}

func everyone(*sent) bool { return true }

// views counts the started page views.
func views(all []sent) (n int) {
	for i := range all {
		if all[i].Navigation {
			n++
		}
	}
	return n
}

// share is the share of the started page views.
func share(all []sent, of func(*sent) bool) float64 {
	hits := 0
	for i := range all {
		if all[i].Navigation && of(&all[i]) {
			hits++
		}
	}
	return float64(hits) / float64(views(all))
}

func TestHealthyShop(t *testing.T) {
	t.Parallel()
	all := healthy()
	requests, failed, errored := 0, 0, map[string]bool{}
	farOff := 0
	for i := range all {
		b := &all[i]
		requests += len(b.Requests)
		for _, r := range b.Requests {
			if r.Status == 0 || r.Status >= 400 {
				failed++
			}
		}
		if len(b.Errors) > 0 {
			errored[b.View] = true
		}
		if skew := time.UnixMilli(b.Time).Sub(b.at); skew.Abs() > time.Hour-time.Minute {
			farOff++
		}
	}
	inRegion := func(name string) float64 {
		return share(all, func(b *sent) bool { return b.region == name })
	}
	for _, c := range []struct {
		what        string
		got, lo, hi float64
	}{
		{"LCP p75", percentile(lastValues(all, "lcp", everyone), 0.75), 1800, 2200},
		{"LCP p95 over p75", percentile(lastValues(all, "lcp", everyone), 0.95) / percentile(lastValues(all, "lcp", everyone), 0.75), 1.4, 2.5},
		{"INP p75", percentile(lastValues(all, "inp", everyone), 0.75), 140, 190},
		{"CLS p75", percentile(lastValues(all, "cls", everyone), 0.75), 0.01, 0.1},
		{"share of views with an error", float64(len(errored)) / float64(views(all)), 0.002, 0.006},
		{"requests a view", float64(requests) / float64(views(all)), 1.4, 1.9},
		{"failed share of requests", float64(failed) / float64(requests), 0.002, 0.008},
		{"share of Safari", share(all, (*sent).safari), 0.33, 0.48},
		{"share of eu-west", inRegion("eu-west"), 0.28, 0.38},
		{"share of ap-south", inRegion("ap-south"), 0.08, 0.14},
		{"share of new-payment", share(all, (*sent).newPayment), flagShare - 0.05, flagShare + 0.05},
		{"share of 2.3.9", share(all, func(b *sent) bool { return b.Release == "2.3.9" }), 0.03, 0.07},
		{"share of 2.4.0", share(all, func(b *sent) bool { return b.Release == "2.4.0" }), 0.93, 0.97},
		{"share of clocks off by hours", float64(farOff) / float64(len(all)), 0.001, 0.015},
	} {
		if !(c.got >= c.lo && c.got <= c.hi) {
			t.Errorf("%s = %.4g, want %v to %v", c.what, c.got, c.lo, c.hi)
		}
	}
}

// Growing metrics never shrink within a page view.
func TestMetricsGrowWithinView(t *testing.T) {
	t.Parallel()
	again := 0
	all := traffic(t, newSim(t, Config{Seed: 11, Rate: 150}), 0, 2*time.Minute)
	for _, metric := range []string{"inp", "cls"} {
		last := map[string]float64{}
		for i := range all {
			v, ok := all[i].Metrics[metric]
			if !ok {
				continue
			}
			if before, seen := last[all[i].View]; seen {
				again++
				if v < before {
					t.Fatalf("%s of view %s shrinks from %v to %v", metric, all[i].View, before, v)
				}
			}
			last[all[i].View] = v
		}
	}
	if again == 0 {
		t.Error("no metric was reported twice")
	}
}
