package compare

import (
	"slices"

	"github.com/rumtop/rumtop/internal/agg/explain"
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
)

// combine finds the conjunction of values that most of A has in common, and
// folds values that hold for the same views.
func combine(l *store.Log, d *frame.Differs, p *parts, fields []string) {
	terms := candidates(d.Values, fields)
	if len(terms) == 0 {
		return
	}
	now := explain.NewLattice(l, terms)
	p.each(l, func(c *store.Chunk, i int, a, b float64) { now.CountRow(c, i, a, a+b) })
	now.Accumulate()
	s := explain.Scan{Now: now}
	if m := s.Best(); m != 0 {
		here := now.Cells[m]
		d.Together = frame.Conjunction{
			Terms: explain.TermsOf(terms, m), Filter: frame.FilterText(explain.TermsOf(terms, m)),
			Coverage: here.Events / float64(d.A), Caught: max(0, here.Views-here.Events) / float64(d.B),
			Precision: here.Events / max(here.Views, 1),
		}
	}
	foldSame(d, terms, now)
}

// candidates returns the terms worth combining, in the order of fields, at most
// three of a field.
func candidates(ranked []frame.Difference, fields []string) []frame.Term {
	perField := map[string]int{}
	var terms []frame.Term
	for _, e := range ranked {
		if perField[e.Field]++; perField[e.Field] <= 3 && len(terms) < explain.MaxCandidates {
			terms = append(terms, e.Term)
		}
	}
	order := map[string]int{}
	for i, f := range fields {
		order[f] = i
	}
	slices.SortStableFunc(terms, func(x, y frame.Term) int { return order[x.Field] - order[y.Field] })
	return terms
}

// foldSame folds values that hold for nearly the same views into the first of
// them. A missing value, as of the connection in a browser that does not report
// it, is folded into the value that A nearly always has with it.
func foldSame(d *frame.Differs, terms []frame.Term, now *explain.Lattice) {
	bit := map[frame.Term]int{}
	for k, t := range terms {
		bit[t] = 1 << k
	}
	same := func(e, of *frame.Difference) bool {
		x, y := bit[e.Term], bit[of.Term]
		if x == 0 || y == 0 || e.Field == of.Field {
			return false
		}
		both := now.Cells[x|y]
		if e.Value == store.NoneKey && of.Value != store.NoneKey {
			return both.Events >= nearlySame*now.Cells[x].Events
		}
		return both.Views >= nearlySame*(now.Cells[x].Views+now.Cells[y].Views-both.Views)
	}
	var kept, missing []frame.Difference
	fold := func(e frame.Difference) bool {
		for i := range kept {
			if same(&e, &kept[i]) {
				kept[i].Same = append(kept[i].Same, e.Term)
				return true
			}
		}
		return false
	}
	for _, e := range d.Values {
		switch {
		case e.Value == store.NoneKey:
			missing = append(missing, e)
		case !fold(e):
			kept = append(kept, e)
		}
	}
	for _, e := range missing {
		if !fold(e) {
			kept = append(kept, e)
		}
	}
	slices.SortStableFunc(kept, byDifference)
	d.Values = kept
}
