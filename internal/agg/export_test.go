package agg

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// shop returns an aggregator with some minutes of a shop's traffic, a part of it
// sampled.
func shop(t *testing.T, n int) (a *Aggregator, now time.Time) {
	t.Helper()
	a = New(Config{})
	traffic := beacontest.Spread{Region: "eu-west", PerS: 60, Visitors: 900}.Traffic(1, n)
	for i := range traffic {
		if b := &traffic[i]; b.Session%3 == 0 {
			b.SampleRate = 0.1
			b.Unsampled = len(b.Errors) > 0
			b.Trace = "4bf92f3577b34da6a3ce929d0e0e4736"
		} else if b.Session%3 == 1 {
			b.Trace = "1-5759e988-bd862e3fe1be46a994272793"
		}
	}
	now = time.UnixMilli(traffic[n-1].Received)
	for _, b := range beacontest.Batches(traffic, 500) {
		a.Add(b, time.UnixMilli(b.Received[b.Len()-1]))
	}
	return a, now
}

// copyOf returns an aggregator of what another one exports.
func copyOf(a *Aggregator, e *store.Export, now time.Time) *Aggregator {
	c := New(Config{})
	for more := true; more; {
		var b beacon.Batch
		more = a.Export(e, &b)
		c.Add(&b, now)
	}
	return c
}

// An aggregator of exported batches answers every query like the original.
func TestExportRoundTrip(t *testing.T) {
	a, now := shop(t, 30_000)
	c := copyOf(a, ExportSpan(time.Time{}, time.Time{}), now)
	for _, expression := range []string{"", "device=mobile", "error=yes", "lcp>2500 or status>=500", "tier?", "event=search", `metric.dns>20`, "url~orders"} {
		expr, err := filter.Parse(expression)
		if err != nil {
			t.Fatal(err)
		}
		for _, by := range []string{"release", "page", "browser_version", "tag.flag"} {
			q := frame.Query{Filter: expr, By: by, Window: 2 * time.Minute, Steps: 30, Errors: 50}
			want, got := a.Frame(q, SourceStatus{}, now), c.Frame(q, SourceStatus{}, now)
			if want.Total.Beacons == 0 {
				t.Fatalf("%q: nothing to compare", expression)
			}
			// The order of arrival is not exported.
			got.Health.Late, got.Health.LagMS = want.Health.Late, want.Health.LagMS
			if w, g := marshal(t, want), marshal(t, got); !bytes.Equal(w, g) {
				t.Errorf("%q by %s: exported\n%s\nwas\n%s", expression, by, g, w)
			}
		}
	}
}

func marshal(t *testing.T, f *frame.Frame) []byte {
	t.Helper()
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestExportSpan(t *testing.T) {
	a, now := shop(t, 20_000)
	from, to := now.Add(-2*time.Minute), now.Add(-time.Minute)
	want := 0
	a.log.Each(from.UnixMilli(), to.UnixMilli(), func(*store.Chunk, int) { want++ })
	e, got := ExportSpan(from, to), 0
	var b beacon.Batch
	for more := true; more; {
		more = a.Export(e, &b)
		for _, received := range b.Received {
			if received < from.UnixMilli() || received >= to.UnixMilli() {
				t.Fatal("a beacon outside the span")
			}
		}
		got += b.Len()
	}
	if got != want || want == 0 {
		t.Errorf("%d beacons, want %d", got, want)
	}
}

// An export that continues gets every beacon once, and counts those that were
// evicted before it reached them.
func TestExportContinues(t *testing.T) {
	a := New(Config{Memory: 3 << 20})
	e := ExportSpan(time.Time{}, time.Time{})
	traffic := beacontest.Spread{Region: "eu-west", PerS: 60, Visitors: 900}.Traffic(1, 120_000)
	now := time.UnixMilli(traffic[len(traffic)-1].Received)
	got := 0
	drain := func() {
		var b beacon.Batch
		for more := true; more; {
			more = a.Export(e, &b)
			got += b.Len()
		}
	}
	for i, b := range beacontest.Batches(traffic[:20_000], 100) {
		a.Add(b, now)
		if i%3 == 0 {
			drain()
		}
	}
	drain()
	if got != 20_000 || e.Missed != 0 {
		t.Fatalf("%d beacons, %d missed", got, e.Missed)
	}
	for _, b := range beacontest.Batches(traffic[20_000:], 500) {
		a.Add(b, now)
	}
	drain()
	if a.log.Evicted == 0 || e.Missed == 0 || got+int(e.Missed) != len(traffic) {
		t.Errorf("%d beacons and %d missed of %d; %d evicted", got, e.Missed, len(traffic), a.log.Evicted)
	}
}

// The log keeps trace ids of failures, of any form; those of successes it does not.
func TestExportKeepsFailureTraces(t *testing.T) {
	const w3c, xray = "4bf92f3577b34da6a3ce929d0e0e4736", "1-5759e988-bd862e3fe1be46a994272793"
	in := beacon.Beacon{Received: epoch.UnixMilli(), View: 1, Trace: strings.ToUpper(w3c),
		Errors: []beacon.Error{{Type: "TypeError"}},
		Requests: []beacon.Request{{URL: "/a", Status: 200, Trace: w3c}, {URL: "/b", Status: 500, Trace: w3c},
			{URL: "/c", Trace: xray}, {URL: "/d", Status: 404}}}
	well := beacon.Beacon{Received: epoch.UnixMilli(), View: 2, Trace: w3c}
	a := New(Config{})
	add(a, epoch, in, well)
	var b beacon.Batch
	a.Export(ExportSpan(time.Time{}, time.Time{}), &b)
	out := b.Beacons()
	if out[0].Trace != in.Trace || out[1].Trace != "" {
		t.Errorf("traces of page loads: %q and %q", out[0].Trace, out[1].Trace)
	}
	for i, want := range []string{"", w3c, xray, ""} {
		if got := out[0].Requests[i].Trace; got != want {
			t.Errorf("request %d has the trace %q, want %q", i, got, want)
		}
	}
}

func BenchmarkExportStep(b *testing.B) {
	a := New(Config{})
	for _, batch := range beacontest.Batches(beacontest.Spread{Region: "eu-west", PerS: 2000, Visitors: 20_000}.Traffic(1, 10*8192), 500) {
		a.Add(batch, time.UnixMilli(batch.Received[batch.Len()-1]))
	}
	var out beacon.Batch
	e := ExportSpan(time.Time{}, time.Time{})
	for b.Loop() {
		if !a.Export(e, &out) {
			e = ExportSpan(time.Time{}, time.Time{})
		}
	}
}
