package agg

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// VerdictSpec asks how one release compares with another. The zero value asks nothing.
type VerdictSpec struct {
	On bool
	// Baseline and Canary are releases. "" picks: the canary is the release first
	// seen last, the baseline that of the others with most page views. Of those that were
	// there from the beginning on, none is the newest: the one with most page views is taken.
	Baseline, Canary string
	Since            time.Duration // how much of the history; 0 is all
	Margins          Margins
}

// Margins are how much worse still counts as not worse. The zero value is [DefaultMargins].
type Margins struct {
	ErrorRate, FailedRequests float64 // difference of shares
	LCP, INP                  float64 // relative, of the p75
	CLS                       float64 // difference of the p75
}

// DefaultMargins are about the least that people would roll back for.
var DefaultMargins = Margins{ErrorRate: .005, FailedRequests: .005, LCP: .10, INP: .10, CLS: .02}

// The verdicts, on a measure and on a release.
const (
	Regressed = "regressed"
	NotWorse  = "not worse"
	NeedsMore = "needs more"
	NoData    = "no data" // of a measure: one side has none; it does not count
)

// Verdict is one release held against another, weighed to the same mix of
// region, device and browser (direct standardisation), since a canary rarely
// sees the same people.
type Verdict struct {
	Baseline string    `json:"baseline"`
	Canary   string    `json:"canary"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Verdict  string    `json:"verdict"`
	Note     string    `json:"note,omitempty"`
	// Needs is about how many more page views of the canary it takes to tell.
	Needs int `json:"needs,omitempty"`
	// Views and Users of the two, as seen.
	BaselineViews int `json:"baseline_views"`
	CanaryViews   int `json:"canary_views"`
	BaselineUsers int `json:"baseline_users"`
	CanaryUsers   int `json:"canary_users"`
	// Support is the share of the canary's page views from kinds of people (region,
	// device, browser) that both releases have seen: only these are compared.
	Support  float64   `json:"support"`
	Strata   int       `json:"strata"`
	Measures []Judged  `json:"measures"`
	Adoption []float64 `json:"adoption"` // the canary's share of all page views, in even steps from From to To; −1: none
}

// Judged is one measure of both releases.
type Judged struct {
	Measure  string   `json:"measure"`
	Baseline Estimate `json:"baseline"` // standardised; the intervals hold however often one looks
	Canary   Estimate `json:"canary"`
	// Change is canary minus baseline, or for lcp and inp relative to the baseline.
	Change  Estimate `json:"change"`
	Margin  float64  `json:"margin"`
	Verdict string   `json:"verdict"`
	Needs   int      `json:"needs,omitempty"` // more values of the canary, about
}

const (
	maxStrata     = 1000
	minOfStratum  = 5 // page views that both releases must have of a kind of people
	adoptionSteps = 30
)

// judged is a verdict for some seconds.
type judged struct {
	spec   VerdictSpec
	filter string
	at     int64
	rows   int
	answer *Verdict
}

// verdictEvery is how long a verdict stands: it reads all history.
const verdictEvery = 5000

// verdictLately judges anew only when the question changed or some seconds have passed.
func (a *Aggregator) verdictLately(spec VerdictSpec, hi int64) *Verdict {
	j := &a.judged
	same := j.spec == spec && j.filter == a.lensOf.filter && a.log.rows < 2*j.rows
	if age := hi - j.at; same && age >= 0 && age < verdictEvery {
		return j.answer
	}
	*j = judged{spec, a.lensOf.filter, hi, a.log.rows, a.verdict(spec, hi)}
	return j.answer
}

// verdict answers the spec with history up to hi.
func (a *Aggregator) verdict(spec VerdictSpec, hi int64) *Verdict {
	if !spec.On {
		return nil
	}
	lo := hi - int64(maxRetain/time.Millisecond)
	if oldest, any := a.log.oldest(); any {
		lo = oldest
	}
	if spec.Since > 0 {
		lo = max(lo, hi-spec.Since.Milliseconds())
	}
	v := &Verdict{Baseline: spec.Baseline, Canary: spec.Canary, From: at(lo), To: at(hi), Verdict: NeedsMore}
	a.pickReleases(v, lo, hi)
	if v.Baseline == "" || v.Canary == "" {
		v.Note = noTwoReleases
		return v
	}
	var arms [2]arm
	kinds := newStrata(a.log)
	names := [2]uint32{a.log.release(v.Baseline), a.log.release(v.Canary)}
	views, canary := make([]float64, adoptionSteps), make([]float64, adoptionSteps)
	a.log.each(lo, hi, func(c *chunk, i int) {
		if c.total[i]&passing == 0 {
			return
		}
		release := a.log.origins.list[c.origin[i]].dims[beacon.Release]
		if c.total[i]&starts != 0 {
			k := int((c.at(i) - lo) * adoptionSteps / (hi - lo))
			views[k]++
			if release == names[1] {
				canary[k]++
			}
		}
		for side := range arms {
			if release == names[side] {
				arms[side].count(a.log, kinds.of(c.origin[i]), c, i)
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
	v.BaselineUsers, v.CanaryUsers = arms[0].users.n, arms[1].users.n
	m := spec.Margins
	if m == (Margins{}) {
		m = DefaultMargins
	}
	v.judge(&arms, m)
	return v
}

const noTwoReleases = "there are no two releases to compare"

// fromTheStart is the share of the history within which a release that was there
// all along is seen first.
const fromTheStart = 1. / 20

// pickReleases fills in the releases that were not named.
func (a *Aggregator) pickReleases(v *Verdict, lo, hi int64) {
	if v.Baseline != "" && v.Canary != "" {
		return
	}
	views, first := map[uint32]int{}, map[uint32]int64{}
	settled := lo + int64(fromTheStart*float64(hi-lo))
	a.log.each(lo, hi, func(c *chunk, i int) {
		if c.total[i]&starts == 0 {
			return
		}
		r := a.log.origins.list[c.origin[i]].dims[beacon.Release]
		if r == noString || r == otherString {
			return
		}
		if views[r]++; views[r] == 1 {
			first[r] = max(c.at(i), settled)
		}
	})
	pick := func(not string, better func(x, y uint32) int) string {
		best := uint32(noString)
		for r, n := range views {
			if n >= minTrials && a.log.texts.text[r] != not && (best == noString || cmp.Or(better(r, best), cmp.Compare(r, best)) > 0) {
				best = r
			}
		}
		return a.log.texts.text[best]
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
	log      *log
	byDims   map[[3]uint32]int
	ofOrigin []int // stratum + 1
}

func newStrata(l *log) *strata {
	return &strata{l, map[[3]uint32]int{}, make([]int, len(l.origins.list))}
}

func (s *strata) of(origin uint32) int {
	if s.ofOrigin[origin] == 0 {
		d := &s.log.origins.list[origin].dims
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
	views       int
	strata      []stratum
	users       people
	failed      people // with an error
	unlucky     people // with a failed request
	values      [3]int
	errored     int
	badRequests int
}

// stratum is one kind of people on one release, as seen.
type stratum struct {
	views, errored, requests, failed float64
	values                           [3]histogram
}

func (a *arm) count(l *log, k int, c *chunk, i int) {
	for len(a.strata) <= k {
		a.strata = append(a.strata, stratum{})
	}
	s := &a.strata[k]
	user := l.visitors.user(c.who[i])
	a.users.add(user)
	if c.total[i]&starts != 0 {
		a.views++
		s.views++
	}
	if c.total[i]&errs != 0 {
		a.errored++
		s.errored++
		a.failed.add(user)
	}
	if c.flags[i]&hasRequests != 0 {
		n, failed := c.requestCounts(i)
		s.requests += float64(n)
		s.failed += float64(failed)
		if failed > 0 {
			a.badRequests += failed
			a.unlucky.add(user)
		}
	}
	for m := range s.values {
		if c.total[i]&(1<<m) != 0 {
			s.values[m].add(c.vital(i, m), 1)
			a.values[m]++
		}
	}
}

// judge compares the two and says what follows.
func (v *Verdict) judge(arms *[2]arm, m Margins) {
	weights := v.weigh(arms)
	if v.Strata == 0 {
		v.Note = fmt.Sprintf("%s and %s have been seen by no people of the same region, device and browser: too few page views", v.Baseline, v.Canary)
		return
	}
	rate := func(name string, margin float64, of func(s *stratum) (x, n float64), clump func(a *arm) float64) {
		v.Measures = append(v.Measures, judgeRate(name, margin, arms, weights, of, clump))
	}
	rate("error_rate", m.ErrorRate, func(s *stratum) (x, n float64) { return s.errored, s.views },
		func(a *arm) float64 { return clump(a.errored, a.failed.n) })
	rate("failed_requests", m.FailedRequests, func(s *stratum) (x, n float64) { return s.failed, s.requests },
		func(a *arm) float64 { return clump(a.badRequests, a.unlucky.n) })
	for k, margin := range [...]float64{m.LCP, m.INP, m.CLS} {
		v.Measures = append(v.Measures, judgeVital(k, margin, arms, weights))
	}
	all, regressed := true, false
	for _, j := range v.Measures {
		regressed = regressed || j.Verdict == Regressed
		all = all && (j.Verdict == NotWorse || j.Verdict == NoData && j.Measure != "error_rate")
		if j.Verdict == NeedsMore {
			v.Needs = max(v.Needs, j.Needs)
		}
	}
	switch {
	case regressed:
		v.Verdict, v.Needs = Regressed, 0
	case all:
		v.Verdict = NotWorse
	}
}

// weigh gives each kind of people that both have seen its share of both together, and
// others none.
func (v *Verdict) weigh(arms *[2]arm) []float64 {
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
	v.Support = share(common, all)
	return weights
}

// clump is how many events a person had that had any: what correlates counts less.
func clump(events, people int) float64 {
	return max(1, float64(events)/float64(max(people, 1)))
}

// anytime is by how many standard errors an interval must reach to hold at 95 %
// however often, and whenever, one looks: the normal-mixture confidence sequence
// (Robbins, 1970; Waudby-Smith et al., 2021), tuned to be tightest at tunedTo.
func anytime(n float64) float64 {
	const alpha, tunedTo = .05, 5000
	l := -2 * math.Log(alpha)
	r := n * (l + math.Log(l+1)) / tunedTo
	return math.Sqrt(2 * (1 + 1/r) * math.Log(math.Sqrt(r+1)/alpha))
}

func judgeRate(name string, margin float64, arms *[2]arm, weights []float64, of func(*stratum) (x, n float64), clump func(*arm) float64) Judged {
	j := Judged{Measure: name, Margin: margin, Verdict: NoData}
	var e [2]Estimate
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
		half := anytime(max(n, 1)) * math.Sqrt(max(0, variance)*clump(&arms[side]))
		e[side] = Estimate{p, max(0, p-half), min(1, p+half), int(n)}
		if n < minTrials {
			return j
		}
		both = math.Hypot(both, half)
	}
	j.Baseline, j.Canary = e[0], e[1]
	j.conclude(e[1].Value-e[0].Value, both, e[1].N)
	return j
}

// judgeVital compares p75s of the values, each weighed as its kind of people.
// Intervals are Woodruff's: those of the share below, read off as values.
func judgeVital(k int, margin float64, arms *[2]arm, weights []float64) Judged {
	j := Judged{Measure: beacon.Vitals[k], Margin: margin, Verdict: NoData}
	var e [2]Estimate
	for side := range arms {
		var merged weighed
		n, sum := 0., 0.
		for s, w := range weights {
			if w == 0 {
				continue
			}
			if h := &arms[side].strata[s].values[k]; h.n > 0 && arms[1-side].strata[s].values[k].n > 0 {
				n, sum = n+float64(h.n), sum+w
			}
		}
		variance := 0.
		for s, w := range weights {
			if w == 0 {
				continue
			}
			if h := &arms[side].strata[s].values[k]; h.n > 0 && arms[1-side].strata[s].values[k].n > 0 {
				merged.add(h, w/sum)
				variance += w / sum * w / sum * .75 * .25 / float64(h.n)
			}
		}
		if n < minValues {
			return j
		}
		half := anytime(n) * math.Sqrt(variance*clump(arms[side].values[k], arms[side].users.n))
		e[side] = Estimate{merged.quantile(.75), merged.quantile(.75 - half), merged.quantile(min(.75+half, 1)), int(n)}
	}
	j.Baseline, j.Canary = e[0], e[1]
	if k == int(ofCLS-ofLCP) {
		half := math.Hypot(e[0].High-e[0].Low, e[1].High-e[1].Low) / 2
		j.conclude(e[1].Value-e[0].Value, half, e[1].N)
		return j
	}
	width := func(e Estimate) float64 { return math.Log(max(e.High, 1)/max(e.Low, 1)) / 2 }
	ratio := e[1].Value / max(e[0].Value, 1)
	j.conclude(ratio-1, ratio*math.Hypot(width(e[0]), width(e[1])), e[1].N)
	return j
}

// conclude gives the verdict on a change with half an interval's width.
func (j *Judged) conclude(change, half float64, n int) {
	j.Change = Estimate{change, change - half, change + half, n}
	switch {
	case j.Change.High <= j.Margin:
		j.Verdict = NotWorse
		return
	case j.Change.Low > 0 && change > j.Margin:
		j.Verdict = Regressed
		return
	}
	j.Verdict = NeedsMore
	room := j.Margin - change // how narrow it has to become to show that it is not worse
	if room <= 0 {
		room = change // or that it is
	}
	ratio := half / max(room, j.Margin/20)
	j.Needs = int(math.Ceil(float64(n) * max(ratio*ratio-1, .05)))
}

// weighed is a distribution of values with weights, in the buckets of histogram.
type weighed struct {
	zeros   float64
	buckets [highestBucket - lowestBucket + 1]float64
}

func (w *weighed) add(h *histogram, weight float64) {
	each := weight / float64(h.n)
	w.zeros += each * float64(h.zeros)
	for i, n := range h.counts {
		w.buckets[h.lowest<<subBits+i-lowestBucket] += each * float64(n)
	}
}

func (w *weighed) quantile(q float64) float64 {
	sum, last := w.zeros, 0.
	if sum >= q {
		return 0
	}
	h := histogram{lowest: lowestBucket >> subBits}
	for i, n := range w.buckets {
		if n > 0 {
			last = h.middle(i)
		}
		if sum += n; sum >= q-1e-12 {
			return last
		}
	}
	return last
}
