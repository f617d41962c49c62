package agg

import (
	"cmp"
	"slices"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/stats"
)

const (
	// stateP is the chance, over all groups, that one is called regressed or gone
	// though nothing changed.
	stateP = 0.01
	// regressedFactor is how many times as many users a group must affect to have
	// regressed: among many users the smallest change is significant.
	regressedFactor = 2
	// maxGone bounds the groups of a frame that are gone.
	maxGone = 10
)

// errorState compares the users of a group, which are independent, unlike the
// errors of one page. It is "" without a complete baseline.
func (a *Aggregator) errorState(f *frame.Frame, group uint32, blo int64) string {
	if !f.Baseline.Complete || group == store.OtherGroup {
		return ""
	}
	seen := a.lens.errors[group]
	if oldest, _ := a.log.Oldest(); seen.first >= blo {
		if oldest < blo && a.now.groups[group] != nil {
			return frame.ErrorNew
		}
		return ""
	}
	groups := float64(max(len(a.now.groups), len(a.before.groups), 1))
	now, before := a.now.usersOf(group), a.before.usersOf(group)
	all, allBefore := float64(a.now.total.users), float64(a.before.total.users)
	switch {
	case now == 0 && stats.RateTest(before, allBefore, now, all) < stateP/groups:
		return frame.ErrorGone
	case now*allBefore >= regressedFactor*before*all && stats.RateTest(now, all, before, allBefore) < stateP/groups:
		return frame.ErrorRegressed
	}
	return ""
}

// usersOf is how many users a group has in the window.
func (w *window) usersOf(group uint32) float64 {
	if c := w.groups[group]; c != nil {
		return float64(c.users)
	}
	return 0
}

// goneGroups returns the groups of the baseline that are not in the window any more,
// those with most affected users first.
func (a *Aggregator) goneGroups(f *frame.Frame, blo int64) []frame.ErrorGroup {
	var groups []uint32
	for g := range a.before.groups {
		if a.now.groups[g] == nil && a.errorState(f, g, blo) == frame.ErrorGone {
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(x, y uint32) int {
		return cmp.Or(cmp.Compare(a.before.usersOf(y), a.before.usersOf(x)), cmp.Compare(x, y))
	})
	var out []frame.ErrorGroup
	for _, g := range groups[:min(len(groups), maxGone)] {
		out = append(out, a.errorGroup(f, g, blo))
	}
	return out
}
