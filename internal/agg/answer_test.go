package agg

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/fingerprint"
	"github.com/rumtop/rumtop/internal/frame"
)

// view is a page view of a release, with an error or not.
func view(id int, at time.Time, release string, lcp float64, failed bool) beacon.Beacon {
	b := beacon.Beacon{Received: at.UnixMilli(), Navigation: true, View: beacon.ID(id), User: beacon.ID(id),
		Metrics: []beacon.Metric{{Name: "lcp", Value: lcp}}}
	b.Dims[beacon.Release] = release
	if failed {
		b.Errors = []beacon.Error{{Type: "TypeError", Message: "x"}}
	}
	return b
}

func TestWindowEdges(t *testing.T) {
	a := New(Config{})
	now := epoch.Add(time.Hour)
	for i, ago := range []time.Duration{0, time.Minute - time.Millisecond, time.Minute, 2*time.Minute - time.Millisecond, 2 * time.Minute} {
		add(a, now, view(i+1, now.Add(-ago), "1", 100, false))
	}
	f := a.Frame(frame.Query{By: "release", Window: time.Minute}, SourceStatus{}, now)
	if f.Total.Views != 2 || f.Total.Baseline.Views != 2 {
		t.Errorf("%v views now, %v before", f.Total.Views, f.Total.Baseline.Views)
	}
	// A beacon from a clock that is ahead counts now.
	add(a, now, view(9, now.Add(time.Hour), "1", 100, false))
	if f := a.Frame(frame.Query{By: "release", Window: time.Minute}, SourceStatus{}, now); f.Total.Views != 3 {
		t.Errorf("%v views", f.Total.Views)
	}
}

func TestDeltaSigns(t *testing.T) {
	for _, c := range []struct {
		name            string
		n               int
		failNow, failed int // one in so many
		lcpNow, lcp     float64
		rate, p75       int
		known           bool
	}{
		{"nothing changed", 2000, 50, 50, 1000, 1000, 0, 0, true},
		{"worse", 2000, 10, 50, 1500, 1000, 1, 1, true},
		{"better", 2000, 50, 10, 800, 1000, -1, -1, true},
		{"too few", 15, 2, 50, 3000, 1000, 0, 0, false},
		{"chance", 60, 20, 30, 1020, 1000, 0, 0, true},
		{"too small to matter", 100_000, 50, 50, 1010, 1000, 0, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := New(Config{})
			now := epoch.Add(time.Hour)
			add(a, now, view(1, now.Add(-time.Hour), "1", 1, false)) // history reaches back
			for i := range c.n {
				spread := 1 + float64(i%100)/100
				add(a, now, view(2*i+2, now.Add(-90*time.Second), "1", c.lcp*spread, i%c.failed == 0),
					view(2*i+3, now.Add(-30*time.Second), "1", c.lcpNow*spread, i%c.failNow == 0))
			}
			f := a.Frame(frame.Query{By: "release", Window: time.Minute}, SourceStatus{}, now)
			d := f.Total.Delta
			if !f.Baseline.Complete || d.ErrorRate.Sign != c.rate || d.LCP.Sign != c.p75 || d.ErrorRate.Known != c.known || d.LCP.Known != c.known || d.INP.Known {
				t.Errorf("%+v, baseline %+v", d, f.Baseline)
			}
		})
	}
}

func TestBaselineIncomplete(t *testing.T) {
	a := New(Config{})
	for i := range 400 {
		add(a, epoch.Add(90*time.Second), view(i+1, epoch.Add(time.Duration(i)*200*time.Millisecond), "1", 1000, i > 200))
	}
	f := a.Frame(frame.Query{By: "release", Window: time.Minute}, SourceStatus{}, epoch.Add(90*time.Second))
	if f.Baseline.Complete || f.Total.Delta.ErrorRate.Known || f.Total.Delta.ErrorRate.Sign != 0 {
		t.Errorf("%+v %+v", f.Baseline, f.Total.Delta)
	}
}

func TestSegmentOrder(t *testing.T) {
	a := New(Config{})
	id := 0
	put := func(release string, views, failed int, lcp float64) {
		for i := range views {
			id++
			add(a, epoch, view(id, epoch, release, lcp, i < failed))
		}
	}
	put("a", 10, 1, 900)
	put("b", 5, 3, 100)
	put("c", 6, 3, 300)
	put("", 20, 0, 2000)
	for _, c := range []struct {
		q    frame.Query
		want string
	}{
		{frame.Query{}, "b c a (none)"}, // equally many people, then the rate
		{frame.Query{Reverse: true}, "(none) a c b"},
		{frame.Query{Sort: "views"}, "(none) a c b"},
		{frame.Query{Sort: "users", Reverse: true}, "b c a (none)"},
		{frame.Query{Sort: "error_rate"}, "b c a (none)"},
		{frame.Query{Sort: "affected"}, "b c a (none)"},
		{frame.Query{Sort: "lcp"}, "(none) a c b"},
		{frame.Query{Sort: "key"}, "(none) a b c"},
		{frame.Query{Sort: "key", Offset: 1, Rows: 2}, "a b"},
		{frame.Query{Offset: 9}, ""},
	} {
		c.q.By, c.q.Window = "release", time.Minute
		var keys []string
		for _, r := range a.Frame(c.q, SourceStatus{}, epoch).Segments {
			keys = append(keys, r.Key)
		}
		if got := strings.Join(keys, " "); got != c.want {
			t.Errorf("sort %q reverse %v offset %d: %s, want %s", c.q.Sort, c.q.Reverse, c.q.Offset, got, c.want)
		}
	}
}

