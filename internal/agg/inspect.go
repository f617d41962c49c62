package agg

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
)

// Bounds of what an inspection lists.
const (
	maxInspected     = 12
	maxCustoms       = 200
	maxFunnel        = 8
	maxMapSteps      = 120
	binsPerOctave    = 4
	mapBinsPerOctave = 2
)

// bounds of the vitals, good up to the first and poor above the second, in
// the order of beacon.Vitals (https://web.dev/articles/defining-core-web-vitals-thresholds).
var bounds = [len(beacon.Vitals)][2]float64{{2500, 4000}, {200, 500}, {0.1, 0.25}, {1800, 3000}, {800, 1800}}

// inspector gathers an inspection in one pass over the window.
type inspector struct {
	log     *store.Log
	segment uint16
	whole   bool
	lens    *lens
	vital   int

	vitals    [len(beacon.Vitals)]hist.Histogram
	pages     map[uint16]*hist.Histogram
	endpoints map[uint16]*endpointCell
	customs   map[uint32]*hist.Histogram
	events    map[uint32]*eventCell

	funnel []uint32         // log.texts; otherString where nobody sent such an event
	stages map[uint32]uint8 // by visitor: how far it got
	reach  [maxFunnel]int
}

type endpointCell struct {
	n, failed int64 // fixed-point
	statuses  map[uint16]int64
	durations hist.Histogram
}

type eventCell struct {
	n     int64 // fixed-point
	users map[uint32]struct{}
}

// inspect answers q.Inspect over [lo, hi); nil where it asks nothing.
func (a *Aggregator) inspect(q *frame.Query, lo, hi int64) *frame.Inspection {
	spec := &q.Inspect
	if !spec.On {
		return nil
	}
	s := &inspector{
		log: a.log, lens: a.lens, whole: spec.Whole, vital: min(max(spec.Vital, 0), len(beacon.Vitals)-1),
		pages: map[uint16]*hist.Histogram{}, endpoints: map[uint16]*endpointCell{}, customs: map[uint32]*hist.Histogram{},
		events: map[uint32]*eventCell{}, stages: map[uint32]uint8{},
	}
	if !s.whole {
		seg := a.lens.segments.Find(spec.Key)
		if seg < 0 {
			return &frame.Inspection{Key: spec.Key, Vital: beacon.Vitals[s.vital]}
		}
		s.segment = uint16(seg)
	}
	names := strings.Split(spec.Funnel, ">")
	if spec.Funnel == "" {
		names = nil
	}
	for _, name := range names[:min(len(names), maxFunnel)] {
		text, ok := a.log.Strings.ByText[strings.TrimSpace(name)]
		if !ok {
			text = store.OtherString
		}
		s.funnel = append(s.funnel, text)
	}
	a.log.Each(lo, hi, s.countRow)
	out := s.inspection()
	out.Key = spec.Key
	for i := range s.funnel {
		out.Funnel = append(out.Funnel, frame.FunnelStep{Name: strings.TrimSpace(names[i]), Sessions: s.reach[i]})
	}
	out.Map = a.heatMap(s, q, hi)
	return out
}

// roles is what a row stands for in what is inspected, 0 if it is not in it.
func (s *inspector) roles(c *store.Chunk, i int) uint8 {
	switch {
	case c.TotalRoles[i]&store.RolePasses == 0:
		return 0
	case s.whole:
		return c.TotalRoles[i]
	case s.lens.segments.OfRow(c, i) != s.segment:
		return 0
	}
	return c.SegmentRoles[i] | store.RolePasses
}

func (s *inspector) countRow(c *store.Chunk, i int) {
	v := s.roles(c, i)
	if v == 0 {
		return
	}
	weight := s.log.Origins.Weights[c.Origin[i]]
	for m := range beacon.Vitals {
		if v&(1<<m) == 0 {
			continue
		}
		value := c.Vital(i, m)
		s.vitals[m].Add(value, 1)
		if m == s.vital {
			h := s.pages[c.Page[i]]
			if h == nil {
				h = &hist.Histogram{}
				s.pages[c.Page[i]] = h
			}
			h.Add(value, 1)
		}
	}
	flags := c.Flags[i]
	if flags&store.HasRequests != 0 {
		for _, r := range c.RowRequests(i) {
			s.countRequest(&r, weight)
		}
	}
	if flags&store.HasCustoms != 0 {
		for _, e := range c.RowCustoms(i) {
			h := s.customs[e.Name]
			if h == nil {
				if len(s.customs) >= maxCustoms {
					continue
				}
				h = &hist.Histogram{}
				s.customs[e.Name] = h
			}
			h.Add(e.Value, 1)
		}
	}
	if flags&store.HasEvents != 0 {
		for _, e := range c.RowEvents(i) {
			s.countEvent(e.Name, c.Identity[i], weight)
		}
	}
}

func (s *inspector) countRequest(r *store.RequestEntry, weight int64) {
	e := s.endpoints[r.Endpoint]
	if e == nil {
		e = &endpointCell{statuses: map[uint16]int64{}}
		s.endpoints[r.Endpoint] = e
	}
	e.n += weight
	if r.Failed() {
		e.failed += weight
		e.statuses[r.Status] += weight
	}
	if r.Duration != 0 {
		e.durations.Add(store.UnpackDuration(r.Duration), 1)
	}
}

func (s *inspector) countEvent(name, who uint32, weight int64) {
	e := s.events[name]
	if e == nil {
		if len(s.events) >= maxCustoms {
			return
		}
		e = &eventCell{users: map[uint32]struct{}{}}
		s.events[name] = e
	}
	e.n += weight
	if user := s.log.Identities.UserOf(who); user != 0 {
		e.users[user] = struct{}{}
	}
	if len(s.funnel) == 0 || who == 0 {
		return
	}
	if stage := s.stages[who]; int(stage) < len(s.funnel) && s.funnel[stage] == name && name != store.OtherString {
		s.stages[who] = stage + 1
		s.reach[stage]++
	}
}

