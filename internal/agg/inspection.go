package agg

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/measure"
)

// Limits of an inspection's lists.
const (
	maxInspected  = 12
	binsPerOctave = 4
)

// inspect answers q.Inspect over [lo, hi); nil if the query does not ask.
func (a *Aggregator) inspect(q *frame.Query, lo, hi int64) *frame.Inspection {
	spec := &q.Inspect
	if !spec.On {
		return nil
	}
	s := newInspector(a.log, a.lens, spec)
	if !s.whole {
		seg := a.lens.segments.Find(spec.Key)
		if seg < 0 {
			return &frame.Inspection{Key: spec.Key, Vital: beacon.Vitals[s.vital]}
		}
		s.segment = uint16(seg)
	}
	a.log.Each(lo, hi, s.countRow)
	out := s.inspection()
	out.Key, out.Funnel = spec.Key, s.funnel.steps()
	out.Map = a.heatMap(s, q, hi)
	out.Traffic = a.trafficRows(s, lo, hi)
	return out
}

// quantilesShown are the shares whose quantiles an inspection lists.
var quantilesShown = [...]float64{.5, .75, .9, .95, .99, .999}

func (s *inspector) inspection() *frame.Inspection {
	h, bounds := &s.vitals[s.vital], &measure.Vitals[s.vital]
	out := &frame.Inspection{
		Vital: bounds.Name, Dist: distOf(h), Good: bounds.Good, Poor: bounds.Poor, Bins: binsOf(h), Phases: s.phases(),
		Pages: s.pageRows(), Endpoints: s.endpointRows(), CustomMeasures: s.customRows(), Events: s.eventRows(),
	}
	if h.N() > 0 {
		out.GoodShare, out.PoorShare = h.ShareUpTo(out.Good), 1-h.ShareUpTo(out.Poor)
		for _, share := range quantilesShown {
			out.Spectrum = append(out.Spectrum, frame.Quantile{Share: share, Value: h.Quantile(share)})
		}
	}
	return out
}

// pageRows are the pages by the vital's percentile, thin ones last.
func (s *inspector) pageRows() []frame.PageRow {
	var rows []frame.PageRow
	for page, h := range s.pages {
		rows = append(rows, frame.PageRow{Page: store.KeyOf(s.log.PageText(page)), Dist: distOf(h)})
	}
	return topRows(rows, func(a, b frame.PageRow) int {
		return cmp.Or(compareBool(b.Dist.Thin(), a.Dist.Thin()), cmp.Compare(b.Dist.P75, a.Dist.P75), strings.Compare(a.Page, b.Page))
	})
}

// endpointRows are the endpoints by failed requests.
func (s *inspector) endpointRows() []frame.EndpointRow {
	var rows []frame.EndpointRow
	for id, e := range s.endpoints {
		url, method := s.log.Endpoint(uint32(id))
		row := frame.EndpointRow{
			URL: s.log.Strings.Text[url], Method: s.log.Strings.Text[method],
			N: countOf(e.n), Failed: countOf(e.failed), P75: e.durations.Quantile(.75), Timed: e.durations.N(),
		}
		for status, n := range e.statuses {
			row.Statuses = append(row.Statuses, frame.StatusCount{Status: int(status), N: countOf(n)})
		}
		slices.SortFunc(row.Statuses, func(a, b frame.StatusCount) int { return cmp.Or(cmp.Compare(b.N, a.N), a.Status-b.Status) })
		rows = append(rows, row)
	}
	return topRows(rows, func(a, b frame.EndpointRow) int {
		return cmp.Or(cmp.Compare(b.Failed, a.Failed), cmp.Compare(b.N, a.N), strings.Compare(a.URL, b.URL), strings.Compare(a.Method, b.Method))
	})
}

// customRows are the custom measures by count, without the phases of the page load.
func (s *inspector) customRows() []frame.CustomMeasureRow {
	var rows []frame.CustomMeasureRow
	for name, h := range s.customs {
		if text := s.log.Strings.Text[name]; !slices.Contains(loadPhases[:], text) {
			rows = append(rows, frame.CustomMeasureRow{Name: text, Dist: distOf(h)})
		}
	}
	return topRows(rows, func(a, b frame.CustomMeasureRow) int {
		return cmp.Or(cmp.Compare(b.Dist.N, a.Dist.N), strings.Compare(a.Name, b.Name))
	})
}

// eventRows are the events by count.
func (s *inspector) eventRows() []frame.EventRow {
	var rows []frame.EventRow
	for name, e := range s.events {
		rows = append(rows, frame.EventRow{Name: s.log.Strings.Text[name], N: countOf(e.n), Users: len(e.users)})
	}
	return topRows(rows, func(a, b frame.EventRow) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Name, b.Name))
	})
}

// topRows returns the first maxInspected rows in an order.
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

// loadPhases are custom measures that are phases of a page load, with their own
// durations.
var loadPhases = [...]string{"dns", "tcp", "tls"}

// phases are the medians of a page load's phases. The vitals among them count from
// the start of the navigation.
func (s *inspector) phases() []frame.Phase {
	var out []frame.Phase
	appendPhase := func(name string, h *hist.Histogram, since bool) {
		if h != nil && h.N() > 0 {
			out = append(out, frame.Phase{Name: name, P50: h.Quantile(.5), Since: since, N: h.N()})
		}
	}
	for _, name := range loadPhases {
		if id, ok := s.log.Strings.ByText[name]; ok {
			appendPhase(name, s.customs[id], false)
		}
	}
	for _, name := range [...]string{beacon.TTFB, beacon.FCP, beacon.LCP} {
		appendPhase(name, &s.vitals[beacon.VitalIndex(name)], true)
	}
	return out
}
