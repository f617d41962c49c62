package agg

import (
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
)

// trafficCell counts one class of traffic in what is inspected, by what it sent
// in the window alone.
type trafficCell struct {
	cell
	failed map[uint32]bool    // views with an error
	lcp    map[uint32]float32 // the last value of each view
}

// lcpVital is the place of LCP in beacon.Vitals.
var lcpVital = measure.All[measure.LCP].Vital

// trafficRows compares people with monitors in what is inspected, whichever of
// them the frame counts.
func (a *Aggregator) trafficRows(s *inspector, lo, hi int64) *frame.TrafficComparison {
	var cells [2]trafficCell
	classes := [2]beacon.TrafficClass{beacon.People, beacon.Synthetics}
	for i := range cells {
		cells[i].failed, cells[i].lcp = map[uint32]bool{}, map[uint32]float32{}
	}
	a.log.Each(lo, hi, func(c *store.Chunk, i int) {
		class := a.log.Origins.Traffic[c.Origin[i]]
		for k := range cells {
			if class == classes[k] && s.holds(c, i) {
				roles := s.roles(c, i)
				if roles == 0 { // it does not count: what is left out
					roles = c.SegmentRoles[i]
				}
				cells[k].countRow(a.log, c, i, roles)
			}
		}
	})
	out := &frame.TrafficComparison{People: cells[0].row(), Synthetic: cells[1].row()}
	if out.Comparable() {
		people, synthetic := &cells[0].cell, &cells[1].cell
		out.Errors = rateDelta(people, synthetic)
		out.LCP = quantileDelta(&people.vitals[lcpVital], &synthetic.vitals[lcpVital])
	}
	return out
}

// holds reports whether a row is in what is inspected, whether its traffic
// counts or not.
func (s *inspector) holds(c *store.Chunk, i int) bool {
	return (s.whole || s.lens.segments.OfRow(c, i) == s.segment) && s.lens.matcher.Passes(c, i)
}

func (t *trafficCell) countRow(l *store.Log, c *store.Chunk, i int, roles uint8) {
	weight, view := l.Origins.Weights[c.Origin[i]], c.View[i]
	if roles&store.RoleView != 0 {
		t.views += weight
		t.rawViews++
	}
	if c.Flags[i]&store.HasErrors != 0 && (view == 0 || !t.failed[view]) {
		t.failed[view] = true
		t.errored += weight
		t.rawErrored++
	}
	if c.VitalMask[i]&(1<<lcpVital) == 0 || c.Flags[i]&beacon.FlagUnsampled != 0 {
		return
	}
	v := c.Vital(i, lcpVital)
	if before, known := t.lcp[view]; known && view != 0 {
		t.vitals[lcpVital].Add(before, -1)
	}
	t.lcp[view] = v
	t.vitals[lcpVital].Add(v, 1)
}

func (t *trafficCell) row() frame.TrafficRow {
	return frame.TrafficRow{Views: countOf(t.views), Seen: t.rawViews, ErrorRate: errorRate(t.errored, t.views), LCP: distOf(&t.vitals[lcpVital])}
}
