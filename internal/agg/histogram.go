package agg

import (
	"math"

	"github.com/rumtop/rumtop/internal/frame"
)

// A histogram counts values in the log-linear layout of HDR histograms: every
// power of two is an octave of 64 buckets, so that a bucket is 1/64 of its
// lower edge wide and its middle is within 0.8 % of each value in it, for LCP
// in milliseconds and CLS alike. Unlike the library's, it can take a value
// back, which is what a sliding window and a corrected INP do all the time
// (see docs/adr/0003). It keeps the octaves from the lowest to the highest
// that it has seen.
//
// Values below 2^-20 are counted as 0, values above 2^28 (three days, in
// milliseconds) as the largest below it.
type histogram struct {
	n      int
	zeros  uint32
	lowest int      // the octave of counts[0]
	counts []uint32 // whole octaves
}

const (
	subBits       = 6
	mantissa      = 23 // bits of a float32
	bucketShift   = mantissa - subBits
	lowestBucket  = 107 << subBits // 107 is the biased exponent of 2^-20
	highestBucket = 155<<subBits - 1
)

// add counts v once more, or once less where by is -1. What is taken back must
// have been added.
func (h *histogram) add(v float32, by int) {
	h.n += by
	bucket := int(math.Float32bits(v) >> bucketShift)
	if bucket < lowestBucket {
		h.zeros += uint32(by)
		return
	}
	bucket = min(bucket, highestBucket)
	i := bucket - h.lowest<<subBits
	if uint(i) >= uint(len(h.counts)) {
		i = h.reach(bucket)
	}
	h.counts[i] += uint32(by)
}

// reach makes room for a bucket and gives its place.
func (h *histogram) reach(bucket int) int {
	octave := bucket >> subBits
	if len(h.counts) == 0 {
		h.lowest = octave
	}
	from := min(h.lowest, octave)
	to := max(h.lowest+len(h.counts)>>subBits, octave+1)
	counts := make([]uint32, (to-from)<<subBits)
	copy(counts[(h.lowest-from)<<subBits:], h.counts)
	h.lowest, h.counts = from, counts
	return bucket - from<<subBits
}

// middle is the middle of counts[i].
func (h *histogram) middle(i int) float64 {
	edge := uint32(h.lowest<<subBits+i) << bucketShift
	return float64(math.Float32frombits(edge | 1<<(bucketShift-1)))
}

// ranks replaces each rank, from 1 and ascending, by the value that stands there
// in order of size, to within 0.8 %. Ranks beyond either end give the value at
// that end. The histogram must not be empty.
func (h *histogram) ranks(ranks []float64) {
	sum, i := float64(h.zeros), -1
	for k, r := range ranks {
		r = min(max(r, 1), float64(h.n))
		for sum < r {
			i++
			sum += float64(h.counts[i])
		}
		ranks[k] = 0
		if i >= 0 {
			ranks[k] = h.middle(i)
		}
	}
}

// quantile is the nearest-rank quantile, the ceil(q·n)-th smallest value, to
// within 0.8 %; 0 of an empty histogram.
func (h *histogram) quantile(q float64) float64 {
	if h.n == 0 {
		return 0
	}
	r := [...]float64{math.Ceil(q * float64(h.n))}
	h.ranks(r[:])
	return r[0]
}

func (h *histogram) dist() frame.Dist {
	if h.n == 0 {
		return frame.Dist{}
	}
	n := float64(h.n)
	r := [...]float64{math.Ceil(.50 * n), math.Ceil(.75 * n), math.Ceil(.95 * n), math.Ceil(.99 * n)}
	h.ranks(r[:])
	return frame.Dist{N: h.n, P50: r[0], P75: r[1], P95: r[2], P99: r[3]}
}
