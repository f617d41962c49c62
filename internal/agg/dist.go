package agg

import (
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
)

// distOf converts a histogram for a frame.
func distOf(h *hist.Histogram) frame.Dist {
	if h.N() == 0 {
		return frame.Dist{}
	}
	q := [...]float64{.50, .75, .95, .99}
	h.Quantiles(q[:])
	return frame.Dist{N: h.N(), P50: q[0], P75: q[1], P95: q[2], P99: q[3]}
}

// binsOf returns the bars of a distribution.
func binsOf(h *hist.Histogram) []frame.Bin {
	var out []frame.Bin
	for _, b := range h.Bins(binsPerOctave) {
		out = append(out, frame.Bin(b))
	}
	return out
}
