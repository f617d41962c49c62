package agg

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Config bounds an Aggregator.
type Config struct {
	Memory int64         // bytes that history may take; 0 is 512 MiB
	Retain time.Duration // how far back history reaches; 0 is 2 hours
}

// Aggregator turns beacons into frames. It is not safe for concurrent use: a
// [Loop] owns one.
type Aggregator struct {
	cfg        Config
	beacons    []beacon.Beacon
	ids        map[beacon.ID]bool
	duplicates int64
	lag        float64
}

// New makes an empty aggregator.
func New(cfg Config) *Aggregator {
	return &Aggregator{cfg: cfg, ids: map[beacon.ID]bool{}}
}

// Add takes a decoded batch in. It keeps nothing of b.
func (a *Aggregator) Add(b *beacon.Batch, now time.Time) {
	for _, c := range b.Beacons() {
		if c.ID != 0 {
			if a.ids[c.ID] {
				a.duplicates++
				continue
			}
			a.ids[c.ID] = true
		}
		c.Received = min(c.Received, now.UnixMilli())
		a.lag = float64(now.UnixMilli() - c.Received)
		a.beacons = append(a.beacons, c)
	}
}

// Frame computes the answer to q.
func (a *Aggregator) Frame(q Query, s SourceStatus, now time.Time) *Frame {
	at := now
	if !q.At.IsZero() && q.At.Before(now) {
		at = q.At
	}
	n := naive{seg: segmentOf(q.By)}
	tags := map[string]bool{}
	for i := range a.beacons {
		b := &a.beacons[i]
		for _, t := range b.Tags {
			tags[t.Key] = true
		}
		if q.Filter.Match(b) {
			n.passing = append(n.passing, b)
		}
	}
	hi := at.UnixMilli() + 1
	w := q.Window.Milliseconds()
	blo, bhi := hi-2*w, hi-w
	kind := "previous"
	switch {
	case q.Baseline.Ago > 0:
		kind = "ago"
		blo, bhi = hi-w-q.Baseline.Ago.Milliseconds(), hi-q.Baseline.Ago.Milliseconds()
	case !q.Baseline.At.IsZero():
		kind = "at"
		bhi = q.Baseline.At.UnixMilli() + 1
		blo = bhi - w
	}
	f := &Frame{Schema: Schema, At: time.UnixMilli(hi - 1).UTC(), Site: q.Site, WindowS: q.Window.Seconds(),
		Filter: q.Filter.Text, By: q.By, Live: q.At.IsZero(), Quantum: time.Second}
	f.Baseline = Baseline{Kind: kind, From: time.UnixMilli(blo).UTC(), To: time.UnixMilli(bhi).UTC()}
	f.Health = Health{Connected: s.Connected, Server: s.Server, Note: s.Note, History: s.History, Loading: s.Loading,
		LagMS: a.lag, Retained: len(a.beacons), Dropped: s.Dropped, Gaps: s.Gaps, Malformed: s.Malformed,
		Duplicates: a.duplicates, Reconnects: s.Reconnects, SampleRate: 1}
	for k := range tags {
		f.Tags = append(f.Tags, k)
	}
	sort.Strings(f.Tags)
	if len(a.beacons) > 0 {
		t := time.UnixMilli(a.beacons[0].Received).UTC()
		f.Health.HistoryFrom = &t
		f.Baseline.Complete = t.UnixMilli() <= blo
	}
	n.rows(f, hi-w, hi, blo, bhi)
	f.Health.PerS = float64(f.Total.Beacons) / q.Window.Seconds()
	n.errors(f, hi-w, hi)
	if limit := max(q.Errors, 10); len(f.Errors) > limit {
		f.Errors = f.Errors[:limit]
	}
	if q.Rows > 0 && len(f.Segments) > q.Rows {
		f.Hidden = len(f.Segments) - q.Rows
		f.Segments = f.Segments[:q.Rows]
	}
	if q.Steps > 0 && len(a.beacons) > 0 {
		n.series(f, q.Steps, f.Health.HistoryFrom.UnixMilli(), hi)
	}
	return f
}

