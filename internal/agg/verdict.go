package agg

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/stats"
)

const (
	minTrials     = 20 // page views, or requests
	minValues     = 30 // of a vital
	maxStrata     = 1000
	minOfStratum  = 5 // page views that both releases must have of a kind of people
	adoptionSteps = 30
)

// verdictMemo is a verdict for some seconds.
type verdictMemo struct {
	spec   frame.VerdictSpec
	filter string
	at     int64
	rows   int
	answer *frame.Verdict
}

// verdictEvery is how long a verdict stands: it reads all history.
const verdictEvery = 5000

// verdictLately judges anew only when the question changed or some seconds have passed.
func (a *Aggregator) verdictLately(spec frame.VerdictSpec, hi int64) *frame.Verdict {
	j := &a.judged
	same := j.spec == spec && j.filter == a.lensOf.filter && a.log.Rows < 2*j.rows
	if age := hi - j.at; same && age >= 0 && age < verdictEvery {
		return j.answer
	}
	*j = verdictMemo{spec, a.lensOf.filter, hi, a.log.Rows, a.verdict(spec, hi)}
	return j.answer
}

// verdict answers the spec with history up to hi.
func (a *Aggregator) verdict(spec frame.VerdictSpec, hi int64) *frame.Verdict {
	if !spec.On {
		return nil
	}
	lo := hi - int64(maxRetain/time.Millisecond)
	if oldest, any := a.log.Oldest(); any {
		lo = oldest
	}
	if spec.Since > 0 {
		lo = max(lo, hi-spec.Since.Milliseconds())
	}
	v := &frame.Verdict{Baseline: spec.Baseline, Canary: spec.Canary, From: at(lo), To: at(hi), Verdict: frame.NeedsMore}
	a.pickReleases(v, lo, hi)
	if v.Baseline == "" || v.Canary == "" {
		v.Note = noTwoReleases
		return v
	}
	var arms [2]arm
	kinds := newStrata(a.log)
	names := [2]uint32{releaseString(a.log, v.Baseline), releaseString(a.log, v.Canary)}
	views, canary := make([]float64, adoptionSteps), make([]float64, adoptionSteps)
	a.log.Each(lo, hi, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 {
			return
		}
		release := a.log.Origins.List[c.Origin[i]].Dims[beacon.Release]
		if c.TotalRoles[i]&store.RoleView != 0 {
			k := int((c.ReceivedAt(i) - lo) * adoptionSteps / (hi - lo))
			views[k]++
			if release == names[1] {
				canary[k]++
			}
		}
		for side := range arms {
			if release == names[side] {
				arms[side].countRow(a.log, kinds.of(c.Origin[i]), c, i)
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

const noTwoReleases = "there are no two releases to compare"

// fromTheStart is the share of the history within which a release that was there
// all along is seen first.
const fromTheStart = 1. / 20

// pickReleases fills in the releases that were not named.
func (a *Aggregator) pickReleases(v *frame.Verdict, lo, hi int64) {
	if v.Baseline != "" && v.Canary != "" {
		return
	}
	views, first := map[uint32]int{}, map[uint32]int64{}
	settled := lo + int64(fromTheStart*float64(hi-lo))
	a.log.Each(lo, hi, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RoleView == 0 {
			return
		}
		r := a.log.Origins.List[c.Origin[i]].Dims[beacon.Release]
		if r == store.NoString || r == store.OtherString {
			return
		}
		if views[r]++; views[r] == 1 {
			first[r] = max(c.ReceivedAt(i), settled)
		}
	})
	pick := func(not string, better func(x, y uint32) int) string {
		best := uint32(store.NoString)
		for r, n := range views {
			if n >= minTrials && a.log.Strings.Text[r] != not && (best == store.NoString || cmp.Or(better(r, best), cmp.Compare(r, best)) > 0) {
				best = r
			}
		}
		return a.log.Strings.Text[best]
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

// strata number the kinds of people: region, device and browser together.
type strata struct {
	log      *store.Log
	byDims   map[[3]uint32]int
	ofOrigin []int // stratum + 1
}

func newStrata(l *store.Log) *strata {
	return &strata{l, map[[3]uint32]int{}, make([]int, len(l.Origins.List))}
}

func (s *strata) of(origin uint32) int {
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

// arm is one release.
type arm struct {
	views        int
	strata       []stratum
	users        store.UserSet
	erroredUsers store.UserSet // with an error
	failedUsers  store.UserSet // with a failed request
	values       [3]int
	errored      int
	badRequests  int
}

// stratum is one kind of people on one release, as seen.
type stratum struct {
	views, errored, requests, failed float64
	values                           [3]hist.Histogram
}

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
			a.badRequests += failed
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

// compareArms compares the two and says what follows.
func compareArms(v *frame.Verdict, arms *[2]arm, m frame.Margins) {
	weights := stratumWeights(v, arms)
	if v.Strata == 0 {
		v.Note = fmt.Sprintf("%s and %s have been seen by no people of the same region, device and browser: too few page views", v.Baseline, v.Canary)
		return
	}
	rate := func(id measure.ID, of func(s *stratum) (x, n float64), clump func(a *arm) float64) {
		v.Measures = append(v.Measures, compareRate(measure.All[id].Name, m[id], arms, weights, of, clump))
	}
	rate(measure.ErrorRate, func(s *stratum) (x, n float64) { return s.errored, s.views },
		func(a *arm) float64 { return designEffect(a.errored, a.erroredUsers.Len()) })
	rate(measure.FailedRequests, func(s *stratum) (x, n float64) { return s.failed, s.requests },
		func(a *arm) float64 { return designEffect(a.badRequests, a.failedUsers.Len()) })
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

// stratumWeights gives each kind of people that both have seen its share of both together, and
// others none.
func stratumWeights(v *frame.Verdict, arms *[2]arm) []float64 {
	weights := make([]float64, len(arms[1].strata))
	var sum, common, all float64
	for k := range arms[1].strata {
		y := arms[1].strata[k].views
		all += y
		if k >= len(arms[0].strata) || k == maxStrata {
			continue
		}
		if x := arms[0].strata[k].views; x >= minOfStratum && y >= minOfStratum {
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

// designEffect is how many events a person had that had any: what correlates counts less.
func designEffect(events, people int) float64 {
	return max(1, float64(events)/float64(max(people, 1)))
}

func compareRate(name string, margin float64, arms *[2]arm, weights []float64, of func(*stratum) (x, n float64), clump func(*arm) float64) frame.MeasureVerdict {
	j := frame.MeasureVerdict{Measure: name, Margin: margin, Verdict: frame.NoData}
	var e [2]frame.Estimate
	both := 0. // half the interval of their difference
	for side := range arms {
		p, variance, n := 0., 0., 0.
		for k, w := range weights {
			if w == 0 {
				continue
			}
			x, m := of(&arms[side].strata[k])
			if m == 0 {
				continue
			}
			// Agresti's half keeps a share of nought from looking certain.
			smooth := (x + .5) / (m + 1)
			p, n = p+w*min(1, x/m), n+m
			variance += w * w * smooth * (1 - min(smooth, 1)) / m
		}
		half := stats.AnytimeZ(max(n, 1)) * math.Sqrt(max(0, variance)*clump(&arms[side]))
		e[side] = frame.Estimate{Value: p, Low: max(0, p-half), High: min(1, p+half), N: int(n)}
		if n < minTrials {
			return j
		}
		both = math.Hypot(both, half)
	}
	j.Baseline, j.Canary = e[0], e[1]
	conclude(&j, e[1].Value-e[0].Value, both, e[1].N)
	return j
}

// compareVital compares p75s of the values, each weighed as its kind of people.
// Intervals are Woodruff's: those of the share below, read off as values.
func compareVital(k int, margin float64, arms *[2]arm, weights []float64) frame.MeasureVerdict {
	j := frame.MeasureVerdict{Measure: beacon.Vitals[k], Margin: margin, Verdict: frame.NoData}
	var e [2]frame.Estimate
	for side := range arms {
		var merged hist.Weighted
		n, sum := 0., 0.
		for s, w := range weights {
			if w == 0 {
				continue
			}
			if h := &arms[side].strata[s].values[k]; h.N() > 0 && arms[1-side].strata[s].values[k].N() > 0 {
				n, sum = n+float64(h.N()), sum+w
			}
		}
		variance := 0.
		for s, w := range weights {
			if w == 0 {
				continue
			}
			if h := &arms[side].strata[s].values[k]; h.N() > 0 && arms[1-side].strata[s].values[k].N() > 0 {
				merged.Merge(h, w/sum)
				variance += w / sum * w / sum * .75 * .25 / float64(h.N())
			}
		}
		if n < minValues {
			return j
		}
		half := stats.AnytimeZ(n) * math.Sqrt(variance*designEffect(arms[side].values[k], arms[side].users.Len()))
		e[side] = frame.Estimate{Value: merged.Quantile(.75), Low: merged.Quantile(.75 - half), High: merged.Quantile(min(.75+half, 1)), N: int(n)}
	}
	j.Baseline, j.Canary = e[0], e[1]
	if k == beacon.VitalIndex(beacon.CLS) {
		half := math.Hypot(e[0].High-e[0].Low, e[1].High-e[1].Low) / 2
		conclude(&j, e[1].Value-e[0].Value, half, e[1].N)
		return j
	}
	width := func(e frame.Estimate) float64 { return math.Log(max(e.High, 1)/max(e.Low, 1)) / 2 }
	ratio := e[1].Value / max(e[0].Value, 1)
	conclude(&j, ratio-1, ratio*math.Hypot(width(e[0]), width(e[1])), e[1].N)
	return j
}

// conclude gives the verdict on a change with half an interval's width.
func conclude(j *frame.MeasureVerdict, change, half float64, n int) {
	j.Change = frame.Estimate{Value: change, Low: change - half, High: change + half, N: n}
	switch {
	case j.Change.High <= j.Margin:
		j.Verdict = frame.NotWorse
		return
	case j.Change.Low > 0 && change > j.Margin:
		j.Verdict = frame.Regressed
		return
	}
	j.Verdict = frame.NeedsMore
	room := j.Margin - change // how narrow it has to become to show that it is not worse
	if room <= 0 {
		room = change // or that it is
	}
	ratio := half / max(room, j.Margin/20)
	j.Needs = int(math.Ceil(float64(n) * max(ratio*ratio-1, .05)))
}
