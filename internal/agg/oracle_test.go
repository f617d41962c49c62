package agg

import (
	"cmp"
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

// oracle keeps every beacon that the aggregator was given, and computes rows by the
// definitions of the numbers, at any cost.
type oracle struct {
	beacons    []*beacon.Beacon
	ids        map[beacon.ID]bool
	duplicates int64
	retain     time.Duration
	people     people
}

func newOracle() *oracle {
	return &oracle{ids: map[beacon.ID]bool{}, retain: maxRetain, people: people{map[beacon.ID]beacon.ID{}, map[beacon.ID]owner{}}}
}

func (o *oracle) add(b *beacon.Batch, now time.Time) {
	for _, c := range b.Beacons() {
		if c.ID != 0 && o.ids[c.ID] {
			o.duplicates++
			continue
		}
		o.ids[c.ID] = true
		c.Received = min(c.Received, now.UnixMilli())
		if c.Received >= now.Add(-o.retain).UnixMilli() {
			o.beacons = append(o.beacons, oracleParts(&c)...)
			o.people.learn(&c)
		}
	}
}

// people is who sent what, learnt from all beacons in order of arrival.
type people struct {
	users  map[beacon.ID]beacon.ID // the first user of each session
	owners map[beacon.ID]owner     // of each page view
}

// owner is what the first beacon of a page view named that named something.
type owner struct{ session, user beacon.ID }

// learn learns what a beacon says about its session and its page view.
func (p people) learn(b *beacon.Beacon) {
	name := func(session, user beacon.ID) {
		if session != 0 && p.users[session] == 0 {
			p.users[session] = user
		}
	}
	name(b.Session, b.User)
	if b.View == 0 || b.Session == 0 && b.User == 0 {
		return
	}
	first, known := p.owners[b.View]
	switch {
	case !known:
		p.owners[b.View] = owner{b.Session, b.User}
	case b.Session == 0 && first.user == 0: // one names the session, the other the user
		name(first.session, b.User)
	case b.User == 0 && first.session == 0:
		name(b.Session, first.user)
	}
}

// of is who a beacon counts for: the user, else the session, else the page view.
func (p people) of(b *beacon.Beacon) beacon.ID {
	named := owner{b.Session, b.User}
	if named == (owner{}) {
		named = p.owners[b.View]
	}
	return cmp.Or(named.user, p.users[named.session], named.session, b.View)
}

// passing is what passes the filter and counts, and what passes the filter and
// is left out, by receive time, ties by arrival.
func (o *oracle) passing(q frame.Query) (counted, leftOut []*beacon.Beacon) {
	for _, b := range o.beacons {
		if !q.Filter.MatchWith(b, func(e *beacon.Error) string { return fingerprint.Of(e.Type, e.Message, e.Stack) }) {
			continue
		}
		if traffic := q.CountedTraffic(); traffic == frame.AllTraffic || traffic == b.DimText(beacon.Traffic) {
			counted = append(counted, b)
		} else {
			leftOut = append(leftOut, b)
		}
	}
	for _, list := range [...][]*beacon.Beacon{counted, leftOut} {
		slices.SortStableFunc(list, func(a, b *beacon.Beacon) int { return cmp.Compare(a.Received, b.Received) })
	}
	return counted, leftOut
}

func oracleSegment(b *beacon.Beacon, by string) string {
	value := ""
	if d, ok := beacon.DimByName(by); ok {
		value = b.DimText(d)
	} else {
		for _, t := range b.Tags {
			if t.Key == strings.TrimPrefix(by, "tag.") {
				value = t.Value
				break
			}
		}
	}
	if value == "" {
		return "(none)"
	}
	return value
}

func oracleSegments(passing []*beacon.Beacon, by string) map[string][]*beacon.Beacon {
	m := map[string][]*beacon.Beacon{}
	for _, b := range passing {
		k := oracleSegment(b, by)
		m[k] = append(m[k], b)
	}
	return m
}

// answer is a row with the exact values that its percentiles are of.
type answer struct {
	frame.Row
	values [5][]float64
}

// oracleViews is where page views count: at which beacons they start and fail
// first, and their last values.
type oracleViews struct {
	start, errored map[beacon.ID]*beacon.Beacon
	last           map[viewVital]lastValue
}

type viewVital struct {
	view  beacon.ID
	vital int
}

type lastValue struct {
	received int64
	value    float64
}

func oracleViewsOf(bs []*beacon.Beacon) oracleViews {
	o := oracleViews{map[beacon.ID]*beacon.Beacon{}, map[beacon.ID]*beacon.Beacon{}, map[viewVital]lastValue{}}
	alone := beacon.ID(1 << 63) // a view of its own for each beacon without one
	for _, b := range bs {
		view := b.View
		if view == 0 {
			alone++
			view = alone
		}
		if s := o.start[view]; !b.Unsampled && (b.View != 0 || b.Navigation) && (s == nil || b.Navigation && !s.Navigation) {
			o.start[view] = b
		}
		for _, m := range b.Metrics {
			if i := beacon.VitalIndex(m.Name); i >= 0 && !b.Unsampled {
				o.last[viewVital{view, i}] = lastValue{b.Received, m.Value}
			}
		}
		if len(b.Errors) > 0 && o.errored[view] == nil {
			o.errored[view] = b
		}
	}
	return o
}

func (p people) row(bs []*beacon.Beacon, lo, hi int64) answer {
	in := func(received int64) bool { return received >= lo && received < hi }
	var r answer
	users, affected := map[beacon.ID]bool{}, map[beacon.ID]bool{}
	for _, b := range bs {
		if !in(b.Received) {
			continue
		}
		r.addBeacon(b)
		if k := p.of(b); k != 0 {
			users[k] = true
			if len(b.Errors) > 0 {
				affected[k] = true
			}
		}
	}
	r.Users, r.Affected = len(users), len(affected)
	views := oracleViewsOf(bs)
	for _, b := range views.start {
		if in(b.Received) {
			r.Views += frame.Count(b.Weight())
		}
	}
	for _, b := range views.errored {
		if in(b.Received) {
			r.ErroredViews += frame.Count(b.Weight())
		}
	}
	if r.Views > 0 {
		r.ErrorRate = min(1, float64(r.ErroredViews/r.Views))
	} else if r.ErroredViews > 0 {
		r.ErrorRate = 1
	}
	for k, v := range views.last {
		if in(v.received) {
			r.values[k.vital] = append(r.values[k.vital], v.value)
		}
	}
	for i := range r.values {
		slices.Sort(r.values[i])
		*r.Vital(i) = frame.Dist{N: len(r.values[i]), P50: nearestRank(r.values[i], .5), P75: nearestRank(r.values[i], .75),
			P95: nearestRank(r.values[i], .95), P99: nearestRank(r.values[i], .99)}
	}
	return r
}

// addBeacon counts what counts for each beacon of a window.
func (r *answer) addBeacon(b *beacon.Beacon) {
	r.Beacons++
	r.Estimated = r.Estimated || b.Weight() != 1
	r.Errors += frame.Count(b.Weight() * float64(len(b.Errors)))
	for _, q := range b.Requests {
		r.Requests += frame.Count(b.Weight())
		if q.Failed() {
			r.FailedRequests += frame.Count(b.Weight())
		}
	}
}

func nearestRank(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(math.Ceil(q*float64(len(sorted))))-1]
}

