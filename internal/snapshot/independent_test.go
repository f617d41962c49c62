package snapshot

import (
	"archive/zip"
	"bytes"
	"cmp"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/frame"
)

// tableOf reads a table as anybody would who has the file and a Parquet library.
func tableOf[R any](t *testing.T, path, name string) []R {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	r, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := parquet.Read[R](bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The figures that someone computes from the tables by the README's rules are
// those of the frame.
func TestFiguresFromTheTables(t *testing.T) {
	a, now := live(t, 20_000)
	path, _ := write(t, a, Meta{TakenAt: now})
	type beaconColumns struct {
		Beacon     int32    `parquet:"beacon"`
		Received   int64    `parquet:"received"`
		View       int32    `parquet:"view"`
		Visitor    *int32   `parquet:"visitor,optional"`
		Navigation bool     `parquet:"navigation"`
		Unsampled  bool     `parquet:"unsampled"`
		SampleRate float32  `parquet:"sample_rate"`
		LCP        *float32 `parquet:"lcp,optional"`
	}
	type viewColumns struct {
		View    int32 `parquet:"view"`
		Visitor int32 `parquet:"visitor"`
	}
	type visitorColumns struct {
		Visitor int32  `parquet:"visitor"`
		User    uint64 `parquet:"user_hash"`
		Session uint64 `parquet:"session_hash"`
	}
	type errorColumns struct {
		Beacon int32 `parquet:"beacon"`
	}
	beacons := tableOf[beaconColumns](t, path, "beacons.parquet")
	visitorOf, people, failed := map[int32]int32{}, map[int32]uint64{}, map[int32]int{}
	for _, v := range tableOf[viewColumns](t, path, "views.parquet") {
		visitorOf[v.View] = v.Visitor
	}
	for _, v := range tableOf[visitorColumns](t, path, "visitors.parquet") {
		people[v.Visitor] = cmp.Or(v.User, v.Session)
	}
	for _, e := range tableOf[errorColumns](t, path, "errors.parquet") {
		failed[e.Beacon]++
	}

	// Beacons come in order of receipt here, so the first of a view is its first row.
	const window = 2 * time.Minute
	edge := now.Add(-window).UnixMilli()
	type view struct {
		start, lcp   *beaconColumns
		firstFailure *beaconColumns
	}
	views := map[int32]*view{}
	users, affected := map[uint64]bool{}, map[uint64]bool{}
	for i := range beacons {
		b := &beacons[i]
		v := views[b.View]
		if v == nil {
			v = &view{}
			views[b.View] = v
		}
		if !b.Unsampled && (v.start == nil || b.Navigation && !v.start.Navigation) {
			v.start = b
		}
		if !b.Unsampled && b.LCP != nil {
			v.lcp = b
		}
		if failed[b.Beacon] > 0 && v.firstFailure == nil {
			v.firstFailure = b
		}
		if b.Received <= edge {
			continue
		}
		who := visitorOf[b.View]
		if b.Visitor != nil {
			who = *b.Visitor
		}
		users[people[who]] = true
		if failed[b.Beacon] > 0 {
			affected[people[who]] = true
		}
	}
	var count, errored float64
	var values []float64
	for _, v := range views {
		if v.start != nil && v.start.Received > edge {
			count += 1 / float64(v.start.SampleRate)
		}
		if v.firstFailure != nil && v.firstFailure.Received > edge {
			errored += 1 / float64(v.firstFailure.SampleRate)
		}
		if v.lcp != nil && v.lcp.Received > edge {
			values = append(values, float64(*v.lcp.LCP))
		}
	}
	slices.Sort(values)
	p75 := values[int(math.Ceil(.75*float64(len(values))))-1]

	total := a.Frame(frame.Query{By: "release", Window: window}, agg.SourceStatus{}, now).Total
	if total.Users != len(users) || total.Affected != len(affected) || total.LCP.N != len(values) {
		t.Errorf("the tables have %d users, %d affected and %d values; the frame %d, %d and %d",
			len(users), len(affected), len(values), total.Users, total.Affected, total.LCP.N)
	}
	if math.Abs(float64(total.Views)-count) > .01 || math.Abs(float64(total.ErroredViews)-errored) > .01 {
		t.Errorf("the tables have %v views and %v with errors; the frame %v and %v", count, errored, total.Views, total.ErroredViews)
	}
	if math.Abs(total.LCP.P75/p75-1) > .01 {
		t.Errorf("p75 of LCP is %v by the tables, %v on the frame", p75, total.LCP.P75)
	}
}
