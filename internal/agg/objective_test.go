package agg

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

func TestParseObjective(t *testing.T) {
	for text, want := range map[string]Objective{
		"99.5% of views":                           {Target: 0.995, Measure: "views"},
		" 75 %  of lcp<=2500 ":                     {Target: 0.75, Measure: "lcp", Bound: 2500},
		"75% of LCP <= 2.5s":                       {Target: 0.75, Measure: "lcp", Bound: 2500},
		"90% of cls<=0.1":                          {Target: 0.9, Measure: "cls", Bound: 0.1},
		"95% of ttft<=1500ms":                      {Target: 0.95, Measure: "ttft", Bound: 1500},
		"99% of requests":                          {Target: 0.99, Measure: "requests"},
		"99% of requests:*/api/payment":            {Target: 0.99, Measure: "requests", Request: "*/api/payment"},
		"90% of checkout_completed per checkout":   {Target: 0.9, Measure: "event", Event: "checkout_completed", Of: "checkout"},
		"99% of views where region=eu-* lcp<=4000": {Target: 0.99, Measure: "views", Filter: mustParse(t, "region=eu-* lcp<=4000")},
	} {
		got, err := ParseObjective("x", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got.Filter.String() != want.Filter.String() {
			t.Errorf("%q: filter %q, want %q", text, got.Filter, want.Filter)
		}
		got.Filter, want.Filter, want.Name = filter.Expr{}, filter.Expr{}, "x"
		if math.Abs(got.Target-want.Target) > 1e-12 || got.Measure != want.Measure || got.Bound != want.Bound ||
			got.Request != want.Request || got.Event != want.Event || got.Of != want.Of {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
		whole, _ := ParseObjective("x", text)
		if again, err := ParseObjective("x", whole.String()); err != nil || again.String() != whole.String() {
			t.Errorf("%q is written as %q, which reads as %q, %v", text, whole, again, err)
		}
	}
	for text, want := range map[string]string{
		"":                           "not understood",
		"views":                      "not understood",
		"0% of views":                "above 0%",
		"100% of views":              "below 100%",
		"99..9% of views":            "above 0%",
		"75% of lcp":                 "up to which lcp",
		"75% of lcp<=":               "not understood",
		"75% of lcp<=1.2.3":          "no number",
		"99% of views where lcp>x":   "where",
		"99% of views where region=": "objective",
	} {
		if o, err := ParseObjective("x", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v; want an error about %q", text, o, err, want)
		}
	}
}

func objective(t *testing.T, text string) Objective {
	t.Helper()
	o, err := ParseObjective(text, text)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// The objectives' counts are those of frames: over a random log, an objective
// over a window is what the total of a frame with its filter says.
func TestObjectivesAgreeWithFrames(t *testing.T) {
	const span = 5 * time.Minute
	texts := []string{"99% of views", "99% of views where device=mobile", "75% of lcp<=2500", "80% of inp<=200 where browser=Chrome", "99% of requests", "99% of requests:*/cart"}
	cfg := Config{Alert: Alert{BurnFactor: 3, LongWindow: span, ShortWindow: time.Minute}}
	for _, text := range texts {
		cfg.Objectives = append(cfg.Objectives, objective(t, text))
	}
	for seed := range uint64(6) {
		a := New(cfg)
		sent := beacontest.Subject.Traffic(seed, 12_000)
		end := time.UnixMilli(sent[len(sent)-1].Received/objectiveStep*objectiveStep + objectiveStep)
		for _, b := range sent {
			add(a, end, b)
		}
		for i, o := range cfg.Objectives {
			f := a.Frame(frame.Query{By: "region", Window: span, Filter: o.Filter}, SourceStatus{}, end.Add(-time.Millisecond))
			total := &a.now.total
			var want float64
			switch {
			case o.Measure == "views":
				want = 1 - f.Total.ErrorRate
			case o.Request != "":
				all, failed := 0, 0
				for _, b := range sent {
					for _, r := range b.Requests {
						if strings.HasSuffix(r.URL, "/cart") && b.Received >= end.Add(-span).UnixMilli() {
							if all++; r.Failed() {
								failed++
							}
						}
					}
				}
				want = 1 - float64(failed)/float64(all)
			case o.Measure == "requests":
				want = 1 - float64(total.failed)/float64(total.requests)
			default:
				want = total.vitals[beacon.VitalIndex(o.Measure)].ShareUpTo(o.Bound)
			}
			if got := f.Objectives[i]; math.Abs(got.Good-want) > 0.008 || got.N < 100 {
				t.Errorf("seed %d, %s: %.4f is good (n %d), the frame says %.4f", seed, texts[i], got.Good, got.N, want)
			}
		}
	}
}

// A release that fails for a tenth burns a budget of 1 % ten times too fast. The
// alert waits for the longer window, and is over soon after the cause.
func TestAlert(t *testing.T) {
	a := New(Config{Objectives: []Objective{objective(t, "99% of views")}})
	ask := func(at time.Time) frame.Burn {
		return a.Frame(frame.Query{By: "release", Window: time.Minute}, SourceStatus{}, at).Objectives[0]
	}
	id := 0
	minutes := func(from, to int, failing int) {
		for second := 60 * from; second < 60*to; second++ {
			for range 2 {
				id++
				at := epoch.Add(time.Duration(second) * time.Second)
				add(a, at, view(id, at, "1", 1000, failing > 0 && id%failing == 0))
			}
		}
	}
	at := func(minute int) time.Time { return epoch.Add(time.Duration(minute)*time.Minute - time.Second) }

	minutes(0, 10, 400)
	if b := ask(at(10)); b.Known || b.Page {
		t.Errorf("with ten minutes of history: %+v", b)
	}
	minutes(10, 20, 400)
	if b := ask(at(20)); !b.Known || b.Page || b.Rate > 1 {
		t.Errorf("on a healthy day: %+v", b)
	}
	minutes(20, 23, 10)
	if b := ask(at(23)); b.Page || b.Now < 3 {
		t.Errorf("three minutes into the incident: %+v", b)
	}
	minutes(23, 30, 10)
	if b := ask(at(30)); !b.Page || b.Rate < 5 || math.Abs(b.Now-10) > 0.5 {
		t.Errorf("ten minutes into the incident: %+v", b)
	}
	if b := ask(at(20)); b.Page || !b.Known {
		t.Errorf("looking back to before it: %+v", b)
	}
	a.cfg.Maintenance = []Span{{at(29), at(31)}}
	if b := ask(at(30)); b.Page || !b.Muted {
		t.Errorf("in maintenance: %+v", b)
	}
	a.cfg.Maintenance, a.promises[0].MutedUntil = nil, at(31)
	if b := ask(at(30)); b.Page || !b.Muted {
		t.Errorf("muted: %+v", b)
	}
	minutes(30, 36, 400)
	if b := ask(at(36)); b.Page || b.Rate < 3 || b.Now > 1 {
		t.Errorf("six minutes after it: %+v", b)
	}
	if b := ask(at(36)); math.Abs(b.Spent-spentBy(b, a, at(36))) > 1e-9 || b.Spent <= 0 {
		t.Errorf("spent %v", b.Spent)
	}
}

// spentBy reckons the budget anew: the bad views of the history against those
// that a period at its rate allows.
func spentBy(b frame.Burn, a *Aggregator, to time.Time) float64 {
	f := a.Frame(frame.Query{By: "release", Window: to.Sub(epoch) + time.Second}, SourceStatus{}, to)
	oldest, _ := a.log.Oldest()
	span := float64(to.UnixMilli() + 1 - oldest)
	allowed := (1 - b.Target) * float64(f.Total.Views) * float64(frame.BudgetPeriod.Milliseconds()) / span
	return float64(f.Total.ErroredViews) / allowed
}

// Custom measures and events.
func TestObjectivesOfTheSitesOwn(t *testing.T) {
	a := New(Config{Objectives: []Objective{objective(t, "90% of ttft<=1500"), objective(t, "80% of paid per checkout")}, Alert: Alert{LongWindow: time.Minute}})
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

func TestObjectivesAreBounded(t *testing.T) {
	var cfg Config
	for range 3 * MaxObjectives {
		cfg.Objectives = append(cfg.Objectives, objective(t, "99% of views"))
	}
	cfg.Retain = time.Hour
	a := New(cfg)
	if len(a.promises) != MaxObjectives {
		t.Fatalf("%d objectives", len(a.promises))
	}
	// Receive times all over the calendar take no memory for what lies between.
	for i, at := range []time.Duration{0, 400 * 24 * time.Hour, -200 * 24 * time.Hour, time.Hour} {
		b := view(i+1, epoch.Add(at), "1", 1000, true)
		add(a, epoch.Add(max(at, 0)), b)
	}
	if n := a.promised(); n > MaxObjectives*(48*int(maxRetain/objectiveStep/time.Millisecond)) {
		t.Errorf("%d bytes", n)
	}
}