// oracleErrors are the groups of the window, and all groups' first and last times.
func (p people) errors(passing []*beacon.Beacon, lo, hi, blo, bhi int64) map[string]*frame.ErrorGroup {
	groups := map[string]*frame.ErrorGroup{}
	users := map[string]map[beacon.ID]bool{}
	for _, b := range passing {
		for i := range b.Errors {
			e := &b.Errors[i]
			fp := fingerprint.Of(e.Type, e.Message, e.Stack)
			g := groups[fp]
			if g == nil {
				g = &frame.ErrorGroup{Fingerprint: fp, FirstSeen: timeOf(b.Received)}
				groups[fp] = g
				users[fp] = map[beacon.ID]bool{}
			}
			g.LastSeen = timeOf(b.Received)
			if b.Received >= blo && b.Received < bhi {
				g.Before += frame.Count(b.Weight())
			}
			if b.Received < lo || b.Received >= hi {
				continue
			}
			g.Count += frame.Count(b.Weight())
			if k := p.of(b); k != 0 {
				users[fp][k] = true
			}
			if r := b.Dims[beacon.Release]; r != "" && !slices.Contains(g.Releases, r) {
				g.Releases = append(g.Releases, r)
			}
		}
	}
	for fp, g := range groups {
		g.Users = len(users[fp])
		slices.Sort(g.Releases)
	}
	return groups
}

