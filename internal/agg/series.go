package agg

import (
	"math"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/measure"
)

// series counts the retained history by time steps, for charts and sparklines.
type series struct {
	log   *store.Log
	lens  *lens
	step  int64 // length of a step in milliseconds; 0: no charts
	base  int64 // number of cells[0], in steps since 1970
	cells []*step

	// The step that was looked up last, [lo, hi).
	current *step
	lo, hi  int64
}

// step counts one time step.
type step struct {
	views, errored int64 // fixed-point
	beacons        int
	affected       int
	users          tally // rows with errors by user
	vitals         [len(chartedVitals)]hist.Histogram
	segments       []spark
}

// spark counts one time step of a segment.
type spark struct{ views, errored int64 }

// chartedVitals are the vitals with charts, see [frame.Series.Vital], as indexes in
// beacon.Vitals.
var chartedVitals = [...]int{measure.All[measure.LCP].Vital, measure.All[measure.INP].Vital}

// stepLengths divide a time axis well.
var stepLengths = [...]time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// stepLength returns the shortest step of which n cover [from, to], in
// milliseconds.
func stepLength(from, to int64, n int) int64 {
	for _, d := range stepLengths {
		if ms := d.Milliseconds(); to/ms-from/ms < int64(n) {
			return ms
		}
	}
	day := (24 * time.Hour).Milliseconds()
	return ((to-from)/day/int64(n) + 1) * day
}

// cover makes the series cover [from, to] in at most n steps. It reads the log if
// the length of the steps changes or the series grows to the past.
func (s *series) cover(from, to int64, n int) {
	s.lo, s.hi, s.current = 0, 0, nil
	length := stepLength(from, to, n)
	base := from / length
	if length != s.step || base < s.base {
		s.step, s.base, s.cells = length, base, nil
		s.extend(to / length)
		for _, c := range s.log.Chunks {
			for i := range c.Rows {
				s.countRow(c, i, 1)
			}
		}
		return
	}
	if before := base - s.base; before > 0 {
		if before >= int64(len(s.cells)) {
			s.cells = nil
		} else {
			clear(s.cells[:before])
			s.cells = s.cells[before:]
		}
		s.base = base
	}
	s.extend(to / length)
}

func (s *series) extend(number int64) {
	for s.base+int64(len(s.cells)) <= number {
		s.cells = append(s.cells, &step{})
	}
}

// maxSteps limits how far a series grows between two calls of cover.
const maxSteps = 10_000

// stepAt returns the step of a time, nil if the series does not cover it.
func (s *series) stepAt(t int64) *step {
	if s.lo <= t && t < s.hi {
		return s.current
	}
	if s.step == 0 {
		return nil
	}
	k := t/s.step - s.base
	if k < 0 || k >= maxSteps {
		return nil
	}
	s.extend(t / s.step)
	s.lo = (s.base + k) * s.step
	s.hi, s.current = s.lo+s.step, s.cells[k]
	return s.current
}

// countRow counts a row, or subtracts it if by is -1.
func (s *series) countRow(c *store.Chunk, i, by int) {
	if c.TotalRoles[i]&store.RolePasses == 0 {
		return
	}
	st := s.stepAt(c.ReceivedAt(i))
	if st == nil {
		return
	}
	st.beacons += by
	if c.Flags[i]&store.HasErrors != 0 {
		if user := s.log.Identities.UserOf(c.Identity[i]); user != 0 {
			st.affected += st.users.change(pair(0, user), by)
		}
	}
	s.countStep(st, c, i, c.TotalRoles[i], c.SegmentRoles[i], by)
}

// countRoles counts roles of a row.
func (s *series) countRoles(c *store.Chunk, i int, total, segment uint8, by int) {
	if st := s.stepAt(c.ReceivedAt(i)); st != nil {
		s.countStep(st, c, i, total, segment, by)
	}
}

// mergeUsers counts for one user what was counted for another.
func (s *series) mergeUsers(m store.Merge) {
	for _, st := range s.cells {
		st.affected += st.users.merge(0, m)
	}
}

func (s *series) countStep(st *step, c *store.Chunk, i int, total, segment uint8, by int) {
	if (total|segment)&(store.RoleView|store.RoleErrored) != 0 {
		weight := int64(by) * s.log.Origins.Weights[c.Origin[i]]
		seg := int(s.lens.segments.OfRow(c, i))
		if seg >= len(st.segments) {
			st.segments = append(st.segments, make([]spark, len(s.lens.segments.Keys)-len(st.segments))...)
		}
		if total&store.RoleView != 0 {
			st.views += weight
		}
		if total&store.RoleErrored != 0 {
			st.errored += weight
		}
		if segment&store.RoleView != 0 {
			st.segments[seg].views += weight
		}
		if segment&store.RoleErrored != 0 {
			st.segments[seg].errored += weight
		}
	}
	if total&store.RoleVitals == 0 {
		return
	}
	for k, m := range chartedVitals {
		if total&(1<<m) != 0 {
			st.vitals[k].Add(c.Vital(i, m), by)
		}
	}
}

// frame returns the series as charts show it. now is in Unix milliseconds.
func (s *series) frame(now int64) frame.Series {
	n := len(s.cells)
	all := make([]float64, (4+2*len(chartedVitals))*n)
	column := func() []float64 {
		part := all[:n:n]
		all = all[n:]
		return part
	}
	out := frame.Series{
		From: timeOf(s.base * s.step), Step: time.Duration(s.step) * time.Millisecond,
		Complete:  min(n, max(0, int((now+1)/s.step-s.base))),
		ErrorRate: column(), LCP75: column(), LCP95: column(), INP75: column(), INP95: column(),
		Affected: column(), Views: column(), Beacons: column(),
	}
	for i, c := range s.cells {
		out.ErrorRate[i] = rateOrNaN(c.errored, c.views)
		out.Affected[i] = float64(c.affected)
		out.Views[i] = float64(countOf(c.views))
		out.Beacons[i] = float64(c.beacons)
		for k, m := range chartedVitals {
			p75, p95 := out.Vital(m)
			p75[i], p95[i] = quantileOrNaN(&c.vitals[k], .75), quantileOrNaN(&c.vitals[k], .95)
		}
	}
	return out
}

// spark returns a segment's error rate by step.
func (s *series) spark(seg int) []float64 {
	out := make([]float64, len(s.cells))
	for i, c := range s.cells {
		out[i] = math.NaN()
		if seg < len(c.segments) {
			out[i] = rateOrNaN(c.segments[seg].errored, c.segments[seg].views)
		}
	}
	return out
}

func rateOrNaN(errored, views int64) float64 {
	if errored == 0 && views == 0 {
		return math.NaN()
	}
	return errorRate(errored, views)
}

func quantileOrNaN(h *hist.Histogram, q float64) float64 {
	if h.N() == 0 {
		return math.NaN()
	}
	return h.Quantile(q)
}

// timeOf converts Unix milliseconds to the times of frames.
func timeOf(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
