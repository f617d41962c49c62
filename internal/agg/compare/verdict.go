// Package compare compares two parts of the page views: two releases, for a
// verdict, and any two, for what differs between them.
package compare

import (
	"fmt"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
)

const (
	minTrials     = 20 // page views, or requests
	minValues     = 30 // of a vital
	adoptionSteps = 30
)

// Verdict compares two releases over the rows received in [lo, hi), Unix
// milliseconds.
func Verdict(l *store.Log, spec frame.VerdictSpec, lo, hi int64) *frame.Verdict {
	v := &frame.Verdict{
		Baseline: spec.Baseline, Canary: spec.Canary, Verdict: frame.NeedsMore,
		From: time.UnixMilli(lo).UTC(), To: time.UnixMilli(hi).UTC(),
	}
	pickReleases(l, v, lo, hi)
	if v.Baseline == "" || v.Canary == "" {
		v.Note = noTwoReleases
		return v
	}
	var arms [2]arm
	strata := newStrata(l)
	releases := [2]uint32{releaseString(l, v.Baseline), releaseString(l, v.Canary)}
	views, canary := make([]float64, adoptionSteps), make([]float64, adoptionSteps)
	l.Each(lo, hi, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 {
			return
		}
		release := l.Origins.List[c.Origin[i]].Dims[beacon.Release]
		if c.TotalRoles[i]&store.RoleView != 0 {
			k := int((c.ReceivedAt(i) - lo) * adoptionSteps / (hi - lo))
			views[k]++
			if release == releases[1] {
				canary[k]++
			}
		}
		for side := range arms {
			if release == releases[side] {
				arms[side].countRow(l, strata.number(c.Origin[i]), c, i)
			}
		}
	})
	for k := range views {
		v.Adoption = append(v.Adoption, -1)
		if views[k] > 0 {
			v.Adoption[k] = canary[k] / views[k]
		}
	}
	v.BaselineViews, v.CanaryViews = arms[0].views, arms[1].views
	v.BaselineUsers, v.CanaryUsers = arms[0].users.Len(), arms[1].users.Len()
	m := spec.Margins
	if m == (frame.Margins{}) {
		m = frame.DefaultMargins()
	}
	compareArms(v, &arms, m)
	return v
}

// compareArms compares the releases by each measure, and concludes.
func compareArms(v *frame.Verdict, arms *[2]arm, m frame.Margins) {
	weights := stratumWeights(v, arms)
	if v.Strata == 0 {
		v.Note = fmt.Sprintf("%s and %s have no region, device and browser in common with enough page views", v.Baseline, v.Canary)
		return
	}
	rate := func(id measure.ID, of func(s *stratum) (x, n float64), effect func(a *arm) float64) {
		v.Measures = append(v.Measures, compareRate(measure.All[id].Name, m[id], arms, weights, of, effect))
	}
	rate(measure.ErrorRate, func(s *stratum) (x, n float64) { return s.errored, s.views },
		func(a *arm) float64 { return designEffect(a.errored, a.erroredUsers.Len()) })
	rate(measure.FailedRequests, func(s *stratum) (x, n float64) { return s.failed, s.requests },
		func(a *arm) float64 { return designEffect(a.failed, a.failedUsers.Len()) })
	for _, id := range [...]measure.ID{measure.LCP, measure.INP, measure.CLS} {
		v.Measures = append(v.Measures, compareVital(measure.All[id].Vital, m[id], arms, weights))
	}
	all, regressed := true, false
	for _, j := range v.Measures {
		regressed = regressed || j.Verdict == frame.Regressed
		all = all && (j.Verdict == frame.NotWorse || j.Verdict == frame.NoData && j.Measure != "error_rate")
		if j.Verdict == frame.NeedsMore {
			v.Needs = max(v.Needs, j.Needs)
		}
	}
	switch {
	case regressed:
		v.Verdict, v.Needs = frame.Regressed, 0
	case all:
		v.Verdict = frame.NotWorse
	}
}
