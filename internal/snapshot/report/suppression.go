package report

import (
	"cmp"
	"math"
	"slices"
)

// The rule, which statistical disclosure control knows as primary and secondary
// suppression. A cohort is the users of a segment, or its affected users. A
// cohort of fewer than minCohort users is shown as "<5" and without other
// values. That alone is not enough: subtracting all other rows from the total
// gives the missing one. So more rows are withheld, the smallest first, until
// the part missing from the total says no more about any small cohort than its
// "<5". If a whole table is too small for that, it shows no cohort at all.
//
// Users can be in several rows, so the sum of rows exceeds their union. Adding
// them up as if they were disjoint errs on the safe side.

// suppression is how much of a cohort is hidden.
type suppression uint8

const (
	shown     suppression = iota
	primary               // shown as "<5"
	secondary             // withheld, so that primary ones cannot be computed
)

// suppress decides what the cohorts of one table show; its total is visible.
// The last unseen of sizes are not in the table. Empty cohorts need no
// protection.
func suppress(sizes []int, unseen, minCohort int) []suppression {
	out := make([]suppression, len(sizes))
	visible := len(sizes) - unseen
	var smalls, others, sum int
	for i, n := range sizes {
		switch {
		case n > 0 && n < minCohort:
			out[i] = primary
			smalls, sum = smalls+1, sum+n
		case i >= visible && n > 0:
			out[i] = secondary
			others, sum = others+1, sum+n
		}
	}
	if smalls == 0 {
		return out
	}
	var order []int // candidates to withhold, the smallest first
	for i := range visible {
		if out[i] == shown && sizes[i] > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(sizes[x], sizes[y]) })
	for !hides(sum, smalls, others, minCohort) {
		if len(order) == 0 {
			for i := range out {
				if sizes[i] > 0 {
					out[i] = secondary // hides even which of them are small
				}
			}
			return out
		}
		out[order[0]] = secondary
		others, sum = others+1, sum+sizes[order[0]]
		order = order[1:]
	}
	return out
}

// hides reports whether each small cohort can still have any size from 1 to
// minCohort−1, given that smalls of them and others larger ones add up to sum.
func hides(sum, smalls, others, minCohort int) bool {
	least, most := smalls-1+others*minCohort, (smalls-1)*(minCohort-1)
	if others > 0 {
		most = sum // they may be of any size
	}
	return sum-least >= minCohort-1 && sum-most <= 1
}

// isFew reports whether a share of n is too few page views to show.
func (b *builder) isFew(share float64, n int) bool {
	x := math.Round(share * float64(n))
	return x > 0 && x < float64(b.o.MinCohort)
}

// figure is shown in place of the size of a cohort.
func (s suppression) figure(minCohort int) Figure {
	if s == primary {
		return Figure{State: StateUnder, Under: minCohort}
	}
	return withheld
}

// suppressRows applies the rule to the rows of a table: to users, then to
// affected users. It returns the number of rows that it hides or cuts.
func suppressRows(rows []*Row, unseen, minCohort int) (concealed int) {
	sizes := func(of func(*Row) Figure) []int {
		out := make([]int, len(rows))
		for i, r := range rows {
			out[i] = int(of(r).Value)
		}
		return out
	}
	byUsers := suppress(sizes(func(r *Row) Figure { return r.Users }), unseen, minCohort)
	byErrors := suppress(sizes(func(r *Row) Figure { return r.Affected }), unseen, minCohort)
	for i, r := range rows {
		switch {
		case byUsers[i] != shown:
			r.withhold(byUsers[i].figure(minCohort))
		case byErrors[i] != shown:
			r.withholdErrors(byErrors[i].figure(minCohort))
		default:
			continue
		}
		concealed++
	}
	return concealed
}