// check compares a frame with the oracle's.
func (o *oracle) check(t *testing.T, f *frame.Frame, q frame.Query, now time.Time) {
	t.Helper()
	passing, leftOut := o.passing(q)
	hi := now.UnixMilli() + 1
	if !q.At.IsZero() {
		hi = min(hi, q.At.UnixMilli()+1)
	}
	w := q.Window.Milliseconds()
	lo := hi - w
	bhi := lo
	if q.Baseline.Ago > 0 {
		bhi = hi - q.Baseline.Ago.Milliseconds()
	}
	if !q.Baseline.At.IsZero() {
		bhi = q.Baseline.At.UnixMilli() + 1
	}
	blo := bhi - w
	if f.At.UnixMilli() != hi-1 || f.WindowS != q.Window.Seconds() || f.Baseline.From.UnixMilli() != blo || f.Baseline.To.UnixMilli() != bhi {
		t.Fatalf("edges: at %v window %v baseline %v..%v, want %d %d %d..%d", f.At, f.WindowS, f.Baseline.From, f.Baseline.To, hi-1, w, blo, bhi)
	}
	compareExcluded(t, f.Health.Excluded, oracleExcluded(leftOut, lo, hi))
	compareRow(t, "total", &f.Total, o.people.row(passing, lo, hi), o.people.row(passing, blo, bhi))
	want := 0
	rows := map[string]*frame.Row{}
	for i := range f.Segments {
		rows[f.Segments[i].Key] = &f.Segments[i]
	}
	for key, bs := range oracleSegments(passing, q.By) {
		r := o.people.row(bs, lo, hi)
		if r.Beacons == 0 {
			continue
		}
		want++
		got := rows[key]
		if got == nil {
			t.Fatalf("no row for %q", key)
		}
		compareRow(t, key, got, r, o.people.row(bs, blo, bhi))
	}
	if len(f.Segments)+f.Hidden != want {
		t.Fatalf("%d rows and %d hidden, want %d", len(f.Segments), f.Hidden, want)
	}
	o.checkErrors(t, f, o.people.errors(passing, lo, hi, blo, bhi))
	if f.Health.Duplicates != o.duplicates {
		t.Fatalf("duplicates %d, want %d", f.Health.Duplicates, o.duplicates)
	}
	if q.Steps > 0 {
		o.checkSeries(t, f, q, passing, now.UnixMilli())
	}
}

func (o *oracle) checkErrors(t *testing.T, f *frame.Frame, want map[string]*frame.ErrorGroup) {
	t.Helper()
	n := 0
	for _, g := range want {
		if g.Count > 0 {
			n++
		}
	}
	if len(f.Errors) != n {
		t.Fatalf("%d error groups, want %d", len(f.Errors), n)
	}
	for _, g := range f.Errors {
		w := want[g.Fingerprint]
		if w == nil {
			t.Fatalf("group %s %s is not there", g.Fingerprint, g.Message)
		}
		got := fmt.Sprint(g.Users, g.FirstSeen, g.LastSeen, g.Releases)
		if exp := fmt.Sprint(w.Users, w.FirstSeen, w.LastSeen, w.Releases); got != exp || !near(g.Count, w.Count) || !near(g.Before, w.Before) {
			t.Fatalf("group %s: %v %v %s, want %v %v %s", g.Fingerprint, g.Count, g.Before, got, w.Count, w.Before, exp)
		}
	}
}

