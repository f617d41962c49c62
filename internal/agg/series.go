package agg

import (
	"math"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
)

// series counts the retained history by steps, for the charts and sparklines.
type series struct {
	log   *store.Log
	lens  *lens
	step  int64 // length of a step in milliseconds; 0: no charts are asked for
	base  int64 // number of cells[0] on the grid of steps
	cells []*step

	// The step that was looked up last, and from when to when it goes.
	current *step
	lo, hi  int64
}

// step is what is counted between two points of the grid.
type step struct {
	views, errored int64 // fixed-point
	beacons        int
	affected       int
	users          tally // rows with errors of each user
	lcp, inp       hist.Histogram
	segments       []spark
}

// spark is a step of one segment.
type spark struct{ views, errored int64 }

// The vitals that have charts, by their place in beacon.Vitals.
const (
	lcpIndex = 0
	inpIndex = 1
)

// lengths of steps: what divides an axis of time well.
var stepLengths = [...]time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// stepLength is the shortest step of which n cover [from, to].
func stepLength(from, to int64, n int) int64 {
	for _, d := range stepLengths {
		if ms := d.Milliseconds(); to/ms-from/ms < int64(n) {
			return ms
		}
	}
	day := (24 * time.Hour).Milliseconds()
	return ((to-from)/day/int64(n) + 1) * day
}

// cover makes the series cover [from, to] in at most n steps.
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
	if gone := base - s.base; gone > 0 {
		if gone >= int64(len(s.cells)) {
			s.cells = nil
		} else {
			clear(s.cells[:gone])
			s.cells = s.cells[gone:]
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

// maxSteps bounds how far a series runs on before it is shown again.
const maxSteps = 10_000

// stepAt is the step of a time, nil where the series does not reach.
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

// countRow counts a row, or takes it back where by is -1.
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

// countRoles counts what a row stands for.
func (s *series) countRoles(c *store.Chunk, i int, total, own uint8, by int) {
	if st := s.stepAt(c.ReceivedAt(i)); st != nil {
		s.countStep(st, c, i, total, own, by)
	}
}

func (s *series) countStep(st *step, c *store.Chunk, i int, total, own uint8, by int) {
	if (total|own)&(store.RoleView|store.RoleErrored) != 0 {
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
		if own&store.RoleView != 0 {
			st.segments[seg].views += weight
		}
		if own&store.RoleErrored != 0 {
			st.segments[seg].errored += weight
		}
	}
	if total&(1<<lcpIndex) != 0 {
		st.lcp.Add(c.Vital(i, lcpIndex), by)
	}
	if total&(1<<inpIndex) != 0 {
		st.inp.Add(c.Vital(i, inpIndex), by)
	}
}

// frame is the series as charts show it. to is the present, Unix milliseconds.
func (s *series) frame(to int64) frame.Series {
	n := len(s.cells)
	all := make([]float64, 8*n)
	cut := func() []float64 {
		part := all[:n:n]
		all = all[n:]
		return part
	}
	out := frame.Series{
		From: timeOf(s.base * s.step), Step: time.Duration(s.step) * time.Millisecond,
		Complete:  min(n, max(0, int((to+1)/s.step-s.base))),
		ErrorRate: cut(), LCP75: cut(), LCP95: cut(), INP75: cut(), INP95: cut(),
		Affected: cut(), Views: cut(), Beacons: cut(),
	}
	for i, c := range s.cells {
		out.ErrorRate[i] = rateOrNaN(c.errored, c.views)
		out.LCP75[i], out.LCP95[i] = quantileOrNaN(&c.lcp, .75), quantileOrNaN(&c.lcp, .95)
		out.INP75[i], out.INP95[i] = quantileOrNaN(&c.inp, .75), quantileOrNaN(&c.inp, .95)
		out.Affected[i] = float64(c.affected)
		out.Views[i] = float64(countOf(c.views))
		out.Beacons[i] = float64(c.beacons)
	}
	return out
}

// spark is a segment's error rate by step.
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

// timeOf is a time in Unix milliseconds as frames give it.
func timeOf(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
