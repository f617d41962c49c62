// Package hist counts values in histograms that can also give them back.
package hist

import "math"

// Histogram counts values in the log-linear layout of HDR histograms: every
// power of two is an octave of 64 buckets, so that a bucket is 1/64 of its
// lower edge wide and its middle is within 0.8 % of each value in it, for LCP
// in milliseconds and CLS alike. Unlike the library's, it can remove a value,
// which a sliding window and a corrected INP need all the time (see
// docs/adr/0003). It has the octaves from the lowest to the highest that it has
// counted. The zero value is empty.
//
// Values below 2^-20 count as 0, values above 2^28 (three days, in
// milliseconds) as the largest below it.
type Histogram struct {
	n      int
	zeros  uint32
	lowest int      // the octave of counts[0]
	counts []uint32 // whole octaves
}

const (
	subBits       = 6
	mantissaBits  = 23 // of a float32
	bucketShift   = mantissaBits - subBits
	lowestBucket  = 107 << subBits // 107 is the biased exponent of 2^-20
	highestBucket = 155<<subBits - 1
)

// Add counts v by times, which is negative to remove it. A value that is
// removed must have been added.
func (h *Histogram) Add(v float32, by int) {
	h.n += by
	bucket := int(math.Float32bits(v) >> bucketShift)
	if bucket < lowestBucket {
		h.zeros += uint32(by)
		return
	}
	bucket = min(bucket, highestBucket)
	i := bucket - h.lowest<<subBits
	if uint(i) >= uint(len(h.counts)) {
		i = h.grow(bucket)
	}
	h.counts[i] += uint32(by)
}

// grow makes room for a bucket and returns its index in counts.
func (h *Histogram) grow(bucket int) int {
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

// N returns the number of values.
func (h *Histogram) N() int { return h.n }

// edge is the lower edge of counts[i].
func (h *Histogram) edge(i int) float64 { return bucketEdge(h.lowest<<subBits + i) }

func bucketEdge(bucket int) float64 {
	return float64(math.Float32frombits(uint32(bucket) << bucketShift))
}

// bucketMiddle is the value that stands for all in a bucket.
func bucketMiddle(bucket int) float64 {
	return float64(math.Float32frombits(uint32(bucket)<<bucketShift | 1<<(bucketShift-1)))
}

// Buckets calls yield with the value, to within 0.8 %, and the number of the
// values in each bucket that has any, in ascending order.
func (h *Histogram) Buckets(yield func(value float64, n int) bool) {
	if h.zeros > 0 && !yield(0, int(h.zeros)) {
		return
	}
	for i, n := range h.counts {
		if n > 0 && !yield(bucketMiddle(h.lowest<<subBits+i), int(n)) {
			return
		}
	}
}