func (o *oracle) checkSeries(t *testing.T, f *frame.Frame, q frame.Query, passing []*beacon.Beacon, now int64) {
	t.Helper()
	s := &f.Series
	segments := oracleSegments(passing, q.By)
	for i := range s.Views {
		lo := s.From.Add(time.Duration(i) * s.Step).UnixMilli()
		w := o.people.row(passing, lo, lo+s.Step.Milliseconds())
		rate := w.ErrorRate
		if w.Views == 0 && w.ErroredViews == 0 {
			rate = math.NaN()
		}
		if !near(frame.Count(s.Views[i]), w.Views) || s.Affected[i] != float64(w.Affected) || s.Beacons[i] != float64(w.Beacons) ||
			!same(s.ErrorRate[i], rate) || !same(s.LCP75[i], orNaN(w.LCP, w.LCP.P75)) || !same(s.INP95[i], orNaN(w.INP, w.INP.P95)) {
			t.Fatalf("step %d of %d: views %v affected %v beacons %v rate %v lcp %v inp %v, want %+v", i, len(s.Views),
				s.Views[i], s.Affected[i], s.Beacons[i], s.ErrorRate[i], s.LCP75[i], s.INP95[i], w.Row)
		}
		for _, r := range f.Segments {
			sw := o.people.row(segments[r.Key], lo, lo+s.Step.Milliseconds())
			rate := sw.ErrorRate
			if sw.Views == 0 && sw.ErroredViews == 0 {
				rate = math.NaN()
			}
			if !same(r.Spark[i], rate) {
				t.Fatalf("spark of %s at %d: %v, want %v", r.Key, i, r.Spark[i], rate)
			}
		}
	}
	if end := s.From.Add(time.Duration(len(s.Views)) * s.Step).UnixMilli(); len(s.Views) > q.Steps || len(s.Views) > 0 && end <= now {
		t.Fatalf("%d steps from %v by %v do not reach %v", len(s.Views), s.From, s.Step, timeOf(now))
	}
}

func orNaN(d frame.Dist, v float64) float64 {
	if d.N == 0 {
		return math.NaN()
	}
	return v
}

// same allows a percentile's 1 %.
func same(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || a == b || math.Abs(a-b) <= 0.01*math.Abs(b)
}

func near(a, b frame.Count) bool { return math.Abs(float64(a-b)) <= 1e-5*float64(b) }

func compareRow(t *testing.T, name string, got *frame.Row, want, before answer) {
	t.Helper()
	if !near(got.Views, want.Views) || !near(got.Errors, want.Errors) || !near(got.ErroredViews, want.ErroredViews) ||
		!near(got.Requests, want.Requests) || !near(got.FailedRequests, want.FailedRequests) ||
		math.Abs(got.ErrorRate-want.ErrorRate) > 1e-5 ||
		got.Users != want.Users || got.Affected != want.Affected || got.Beacons != want.Beacons || got.Estimated != want.Estimated {
		t.Fatalf("%s:\n got %+v\nwant %+v", name, *got, want.Row)
	}
	for i, m := range beacon.Vitals {
		compareDist(t, name+" "+m, *got.Vital(i), *want.Vital(i))
	}
	if (got.Baseline != nil) != (before.Beacons > 0) {
		t.Fatalf("%s: baseline %+v, want %d beacons", name, got.Baseline, before.Beacons)
	}
	if b := got.Baseline; b != nil {
		if !near(b.Views, before.Views) || !near(b.Errors, before.Errors) || !near(b.ErroredViews, before.ErroredViews) ||
			b.Users != before.Users || b.Affected != before.Affected {
			t.Fatalf("%s baseline:\n got %+v\nwant %+v", name, *b, before.Row)
		}
		for i, d := range [...]frame.Dist{b.LCP, b.INP, b.CLS, b.FCP, b.TTFB} {
			compareDist(t, name+" baseline "+beacon.Vitals[i], d, *before.Vital(i))
		}
	}
}

func compareDist(t *testing.T, name string, got, want frame.Dist) {
	t.Helper()
	if got.N != want.N || !same(got.P50, want.P50) || !same(got.P75, want.P75) || !same(got.P95, want.P95) || !same(got.P99, want.P99) {
		t.Fatalf("%s: got %+v, want %+v", name, got, want)
	}
}