func TestErrorDetail(t *testing.T) {
	a := New(Config{})
	now := epoch.Add(10 * time.Minute)
	add(a, now, view(1, epoch, "1", 1, false))
	for i := range 40 {
		b := view(i+2, epoch.Add(9*time.Minute+time.Duration(i)*time.Second), []string{"1", "2"}[i%2], 1, i%8 == 1)
		b.Dims[beacon.Page] = fmt.Sprintf("/%d", i%4)
		b.Tags = []beacon.Tag{{Key: "tier", Value: "paid"}}
		add(a, now, b)
	}
	fp := fingerprint.Of("TypeError", "x", "")
	q := frame.Query{By: "release", Window: 2 * time.Minute, Steps: 10, Fingerprint: fp, ValuesOf: "page", Filter: mustParse(t, "page!=/3")}
	f := a.Frame(q, SourceStatus{}, now)
	d := f.Detail
	if d == nil || d.Count != 5 || d.Users != 5 || !d.New || d.Before != 0 || !slices.Equal(d.Releases, []string{"2"}) {
		t.Fatalf("%+v", d)
	}
	spread := fmt.Sprint(d.Spread)
	if want := "[{release [{2 1 0.3333333333333333}]} {page [{/1 1 0.3333333333333333}]} {tag.tier [{paid 1 1}]}]"; spread != want {
		t.Errorf("spread %s, want %s", spread, want)
	}
	sum := 0.
	for _, n := range d.Counts {
		sum += n
	}
	if sum != 5 || len(d.Counts) != len(f.Series.Views) {
		t.Errorf("counts %v", d.Counts)
	}
	if want := []frame.ValueCount{{Value: "/0", Beacons: 10}, {Value: "/1", Beacons: 10}, {Value: "/2", Beacons: 10}, {Value: "/3", Beacons: 10}}; !slices.Equal(f.Values, want) {
		t.Errorf("values %v", f.Values)
	}
	q.Fingerprint = "000000000000"
	if f := a.Frame(q, SourceStatus{}, now); f.Detail != nil {
		t.Errorf("%+v", f.Detail)
	}
}

// History that waited when the viewer started is not lag.
func TestHealthLagIgnoresHistory(t *testing.T) {
	a := New(Config{})
	now := epoch.Add(time.Minute)
	add(a, now, view(1, epoch, "1", 1, false))
	lag := func() float64 { return a.Frame(frame.Query{}, SourceStatus{Loading: 1}, now).Health.LagMS }
	if got := lag(); got != 0 {
		t.Errorf("lag %v ms after reading history, want 0", got)
	}
	now = now.Add(5 * time.Second)
	add(a, now, view(2, now.Add(-3*time.Second), "1", 1, false))
	if got := lag(); got != 3000 {
		t.Errorf("lag %v ms, want 3000", got)
	}
}

// A beacon is late if it is more than 5 s behind the newest one. History has no
// late beacons, in whatever order it is read.
func TestHealthLate(t *testing.T) {
	a := New(Config{})
	start := epoch.Add(time.Minute)
	id := 0
	receive := func(at, now time.Time) int64 {
		id++
		add(a, now, view(id, at, "1", 1, false))
		return a.Frame(frame.Query{}, SourceStatus{}, now).Health.Late
	}
	for _, step := range []struct {
		received, now time.Duration // since start
		want          int64
	}{
		{-10 * time.Second, 0, 0},
		{-40 * time.Second, 0, 0}, // history, out of order
		{20 * time.Second, 20 * time.Second, 0},
		{15 * time.Second, 20 * time.Second, 0}, // exactly 5 s
		{15*time.Second - time.Millisecond, 20 * time.Second, 1},
		{0, 21 * time.Second, 2},
		{-time.Millisecond, 22 * time.Second, 2}, // history
	} {
		if got := receive(start.Add(step.received), start.Add(step.now)); got != step.want {
			t.Errorf("received %v: %d late, want %d", step.received, got, step.want)
		}
	}
}