type naive struct {
	passing []*beacon.Beacon
	seg     func(*beacon.Beacon) string
}

func segmentOf(by string) func(*beacon.Beacon) string {
	value := func(b *beacon.Beacon) string {
		for _, t := range b.Tags {
			if t.Key == strings.TrimPrefix(by, "tag.") {
				return t.Value
			}
		}
		return ""
	}
	if d, ok := beacon.DimByName(by); ok {
		value = func(b *beacon.Beacon) string { return b.Dims[d] }
	}
	return func(b *beacon.Beacon) string {
		if v := value(b); v != "" {
			return v
		}
		return "(none)"
	}
}

func (n *naive) rows(f *Frame, lo, hi, blo, bhi int64) {
	f.Total = naiveRow("", n.passing, lo, hi, blo, bhi, f.Baseline.Complete)
	by := map[string][]*beacon.Beacon{}
	for _, b := range n.passing {
		by[n.seg(b)] = append(by[n.seg(b)], b)
	}
	for k, bs := range by {
		if r := naiveRow(k, bs, lo, hi, blo, bhi, f.Baseline.Complete); r.Beacons > 0 {
			f.Segments = append(f.Segments, r)
		}
	}
	slices.SortFunc(f.Segments, func(a, b Row) int {
		switch {
		case a.Affected != b.Affected:
			return b.Affected - a.Affected
		case a.ErrorRate != b.ErrorRate:
			if a.ErrorRate > b.ErrorRate {
				return -1
			}
			return 1
		case a.Views != b.Views:
			if a.Views > b.Views {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Key, b.Key)
	})
}

func naiveRow(key string, bs []*beacon.Beacon, lo, hi, blo, bhi int64, complete bool) Row {
	r := naiveWindow(bs, lo, hi)
	r.Key = key
	if b := naiveWindow(bs, blo, bhi); b.Beacons > 0 {
		r.Baseline = &BaselineRow{b.Views, b.Errors, b.ErroredViews, b.ErrorRate, b.Users, b.Affected, b.LCP, b.INP, b.CLS, b.FCP, b.TTFB}
		r.Delta.ErrorRate = Delta{Diff: r.ErrorRate - b.ErrorRate, Known: complete}
	}
	return r
}

// naiveWindow computes a row from every beacon, from the words of the contract.
func naiveWindow(bs []*beacon.Beacon, lo, hi int64) Row {
	bs = slices.Clone(bs)
	slices.SortStableFunc(bs, func(a, b *beacon.Beacon) int { return int(a.Received - b.Received) })
	in := func(b *beacon.Beacon) bool { return b.Received >= lo && b.Received < hi }
	r := Row{Exact: true}
	users, affected := map[beacon.ID]bool{}, map[beacon.ID]bool{}
	start, errored := map[beacon.ID]*beacon.Beacon{}, map[beacon.ID]*beacon.Beacon{}
	type value struct {
		at int64
		v  float64
	}
	var last [5]map[beacon.ID]value
	var values [5][]float64
	for m := range last {
		last[m] = map[beacon.ID]value{}
	}
	for _, b := range bs {
		if !b.Unsampled {
			if s := start[b.View]; b.View == 0 && b.Navigation && in(b) {
				r.Views += Count(b.Weight())
			} else if b.View != 0 && (s == nil || b.Navigation && !s.Navigation) {
				start[b.View] = b
			}
			for _, m := range b.Metrics {
				i := beacon.VitalIndex(m.Name)
				if i < 0 {
					continue
				}
				if b.View == 0 {
					if in(b) {
						values[i] = append(values[i], m.Value)
					}
				} else {
					last[i][b.View] = value{b.Received, m.Value}
				}
			}
		}
		if len(b.Errors) > 0 {
			if b.View == 0 {
				if in(b) {
					r.ErroredViews += Count(b.Weight())
				}
			} else if errored[b.View] == nil {
				errored[b.View] = b
			}
		}
		if !in(b) {
			continue
		}
		r.Beacons++
		r.Estimated = r.Estimated || b.Weight() != 1
		r.Errors += Count(b.Weight() * float64(len(b.Errors)))
		for _, q := range b.Requests {
			r.Requests += Count(b.Weight())
			if q.Failed() {
				r.FailedRequests += Count(b.Weight())
			}
		}
		if k := b.Key(); k != 0 {
			users[k] = true
			if len(b.Errors) > 0 {
				affected[k] = true
			}
		}
	}
	for _, b := range start {
		if in(b) {
			r.Views += Count(b.Weight())
		}
	}
	for _, b := range errored {
		if in(b) {
			r.ErroredViews += Count(b.Weight())
		}
	}
	r.Users, r.Affected = len(users), len(affected)
	switch {
	case r.Views > 0:
		r.ErrorRate = min(1, float64(r.ErroredViews/r.Views))
	case r.ErroredViews > 0:
		r.ErrorRate = 1
	}
	for i := range values {
		for _, v := range last[i] {
			if v.at >= lo && v.at < hi {
				values[i] = append(values[i], v.v)
			}
		}
		slices.Sort(values[i])
		p := func(q float64) float64 {
			if len(values[i]) == 0 {
				return 0
			}
			return values[i][int(math.Ceil(q*float64(len(values[i]))))-1]
		}
		*r.Vital(i) = Dist{len(values[i]), p(.5), p(.75), p(.95), p(.99)}
	}
	return r
}

func (n *naive) errors(f *Frame, lo, hi int64) {
	groups := map[string]*ErrorGroup{}
	users := map[string]map[beacon.ID]bool{}
	for _, b := range n.passing {
		for _, e := range b.Errors {
			fp := Fingerprint(e.Type, e.Message, e.Stack)
			g := groups[fp]
			if g == nil {
				g = &ErrorGroup{Fingerprint: fp, Type: e.Type, Message: e.Message, FirstSeen: time.UnixMilli(b.Received).UTC()}
				groups[fp] = g
				users[fp] = map[beacon.ID]bool{}
			}
			g.LastSeen = time.UnixMilli(b.Received).UTC()
			if b.Received < lo || b.Received >= hi {
				continue
			}
			g.Count += Count(b.Weight())
			users[fp][b.Key()] = true
			if r := b.Dims[beacon.Release]; r != "" && !slices.Contains(g.Releases, r) {
				g.Releases = append(g.Releases, r)
			}
		}
	}
	for fp, g := range groups {
		if g.Count > 0 {
			g.Users = len(users[fp])
			f.Errors = append(f.Errors, *g)
		}
	}
	slices.SortFunc(f.Errors, func(a, b ErrorGroup) int {
		if a.Users != b.Users {
			return b.Users - a.Users
		}
		return strings.Compare(a.Fingerprint, b.Fingerprint)
	})
}

func (n *naive) series(f *Frame, steps int, from, hi int64) {
	step := max(1000, ((hi-from)/int64(steps)/1000+1)*1000)
	s := &f.Series
	s.Step = time.Duration(step) * time.Millisecond
	from -= from % step
	s.From = time.UnixMilli(from).UTC()
	for lo := from; lo < hi; lo += step {
		r := naiveWindow(n.passing, lo, lo+step)
		rate := r.ErrorRate
		if r.Views == 0 && r.ErroredViews == 0 {
			rate = math.NaN()
		}
		p := func(d Dist, v float64) float64 {
			if d.N == 0 {
				return math.NaN()
			}
			return v
		}
		s.ErrorRate = append(s.ErrorRate, rate)
		s.LCP75 = append(s.LCP75, p(r.LCP, r.LCP.P75))
		s.LCP95 = append(s.LCP95, p(r.LCP, r.LCP.P95))
		s.INP75 = append(s.INP75, p(r.INP, r.INP.P75))
		s.INP95 = append(s.INP95, p(r.INP, r.INP.P95))
		s.Affected = append(s.Affected, float64(r.Affected))
		s.Views = append(s.Views, float64(r.Views))
		s.Beacons = append(s.Beacons, float64(r.Beacons))
		if lo+step <= hi {
			s.Complete++
		}
	}
}