// spectrum is the shares whose quantiles are shown.
var spectrum = [...]float64{.5, .75, .9, .95, .99, .999}

func (s *inspector) inspection() *frame.Inspection {
	h := &s.vitals[s.vital]
	out := &frame.Inspection{
		Vital: beacon.Vitals[s.vital], Dist: distOf(h), Good: bounds[s.vital][0], Poor: bounds[s.vital][1], Bins: binsOf(h),
	}
	if h.N() > 0 {
		out.GoodShare, out.PoorShare = h.ShareUpTo(out.Good), 1-h.ShareUpTo(out.Poor)
		for _, share := range spectrum {
			out.Spectrum = append(out.Spectrum, frame.Quantile{Share: share, Value: h.Quantile(share)})
		}
	}
	out.Phases = s.phases()
	for page, h := range s.pages {
		out.Pages = append(out.Pages, frame.PageRow{Page: store.KeyOf(s.log.Strings.Text[s.log.Pages.Text[page]]), Dist: distOf(h)})
	}
	out.Pages = topRows(out.Pages, func(a, b frame.PageRow) int {
		return cmp.Or(compareBool(b.Dist.Thin(), a.Dist.Thin()), cmp.Compare(b.Dist.P75, a.Dist.P75), strings.Compare(a.Page, b.Page))
	})
	for id, e := range s.endpoints {
		out.Endpoints = append(out.Endpoints, s.endpoint(id, e))
	}
	out.Endpoints = topRows(out.Endpoints, func(a, b frame.EndpointRow) int {
		return cmp.Or(cmp.Compare(b.Failed, a.Failed), cmp.Compare(b.N, a.N), strings.Compare(a.URL, b.URL), strings.Compare(a.Method, b.Method))
	})
	for name, h := range s.customs {
		if text := s.log.Strings.Text[name]; !slices.Contains(loadPhases[:], text) {
			out.Customs = append(out.Customs, frame.CustomRow{Name: text, Dist: distOf(h)})
		}
	}
	out.Customs = topRows(out.Customs, func(a, b frame.CustomRow) int {
		return cmp.Or(cmp.Compare(b.Dist.N, a.Dist.N), strings.Compare(a.Name, b.Name))
	})
	for name, e := range s.events {
		out.Events = append(out.Events, frame.EventRow{Name: s.log.Strings.Text[name], N: countOf(e.n), Users: len(e.users)})
	}
	out.Events = topRows(out.Events, func(a, b frame.EventRow) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Name, b.Name))
	})
	return out
}

// topRows keeps what is listed, in order.
func topRows[T any](rows []T, order func(a, b T) int) []T {
	slices.SortFunc(rows, order)
	return slices.Clip(rows[:min(len(rows), maxInspected)])
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (s *inspector) endpoint(id uint16, e *endpointCell) frame.EndpointRow {
	url, method := s.log.Endpoint(uint32(id))
	row := frame.EndpointRow{
		URL: s.log.Strings.Text[url], Method: s.log.Strings.Text[method],
		N: countOf(e.n), Failed: countOf(e.failed), P75: e.durations.Quantile(.75), Timed: e.durations.N(),
	}
	for status, n := range e.statuses {
		row.Statuses = append(row.Statuses, frame.StatusCount{Status: int(status), N: countOf(n)})
	}
	slices.SortFunc(row.Statuses, func(a, b frame.StatusCount) int { return cmp.Or(cmp.Compare(b.N, a.N), a.Status-b.Status) })
	return row
}

// loadPhases are the custom measures that are phases of a page load; each is how long
// it takes itself.
var loadPhases = [...]string{"dns", "tcp", "tls"}

// phases are the medians of what a page load goes through. The vitals among them count
// from the navigation's begin.
func (s *inspector) phases() []frame.Phase {
	var out []frame.Phase
	for _, name := range loadPhases {
		if id, ok := s.log.Strings.ByText[name]; ok && s.customs[id] != nil {
			h := s.customs[id]
			out = append(out, frame.Phase{Name: name, P50: h.Quantile(.5), N: h.N()})
		}
	}
	for _, name := range [...]string{beacon.TTFB, beacon.FCP, beacon.LCP} {
		if h := &s.vitals[beacon.VitalIndex(name)]; h.N() > 0 {
			out = append(out, frame.Phase{Name: name, P50: h.Quantile(.5), Since: true, N: h.N()})
		}
	}
	return out
}

// heatMap is how the metric was distributed over the time that the charts show.
func (a *Aggregator) heatMap(s *inspector, q *frame.Query, hi int64) frame.HeatMap {
	oldest, any := a.log.Oldest()
	steps := min(q.Inspect.Steps, maxMapSteps)
	if !any || steps <= 0 || oldest >= hi {
		return frame.HeatMap{}
	}
	if q.Span > 0 {
		oldest = max(oldest, hi-q.Span.Milliseconds())
	}
	step := stepLength(oldest, hi-1, steps)
	base := oldest / step
	cells := make([]hist.Histogram, (hi-1)/step-base+1)
	a.log.Each(base*step, hi, func(c *store.Chunk, i int) {
		if v := s.roles(c, i); v&(1<<s.vital) != 0 {
			cells[c.ReceivedAt(i)/step-base].Add(c.Vital(i, s.vital), 1)
		}
	})
	m := frame.HeatMap{From: timeOf(base * step), Step: time.Duration(step) * time.Millisecond}
	m.Bins, m.Counts = hist.BinAll(cells, mapBinsPerOctave)
	return m
}