func TestHealth(t *testing.T) {
	a := New(Config{})
	now := epoch.Add(time.Minute)
	for i := range 60 {
		at := epoch.Add(time.Duration(i) * time.Second)
		b := view(i+1, at, "1", 1, false)
		b.Time = b.Received - 1000
		if i == 30 {
			b.SampleRate = .25
		}
		add(a, at.Add(700*time.Millisecond), b)
	}
	add(a, now, view(99, epoch.Add(20*time.Second), "1", 1, false)) // late
	f := a.Frame(frame.Query{By: "release", Window: 30 * time.Second, Filter: mustParse(t, "teir=paid")}, SourceStatus{Gaps: 3}, now)
	h := f.Health
	if h.LagMS != 700 || h.QuietS != 1 || h.PerS < .9 || h.PerS > 1.1 || h.Late != 1 || h.Gaps != 3 || h.Retained != 61 || !h.HistoryFrom.Equal(epoch) {
		t.Errorf("%+v", h)
	}
	if len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0], "teir") {
		t.Errorf("warnings %q", f.Warnings)
	}
	f = a.Frame(frame.Query{By: "nosuch", Window: time.Minute}, SourceStatus{}, now)
	if f.Health.SampleRate != .25 || f.Health.SkewN != 59 || math.Abs(f.Health.SkewP95MS-1000) > 60 {
		t.Errorf("%+v", f.Health)
	}
	if len(f.Warnings) != 1 || f.Segments[0].Key != "(none)" {
		t.Errorf("warnings %q, rows %v", f.Warnings, f.Segments)
	}
}

func TestFrameWithoutBeacons(t *testing.T) {
	f := New(Config{}).Frame(frame.Query{By: "region", Steps: 60, Fingerprint: "x", ValuesOf: "region"}, SourceStatus{Note: "n"}, epoch)
	if f.Total.Views != 0 || f.Health.HistoryFrom != nil || f.Health.Note != "n" || len(f.Segments) != 0 || f.WindowS != 300 {
		t.Errorf("%+v", f)
	}
}

// A new release is compared with the total, and marked so; a new region is not.
func TestDeltaNewRelease(t *testing.T) {
	a := New(Config{})
	now := epoch.Add(time.Hour)
	add(a, now, view(1, now.Add(-time.Hour), "1", 1, false))
	for i := range 400 {
		b := view(2*i+3, now.Add(-30*time.Second), "2", 1000, i%4 == 0)
		b.Dims[beacon.Region] = "new"
		add(a, now, view(2*i+2, now.Add(-90*time.Second), "1", 1000, i%100 == 0), b)
	}
	for by, against := range map[string]string{"release": "all", "region": ""} {
		r := a.Frame(frame.Query{By: by, Window: time.Minute}, SourceStatus{}, now).Segments[0]
		if d := r.Delta.ErrorRate; r.Against != against || d.Known != (against != "") || (d.Sign > 0) != (against != "") || r.Baseline != nil {
			t.Errorf("by %s: %+v against %q", by, d, r.Against)
		}
	}
}

// Every value of a custom measure counts, in the window only.
func TestCustomMeasure(t *testing.T) {
	a := New(Config{})
	now := epoch.Add(time.Hour)
	send := func(id int, ago time.Duration, model string, ttft ...float64) {
		b := beacon.Beacon{Received: now.Add(-ago).UnixMilli(), View: beacon.ID(id), Tags: []beacon.Tag{{Key: "model", Value: model}}}
		for _, v := range ttft {
			b.Metrics = append(b.Metrics, beacon.Metric{Name: "ttft", Value: v})
		}
		b.Metrics = append(b.Metrics, beacon.Metric{Name: "tokens", Value: 9})
		add(a, now, b)
	}
	q := frame.Query{By: "tag.model", Window: time.Minute, Measure: "ttft"}
	if f := a.Frame(q, SourceStatus{}, now); f.Total.Measure == nil || f.Total.Measure.N != 0 {
		t.Errorf("before anybody has sent it: %+v", f.Total.Measure)
	}
	for i := range 40 {
		send(i+1, 10*time.Second, "small", 400, 500)
	}
	send(100, 10*time.Second, "large", 3000)
	send(101, 10*time.Minute, "large", 9000)
	f := a.Frame(q, SourceStatus{}, now)
	if m := f.Total.Measure; m.N != 81 || math.Abs(m.P50-500)/500 > 0.01 || f.Measure != "ttft" {
		t.Errorf("%+v", m)
	}
	for _, r := range f.Segments {
		if want := map[string]int{"small": 80, "large": 1}[r.Key]; r.Measure.N != want {
			t.Errorf("%s: %+v, want %d", r.Key, r.Measure, want)
		}
	}
	q.Measure = "tokens"
	if m := a.Frame(q, SourceStatus{}, now).Total.Measure; m.N != 41 || math.Abs(m.P99-9) > 0.1 {
		t.Errorf("tokens: %+v", m)
	}
	q.Measure = ""
	if m := a.Frame(q, SourceStatus{}, now).Total.Measure; m != nil {
		t.Errorf("not asked for: %+v", m)
	}
}
