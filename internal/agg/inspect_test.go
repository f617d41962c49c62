package agg

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"github.com/rumtop/rumtop/internal/frame"
)

// TestInspectionMatchesBeacons compares the inspection of a segment with counts of
// its beacons one by one.
func TestInspectionMatchesBeacons(t *testing.T) {
	a := New(Config{})
	sent := beacontest.Subject.Traffic(3, 9000)
	now := time.UnixMilli(sent[len(sent)-1].Received)
	for _, b := range sent {
		add(a, now, b)
	}
	q := frame.Query{By: "device", Window: 24 * time.Hour, Steps: 61, Inspect: frame.InspectSpec{On: true, Key: "mobile", Vital: beacon.VitalIndex(beacon.LCP), Steps: 40}}
	f := a.Frame(q, SourceStatus{}, now)
	got := f.Inspection
	row := f.Segments[slices.IndexFunc(f.Segments, func(r frame.Row) bool { return r.Key == "mobile" })]
	if got.Dist != row.LCP || got.Key != "mobile" || got.Vital != "lcp" || got.Good != 2500 || got.Poor != 4000 {
		t.Errorf("%+v, the row has %+v", got.Dist, row.LCP)
	}
	want := countInspected(sent)
	if share := float64(want.good) / float64(want.views); math.Abs(got.GoodShare-share) > 0.01 {
		t.Errorf("%.3f are good, want %.3f", got.GoodShare, share)
	}
	checkBins(t, got.Bins, want.views)
	checkHeatMap(t, &got.Map, want.views)
	for _, p := range got.Pages {
		if p.Dist.N != want.perPage[p.Page] {
			t.Errorf("page %s has %d values, want %d", p.Page, p.Dist.N, want.perPage[p.Page])
		}
	}
	var n, failed frame.Count
	for _, e := range got.Endpoints {
		n += e.N
		failed += e.Failed
	}
	if int(n) != want.requests || int(failed) != want.failed {
		t.Errorf("%v requests, %v failed; want %d and %d", n, failed, want.requests, want.failed)
	}
	for _, e := range got.Events {
		if int(e.N) != want.events[e.Name] || e.Users == 0 || e.Users > int(e.N) {
			t.Errorf("%+v, want %d", e, want.events[e.Name])
		}
	}

	q.Inspect = frame.InspectSpec{On: true, Whole: true, Vital: beacon.VitalIndex(beacon.INP)}
	if whole := a.Frame(q, SourceStatus{}, now).Inspection; whole.Dist != f.Total.INP {
		t.Errorf("of all: %+v, the total has %+v", whole.Dist, f.Total.INP)
	}
	q.Inspect = frame.InspectSpec{On: true, Key: "fridge"}
	if none := a.Frame(q, SourceStatus{}, now).Inspection; none == nil || none.Dist.N != 0 || len(none.Bins) != 0 {
		t.Errorf("of a missing segment: %+v", none)
	}
}

// inspected is what an inspection of mobile page views by LCP must count.
type inspected struct {
	views, good      int // with an LCP; with a good one
	perPage          map[string]int
	requests, failed int
	events           map[string]int
}

func countInspected(sent []beacon.Beacon) inspected {
	w := inspected{perPage: map[string]int{}, events: map[string]int{}}
	last, pages := map[beacon.ID]float64{}, map[beacon.ID]string{}
	for _, b := range sent {
		if b.Dims[beacon.Device] != "mobile" {
			continue
		}
		for _, m := range b.Metrics {
			if m.Name == "lcp" {
				last[b.View], pages[b.View] = m.Value, b.Dims[beacon.Page]
			}
		}
		for _, r := range b.Requests {
			if w.requests++; r.Failed() {
				w.failed++
			}
		}
		for _, e := range b.Events {
			w.events[e.Name]++
		}
	}
	w.views = len(last)
	for view, v := range last {
		if v <= 2500 {
			w.good++
		}
		w.perPage[pages[view]]++
	}
	return w
}

func checkBins(t *testing.T, bins []frame.Bin, want int) {
	t.Helper()
	n := 0
	for i, b := range bins {
		n += b.N
		if i > 0 && math.Abs(b.Lo-bins[i-1].Hi) > 1e-9 || b.Lo >= b.Hi {
			t.Errorf("bin %d is %+v after %+v", i, b, bins[max(i-1, 0)])
		}
	}
	if n != want {
		t.Errorf("%d values in bins, want %d", n, want)
	}
}

