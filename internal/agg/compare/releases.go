package compare

import (
	"cmp"
	"math"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// noTwoReleases is the note of a comparison without two releases.
const noTwoReleases = "no two releases to compare"

// startShare is the share of the history in which a release that was there from
// the start is first seen.
const startShare = 1. / 20

// pickReleases fills in the releases of a verdict that were not named.
func pickReleases(l *store.Log, v *frame.Verdict, lo, hi int64) {
	if v.Baseline != "" && v.Canary != "" {
		return
	}
	views, first := map[uint32]int{}, map[uint32]int64{}
	notBefore := lo + int64(startShare*float64(hi-lo))
	l.Each(lo, hi, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RoleView == 0 {
			return
		}
		r := l.Origins.List[c.Origin[i]].Dims[beacon.Release]
		if r == store.NoString || r == store.OtherString {
			return
		}
		if views[r]++; views[r] == 1 {
			first[r] = max(c.ReceivedAt(i), notBefore)
		}
	})
	pick := func(not string, better func(x, y uint32) int) string {
		best := uint32(store.NoString)
		for r, n := range views {
			if n >= minTrials && l.Strings.Text[r] != not && (best == store.NoString || cmp.Or(better(r, best), cmp.Compare(r, best)) > 0) {
				best = r
			}
		}
		return l.Strings.Text[best]
	}
	if v.Canary == "" {
		v.Canary = pick(v.Baseline, func(x, y uint32) int {
			return cmp.Or(cmp.Compare(first[x], first[y]), cmp.Compare(views[x], views[y]))
		})
	}
	if v.Baseline == "" {
		v.Baseline = pick(v.Canary, func(x, y uint32) int { return cmp.Compare(views[x], views[y]) })
	}
}

// releaseString returns the string of a release in the log, or one that no
// beacon has.
func releaseString(l *store.Log, name string) uint32 {
	if name == store.NoneKey {
		return store.NoString
	}
	if id, ok := l.Strings.ByText[name]; ok {
		return id
	}
	return math.MaxUint32
}
