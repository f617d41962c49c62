package agg

import (
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// visitors are a person with an LCP of 900 ms, four monitors and two bots with
// one of 9 s, and a bot as collectors wrote it before traffic was a dimension.
func visitors(a *Aggregator) time.Time {
	n := 0
	visit := func(traffic, device string, lcp float64, errors ...beacon.Error) {
		n++
		b := beacon.Beacon{Received: epoch.UnixMilli(), ID: beacon.ID(n), View: beacon.ID(n), Session: beacon.ID(n), Navigation: true,
			Metrics: []beacon.Metric{{Name: beacon.LCP, Value: lcp}}, Errors: errors}
		b.Dims[beacon.Traffic], b.Dims[beacon.Device], b.Dims[beacon.Page] = traffic, device, "/cart"
		add(a, epoch, b)
	}
	visit("", "mobile", 900, beacon.Error{Type: "Error", Message: "Extension context invalidated."})
	for range 4 {
		visit("synthetic", "desktop", 9000, beacon.Error{Type: "TypeError", Message: "x is undefined"})
	}
	visit("bot", "bot", 9000)
	visit("bot", "desktop", 9000)
	visit("", "bot", 9000)
	return epoch.Add(time.Second)
}

func TestTrafficCounts(t *testing.T) {
	for _, tc := range []struct {
		traffic, filter, by string
		views               frame.Count
		errored             frame.Count
		p75                 float64
		excluded            frame.Excluded
	}{
		{"", "", "region", 1, 0, 900, frame.Excluded{Bots: 3, Synthetic: 4, Errors: 1}},
		{"people", "page=/cart", "region", 1, 0, 900, frame.Excluded{Bots: 3, Synthetic: 4, Errors: 1}},
		{"people", "page=/pay", "region", 0, 0, 0, frame.Excluded{}},
		{"unknown", "", "region", 1, 0, 900, frame.Excluded{Bots: 3, Synthetic: 4, Errors: 1}},
		{"all", "", "region", 8, 5, 9000, frame.Excluded{}},
		{"bot", "", "region", 3, 0, 9000, frame.Excluded{People: 1, Synthetic: 4, Errors: 1}},
		{"synthetic", "", "region", 4, 4, 9000, frame.Excluded{People: 1, Bots: 3, Errors: 1}},
		{"extension", "", "region", 1, 1, 0, frame.Excluded{People: 1, Bots: 3, Synthetic: 4}},
		// A filter or a grouping that names traffic decides for itself.
		{"", "traffic=synthetic", "region", 4, 4, 9000, frame.Excluded{}},
		{"", "traffic=bot,synthetic", "region", 7, 4, 9000, frame.Excluded{}},
		{"people", "traffic!=people", "region", 8, 5, 9000, frame.Excluded{}},
		{"", "traffic=extension", "region", 1, 1, 0, frame.Excluded{}},
		{"", "device=bot", "region", 2, 0, 9000, frame.Excluded{}},
		{"bot", "traffic=people", "region", 1, 0, 900, frame.Excluded{}},
		{"", "", "traffic", 8, 5, 9000, frame.Excluded{}},
		// These do not ask for bots.
		{"", "device!=bot", "region", 1, 0, 900, frame.Excluded{Bots: 1, Synthetic: 4, Errors: 1}},
		{"", "device=*", "region", 1, 0, 900, frame.Excluded{Bots: 3, Synthetic: 4, Errors: 1}},
		{"", "device?", "region", 1, 0, 900, frame.Excluded{Bots: 3, Synthetic: 4, Errors: 1}},
	} {
		a := New(Config{})
		now := visitors(a)
		e, err := filter.Parse(tc.filter)
		if err != nil {
			t.Fatal(err)
		}
		f := a.Frame(frame.Query{Traffic: tc.traffic, Filter: e, By: tc.by, Window: time.Minute}, SourceStatus{}, now)
		if f.Total.Views != tc.views || f.Total.ErroredViews != tc.errored || !same(f.Total.LCP.P75, tc.p75) || f.Health.Excluded != tc.excluded {
			t.Errorf("traffic %q filter %q by %q: %v views, %v errored, p75 %v, excluded %+v; want %+v", tc.traffic, tc.filter, tc.by,
				f.Total.Views, f.Total.ErroredViews, f.Total.LCP.P75, f.Health.Excluded, tc)
		}
	}
}

func TestTrafficRows(t *testing.T) {
	a := New(Config{})
	now := visitors(a)
	f := a.Frame(frame.Query{By: "traffic", Window: time.Minute}, SourceStatus{}, now)
	got := map[string]frame.Count{}
	for _, r := range f.Segments {
		got[r.Key] = r.Views
	}
	want := map[string]frame.Count{"people": 1, "bot": 3, "synthetic": 4, "extension": 1}
	if len(got) != len(want) || f.Traffic != frame.AllTraffic {
		t.Errorf("traffic %s: %v, want %v", f.Traffic, got, want)
	}
	for key, n := range want {
		if got[key] != n {
			t.Errorf("%s: %v views, want %v", key, got[key], n)
		}
	}
}

// Ten views, five of them with an error of an extension.
func TestExtensionErrorsApart(t *testing.T) {
	a := New(Config{})
	for n := range 10 {
		b := beacon.Beacon{Received: epoch.UnixMilli(), ID: beacon.ID(n + 1), View: beacon.ID(n + 1), User: beacon.ID(n + 1), Navigation: true}
		if n < 5 {
			b.Errors = []beacon.Error{{Type: "Error", Message: "Extension context invalidated.", Stack: "    at send (chrome-extension://aapb/content.js:1:2)"}}
		}
		if n == 0 {
			b.Errors = append(b.Errors, beacon.Error{Type: "TypeError", Message: "x is undefined", Stack: "    at f (chrome-extension://aapb/a.js:1:2)\n    at g (https://shop.example/app.js:1:2)"})
		}
		add(a, epoch, b)
	}
	q := frame.Query{By: "region", Window: time.Minute}
	f := a.Frame(q, SourceStatus{}, epoch)
	if f.Total.Views != 10 || f.Total.ErroredViews != 1 || f.Total.Affected != 1 || len(f.Errors) != 1 || f.Health.Excluded.Errors != 5 {
		t.Errorf("%v views, %v errored, %d affected, groups %+v, excluded %+v", f.Total.Views, f.Total.ErroredViews, f.Total.Affected, f.Errors, f.Health.Excluded)
	}
	q.Traffic = frame.AllTraffic
	if f = a.Frame(q, SourceStatus{}, epoch); f.Total.Views != 10 || f.Total.ErroredViews != 5 || f.Total.Errors != 6 || f.Total.Affected != 5 {
		t.Errorf("all: %v views, %v errored, %v errors, %d affected", f.Total.Views, f.Total.ErroredViews, f.Total.Errors, f.Total.Affected)
	}
}

// A page shows people beside monitors, whichever of them counts.
func TestTrafficComparison(t *testing.T) {
	a := New(Config{})
	for n := range 200 {
		id := beacon.ID(n + 1)
		b := beacon.Beacon{Received: epoch.UnixMilli(), ID: id, View: id, Session: id, Navigation: true, Metrics: []beacon.Metric{{Name: beacon.LCP, Value: 1200}}}
		b.Dims[beacon.Page] = "/cart"
		switch {
		case n >= 170:
			b.Dims[beacon.Page] = "/pay"
		case n >= 130:
			b.Dims[beacon.Traffic] = "synthetic"
		case n%4 == 0:
			b.Errors = []beacon.Error{{Type: "TypeError", Message: "x is undefined"}}
		}
		add(a, epoch, b)
	}
	for _, tc := range []struct {
		traffic, key string
		people, own  int
		sentence     string
	}{
		{"people", "/cart", 130, 40, "monitors are fine, people are not: error rate 25.4% vs 0%"},
		{"all", "/cart", 130, 40, "monitors are fine, people are not: error rate 25.4% vs 0%"},
		{"synthetic", "/cart", 130, 40, "monitors are fine, people are not: error rate 25.4% vs 0%"},
		{"people", "/pay", 30, 0, "no monitor visits here"},
	} {
		f := a.Frame(frame.Query{Traffic: tc.traffic, By: "page", Window: time.Minute, Inspect: frame.InspectSpec{On: true, Key: tc.key}}, SourceStatus{}, epoch)
		c := f.Inspection.Traffic
		if c.People.Seen != tc.people || c.Synthetic.Seen != tc.own || c.Sentence() != tc.sentence {
			t.Errorf("%+v: %+v %q", tc, c, c.Sentence())
		}
	}
}

// Expected volumes are people's: bots that stop are no silence, and bots that go
// on do not hide one.
func TestSilenceOfPeople(t *testing.T) {
	for _, tc := range []struct {
		stops  string
		silent bool
	}{{"", true}, {"bot", false}} {
		a := New(Config{})
		id := beacon.ID(0)
		end := epoch.Add(30 * time.Minute)
		for at := epoch; at.Before(end); at = at.Add(200 * time.Millisecond) {
			for _, class := range []string{"", "bot"} {
				if class == tc.stops && end.Sub(at) < 3*time.Minute {
					continue
				}
				id++
				b := beacon.Beacon{Received: at.UnixMilli(), ID: id, View: id, Navigation: true}
				b.Dims[beacon.Traffic] = class
				b.Dims[beacon.Region] = "eu-west"
				add(a, at, b)
			}
		}
		f := a.Frame(frame.Query{By: "region", Window: time.Minute}, SourceStatus{Loading: 1}, end)
		if got := len(f.Silences) > 0; got != tc.silent {
			t.Errorf("%q stops: silences %+v", tc.stops, f.Silences)
		}
	}
}
