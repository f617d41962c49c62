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

// harness runs a scenario through the real collector into the aggregator, with a
// simulated clock.
type harness struct {
	t         testing.TB
	sim       *demo.Sim
	start     time.Time
	agg       *agg.Aggregator
	query     frame.Query
	collector *collector.Collector
	handler   http.Handler

	mu        sync.Mutex
	now       time.Time
	published []*beacon.Batch
}

// Publish receives the collector's batches.
func (h *harness) Publish(_, _ string, payload []byte, done func(error)) error {
	b := &beacon.Batch{}
	err := beacon.Decode(payload, b)
	h.mu.Lock()
	h.published = append(h.published, b)
	h.mu.Unlock()
	done(err)
	return nil
}

func (h *harness) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

const shopKey = "pk"

func newHarness(t testing.TB, scenario string, seed uint64, rate float64) *harness {
	t.Helper()
	h := &harness{t: t, start: time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC), agg: agg.New(agg.Config{})}
	h.query = frame.Query{By: "release", Window: 5 * time.Minute, Rows: 10}
	var err error
	if h.sim, err = demo.New(demo.Config{Seed: seed, Scenario: scenario, Rate: rate, Start: h.start}); err != nil {
		t.Fatal(err)
	}
	if h.collector, err = collector.New(collector.Config{
		Sites: map[string]string{"shop": shopKey}, Origins: []string{demo.Origin}, RegionHeader: demo.RegionHeader,
		TrustedProxies: []string{"127.0.0.0/8"}, RateLimit: -1, SiteRateLimit: -1, Now: h.clock, Linger: time.Hour,
	}, h); err != nil {
		t.Fatal(err)
	}
	h.handler = h.collector.Handler()
	t.Cleanup(func() { _ = h.collector.Drain(context.Background()) })
	return h
}

// frameStep is the simulated time between two frames.
const frameStep = 5 * time.Second

