package hist

import "math"

// Bin is the number of values in [Lo, Hi).
type Bin struct {
	Lo, Hi float64
	N      int
}

// Bins returns the values in so many bins an octave, a power of two up to 64,
// from the lowest bin that has any to the highest. Zeros have a bin of their own
// below all others.
func (h *Histogram) Bins(perOctave int) []Bin {
	fold := 1 << subBits / perOctave
	bins := make([]Bin, 1, 1+len(h.counts)/fold)
	for i := 0; i+fold <= len(h.counts); i += fold {
		b := Bin{Lo: h.edge(i), Hi: h.edge(i + fold)}
		for _, n := range h.counts[i : i+fold] {
			b.N += int(n)
		}
		if b.N > 0 || len(bins) > 1 {
			bins = append(bins, b)
		}
	}
	for len(bins) > 1 && bins[len(bins)-1].N == 0 {
		bins = bins[:len(bins)-1]
	}
	if h.zeros == 0 {
		return bins[1:]
	}
	bins[0].N = int(h.zeros)
	if len(bins) > 1 {
		bins[0].Hi = bins[1].Lo
	}
	return bins
}

// BinAll returns the values of several histograms in the same bins, so many an
// octave: the lower edge of each bin, and the counts by histogram and bin. Zeros
// count in the lowest bin.
func BinAll(histograms []Histogram, perOctave int) (edges []float64, counts [][]int) {
	fold := 1 << subBits / perOctave
	lowest, highest := math.MaxInt, 0
	for i := range histograms {
		if h := &histograms[i]; len(h.counts) > 0 {
			lowest, highest = min(lowest, h.lowest), max(highest, h.lowest+len(h.counts)>>subBits)
		}
	}
	for octave := lowest; octave < highest; octave++ {
		for k := range perOctave {
			edges = append(edges, bucketEdge(octave<<subBits+k*fold))
		}
	}
	counts = make([][]int, len(histograms))
	for i := range histograms {
		h := &histograms[i]
		counts[i] = make([]int, len(edges))
		for b, n := range h.counts {
			counts[i][((h.lowest-lowest)<<subBits+b)/fold] += int(n)
		}
		if h.zeros > 0 && len(edges) > 0 {
			counts[i][0] += int(h.zeros)
		}
	}
	return edges, counts
}