func checkHeatMap(t *testing.T, m *frame.HeatMap, want int) {
	t.Helper()
	n := 0
	for _, step := range m.Counts {
		if len(step) != len(m.Bins) {
			t.Fatalf("a step has %d bins, want %d", len(step), len(m.Bins))
		}
		for _, k := range step {
			n += k
		}
	}
	if n != want || len(m.Counts) > 41 {
		t.Errorf("%d values on a map of %d steps, want %d", n, len(m.Counts), want)
	}
}

func TestInspectOff(t *testing.T) {
	a := New(Config{})
	if got := a.Frame(frame.Query{By: "region"}, SourceStatus{}, epoch).Inspection; got != nil {
		t.Errorf("not asked for: %+v", got)
	}
	got := a.Frame(frame.Query{By: "region", Inspect: frame.InspectSpec{On: true, Whole: true, Vital: 99, Steps: 1 << 30, Funnel: ">>>>>>>>>>>>"}}, SourceStatus{}, epoch).Inspection
	if got == nil || got.Dist.N != 0 || len(got.Funnel) != maxFunnel || len(got.Map.Counts) != 0 {
		t.Errorf("%+v", got)
	}
}

// A session goes through a funnel in order, once, and over several beacons.
func TestFunnel(t *testing.T) {
	a := New(Config{})
	session := func(id int, names ...string) {
		for k, name := range names {
			when := epoch.Add(time.Duration(100*id+k) * time.Second / 100)
			add(a, when, beacon.Beacon{Received: when.UnixMilli(), Session: beacon.ID(id), View: beacon.ID(100*id + k), Events: []beacon.Event{{Name: name}}})
		}
	}
	session(1, "cart", "checkout", "paid")
	session(2, "cart", "checkout", "checkout")
	session(3, "checkout", "paid") // out of order
	session(4, "cart", "paid", "checkout", "paid", "cart")
	session(5, "browse")
	f := a.Frame(frame.Query{By: "region", Inspect: frame.InspectSpec{On: true, Whole: true, Funnel: "cart > checkout>paid>returned"}}, SourceStatus{}, epoch.Add(time.Minute))
	want := []frame.FunnelStep{{Name: "cart", Sessions: 3}, {Name: "checkout", Sessions: 3}, {Name: "paid", Sessions: 2}, {Name: "returned", Sessions: 0}}
	if got := f.Inspection.Funnel; !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestPhases(t *testing.T) {
	a := New(Config{})
	for i := range 100 {
		add(a, epoch, beacon.Beacon{Received: epoch.UnixMilli(), View: beacon.ID(i + 1), Metrics: []beacon.Metric{
			{Name: "dns", Value: 20}, {Name: "tls", Value: 40}, {Name: "ttfb", Value: 200}, {Name: "lcp", Value: 1500}, {Name: "ttft", Value: 900}}})
	}
	got := a.Frame(frame.Query{By: "region", Inspect: frame.InspectSpec{On: true, Whole: true}}, SourceStatus{}, epoch.Add(time.Second)).Inspection
	var names []string
	for _, p := range got.Phases {
		names = append(names, p.Name)
		if p.N != 100 {
			t.Errorf("%+v", p)
		}
	}
	if !slices.Equal(names, []string{"dns", "tls", "ttfb", "lcp"}) || math.Abs(got.Phases[3].P50-1500) > 15 || !got.Phases[3].Since || got.Phases[0].Since {
		t.Errorf("%+v", got.Phases)
	}
	if len(got.CustomMeasures) != 1 || got.CustomMeasures[0].Name != "ttft" || got.CustomMeasures[0].Dist.N != 100 {
		t.Errorf("%+v", got.CustomMeasures)
	}
}

func BenchmarkInspect(b *testing.B) {
	a := New(Config{})
	sent := beacontest.Spread{Region: "eu-west", PerS: 2000, Visitors: 40_000}.Traffic(1, 600_000)
	now := time.UnixMilli(sent[len(sent)-1].Received)
	for _, batch := range beacontest.Batches(sent, 500) {
		a.Add(batch, now)
	}
	q := frame.Query{By: "browser", Window: 5 * time.Minute, Inspect: frame.InspectSpec{On: true, Key: "Safari", Steps: 60}}
	a.Frame(q, SourceStatus{}, now)
	for b.Loop() {
		if a.Frame(q, SourceStatus{}, now).Inspection.Dist.N == 0 {
			b.Fatal("nothing")
		}
	}
}
