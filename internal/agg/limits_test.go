package agg

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

func add(a *Aggregator, now time.Time, beacons ...beacon.Beacon) {
	var b beacon.Batch
	for i := range beacons {
		b.Append(&beacons[i])
	}
	a.Add(&b, now)
}

// TestEviction overfills the log by memory and by age, and compares windows that
// the eviction has not reached with the oracle.
func TestEviction(t *testing.T) {
	for name, cfg := range map[string]Config{
		"memory": {Memory: 5 << 20},
		"age":    {Retain: 3 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			g, a, o := newTraffic(7), New(cfg), newOracle()
			q := frame.Query{By: "release", Window: 20 * time.Second, Errors: 100}
			overfill(g, a, o, q)
			now := time.UnixMilli(g.now)
			f := a.Frame(q, SourceStatus{}, now)
			if f.Health.Retained >= overfillRows*9/10 || f.Health.Retained == 0 {
				t.Fatalf("%d beacons retained of %d", f.Health.Retained, overfillRows)
			}
			if (f.Health.Evicted > 0) != (name == "memory") {
				t.Errorf("%d evicted", f.Health.Evicted)
			}
			for _, e := range f.Errors { // the oracle does not know their start
				if e.FirstSeen.After(e.LastSeen) {
					t.Errorf("first seen %v, last seen %v", e.FirstSeen, e.LastSeen)
				}
			}
			f.Errors, q.Steps = nil, 0
			passing, _ := o.passing(q)
			hi := now.UnixMilli() + 1
			compareRow(t, "total", &f.Total, o.people.row(passing, hi-20_000, hi), o.people.row(passing, hi-40_000, hi-20_000))
			if name == "age" && now.Sub(*f.Health.HistoryFrom) > cfg.Retain+time.Minute {
				t.Errorf("history from %v at %v", f.Health.HistoryFrom, now)
			}
			if a.log.Views.Len() > a.log.Rows+1 || a.log.Identities.Len() > a.log.Rows+1 {
				t.Errorf("%d views and %d identities of %d rows", a.log.Views.Len(), a.log.Identities.Len(), a.log.Rows)
			}
		})
	}
}

const (
	overfillRounds    = 900
	overfillRows      = overfillRounds * overfillBatchRows
	overfillBatchRows = 60
)

// overfill gives an aggregator and the oracle more beacons than either keeps.
func overfill(g *traffic, a *Aggregator, o *oracle, q frame.Query) {
	for round := range overfillRounds {
		var b beacon.Batch
		for range overfillBatchRows {
			c := g.beacon()
			c.Received = max(c.Received, g.now-5000)
			b.Append(&c)
		}
		now := time.UnixMilli(g.now)
		a.Add(&b, now)
		o.add(&b, now)
		if round%10 == 0 {
			a.Frame(q, SourceStatus{}, now)
		}
		g.now += 400
		if round%100 == 0 { // views end some time
			g.views, g.sent = nil, nil
			// The test does not ask about what left the log long ago.
			o.beacons = o.beacons[max(0, len(o.beacons)-25_000):]
		}
	}
}

// TestEvictionLeavesNothing evicts all of a log but the last chunk: the windows and
// charts must then count that chunk only.
func TestEvictionLeavesNothing(t *testing.T) {
	g := newTraffic(3)
	a := New(Config{})
	q := frame.Query{By: "page", Traffic: frame.AllTraffic, Window: time.Hour, Steps: 60}
	a.Frame(q, SourceStatus{}, epoch)
	for range 3 * store.ChunkRows {
		c := g.beacon()
		add(a, time.UnixMilli(g.now), c)
		g.now += 20
	}
	now := time.UnixMilli(g.now)
	a.Frame(q, SourceStatus{}, now)
	a.cfg.Memory = 1
	a.expire(0)
	f := a.Frame(q, SourceStatus{}, now)
	rows, beacons := 0, 0.
	for _, r := range f.Segments {
		rows += r.Beacons
	}
	for _, n := range f.Series.Beacons {
		beacons += n
	}
	if n := a.log.Rows; n == 0 || n > store.ChunkRows || f.Total.Beacons != n || rows != n || beacons != float64(n) {
		t.Fatalf("%d rows retained; total %d, segments %d, series %v", n, f.Total.Beacons, rows, beacons)
	}
}

func TestSegmentsOverCap(t *testing.T) {
	a := New(Config{})
	for i := range store.MaxSegments + 500 {
		b := beacon.Beacon{Received: epoch.UnixMilli(), Navigation: true, View: beacon.ID(i + 1)}
		b.Dims[beacon.Page] = fmt.Sprintf("/p/%d", i)
		add(a, epoch, b)
	}
	for _, q := range []frame.Query{
		{By: "page", Window: time.Minute},
		{By: "page", Window: time.Minute, Sort: "views"},
		{By: "page", Window: time.Minute, Sort: "key", Reverse: true},
	} {
		f := a.Frame(q, SourceStatus{}, epoch)
		last := f.Segments[len(f.Segments)-1]
		if len(f.Segments) != store.MaxSegments+1 || last.Key != "(other)" || last.Views != 500 || f.Total.Views != store.MaxSegments+500 {
			t.Errorf("%d rows, the last %q with %v views of %v", len(f.Segments), last.Key, last.Views, f.Total.Views)
		}
		if f.Health.Overflow != 500 {
			t.Errorf("overflow %d", f.Health.Overflow)
		}
	}
	f := a.Frame(frame.Query{By: "page", Window: time.Minute, Sort: "views", Rows: 10, Offset: 5}, SourceStatus{}, epoch)
	if len(f.Segments) != 10 || f.Hidden != store.MaxSegments+1-10 {
		t.Errorf("%d rows and %d hidden", len(f.Segments), f.Hidden)
	}
}

