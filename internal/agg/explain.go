package agg

import (
	"cmp"
	"slices"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// explain finds who an episode is about, by its last steps, and how much of the excess that is.
func (w *watch) explain(e *episode, suspects []alarm, steps int) (who []frame.Term, explained float64) {
	terms := w.endpoints(e, steps)
	terms = append(terms, w.terms(suspects, e.terms, maxCandidates-len(terms))...)
	now := newLattice(w.log, terms)
	past := now.again()
	events := w.events(&episode{measure: e.measure, bound: e.bound})
	into := func(t *lattice) func(*store.Chunk, int) {
		return func(c *store.Chunk, i int) {
			if x, n := events(c, i); n != 0 || x != 0 {
				t.add(c, i, x, n)
			}
		}
	}
	w.each(w.newest()-int64(steps)+1, w.newest(), into(now))
	left := pastSteps
	for i := len(w.steps) - 1 - longSteps; i >= 0 && left > 0; i-- {
		if w.steps[i].excluded>>e.measure&1 == 0 {
			number := w.newest() - int64(len(w.steps)-1-i)
			w.each(number, number, into(past))
			left--
		}
	}
	now.sum()
	past.sum()
	s := scan{now: now, before: past}
	s.must = w.suspect(&s, terms, min(e.onset, w.newest()-int64(steps)+1))
	m := s.best()
	if told := setOf(terms, e.terms); told != 0 && uint16(told)&s.must == s.must {
		gain := betterBy
		if len(e.terms) == maxTerms && uint16(m)&now.onPages != 0 && uint16(told)&now.onPages == 0 {
			gain = worthAPage
		}
		if s.likelihood(m) < gain*s.likelihood(told) {
			m = told
		}
	}
	excess := func(m int) float64 { return now.cells[m].events - s.expected(m) }
	if m == 0 {
		return nil, 1
	}
	return chosen(terms, m), min(1, max(0, excess(m)/max(excess(0), 1)))
}

// suspect is a release that was not there five minutes before the onset and has most
// of the excess: it is named even where other terms narrow things down further.
func (w *watch) suspect(s *scan, terms []frame.Term, onset int64) uint16 {
	all := s.now.cells[0].events - s.expected(0)
	for k, t := range terms {
		m := 1 << k
		if t.Field == "release" && s.now.cells[m].events-s.expected(m) >= mustExplain*all && w.appeared(t, w.index(onset)-longSteps) {
			return uint16(m)
		}
	}
	return 0
}

// appeared reports whether a segment was hardly there before a step.
func (w *watch) appeared(t frame.Term, before int) bool {
	seg := int(w.byValue[t])
	views, n := 0., 0.
	for _, s := range w.steps[:max(before, 0)] {
		n++
		if seg < len(s.cells) && s.cells[seg] != nil {
			views += float64(s.cells[seg].raw[0])
		}
	}
	return n >= shortSteps && views/n < w.long[seg].raw[0]/longSteps/newShare
}

// setOf is a set of terms by their places.
func setOf(terms, of []frame.Term) (m int) {
	for _, t := range of {
		m |= 1 << slices.Index(terms, t)
	}
	return m
}

// terms are the segments that an explanation may be made of: those that have been told, and
// suspects, at most so many.
func (w *watch) terms(suspects []alarm, before []frame.Term, most int) []frame.Term {
	slices.SortStableFunc(suspects, func(x, y alarm) int { return cmp.Compare(x.p, y.p) })
	perField := map[string]int{}
	var segments []int
	for _, t := range before {
		if t.Field == endpointField {
			continue
		}
		segments = append(segments, int(w.byValue[t]))
		perField[t.Field]++
	}
	for _, a := range suspects {
		field := w.segments[a.segment].Field
		if a.segment == 0 || slices.Contains(segments, a.segment) || len(segments) == most {
			continue
		}
		if perField[field]++; perField[field] <= 3 {
			segments = append(segments, a.segment)
		}
	}
	slices.SortStableFunc(segments, func(x, y int) int { return w.order[w.segments[x].Field] - w.order[w.segments[y].Field] })
	terms := make([]frame.Term, len(segments))
	for i, seg := range segments {
		terms[i] = w.segments[seg].Term
	}
	return terms
}

// matching compiles terms; nil lets everything pass.
func (w *watch) matching(terms []frame.Term) *store.Matcher {
	if len(terms) == 0 {
		return nil
	}
	e, err := filter.Parse(frame.FilterText(terms))
	if err != nil {
		return store.NewMatcher(w.log, filter.Expr{})
	}
	return store.NewMatcher(w.log, e)
}