// run simulates [from, to) and passes each frame to watch.
func (h *harness) run(from, to time.Duration, watch func(time.Duration, *frame.Frame)) {
	h.t.Helper()
	next := h.start.Add(from).Add(frameStep)
	err := h.sim.Generate(h.start.Add(from), h.start.Add(to), func(r demo.Request) error {
		for ; r.At.After(next); next = next.Add(frameStep) {
			h.frameAt(next, watch)
		}
		h.post(r)
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.frameAt(next, watch)
}

// frameAt aggregates what was published and computes the frame.
func (h *harness) frameAt(at time.Time, watch func(time.Duration, *frame.Frame)) {
	h.collector.Flush()
	h.mu.Lock()
	h.now = at
	published := h.published
	h.published = nil
	h.mu.Unlock()
	for _, b := range published {
		h.agg.Add(b, at)
	}
	watch(at.Sub(h.start), h.frame(at))
}

func (h *harness) frame(at time.Time) *frame.Frame {
	return h.agg.Frame(h.query, agg.SourceStatus{Connected: true, Loading: 1}, at)
}

func (h *harness) post(r demo.Request) {
	h.mu.Lock()
	h.now = r.At
	h.mu.Unlock()
	req, err := http.NewRequest(http.MethodPost, "/v1/beacons?key="+shopKey, bytes.NewReader(r.Body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header, req.RemoteAddr, req.Host = r.Header, "127.0.0.1:1", "collector.example"
	response := httptest.NewRecorder()
	h.handler.ServeHTTP(response, req)
	if response.Code != http.StatusAccepted {
		h.t.Fatalf("response %d: %s", response.Code, response.Body)
	}
}

// summary is a finding as one comparable string.
func summary(f *frame.Finding) string { return f.State + " " + f.Measure + " " + f.Filter }

// detection is what a finding of a scenario must say.
type detection struct {
	scenario, measure string
	filters           []string      // accepted explanations
	factor            float64       // at least
	began, early      time.Duration // early: how much too early chance may date it
	newRelease        bool
}

var detections = []detection{
	{"incident", "error_rate", []string{"release=2.4.1 tag.flag=new-payment browser=Safari"}, 10, -4 * time.Minute, time.Minute, true},
	{"slow-cdn", "lcp_p75", []string{"region=ap-south"}, 1.4, -4 * time.Minute, time.Minute, false},
	{"bad-release", "error_rate", []string{"release=2.4.1 browser=Firefox page=/products/:id", "release=2.4.1 browser=Firefox"}, 8, -4 * time.Minute, time.Minute, true},
	{"third-party", "inp_p75", []string{"page=/products/:id"}, 2, -4 * time.Minute, time.Minute, false},
	{"api", "failed_requests", []string{"url=https://shop.example/api/cart"}, 4, -4 * time.Minute, 5 * time.Minute / 2, false},
}

// Every scenario is found, explained and dated by the screen's first line.
func TestFindingOfScenario(t *testing.T) {
	for _, d := range shorter(detections[:], 2) {
		t.Run(d.scenario, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, d.scenario, 1, 60)
			var f frame.Finding
			changes, last := 0, ""
			h.run(-14*time.Minute, 3*time.Minute, func(at time.Duration, shown *frame.Frame) {
				f = shown.Finding
				if at < d.began && f.State == frame.FindingOn {
					t.Errorf("at %v, before the onset: %s", at, summary(&f))
				}
				if at > d.began && last != summary(&f) {
					last = summary(&f)
					changes++
				}
			})
			d.check(t, &f, h.start)
			if changes > 6 {
				t.Errorf("the finding changed %d times, want at most 6", changes)
			}
		})
	}
}

// shorter is the first n cases with -short, else all of them.
func shorter[T any](cases []T, n int) []T {
	if testing.Short() {
		return cases[:n]
	}
	return cases
}

// check compares a finding with the scenario, whose zero is start.
func (d detection) check(t *testing.T, f *frame.Finding, start time.Time) {
	t.Helper()
	if f.State != frame.FindingOn || f.Measure != d.measure || !slices.Contains(d.filters, f.Filter) {
		t.Fatalf("found %s", summary(f))
	}
	if f.Before.Value > 0 && f.Factor < d.factor || f.Affected < 10 || f.Share <= 0 || f.Now.Low <= f.Before.High || f.P > .01 {
		t.Errorf("%+v", f)
	}
	since, from, to := f.Since.Sub(start), f.SinceFrom.Sub(start), f.SinceTo.Sub(start)
	if since < d.began-d.early || since > d.began+90*time.Second || from > since || to < since {
		t.Errorf("since %v (%v to %v), want %v", since, from, to, d.began)
	}
	// A rollout affects more and more users over about a minute.
	if from > d.began+90*time.Second || to < d.began {
		t.Errorf("between %v and %v, want %v in it", from, to, d.began)
	}
	if d.newRelease != (f.After != nil) {
		t.Errorf("After = %+v, want a release: %v", f.After, d.newRelease)
	}
}

// The finding stays when the windows move past its onset, and ends.
func TestFindingEnds(t *testing.T) {
	t.Parallel()
	h := newHarness(t, "incident", 1, 60)
	seen := map[string]bool{}
	h.run(-10*time.Minute, 10*time.Minute, func(at time.Duration, shown *frame.Frame) {
		for _, f := range shown.Findings {
			if f.Measure != "error_rate" {
				continue
			}
			if at > 0 && at < 5*time.Minute && (f.State != frame.FindingOn || f.Since.Sub(h.start) > -2*time.Minute) {
				t.Errorf("at %v: %s since %v", at, summary(&f), f.Since.Sub(h.start))
			}
			seen[f.State] = true
			if f.State == frame.FindingOver && (f.Until.Sub(h.start) < 5*time.Minute || f.Until.Sub(h.start) > 10*time.Minute) {
				t.Errorf("over at %v, want 5m to 10m", f.Until.Sub(h.start))
			}
		}
	})
	if !seen[frame.FindingOver] {
		t.Error("the finding never ends")
	}
}

// A release is compared by its users: not enough data at first, then regressed,
// or not worse than the release before.
func TestVerdictOfRelease(t *testing.T) {
	for _, c := range shorter([]struct{ scenario, verdict string }{{"incident", frame.Regressed}, {"canary", frame.NotWorse}}, 1) {
		scenario, want := c.scenario, c.verdict
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, scenario, 3, 60)
			// Within what a few minutes of the demo's traffic can show.
			margins := frame.Margins{measure.ErrorRate: .015, measure.FailedRequests: .015, measure.LCP: .25, measure.INP: .25, measure.CLS: .03}
			spec := frame.VerdictSpec{On: true, Baseline: "2.4.0", Canary: "2.4.1", Margins: margins}
			h.query.Verdict = spec
			needs, last := 0, ""
			h.run(-6*time.Minute, 4*time.Minute, func(at time.Duration, f *frame.Frame) {
				v := f.Verdict
				switch {
				case at < -4*time.Minute+30*time.Second && v.Verdict != frame.NeedsMore:
					t.Errorf("at %v, with %d canary views: %s", at, v.CanaryViews, v.Verdict)
				case at == -2*time.Minute:
					needs = v.Needs
				}
				last = v.Verdict
			})
			v := h.frame(h.clock()).Verdict
			if v.Verdict != want || last != want {
				t.Errorf("verdict %s, want %s: %+v", v.Verdict, want, v)
			}
			if v.Support < .9 || v.CanaryViews < 2000 || v.BaselineViews < 2000 || scenario == "canary" && needs <= 0 {
				t.Errorf("needed %d more: %+v", needs, v)
			}
			// Without names the two releases are found.
			h.query.Verdict = frame.VerdictSpec{On: true}
			if v := h.frame(h.clock()).Verdict; v.Canary != spec.Canary || v.Baseline != spec.Baseline {
				t.Errorf("canary %s, baseline %s, want %s, %s", v.Canary, v.Baseline, spec.Canary, spec.Baseline)
			}
		})
	}
}

// There is no finding if nothing is wrong, nor after a change of the agent's
// sampling.
func TestNoFindingOfHealthyScenario(t *testing.T) {
	for _, scenario := range shorter([]string{"quiet", "sampling", "canary"}, 1) {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, scenario, 7, 60)
			quiet := 0
			h.run(-10*time.Minute, 5*time.Minute, func(at time.Duration, f *frame.Frame) {
				switch f.Finding.State {
				case frame.FindingOn, frame.FindingOver:
					t.Errorf("at %v: %s", at, summary(&f.Finding))
				case frame.FindingQuiet:
					quiet++
				}
			})
			if quiet < 40 {
				t.Errorf("quiet in %d frames, want at least 40", quiet)
			}
		})
	}
}

// BenchmarkQuietDay counts the false findings of a quiet day at several rates. Run
// it once (-benchtime 1x): a day takes minutes.
func BenchmarkQuietDay(b *testing.B) {
	for _, rate := range []float64{10, 60, 200} {
		b.Run(fmt.Sprintf("rate=%v", rate), func(b *testing.B) {
			for b.Loop() {
				h := newHarness(b, "quiet", 11, rate)
				h.agg = agg.New(agg.Config{Retain: time.Hour})
				alarms, last := 0, ""
				h.run(0, 24*time.Hour, func(at time.Duration, f *frame.Frame) {
					if now := summary(&f.Finding); f.Finding.State == frame.FindingOn && now != last {
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
