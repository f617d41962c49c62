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

// tableOf reads a table with a Parquet library, as other tools do.
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

// Columns of the tables that figures need.
type (
	beaconColumns struct {
		Beacon     int32    `parquet:"beacon"`
		Received   int64    `parquet:"received"`
		View       int32    `parquet:"view"`
		Visitor    *int32   `parquet:"visitor,optional"`
		Navigation bool     `parquet:"navigation"`
		Unsampled  bool     `parquet:"unsampled"`
		SampleRate float32  `parquet:"sample_rate"`
		LCP        *float32 `parquet:"lcp,optional"`
	}
	viewColumns struct {
		View    int32 `parquet:"view"`
		Visitor int32 `parquet:"visitor"`
	}
	visitorColumns struct {
		Visitor int32  `parquet:"visitor"`
		User    uint64 `parquet:"user_hash"`
		Session uint64 `parquet:"session_hash"`
	}
	errorColumns struct {
		Beacon int32 `parquet:"beacon"`
	}
)

// joined is the tables of a snapshot, joined by numbers.
type joined struct {
	beacons   []beaconColumns
	visitorOf map[int32]int32  // by view
	users     map[int32]uint64 // by visitor
	errors    map[int32]int    // by beacon
}

func joinTables(t *testing.T, path string) joined {
	t.Helper()
	j := joined{tableOf[beaconColumns](t, path, "beacons.parquet"), map[int32]int32{}, map[int32]uint64{}, map[int32]int{}}
	for _, v := range tableOf[viewColumns](t, path, "views.parquet") {
		j.visitorOf[v.View] = v.Visitor
	}
	for _, v := range tableOf[visitorColumns](t, path, "visitors.parquet") {
		j.users[v.Visitor] = cmp.Or(v.User, v.Session)
	}
	for _, e := range tableOf[errorColumns](t, path, "errors.parquet") {
		j.errors[e.Beacon]++
	}
	return j
}

// userOf is the user of a beacon: its visitor's, else its view's.
func (j *joined) userOf(b *beaconColumns) uint64 {
	visitor := j.visitorOf[b.View]
	if b.Visitor != nil {
		visitor = *b.Visitor
	}
	return j.users[visitor]
}

// viewBeacons are the beacons of a page view that its figures are from.
type viewBeacons struct{ start, lastLCP, firstError *beaconColumns }

// views are the page views of the table. Beacons are in order of receipt here,
// so the first of a view is its first row.
func (j *joined) views() map[int32]*viewBeacons {
	views := map[int32]*viewBeacons{}
	for i := range j.beacons {
		b := &j.beacons[i]
		v := views[b.View]
		if v == nil {
			v = &viewBeacons{}
			views[b.View] = v
		}
		if !b.Unsampled && (v.start == nil || b.Navigation && !v.start.Navigation) {
			v.start = b
		}
		if !b.Unsampled && b.LCP != nil {
			v.lastLCP = b
		}
		if j.errors[b.Beacon] > 0 && v.firstError == nil {
			v.firstError = b
		}
	}
	return views
}

// The figures computed from the tables by the README's rules are those of the
// frame.
func TestTablesGiveFrameFigures(t *testing.T) {
	a, now := aggregator(t, 20_000)
	path, _ := writeSnapshot(t, a, Meta{TakenAt: now})
	const window = 2 * time.Minute
	edge := now.Add(-window).UnixMilli()
	j := joinTables(t, path)
	users, affected := map[uint64]bool{}, map[uint64]bool{}
	for i := range j.beacons {
		b := &j.beacons[i]
		if b.Received <= edge {
			continue
		}
		users[j.userOf(b)] = true
		if j.errors[b.Beacon] > 0 {
			affected[j.userOf(b)] = true
		}
	}
	weight := func(b *beaconColumns) float64 { // of a page view that counts by a beacon
		if b == nil || b.Received <= edge {
			return 0
		}
		return 1 / float64(b.SampleRate)
	}
	var count, errored float64
	var values []float64
	for _, v := range j.views() {
		count += weight(v.start)
		errored += weight(v.firstError)
		if weight(v.lastLCP) > 0 {
			values = append(values, float64(*v.lastLCP.LCP))
		}
	}
	slices.Sort(values)
	p75 := values[int(math.Ceil(.75*float64(len(values))))-1]

	total := a.Frame(frame.Query{By: "release", Window: window}, agg.SourceStatus{}, now).Total
	if total.Users != len(users) || total.Affected != len(affected) || total.LCP.N != len(values) {
		t.Errorf("tables: %d users, %d affected, %d values; frame: %d, %d, %d",
			len(users), len(affected), len(values), total.Users, total.Affected, total.LCP.N)
	}
	if math.Abs(float64(total.Views)-count) > .01 || math.Abs(float64(total.ErroredViews)-errored) > .01 {
		t.Errorf("tables: %v views, %v with errors; frame: %v, %v", count, errored, total.Views, total.ErroredViews)
	}
	if math.Abs(total.LCP.P75/p75-1) > .01 {
		t.Errorf("LCP p75: tables %v, frame %v", p75, total.LCP.P75)
	}
}