func TestErrorGroupsOverCap(t *testing.T) {
	a := New(Config{})
	word := func(i int) string { // without digits, which would be folded
		return string([]rune{'g' + rune(i%20), 'g' + rune(i/20%20), 'g' + rune(i/400%20)})
	}
	n := store.MaxErrorGroups + 100
	for i := range n {
		add(a, epoch, beacon.Beacon{Received: epoch.UnixMilli(), User: 1,
			Errors: []beacon.Error{{Type: "E", Message: word(i)}}})
	}
	f := a.Frame(frame.Query{By: "region", Window: time.Minute, Errors: 2 * n}, SourceStatus{}, epoch)
	last := f.Errors[len(f.Errors)-1]
	if f.Total.Errors != frame.Count(n) || last.Fingerprint != "(other)" || last.Count != 101 || len(f.Errors) != store.MaxErrorGroups {
		t.Errorf("%v errors in %d groups, the last %q with %v", f.Total.Errors, len(f.Errors), last.Fingerprint, last.Count)
	}
	if f.Health.Overflow != 101 {
		t.Errorf("overflow %d", f.Health.Overflow)
	}
}

// TestDictionariesFull counts beacons after the dictionary of strings is full.
func TestDictionariesFull(t *testing.T) {
	a := New(Config{})
	long := strings.Repeat("x", store.MaxLine-10)
	n := 0
	for a.overflow == 0 {
		b := beacon.Beacon{Received: epoch.UnixMilli(), Navigation: true,
			Tags: []beacon.Tag{{Key: "note", Value: fmt.Sprint(n, long)}}}
		b.Dims[beacon.Release] = fmt.Sprint("r", n, long)
		add(a, epoch, b)
		if n++; n > 500_000 {
			t.Fatal("the dictionary does not get full")
		}
	}
	f := a.Frame(frame.Query{By: "release", Window: time.Minute, Rows: 1}, SourceStatus{}, epoch)
	if f.Total.Views != frame.Count(n) || a.log.Strings.Bytes > store.MaxStringBytes+1<<20 {
		t.Errorf("%v views of %d; %d bytes of text", f.Total.Views, n, a.log.Strings.Bytes)
	}
}

func TestUnusableValues(t *testing.T) {
	a := New(Config{})
	var b beacon.Batch
	for _, v := range []float64{math.NaN(), math.Inf(1), -1, 2500, 0, math.MaxFloat32, 1e-40} {
		b.Append(&beacon.Beacon{Received: epoch.UnixMilli(), Metrics: []beacon.Metric{{Name: "lcp", Value: v}},
			Requests: []beacon.Request{{Duration: v}}})
	}
	b.SampleRate[0], b.SampleRate[1], b.SampleRate[2] = float32(math.NaN()), -1, 1e-30
	b.Received[4] = math.MinInt64
	b.Time[5], b.Time[6] = math.MinInt64, math.MaxInt64
	a.Add(&b, epoch)
	if f := a.Frame(frame.Query{By: "region", Window: time.Minute, Steps: 10}, SourceStatus{}, epoch); f.Total.LCP.N != 3 || f.Total.Beacons != 6 || f.Health.Late != 1 {
		t.Errorf("%+v %+v", f.Total, f.Health)
	}
}

// TestHostileText checks that frames contain no control characters.
func TestHostileText(t *testing.T) {
	a := New(Config{})
	evil := "a\x1b]0;x\x07\u202eb\n"
	b := beacon.Beacon{Received: epoch.UnixMilli(), Tags: []beacon.Tag{{Key: evil, Value: evil}},
		Errors: []beacon.Error{{Type: evil, Message: evil, Stack: evil}}}
	for d := range b.Dims {
		b.Dims[d] = evil
	}
	add(a, epoch, b)
	a.Mark(beacon.Marker{ID: evil, At: epoch.UnixMilli(), Kind: beacon.MarkerNote, Text: evil, By: evil, Filter: evil})
	q := frame.Query{By: "release", Window: time.Minute, ValuesOf: "page"}
	q.Fingerprint = a.log.Errors.Groups[1].Fingerprint
	f := a.Frame(q, SourceStatus{}, epoch)
	text := fmt.Sprint(f.Segments, f.Errors, f.Tags, f.Values, *f.Detail, f.Markers)
	if strings.ContainsAny(text, "\x1b\x07\u202e") {
		t.Errorf("%q", text)
	}
	if len(f.Values) != 1 || len(f.Tags) != 1 || len(f.Detail.Spread) == 0 || len(f.Markers) != 1 {
		t.Errorf("%+v", f)
	}
}

func TestTagSetsOverCap(t *testing.T) {
	a := New(Config{})
	for i := range store.MaxTagSets + 100 {
		add(a, epoch, beacon.Beacon{Received: epoch.UnixMilli(), Navigation: true, Tags: []beacon.Tag{{Key: "n", Value: fmt.Sprint(i)}}})
	}
	f := a.Frame(frame.Query{By: "region", Window: time.Minute}, SourceStatus{}, epoch)
	if f.Total.Views != store.MaxTagSets+100 || f.Health.Overflow < 100 || f.Health.Overflow > 102 {
		t.Errorf("%v views, overflow %d", f.Total.Views, f.Health.Overflow)
	}
}
