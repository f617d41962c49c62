package agg

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg/slo"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"github.com/rumtop/rumtop/internal/frame"
)

func objective(t *testing.T, text string) slo.Objective {
	t.Helper()
	o, err := slo.ParseObjective(text, text)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestObjectivesAgreeWithFrames compares objectives over a random log with the
// total of a frame that has their filter.
func TestObjectivesAgreeWithFrames(t *testing.T) {
	const span = 5 * time.Minute
	texts := []string{"99% of views", "99% of views where device=mobile", "75% of lcp<=2500", "80% of inp<=200 where browser=Chrome", "99% of requests", "99% of requests:*/cart"}
	cfg := Config{Alert: slo.Alert{BurnFactor: 3, LongWindow: span, ShortWindow: time.Minute}}
	for _, text := range texts {
		cfg.Objectives = append(cfg.Objectives, objective(t, text))
	}
	for seed := range uint64(6) {
		a := New(cfg)
		sent := beacontest.Subject.Traffic(seed, 12_000)
		const step = 10_000 // that objectives are counted in
		end := time.UnixMilli(sent[len(sent)-1].Received/step*step + step)
		for _, b := range sent {
			add(a, end, b)
		}
		for i, o := range cfg.Objectives {
			f := a.Frame(frame.Query{By: "region", Window: span, Filter: o.Filter}, SourceStatus{}, end.Add(-time.Millisecond))
			want := goodShare(o, f, &a.now.total, sent, end.Add(-span).UnixMilli())
			if got := f.Objectives[i]; math.Abs(got.Good-want) > 0.008 || got.N < 100 {
				t.Errorf("seed %d, %s: %.4f is good (n %d), the frame says %.4f", seed, texts[i], got.Good, got.N, want)
			}
		}
	}
}

// goodShare computes the share of an objective that is good from a frame, its
// total and what was sent from a time on.
func goodShare(o slo.Objective, f *frame.Frame, total *cell, sent []beacon.Beacon, from int64) float64 {
	switch {
	case o.Measure == "views":
		return 1 - f.Total.ErrorRate
	case o.Request != "":
		return 1 - failedShare(sent, from, "/cart")
	case o.Measure == "requests":
		return 1 - float64(total.failed)/float64(total.requests)
	}
	return total.vitals[beacon.VitalIndex(o.Measure)].ShareUpTo(o.Bound)
}

// failedShare is the share of failed requests, of those to a path.
func failedShare(sent []beacon.Beacon, from int64, path string) float64 {
	all, failed := 0, 0
	for _, b := range sent {
		for _, r := range b.Requests {
			if strings.HasSuffix(r.URL, path) && b.Received >= from {
				if all++; r.Failed() {
					failed++
				}
			}
		}
	}
	return float64(failed) / float64(all)
}

// TestAlert follows a release in which a tenth of the views fail: it burns a
// budget of 1 % ten times too fast. The alert waits for the long window, and is
// over soon after the cause.
func TestAlert(t *testing.T) {
	at := func(minute int) time.Time { return epoch.Add(time.Duration(minute)*time.Minute - time.Second) }
	o := objective(t, "99% of views")
	muted := o
	muted.MutedUntil = at(31)
	env := newAlertEnv(
		Config{Objectives: []slo.Objective{o}},
		Config{Objectives: []slo.Objective{o}, Maintenance: []slo.Span{{From: at(29), To: at(31)}}},
		Config{Objectives: []slo.Objective{muted}},
	)
	const plain, maintained, mutedOne = 0, 1, 2

	env.send(0, 10, 400)
	if b := env.burn(plain, at(10)); b.Known || b.Page {
		t.Errorf("with ten minutes of history: %+v", b)
	}
	env.send(10, 20, 400)
	if b := env.burn(plain, at(20)); !b.Known || b.Page || b.Rate > 1 {
		t.Errorf("on a healthy day: %+v", b)
	}
	env.send(20, 23, 10)
	if b := env.burn(plain, at(23)); b.Page || b.Now < 3 {
		t.Errorf("three minutes into the incident: %+v", b)
	}
	env.send(23, 30, 10)
	if b := env.burn(plain, at(30)); !b.Page || b.Rate < 5 || math.Abs(b.Now-10) > 0.5 {
		t.Errorf("ten minutes into the incident: %+v", b)
	}
	if b := env.burn(plain, at(20)); b.Page || !b.Known {
		t.Errorf("looking back to before it: %+v", b)
	}
	if b := env.burn(maintained, at(30)); b.Page || !b.Muted {
		t.Errorf("in maintenance: %+v", b)
	}
	if b := env.burn(mutedOne, at(30)); b.Page || !b.Muted {
		t.Errorf("muted: %+v", b)
	}
	env.send(30, 36, 400)
	b := env.burn(plain, at(36))
	if b.Page || b.Rate < 3 || b.Now > 1 {
		t.Errorf("six minutes after it: %+v", b)
	}
	if want := spentBudget(b, env.aggs[plain], at(36)); math.Abs(b.Spent-want) > 1e-9 || b.Spent <= 0 {
		t.Errorf("spent %v, want %v", b.Spent, want)
	}
}

// alertEnv sends the same page views to an aggregator for each configuration.
type alertEnv struct {
	aggs []*Aggregator
	id   int
}

func newAlertEnv(configs ...Config) *alertEnv {
	e := &alertEnv{}
	for _, cfg := range configs {
		e.aggs = append(e.aggs, New(cfg))
	}
	return e
}

// send sends two views a second for some minutes; every so many of them fail.
func (e *alertEnv) send(from, to, failEvery int) {
	for second := 60 * from; second < 60*to; second++ {
		for range 2 {
			e.id++
			at := epoch.Add(time.Duration(second) * time.Second)
			for _, a := range e.aggs {
				add(a, at, view(e.id, at, "1", 1000, e.id%failEvery == 0))
			}
		}
	}
}

func (e *alertEnv) burn(agg int, at time.Time) frame.Burn {
	return e.aggs[agg].Frame(frame.Query{By: "release", Window: time.Minute}, SourceStatus{}, at).Objectives[0]
}

// spentBudget computes the spent budget in another way: the bad views of the
// history, of those that a period at its rate allows.
func spentBudget(b frame.Burn, a *Aggregator, to time.Time) float64 {
	f := a.Frame(frame.Query{By: "release", Window: to.Sub(epoch) + time.Second}, SourceStatus{}, to)
	oldest, _ := a.log.Oldest()
	span := float64(to.UnixMilli() + 1 - oldest)
	allowed := (1 - b.Target) * float64(f.Total.Views) * float64(frame.BudgetPeriod.Milliseconds()) / span
	return float64(f.Total.ErroredViews) / allowed
}

func TestObjectivesOfCustomMeasures(t *testing.T) {
	a := New(Config{Objectives: []slo.Objective{objective(t, "90% of ttft<=1500"), objective(t, "80% of paid per checkout")}, Alert: slo.Alert{LongWindow: time.Minute}})
	for i := range 200 {
		at := epoch.Add(time.Duration(i) * time.Second)
		b := beacon.Beacon{Received: at.UnixMilli(), View: beacon.ID(i + 1), Metrics: []beacon.Metric{{Name: "ttft", Value: 1000}}, Events: []beacon.Event{{Name: "checkout"}}}
		if i%4 == 0 {
			b.Metrics[0].Value = 2000
		}
		if i%5 != 0 {
			b.Events = append(b.Events, beacon.Event{Name: "paid"})
		}
		add(a, at, b)
	}
	f := a.Frame(frame.Query{By: "region"}, SourceStatus{}, epoch.Add(199*time.Second))
	for i, want := range []float64{0.75, 0.8} {
		if b := f.Objectives[i]; math.Abs(b.Good-want) > 0.02 || !b.Known || b.N < 55 {
			t.Errorf("%s: %+v, want %v", b.Objective, b, want)
		}
	}
}

func TestObjectivesBounded(t *testing.T) {
	var cfg Config
	for range 3 * slo.MaxObjectives {
		cfg.Objectives = append(cfg.Objectives, objective(t, "99% of views"))
	}
	cfg.Retain = time.Hour
	a := New(cfg)
	if n := len(a.slo.Burns(0)); n != slo.MaxObjectives {
		t.Fatalf("%d objectives, want %d", n, slo.MaxObjectives)
	}
	// Receive times all over the calendar take no memory for what lies between.
	for i, at := range []time.Duration{0, 400 * 24 * time.Hour, -200 * 24 * time.Hour, time.Hour} {
		b := view(i+1, epoch.Add(at), "1", 1000, true)
		add(a, epoch.Add(max(at, 0)), b)
	}
	if n := a.slo.Bytes(); n > slo.MaxObjectives*48*int(maxRetain/(10*time.Second)) {
		t.Errorf("%d bytes", n)
	}
}
