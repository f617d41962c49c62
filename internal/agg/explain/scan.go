package explain

import (
	"math"
	"math/bits"
)

const (
	// MaxTerms bounds the terms of a conjunction.
	MaxTerms = 3
	// TermGain is the factor by which one more term must raise the likelihood: a
	// short explanation is understood.
	TermGain = 1.08
	// PageGain is the factor by which a conjunction with a page must be better
	// than one without, if both have all terms: who is affected says more than
	// where.
	PageGain = 2
)

// Scan finds the conjunction of at most [MaxTerms] terms with the most unlikely
// excess of events: the spatial scan statistic (Kulldorff, 1997), on sets of
// terms in place of circles on a map. The expected events of a set are those of
// its own past, or, if Past is nil, by the share that all page views have now.
type Scan struct {
	Now, Past *Lattice
	Required  uint16 // terms that the conjunction must have
}

// shrinkage is the number of page views with the rate of the total's past that
// are mixed with the past of every set, so that an empty or unlucky past does
// not decide.
const shrinkage = 50

// Expected returns the number of events that a set would have if nothing had
// changed.
func (s *Scan) Expected(set int) float64 {
	all := s.Now.Cells[0]
	n := s.Now.Cells[set].Views
	if s.Past == nil {
		return n * all.Events / max(all.Views, 1)
	}
	past, own := s.Past.Cells[0], s.Past.Cells[set]
	rate := (past.Events + .5) / (past.Views + 1)
	return n * (own.Events + shrinkage*rate) / (own.Views + shrinkage)
}

// Excess returns the number of events of a set above the expected.
func (s *Scan) Excess(set int) float64 { return s.Now.Cells[set].Events - s.Expected(set) }

// Likelihood returns the logarithm of how much more likely the events are if the
// set has a rate of its own.
func (s *Scan) Likelihood(set int) float64 {
	x, mu := s.Now.Cells[set].Events, s.Expected(set)
	if x <= mu || mu <= 0 {
		return 0
	}
	if s.Past != nil {
		return x*math.Log(x/mu) - (x - mu)
	}
	rest, restMu := s.Now.Cells[0].Events-x, s.Now.Cells[0].Events-mu
	l := x * math.Log(x/mu)
	if rest > 0 && restMu > 0 {
		l += rest * math.Log(rest/restMu)
	}
	return l
}

// Best returns the set of the conjunction, 0 if no set of terms is more likely
// than none.
func (s *Scan) Best() int {
	withoutPage := s.bestOf(func(set int) bool { return !s.Now.HasPage(set) })
	all := s.bestOf(func(int) bool { return true })
	gain := TermGain
	if bits.OnesCount(uint(withoutPage)) == MaxTerms {
		gain = PageGain
	}
	if s.Likelihood(all) >= gain*s.Likelihood(withoutPage) {
		return all
	}
	return withoutPage
}

// bestOf returns the best of the allowed sets, the smallest unless one more term
// is worth it.
func (s *Scan) bestOf(allowed func(set int) bool) int {
	var sets [MaxTerms + 1]int
	var likely [MaxTerms + 1]float64
	for set := 1; set < len(s.Now.Cells); set++ {
		n := bits.OnesCount(uint(set))
		if n > MaxTerms || uint16(set)&s.Required != s.Required || !allowed(set) {
			continue
		}
		// Candidates are in the order in which people think of them: of two
		// that nearly always hold together, the first is named.
		if l := s.Likelihood(set); l > 1.01*likely[n] {
			sets[n], likely[n] = set, l
		}
	}
	best := 0
	floor := 0.
	if s.Past != nil {
		floor = s.Likelihood(0)
	}
	for n := 1; n <= MaxTerms; n++ {
		if likely[n] > TermGain*max(likely[best], floor) {
			best = n
		}
	}
	return sets[best]
}
