package report

import (
	"cmp"
	"slices"
)

// The rule. A cohort is a group of people who share what a row says: the users of
// a segment, or those of them who had an error. One of less than minCohort people
// is told of as "<5" and nothing else. That alone would not do: who knows the
// total and all other rows reckons the missing one by subtraction. So rows are
// kept back, the smallest first, until what is missing from the total says
// nothing of any small cohort that its "<5" does not say. Where a whole table is
// too small for that, it tells no cohort at all.
//
// Rows of users overlap, and their sum is more than their union: to add them up
// as if they did not errs on the safe side.

// standing is what may be told of a cohort.
type standing uint8

const (
	tellable standing = iota
	small             // "<5"
	kept              // so that small ones cannot be reckoned
)

// conceal decides of the cohorts of one table, of which everyone can see the total.
// The last unseen of sizes are not shown at all. Empty cohorts are no secret.
func conceal(sizes []int, unseen, minCohort int) []standing {
	out := make([]standing, len(sizes))
	shown := len(sizes) - unseen
	var smalls, keeps, sum int
	for i, n := range sizes {
		switch {
		case n > 0 && n < minCohort:
			out[i] = small
			smalls, sum = smalls+1, sum+n
		case i >= shown && n > 0:
			out[i] = kept
			keeps, sum = keeps+1, sum+n
		}
	}
	if smalls == 0 {
		return out
	}
	var order []int // what can be kept back beside, the smallest first
	for i := range shown {
		if out[i] == tellable && sizes[i] > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(sizes[x], sizes[y]) })
	for !hides(sum, smalls, keeps, minCohort) {
		if len(order) == 0 {
			for i := range out {
				if sizes[i] > 0 {
					out[i] = kept // not even which of them are small
				}
			}
			return out
		}
		out[order[0]] = kept
		keeps, sum = keeps+1, sum+sizes[order[0]]
		order = order[1:]
	}
	return out
}

// hides reports whether every small cohort may still have any size from 1 to
// minCohort−1, given that smalls of them and keeps larger ones make sum.
func hides(sum, smalls, keeps, minCohort int) bool {
	least, most := smalls-1+keeps*minCohort, (smalls-1)*(minCohort-1)
	if keeps > 0 {
		most = sum // they may be of any size
	}
	return sum-least >= minCohort-1 && sum-most <= 1
}

// figure is what stands for the size of a cohort.
func (s standing) figure(minCohort int) Figure {
	if s == small {
		return Figure{State: StateUnder, Under: minCohort}
	}
	return withheld
}

// concealRows applies the rule to the rows of a table: to users, then to those
// with errors. It counts what it conceals.
func concealRows(rows []*Row, unseen, minCohort int) (concealed int) {
	sizes := func(of func(*Row) Figure) []int {
		out := make([]int, len(rows))
		for i, r := range rows {
			out[i] = int(of(r).Value)
		}
		return out
	}
	byUsers := conceal(sizes(func(r *Row) Figure { return r.Users }), unseen, minCohort)
	byErrors := conceal(sizes(func(r *Row) Figure { return r.Affected }), unseen, minCohort)
	for i, r := range rows {
		switch {
		case byUsers[i] != tellable:
			r.withhold(byUsers[i].figure(minCohort))
		case byErrors[i] != tellable:
			r.withholdErrors(byErrors[i].figure(minCohort))
		default:
			continue
		}
		concealed++
	}
	return concealed
}
