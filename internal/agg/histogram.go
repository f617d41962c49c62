package agg

import "math"

// A histogram counts values in the log-linear layout of HDR histograms: every
// power of two is an octave of 64 buckets, so that a bucket is 1/64 of its
// lower edge wide and its middle is within 0.8 % of each value in it, for LCP
// in milliseconds and CLS alike. Unlike the library's, it can take a value
// back, which is what a sliding window and a corrected INP do all the time,
// and an octave that nothing fell into takes a pointer (see docs/adr/0003).
//
// Values below 2^-20 are counted as 0, values above 2^28 (three days, in
// milliseconds) as 2^28.
type histogram struct {
	n       int
	zeros   uint32
	sizes   [topOctave + 1]uint32 // values in each octave
	octaves [topOctave + 1]*octave
}

type octave [1 << subBits]uint32

const (
	subBits    = 6
	mantissa   = 23  // bits of a float32
	lowest     = 107 // biased exponent of 2^-20
	topOctave  = 47
	bucketMask = 1<<subBits - 1
)

// add counts v once more, or once less where by is -1. What is taken back must
// have been added.
func (h *histogram) add(v float32, by int) {
	h.n += by
	bits := math.Float32bits(v) >> (mantissa - subBits)
	exp := int(bits>>subBits) - lowest
	if exp < 0 {
		h.zeros += uint32(by)
		return
	}
	if exp > topOctave {
		exp, bits = topOctave, bucketMask
	}
	o := h.octaves[exp]
	if o == nil {
		o = new(octave)
		h.octaves[exp] = o
	}
	h.sizes[exp] += uint32(by)
	o[bits&bucketMask] += uint32(by)
}

// quantile is the nearest-rank quantile, the ceil(q·n)-th smallest value, to
// within 0.8 %. It is 0 of an empty histogram.
func (h *histogram) quantile(q float64) float64 {
	return h.rank(int(math.Ceil(q * float64(h.n))))
}

// rank is the r-th smallest value, r from 1; ranks beyond either end give the
// value at that end.
func (h *histogram) rank(r int) float64 {
	if h.n == 0 {
		return 0
	}
	r = min(max(r, 1), h.n)
	if r <= int(h.zeros) {
		return 0
	}
	r -= int(h.zeros)
	for exp, n := range &h.sizes {
		if r > int(n) {
			r -= int(n)
			continue
		}
		for sub, n := range h.octaves[exp] {
			if r -= int(n); r <= 0 {
				return math.Ldexp(1+(float64(sub)+0.5)/(1<<subBits), exp+lowest-127)
			}
		}
	}
	return 0
}

func (h *histogram) dist() Dist {
	if h == nil || h.n == 0 {
		return Dist{}
	}
	return Dist{N: h.n, P50: h.quantile(.50), P75: h.quantile(.75), P95: h.quantile(.95), P99: h.quantile(.99)}
}
