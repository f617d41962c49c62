package agg

import (
	"cmp"
	"slices"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/stats"
)

const (
	// stateP is the chance, over all groups looked at, of calling one regressed or
	// gone that is as it was.
	stateP = 0.01
	// regressedFactor is how much more often a group's users must be hit for it
	// to have regressed: among many users the slightest change is beyond chance.
	regressedFactor = 2
	// maxGone is how many groups that are gone a frame carries.
	maxGone = 10
)

// errorState judges a group by its users, who fail independently of one another, as
// the errors of one page do not. Without a whole baseline nothing is said.
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
	now, before := a.now.usersHit(group), a.before.usersHit(group)
	all, allBefore := float64(a.now.total.users), float64(a.before.total.users)
	switch {
	case now == 0 && stats.RateTest(before, allBefore, now, all) < stateP/groups:
		return frame.ErrorGone
	case now*allBefore >= regressedFactor*before*all && stats.RateTest(now, all, before, allBefore) < stateP/groups:
		return frame.ErrorRegressed
	}
	return ""
}

// usersHit is how many users a group has in the window.
func (w *window) usersHit(group uint32) float64 {
	if c := w.groups[group]; c != nil {
		return float64(c.users)
	}
	return 0
}

// gone are the groups that were in the baseline and are not any more, those
// first that hurt most users then.
func (a *Aggregator) gone(f *frame.Frame, blo int64) []frame.ErrorGroup {
	var groups []uint32
	for g := range a.before.groups {
		if a.now.groups[g] == nil && a.errorState(f, g, blo) == frame.ErrorGone {
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(x, y uint32) int {
		return cmp.Or(cmp.Compare(a.before.usersHit(y), a.before.usersHit(x)), cmp.Compare(x, y))
	})
	var out []frame.ErrorGroup
	for _, g := range groups[:min(len(groups), maxGone)] {
		out = append(out, a.errorGroup(f, g, blo))
	}
	return out
}
