package detect

import (
	"math"

	"github.com/rumtop/rumtop/internal/measure"
)

// sum is the sum of cells.
type sum struct {
	trials, raw, affected, weightSquares [2]float64
	vitals                               [numVitals][levels]int32
	n                                    [numVitals]int32 // of vitals
}

// numVitals is how many of beacon.Vitals are watched, from the first: LCP, INP
// and CLS.
const numVitals = 3

// ofVital is the measure of a watched vital.
func ofVital(vital int) measure.ID { return measure.LCP + measure.ID(vital) }

// levels is the number of levels of a vital: quarters of octaves, from the one
// of lowestLevel.
const levels = 44

var lowestLevel = [numVitals]float32{32, 4, 1.0 / 2048}

// levelShift is the number of bits of a float32 below those of its level.
const levelShift = 23 - 2

func levelOf(vital int, v float32) int {
	return min(max(int(math.Float32bits(v)>>levelShift)-int(math.Float32bits(lowestLevel[vital])>>levelShift), 0), levels-1)
}

// levelEdge is the lower edge of a level.
func levelEdge(vital, level int) float64 {
	return float64(math.Float32frombits((math.Float32bits(lowestLevel[vital])>>levelShift + uint32(level)) << levelShift))
}

// addCell adds the measures of a cell, given as bits, or removes them if by is
// -1.
func (s *sum) addCell(c *cell, by float64, measures uint8) {
	for k, m := range [...]measure.ID{measure.ErrorRate, measure.FailedRequests} {
		if measures>>m&1 == 1 {
			s.trials[k] += by * float64(c.trials[k])
			s.raw[k] += by * float64(c.raw[k])
			s.affected[k] += by * float64(c.affected[k])
			s.weightSquares[k] += by * float64(c.weightSquares[k])
		}
	}
	if c.vitals == nil {
		return
	}
	for k := range c.vitals {
		if measures>>ofVital(k)&1 == 0 {
			continue
		}
		for level, n := range c.vitals[k] {
			s.vitals[k][level] += int32(by) * int32(n)
			s.n[k] += int32(by) * int32(n)
		}
	}
}

// clearMeasure forgets a measure.
func (s *sum) clearMeasure(m measure.ID) {
	if k := measure.All[m].Vital; k >= 0 {
		s.vitals[k], s.n[k] = [levels]int32{}, 0
		return
	}
	k := rateIndex(m)
	s.trials[k], s.raw[k], s.affected[k], s.weightSquares[k] = 0, 0, 0, 0
}

// rateIndex is the place of a share in the arrays of cells and sums.
func rateIndex(m measure.ID) int {
	if m == measure.FailedRequests {
		return 1
	}
	return 0
}

// trialsOf is the number of trials of a measure, not scaled.
func (s *sum) trialsOf(m measure.ID) float64 {
	if k := measure.All[m].Vital; k >= 0 {
		return float64(s.n[k])
	}
	return s.raw[rateIndex(m)]
}

// aboveLevel is the number of values above a level.
func (s *sum) aboveLevel(vital, level int) (n float64) {
	for _, c := range s.vitals[vital][level+1:] {
		n += float64(c)
	}
	return n
}

// p75Level is the level of the 75th percentile.
func (s *sum) p75Level(vital int) int {
	rank, n := .75*float64(s.n[vital]), 0.
	for level, c := range s.vitals[vital] {
		if n += float64(c); n >= rank {
			return level
		}
	}
	return levels - 1
}

// p75 is the 75th percentile, interpolated within its level.
func (s *sum) p75(vital int) float64 {
	rank, level := .75*float64(s.n[vital]), s.p75Level(vital)
	below := 0.
	for _, n := range s.vitals[vital][:level] {
		below += float64(n)
	}
	lo, hi := levelEdge(vital, level), levelEdge(vital, level+1)
	return lo + (hi-lo)*math.Max(0, rank-below)/math.Max(1, float64(s.vitals[vital][level]))
}
