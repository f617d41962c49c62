package demo_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rumtop/rumtop/collector"
	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/demo"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
)

// theater plays a scenario through the real collector into the aggregator, under
// a clock of its own.
type theater struct {
	t         testing.TB
	sim       *demo.Sim
	start     time.Time
	agg       *agg.Aggregator
	query     frame.Query
	collector *collector.Collector

	mu    sync.Mutex
	now   time.Time
	taken []*beacon.Batch
}

// Publish is what the collector hands over to NATS.
func (s *theater) Publish(_, _ string, payload []byte, done func(error)) error {
	b := &beacon.Batch{}
	err := beacon.Decode(payload, b)
	s.mu.Lock()
	s.taken = append(s.taken, b)
	s.mu.Unlock()
	done(err)
	return nil
}

func (s *theater) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

const shopKey = "pk"

func open(t testing.TB, scenario string, seed uint64, rate float64) *theater {
	t.Helper()
	s := &theater{t: t, start: time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC), agg: agg.New(agg.Config{})}
	s.query = frame.Query{By: "release", Window: 5 * time.Minute, Rows: 10}
	var err error
	if s.sim, err = demo.New(demo.Config{Seed: seed, Scenario: scenario, Rate: rate, Start: s.start}); err != nil {
		t.Fatal(err)
	}
	if s.collector, err = collector.New(collector.Config{
		Sites: map[string]string{"shop": shopKey}, Origins: []string{demo.Origin}, RegionHeader: demo.RegionHeader,
		TrustedProxies: []string{"127.0.0.0/8"}, RateLimit: -1, SiteRateLimit: -1, Now: s.clock, Linger: time.Hour,
	}, s); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.collector.Drain(context.Background()) })
	return s
}

// play lets time pass, in steps, and gives the frame after each to watch.
func (s *theater) play(from, to time.Duration, watch func(time.Duration, *frame.Frame)) {
	s.t.Helper()
	const step = 5 * time.Second
	next := s.start.Add(from).Add(step)
	tick := func() {
		s.collector.Flush()
		s.mu.Lock()
		s.now = next
		taken := s.taken
		s.taken = nil
		s.mu.Unlock()
		for _, b := range taken {
			s.agg.Add(b, next)
		}
		f := s.agg.Frame(s.query, agg.SourceStatus{Connected: true, Loading: 1}, next)
		if watch != nil {
			watch(next.Sub(s.start), f)
		}
		next = next.Add(step)
	}
	handler := s.collector.Handler()
	err := s.sim.Generate(s.start.Add(from), s.start.Add(to), func(r demo.Request) error {
		for r.At.After(next) {
			tick()
		}
		s.mu.Lock()
		s.now = r.At
		s.mu.Unlock()
		req := httptest.NewRequest(http.MethodPost, "/v1/beacons?key="+shopKey, bytes.NewReader(r.Body))
		req.Header, req.RemoteAddr = r.Header, "127.0.0.1:1"
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, req)
		if answer.Code != http.StatusAccepted {
			s.t.Fatalf("the collector answers %d: %s", answer.Code, answer.Body)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	tick()
}

// told is what a finding says, short enough to compare.
func told(f *frame.Finding) string { return f.State + " " + f.Measure + " " + f.Filter }

// Every script is found, explained and dated by the sentence of the screen.
func TestScenariosAreFound(t *testing.T) {
	for _, c := range []struct {
		scenario, measure string
		filters           []string      // how it may be explained
		factor            float64       // at least
		began, early      time.Duration // early: by how much chance may date it too early
	}{
		{"incident", "error_rate", []string{"release=2.4.1 tag.flag=new-payment browser=Safari"}, 10, -4 * time.Minute, time.Minute},
		{"slow-cdn", "lcp_p75", []string{"region=ap-south"}, 1.4, -4 * time.Minute, time.Minute},
		{"bad-release", "error_rate", []string{"release=2.4.1 browser=Firefox page=/products/:id", "release=2.4.1 browser=Firefox"}, 8, -4 * time.Minute, time.Minute},
		{"third-party", "inp_p75", []string{"page=/products/:id"}, 2, -4 * time.Minute, time.Minute},
		{"api", "failed_requests", []string{"url=https://shop.example/api/cart"}, 4, -4 * time.Minute, 5 * time.Minute / 2},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			s := open(t, c.scenario, 1, 60)
			var f frame.Finding
			changes, last := 0, ""
			s.play(-14*time.Minute, 3*time.Minute, func(at time.Duration, shown *frame.Frame) {
				f = shown.Finding
				if at < c.began && f.State == frame.FindingOn {
					t.Errorf("at %v, before anything is wrong: %s", at, told(&f))
				}
				if at > c.began && last != told(&f) {
					last = told(&f)
					changes++
				}
			})
			if f.State != frame.FindingOn || f.Measure != c.measure || !slices.Contains(c.filters, f.Filter) {
				t.Fatalf("found %s", told(&f))
			}
			if f.Before.Value > 0 && f.Factor < c.factor || f.Affected < 10 || f.Share <= 0 || f.Now.Low <= f.Before.High || f.P > .01 {
				t.Errorf("%+v", f)
			}
			if since := f.Since.Sub(s.start); since < c.began-c.early || since > c.began+90*time.Second || f.SinceFrom.After(f.Since) || f.SinceTo.Before(f.Since) {
				t.Errorf("since %v (%v to %v), it began at %v", since, f.SinceFrom.Sub(s.start), f.SinceTo.Sub(s.start), c.began)
			}
			// What is rolled out hurts more and more people over a minute or so.
			if from, to := f.SinceFrom.Sub(s.start), f.SinceTo.Sub(s.start); from > c.began+90*time.Second || to < c.began {
				t.Errorf("between %v and %v, it began at %v", from, to, c.began)
			}
			if changes > 6 {
				t.Errorf("the sentence changed %d times", changes)
			}
			if newRelease := c.scenario == "incident" || c.scenario == "bad-release"; newRelease != (f.After != nil) {
				t.Errorf("after the marker %+v", f.After)
			}
		})
	}
}

