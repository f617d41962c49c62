package detect

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/rumtop/rumtop/internal/agg/explain"
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

const (
	pastSteps        = 60 // ten minutes of the past are enough for an explanation
	minReleaseShare  = .6 // of the excess, for a new release to be named in any case
	newReleaseFactor = 10 // times as many page views as in the past: a new release
	maxPerFieldTerms = 3
	// replaceFactor is the factor by which other terms must be more likely to
	// replace those of an episode: an explanation that changes is not believed.
	replaceFactor = 1.2
)

// explain finds the terms of an episode by its last steps, and the share of the
// excess that they explain.
func (w *Watch) explain(e *episode, suspects []suspect, steps int) (terms []frame.Term, explained float64) {
	candidates := w.endpointTerms(e, steps)
	candidates = append(candidates, w.segmentTerms(suspects, e.terms, explain.MaxCandidates-len(candidates))...)
	first := w.newest() - int64(steps) + 1
	s := w.scan(e, candidates, first)
	s.Required = w.requiredRelease(&s, candidates, min(e.onset, first))
	best := w.keepTerms(e, &s, candidates, s.Best())
	if best == 0 {
		return nil, 1
	}
	return explain.TermsOf(candidates, best), min(1, max(0, s.Excess(best)/max(s.Excess(0), 1)))
}

// scan counts the events of an episode's measure from a step on, and in its past.
func (w *Watch) scan(e *episode, candidates []frame.Term, first int64) explain.Scan {
	now := explain.NewLattice(w.log, candidates)
	past := now.Empty()
	events := w.events(&episode{measure: e.measure, bound: e.bound})
	countIn := func(t *explain.Lattice) func(*store.Chunk, int) {
		return func(c *store.Chunk, i int) {
			if x, n := events(c, i); n != 0 || x != 0 {
				t.CountRow(c, i, x, n)
			}
		}
	}
	w.each(first, w.newest(), countIn(now))
	left := pastSteps
	for i := len(w.steps) - 1 - longSteps; i >= 0 && left > 0; i-- {
		if w.steps[i].excluded>>e.measure&1 == 0 {
			number := w.newest() - int64(len(w.steps)-1-i)
			w.each(number, number, countIn(past))
			left--
		}
	}
	now.Accumulate()
	past.Accumulate()
	return explain.Scan{Now: now, Past: past}
}

// keepTerms returns the set of an episode's present terms, unless best is
// clearly better.
func (w *Watch) keepTerms(e *episode, s *explain.Scan, candidates []frame.Term, best int) int {
	present := explain.SetOf(candidates, e.terms)
	if present == 0 || uint16(present)&s.Required != s.Required {
		return best
	}
	gain := replaceFactor
	if bits.OnesCount(uint(present)) == explain.MaxTerms && s.Now.HasPage(best) && !s.Now.HasPage(present) {
		gain = explain.PageGain
	}
	if s.Likelihood(best) < gain*s.Likelihood(present) {
		return present
	}
	return best
}

// requiredRelease returns the set of a release that was not there five minutes
// before the onset and has most of the excess: it is named even if other terms
// narrow the excess down further.
func (w *Watch) requiredRelease(s *explain.Scan, candidates []frame.Term, onset int64) uint16 {
	for k, t := range candidates {
		if t.Field == "release" && s.Excess(1<<k) >= minReleaseShare*s.Excess(0) && w.isNewSegment(t, w.index(onset)-longSteps) {
			return 1 << k
		}
	}
	return 0
}

// isNewSegment reports whether a segment was hardly there before a step.
func (w *Watch) isNewSegment(t frame.Term, before int) bool {
	seg := int(w.byValue[t])
	views, n := 0., 0.
	for _, s := range w.steps[:max(before, 0)] {
		n++
		if seg < len(s.cells) && s.cells[seg] != nil {
			views += float64(s.cells[seg].raw[0])
		}
	}
	return n >= shortSteps && views/n < w.long[seg].raw[0]/longSteps/newReleaseFactor
}

// segmentTerms returns at most so many terms that an explanation may have: those
// that the episode has, and the suspects, the most unlikely first.
func (w *Watch) segmentTerms(suspects []suspect, present []frame.Term, most int) []frame.Term {
	slices.SortStableFunc(suspects, func(x, y suspect) int { return cmp.Compare(x.p, y.p) })
	perField := map[string]int{}
	var segments []int
	for _, t := range present {
		if t.Field == explain.EndpointField {
			continue
		}
		segments = append(segments, int(w.byValue[t]))
		perField[t.Field]++
	}
	for _, s := range suspects {
		field := w.segments[s.segment].Field
		if s.segment == 0 || slices.Contains(segments, s.segment) || len(segments) == most {
			continue
		}
		if perField[field]++; perField[field] <= maxPerFieldTerms {
			segments = append(segments, s.segment)
		}
	}
	slices.SortStableFunc(segments, func(x, y int) int { return w.fieldOrder[w.segments[x].Field] - w.fieldOrder[w.segments[y].Field] })
	terms := make([]frame.Term, len(segments))
	for i, seg := range segments {
		terms[i] = w.segments[seg].Term
	}
	return terms
}

// matcherOf compiles terms; nil passes everything.
func (w *Watch) matcherOf(terms []frame.Term) *store.Matcher {
	if len(terms) == 0 {
		return nil
	}
	e, err := filter.Parse(frame.FilterText(terms))
	if err != nil {
		return store.NewMatcher(w.log, filter.Expr{})
	}
	return store.NewMatcher(w.log, e)
}
