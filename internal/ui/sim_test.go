package ui

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
)

// sim makes frames that change like those of a busy site: counts of random
// arrivals over a rolling window, drifting percentiles, charts that advance.
type sim struct {
	incident bool
	rnd      *rand.Rand
	now      time.Time
	tick     int
	keys     []*simSegment
	errors   []frame.ErrorGroup
}

type simSegment struct {
	key           string
	rate          float64 // views a second
	broken        bool
	views, faults [600]float64 // per second
	lcp, inp      float64
}

func newSim(incident bool) *sim {
	s := &sim{incident: incident, rnd: rand.New(rand.NewPCG(1, 2)), now: noon}
	for i, r := range []struct {
		key  string
		rate float64
	}{{"2.4.1", 18}, {"2.4.0", 10}, {"2.3.9", 2}, {"2.3.8", 0.8}, {"2.3.7", 0.4}, {"2.3.2", 0.1}, {"(none)", 0.03}} {
		s.keys = append(s.keys, &simSegment{key: r.key, rate: r.rate, broken: incident && i == 0, lcp: 2000, inp: 170})
	}
	s.errors = incidentErrors(incident)
	for range 600 {
		s.step()
	}
	return s
}

func incidentErrors(bad bool) []frame.ErrorGroup {
	e := append([]frame.ErrorGroup{}, incident().Errors...)
	if !bad {
		e = e[1:]
	}
	for i, m := range []string{"ResizeObserver loop completed with undelivered notifications", "Failed to fetch", "Script error."} {
		e = append(e, frame.ErrorGroup{Fingerprint: string(rune('k' + i)), Type: "Error", Message: m, Count: frame.Count(30 - 9*i), Users: 20 - 5*i,
			FirstSeen: noon.Add(-25 * time.Minute), LastSeen: noon, Releases: []string{"2.4.0", "2.3.9"}, Before: 25})
	}
	return e
}

func (s *sim) poisson(mean float64) float64 {
	n, p, l := 0.0, 1.0, math.Exp(-mean)
	for p *= s.rnd.Float64(); p > l; p *= s.rnd.Float64() {
		n++
	}
	return n
}

// step advances by a second.
func (s *sim) step() {
	s.tick++
	s.now = s.now.Add(time.Second)
	for _, k := range s.keys {
		i := s.tick % len(k.views)
		fault := 0.004
		target := 2000.0
		if k.broken {
			fault = min(0.004+float64(s.tick-300)*0.0004, 0.12)
			fault, target = max(fault, 0.004), 3400
		}
		k.views[i] = s.poisson(k.rate)
		k.faults[i] = s.poisson(k.views[i] * fault)
		k.lcp += (target-k.lcp)*0.01 + s.rnd.NormFloat64()*6
		k.inp += (170-k.inp)*0.01 + s.rnd.NormFloat64()*0.4
	}
}

// over sums a ring over the n seconds that ended skip seconds ago.
func (s *sim) over(ring *[600]float64, skip, n int) float64 {
	sum := 0.0
	for i := skip; i < skip+n; i++ {
		sum += ring[((s.tick-i)%600+600)%600]
	}
	return sum
}

