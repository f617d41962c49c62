package hist

// Weighted is a mixture of histograms, each with a weight of its own. The zero
// value is empty.
type Weighted struct {
	zeros   float64
	buckets [highestBucket - lowestBucket + 1]float64
}

// Merge adds the values of a histogram that is not empty. Together they weigh
// weight; the weights of all that are merged should add up to 1.
func (w *Weighted) Merge(h *Histogram, weight float64) {
	each := weight / float64(h.n)
	w.zeros += each * float64(h.zeros)
	for i, n := range h.counts {
		w.buckets[h.lowest<<subBits+i-lowestBucket] += each * float64(n)
	}
}

// Quantile returns the smallest value up to which a share q of the weight lies,
// to within 0.8 %.
func (w *Weighted) Quantile(q float64) float64 {
	sum, last := w.zeros, 0.
	if sum >= q {
		return 0
	}
	for i, n := range w.buckets {
		if n > 0 {
			last = bucketMiddle(lowestBucket + i)
		}
		if sum += n; sum >= q-1e-12 {
			return last
		}
	}
	return last
}