// The sentence stays although the windows slide past the beginning, and says
// when it is over.
func TestFindingEnds(t *testing.T) {
	t.Parallel()
	s := open(t, "incident", 1, 60)
	seen := map[string]bool{}
	s.play(-10*time.Minute, 10*time.Minute, func(at time.Duration, shown *frame.Frame) {
		for _, f := range shown.Findings {
			if f.Measure != "error_rate" {
				continue
			}
			if at > 0 && at < 5*time.Minute && (f.State != frame.FindingOn || f.Since.Sub(s.start) > -2*time.Minute) {
				t.Errorf("at %v: %s since %v", at, told(&f), f.Since.Sub(s.start))
			}
			seen[f.State] = true
			if f.State == frame.FindingOver && (f.Until.Sub(s.start) < 5*time.Minute || f.Until.Sub(s.start) > 10*time.Minute) {
				t.Errorf("over at %v", f.Until.Sub(s.start))
			}
		}
	})
	if !seen[frame.FindingOver] {
		t.Error("it is never said to be over")
	}
}

// A release is judged by what it does to those who have it: too early to tell at first,
// then worse, or as good as the one before.
func TestReleasesAreJudged(t *testing.T) {
	for scenario, want := range map[string]string{"incident": frame.Regressed, "canary": frame.NotWorse} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			s := open(t, scenario, 3, 60)
			// Within what a few minutes of the demo's traffic can tell.
			margins := frame.Margins{measure.ErrorRate: .015, measure.FailedRequests: .015, measure.LCP: .25, measure.INP: .25, measure.CLS: .03}
			ask := frame.VerdictSpec{On: true, Baseline: "2.4.0", Canary: "2.4.1", Margins: margins}
			s.query.Verdict = ask
			needs, last := 0, ""
			s.play(-6*time.Minute, 4*time.Minute, func(at time.Duration, f *frame.Frame) {
				v := f.Verdict
				switch {
				case at < -4*time.Minute+30*time.Second && v.Verdict != frame.NeedsMore:
					t.Errorf("at %v, with %d views of it: %s", at, v.CanaryViews, v.Verdict)
				case at == -2*time.Minute:
					needs = v.Needs
				}
				last = v.Verdict
			})
			v := s.agg.Frame(s.query, agg.SourceStatus{Connected: true, Loading: 1}, s.clock()).Verdict
			if v.Verdict != want || last != want {
				t.Errorf("%s: %+v", v.Verdict, v)
			}
			if v.Support < .9 || v.CanaryViews < 2000 || v.BaselineViews < 2000 || scenario == "canary" && needs <= 0 {
				t.Errorf("needed %d more: %+v", needs, v)
			}
			// Unasked, the two are found.
			s.query.Verdict = frame.VerdictSpec{On: true}
			if v := s.agg.Frame(s.query, agg.SourceStatus{Connected: true, Loading: 1}, s.clock()).Verdict; v.Canary != ask.Canary || v.Baseline != ask.Baseline {
				t.Errorf("%s against %s", v.Canary, v.Baseline)
			}
		})
	}
}

// Nothing is raised where nothing is wrong, nor where a setting of the agent makes
// the numbers jump.
func TestQuietRaisesNothing(t *testing.T) {
	for _, scenario := range []string{"quiet", "sampling", "canary"} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			s := open(t, scenario, 7, 60)
			quiet := 0
			s.play(-10*time.Minute, 5*time.Minute, func(at time.Duration, f *frame.Frame) {
				switch f.Finding.State {
				case frame.FindingOn, frame.FindingOver:
					t.Errorf("at %v: %s", at, told(&f.Finding))
				case frame.FindingQuiet:
					quiet++
				}
			})
			if quiet < 40 {
				t.Errorf("calm in %d frames only", quiet)
			}
		})
	}
}

// BenchmarkQuietDay is a day in which nothing happens, at several rates: how often is
// something raised? Run it once (-benchtime 1x): a day takes minutes.
func BenchmarkQuietDay(b *testing.B) {
	for _, rate := range []float64{10, 60, 200} {
		b.Run(fmt.Sprintf("rate=%v", rate), func(b *testing.B) {
			for b.Loop() {
				s := open(b, "quiet", 11, rate)
				s.agg = agg.New(agg.Config{Retain: time.Hour})
				alarms, last := 0, ""
				s.play(0, 24*time.Hour, func(at time.Duration, f *frame.Frame) {
					if now := told(&f.Finding); f.Finding.State == frame.FindingOn && now != last {
						alarms++
						b.Logf("at %v: %s p %.2g", at, now, f.Finding.P)
						last = now
					} else if f.Finding.State != frame.FindingOn {
						last = ""
					}
				})
				b.ReportMetric(float64(alarms), "alarms/day")
			}
		})
	}
}
