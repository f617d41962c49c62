package agg

import (
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// Distribution is the histogram of a vital in one segment.
type Distribution struct {
	Segment string // its key; "" is the total
	Metric  string // one of beacon.Vitals
	Buckets []Bucket
}

// Bucket counts the values within 0.8 % of one.
type Bucket struct {
	Value float64 // milliseconds; CLS has no unit
	Count int
}

// Distributions returns the histograms that the percentiles of the last frame were
// computed from: of the total and of so many segments, by affected users.
func (a *Aggregator) Distributions(segments int) []Distribution {
	if a.lens == nil {
		return nil
	}
	out := a.now.total.distributions("")
	for i, s := range a.rankSegments(&frame.Query{}) {
		if i == segments {
			break
		}
		out = append(out, s.cell.distributions(s.key)...)
	}
	return out
}

func (c *cell) distributions(key string) []Distribution {
	var out []Distribution
	for m, name := range beacon.Vitals {
		h := &c.vitals[m]
		if h.N() == 0 {
			continue
		}
		d := Distribution{Segment: key, Metric: name}
		for value, n := range h.Buckets {
			d.Buckets = append(d.Buckets, Bucket{value, n})
		}
		out = append(out, d)
	}
	return out
}
