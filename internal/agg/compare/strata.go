package compare

import (
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/stats"
)

const (
	maxStrata       = 1000
	minStratumViews = 5 // page views that both releases must have in a stratum
	numVitals       = 3 // of beacon.Vitals, from the first: LCP, INP and CLS
)

// strata numbers the combinations of region, device and browser.
type strata struct {
	log      *store.Log
	byDims   map[[3]uint32]int
	ofOrigin []int // stratum + 1
}

func newStrata(l *store.Log) *strata {
	return &strata{l, map[[3]uint32]int{}, make([]int, len(l.Origins.List))}
}

// number returns the stratum of an origin; maxStrata gathers those over the cap.
func (s *strata) number(origin uint32) int {
	if s.ofOrigin[origin] == 0 {
		d := &s.log.Origins.List[origin].Dims
		key := [3]uint32{d[beacon.Region], d[beacon.Device], d[beacon.Browser]}
		k, ok := s.byDims[key]
		if !ok {
			if k = len(s.byDims); k >= maxStrata {
				k = maxStrata
			} else {
				s.byDims[key] = k
			}
		}
		s.ofOrigin[origin] = k + 1
	}
	return s.ofOrigin[origin] - 1
}

// arm is what was counted of one release.
type arm struct {
	views        int
	strata       []stratum
	users        store.UserSet
	erroredUsers store.UserSet // with an error
	failedUsers  store.UserSet // with a failed request
	values       [numVitals]int
	errored      int
	failed       int // requests
}

// stratum is what was counted of one stratum of a release, not scaled.
type stratum struct {
	views, errored, requests, failed float64
	values                           [numVitals]hist.Histogram
}

// countRow counts a row of a stratum.
func (a *arm) countRow(l *store.Log, k int, c *store.Chunk, i int) {
	for len(a.strata) <= k {
		a.strata = append(a.strata, stratum{})
	}
	s := &a.strata[k]
	user := l.Identities.UserOf(c.Identity[i])
	a.users.Insert(user)
	if c.TotalRoles[i]&store.RoleView != 0 {
		a.views++
		s.views++
	}
	if c.TotalRoles[i]&store.RoleErrored != 0 {
		a.errored++
		s.errored++
		a.erroredUsers.Insert(user)
	}
	if c.Flags[i]&store.HasRequests != 0 {
		n, failed := c.RequestCounts(i)
		s.requests += float64(n)
		s.failed += float64(failed)
		if failed > 0 {
			a.failed += failed
			a.failedUsers.Insert(user)
		}
	}
	for m := range s.values {
		if c.TotalRoles[i]&(1<<m) != 0 {
			s.values[m].Add(c.Vital(i, m), 1)
			a.values[m]++
		}
	}
}

// stratumWeights returns the weight of each stratum: its share of the page views
// of both releases, 0 if one of them has too few in it.
func stratumWeights(v *frame.Verdict, arms *[2]arm) []float64 {
	weights := make([]float64, len(arms[1].strata))
	var sum, common, all float64
	for k := range arms[1].strata {
		y := arms[1].strata[k].views
		all += y
		if k >= len(arms[0].strata) || k == maxStrata {
			continue
		}
		if x := arms[0].strata[k].views; x >= minStratumViews && y >= minStratumViews {
			weights[k] = x + y
			sum += x + y
			common += y
		}
	}
	for k := range weights {
		if weights[k] > 0 {
			weights[k] /= sum
			v.Strata++
		}
	}
	v.Support = stats.Share(common, all)
	return weights
}