func (s *sim) frame(q frame.Query) *frame.Frame {
	f := base()
	f.At, f.By, f.Filter = s.now, q.By, q.Filter.Text
	f.Baseline.From, f.Baseline.To = s.now.Add(-10*time.Minute), s.now.Add(-5*time.Minute)
	f.Health.QuietS = 0.2
	f.Health.PerS = 2000 + s.rnd.NormFloat64()*9
	f.Health.LagMS = 300 + s.rnd.Float64()*300
	f.Health.Retained += s.tick * 2000
	from := s.now.Add(-30 * time.Minute)
	f.Health.HistoryFrom = &from
	f.Health.Late = int64(s.tick / 7)
	var views, faults, affected float64
	for _, k := range s.keys {
		v, e := s.over(&k.views, 0, 300), s.over(&k.faults, 0, 300)
		before, beforeFaults := s.over(&k.views, 300, 300), s.over(&k.faults, 300, 300)
		r := row(k.key, v, e, int(v*0.61), int(e*0.8), k.lcp, k.inp)
		d := r.ErrorRate - beforeFaults/max(before, 1)
		r.Delta.ErrorRate = frame.Delta{Diff: d, Known: v >= 20 && before >= 20}
		if d > 0.01 && e > 15 {
			r.Delta.ErrorRate.Sign = 1
		}
		r.Delta.LCP = unchanged(3)
		r.Delta.INP = unchanged(3)
		if k.broken {
			r.Delta.LCP = worse(k.lcp - 2000)
		}
		r.Baseline = &frame.BaselineRow{ErrorRate: beforeFaults / max(before, 1)}
		r.Spark = ramp(q.Steps, q.Steps, 0.004, 0)
		if k.broken {
			r.Spark = ramp(q.Steps, q.Steps*3/4, 0.004, 0.12)
		}
		f.Segments = append(f.Segments, r)
		views, faults, affected = views+v, faults+e, affected+float64(r.Affected)
	}
	f.Total = row("", views, faults, int(views*0.6), int(affected), (s.keys[0].lcp*18+s.keys[1].lcp*10)/28, s.keys[0].inp)
	f.Total.Baseline = &frame.BaselineRow{ErrorRate: 0.0042}
	f.Total.Delta = frame.Deltas{ErrorRate: unchanged(0), LCP: unchanged(0), INP: unchanged(0)}
	if s.incident {
		f.Total.Delta.ErrorRate = worse(f.Total.ErrorRate - 0.0042)
		f.Total.Delta.LCP = worse(f.Total.LCP.P75 - 2000)
		f.Finding = frame.Finding{State: frame.FindingOn, Measure: "error_rate", Now: frame.Estimate{Value: f.Total.ErrorRate}, Before: frame.Estimate{Value: 0.0042},
			Factor: math.Round(f.Total.ErrorRate / 0.0042), Affected: f.Total.Affected, Share: float64(f.Total.Affected) / float64(max(f.Total.Users, 1)), Since: noon.Add(-4 * time.Minute)}
	}
	s.series(f, q)
	for i, e := range s.errors {
		e.Count = frame.Count(float64(e.Count) + math.Floor(s.rnd.NormFloat64()))
		if i == 0 && s.incident {
			e.Count = frame.Count(faults * 0.9)
			e.Users = int(affected * 0.9)
		}
		e.LastSeen = s.now
		f.Errors = append(f.Errors, e)
	}
	if q.Fingerprint != "" {
		f.Detail = withDetail().Detail
		f.Detail.ErrorGroup = f.Errors[0]
		f.Detail.Fingerprint = q.Fingerprint
	}
	if q.ValuesOf != "" {
		for _, k := range s.keys {
			f.Values = append(f.Values, frame.ValueCount{Value: k.key, Beacons: int(k.rate * 300)})
		}
	}
	return f
}

func (s *sim) series(f *frame.Frame, q frame.Query) {
	if q.Steps == 0 {
		return
	}
	step := (q.Span / time.Duration(q.Steps-1)).Truncate(time.Second)
	end := s.now.Truncate(step)
	n := q.Steps
	f.Series = frame.Series{From: end.Add(-time.Duration(n-1) * step), Step: step, Complete: n - 1}
	shift := int(end.Unix()/int64(step/time.Second)) % 7
	wave := func(before, after float64) []float64 {
		from := n
		if s.incident {
			from = n * 3 / 4
		}
		return ramp(n+shift, from+shift, before, after)[shift:]
	}
	f.Series.ErrorRate, f.Series.Affected = wave(0.0043, 0.07), wave(8, 260)
	f.Series.LCP75, f.Series.LCP95 = wave(2000, 2900), wave(4700, 6400)
	f.Series.INP75, f.Series.INP95 = wave(168, 170), wave(410, 415)
}

// simSource answers queries from a sim, one frame for each of its seconds.
type simSource struct {
	mu     sync.Mutex
	sim    *sim
	query  frame.Query
	asked  bool
	breach bool // an objective is in breach
	frames chan *frame.Frame
}

func newSimSource(incident bool) *simSource {
	return &simSource{sim: newSim(incident), frames: make(chan *frame.Frame, 1)}
}

func (s *simSource) Ask(q frame.Query) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.query, s.asked = q, true
	s.send()
}

func (s *simSource) Frames() <-chan *frame.Frame { return s.frames }

func (s *simSource) send() {
	f := s.sim.frame(s.query)
	if !s.query.At.IsZero() {
		f.At, f.Live = s.query.At, false
	}
	if s.breach {
		f.ObjectivesNow = []frame.Burn{{Name: "payment", Known: true, Page: true, Rate: 4}}
	}
	for {
		select {
		case s.frames <- f:
			return
		default:
		}
		select {
		case <-s.frames:
		default:
		}
	}
}

// second advances by a second and sends its frame.
func (s *simSource) second() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sim.step()
	if s.asked {
		s.send()
	}
}
