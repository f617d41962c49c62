package hist

import "math"

// Quantile returns the nearest-rank quantile, the ceil(q·n)-th smallest value,
// to within 0.8 %; 0 if the histogram is empty.
func (h *Histogram) Quantile(q float64) float64 {
	quantiles := [...]float64{q}
	h.Quantiles(quantiles[:])
	return quantiles[0]
}

// Quantiles replaces each of quantiles, which must ascend, by what [Quantile]
// returns for it. It reads the histogram once for all.
//
// [Quantile]: Histogram.Quantile
func (h *Histogram) Quantiles(quantiles []float64) {
	for k, q := range quantiles {
		quantiles[k] = math.Ceil(q * float64(h.n))
	}
	h.ranks(quantiles)
}

// ranks replaces each rank, from 1 and ascending, by the value of that rank in
// order of size, to within 0.8 %. Ranks beyond either end give the value at
// that end; those of an empty histogram 0.
func (h *Histogram) ranks(ranks []float64) {
	if h.n == 0 {
		clear(ranks)
		return
	}
	sum, i := float64(h.zeros), -1
	for k, r := range ranks {
		r = min(max(r, 1), float64(h.n))
		for sum < r {
			i++
			sum += float64(h.counts[i])
		}
		ranks[k] = 0
		if i >= 0 {
			ranks[k] = bucketMiddle(h.lowest<<subBits + i)
		}
	}
}

// Interval returns the order statistics that lie z standard errors to either
// side of the q-quantile. It assumes nothing of how the values are distributed:
// the rank of the true quantile among n values is binomial.
func (h *Histogram) Interval(q, z float64) (low, high float64) {
	n := float64(h.n)
	half := z * math.Sqrt(n*q*(1-q))
	r := [...]float64{math.Floor(n*q - half), math.Ceil(n*q+half) + 1}
	h.ranks(r[:])
	return r[0], r[1]
}

// ShareUpTo returns the share of values that are at most v, or in its bucket:
// bounds are round numbers, at which the browsers' own rounding accumulates
// values. The histogram must not be empty.
func (h *Histogram) ShareUpTo(v float64) float64 {
	n := int(h.zeros)
	bucket := int(math.Float32bits(float32(v))>>bucketShift) - h.lowest<<subBits
	for i, count := range h.counts {
		if i > bucket {
			break
		}
		n += int(count)
	}
	return float64(n) / float64(h.n)
}

// Apdex returns the Application Performance Index of times, 0..1: satisfied up
// to t, tolerating up to 4t, frustrated above (Apdex Alliance, specification
// 1.1). It is 0 without values.
func (h *Histogram) Apdex(t float64) float64 {
	if h.n == 0 {
		return 0
	}
	return (h.ShareUpTo(t) + h.ShareUpTo(4*t)) / 2
}
