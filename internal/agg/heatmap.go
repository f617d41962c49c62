package agg

import (
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
)

const (
	maxMapSteps      = 120
	mapBinsPerOctave = 2
)

// heatMap returns the distribution of the inspected vital over the charts' time
// range.
func (a *Aggregator) heatMap(s *inspector, q *frame.Query, hi int64) frame.HeatMap {
	oldest, ok := a.log.Oldest()
	steps := min(q.Inspect.Steps, maxMapSteps)
	if !ok || steps <= 0 || oldest >= hi {
		return frame.HeatMap{}
	}
	if q.Span > 0 {
		oldest = max(oldest, hi-q.Span.Milliseconds())
	}
	step := stepLength(oldest, hi-1, steps)
	base := oldest / step
	cells := make([]hist.Histogram, (hi-1)/step-base+1)
	a.log.Each(base*step, hi, func(c *store.Chunk, i int) {
		if s.roles(c, i)&(1<<s.vital) != 0 {
			cells[c.ReceivedAt(i)/step-base].Add(c.Vital(i, s.vital), 1)
		}
	})
	m := frame.HeatMap{From: timeOf(base * step), Step: time.Duration(step) * time.Millisecond}
	m.Bins, m.Counts = hist.BinAll(cells, mapBinsPerOctave)
	return m
}
