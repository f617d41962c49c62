package agg

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/agg/explain"
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/stats"
)

const (
	minDiffers   = 20   // views of A under which nothing is said
	minOfValue   = 5    // views of A that a value must have
	minSeparates = 0.02 // difference of shares under which a value is left out
	maxDiffers   = 40
	alphaDiffers = 0.01 // in all, over all values that are compared
	nearlySame   = 0.9
)

// differsMemo is an answer about what differs, for some seconds.
type differsMemo struct {
	spec   frame.DiffersSpec
	filter string
	length int64
	at     int64 // right edge of its window
	rows   int
	answer *frame.Differs
}

// differsEvery is how long an answer about a moving window stands.
const differsEvery = 5000

// differsLately answers what differs, anew only when the question changed or the
// window has moved on by some seconds: it reads all of it.
func (a *Aggregator) differsLately(q *frame.Query, lo, hi int64) *frame.Differs {
	if q.Differs == (frame.DiffersSpec{}) {
		return nil
	}
	l := &a.lately
	about := differsMemo{spec: q.Differs, filter: q.Filter.String(), length: hi - lo}
	same := l.spec == about.spec && l.filter == about.filter && l.length == about.length && l.answer != nil
	if age := hi - l.at; same && age >= 0 && age < differsEvery && a.log.Rows < 2*l.rows && l.answer.Note == "" {
		return l.answer
	}
	about.at, about.rows, about.answer = hi, a.log.Rows, a.differs(q.Differs, lo, hi)
	*l = about
	return l.answer
}

// differs answers the spec over [lo, hi).
func (a *Aggregator) differs(spec frame.DiffersSpec, lo, hi int64) *frame.Differs {
	p, d := a.parts(spec, lo, hi)
	if p == nil {
		return d
	}
	var origins, pages [2][]float64
	for side := range 2 {
		origins[side], pages[side] = make([]float64, len(a.log.Origins.List)), make([]float64, len(a.log.Pages.Text))
	}
	rows := 0
	a.log.Each(p.lo, p.hi, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 {
			return
		}
		if x, y := p.split(c, i); x != 0 || y != 0 {
			w := float64(a.log.Origins.Weights[c.Origin[i]]) / store.One
			origins[0][c.Origin[i]] += x * w
			origins[1][c.Origin[i]] += y * w
			pages[0][c.Page[i]] += x * w
			pages[1][c.Page[i]] += y * w
			rows++
		}
	})
	d.A, d.B = frame.Count(sum(origins[0])), frame.Count(sum(origins[1]))
	if d.A < minDiffers || d.B < minDiffers {
		d.Note = "too few page views to compare"
		return d
	}
	a.rank(d, origins, pages)
	a.together(d, p)
	return d
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}

// sides say of rows how many page views of A and B they stand for.
type sides struct {
	lo, hi int64
	split  func(c *store.Chunk, i int) (x, y float64)
}

// parts compiles a spec. Where there is nothing to look at, Differs says why.
func (a *Aggregator) parts(spec frame.DiffersSpec, lo, hi int64) (*sides, *frame.Differs) {
	p, d := &sides{lo: lo, hi: hi}, &frame.Differs{Against: "the rest", Spec: spec}
	viewsIf := func(inA func(c *store.Chunk, i int) bool) func(*store.Chunk, int) (float64, float64) {
		return func(c *store.Chunk, i int) (x, y float64) {
			switch {
			case c.TotalRoles[i]&store.RoleView == 0:
				return 0, 0
			case inA(c, i):
				return 1, 0
			}
			return 0, 1
		}
	}
	switch spec.Kind {
	case frame.DiffersErrored:
		d.Of = "errored views"
		p.split = func(c *store.Chunk, i int) (x, y float64) {
			if c.TotalRoles[i]&store.RoleErrored != 0 {
				x, y = 1, -1
			}
			if c.TotalRoles[i]&store.RoleView != 0 {
				y++
			}
			return x, y
		}
	case frame.DiffersSlow:
		m := beacon.VitalIndex(spec.Metric)
		if m < 0 {
			d.Note = "no such metric: " + spec.Metric
			return nil, d
		}
		bound := float32(spec.Bound)
		if bound <= 0 {
			bound = float32(a.now.total.vitals[m].Quantile(.75))
		}
		d.Of = "views with slow " + strings.ToUpper(spec.Metric)
		p.split = func(c *store.Chunk, i int) (x, y float64) {
			switch {
			case c.TotalRoles[i]&(1<<m) == 0:
				return 0, 0
			case c.Vital(i, m) > bound:
				return 1, 0
			}
			return 0, 1
		}
	case frame.DiffersSpan:
		d.Of, d.Against = "views of the span", "before it"
		p.lo, p.hi = spec.From-(spec.To-spec.From), spec.To
		p.split = viewsIf(func(c *store.Chunk, i int) bool { return c.ReceivedAt(i) >= spec.From })
	case frame.DiffersRelease:
		if spec.A == "" || spec.B == "" {
			v := frame.Verdict{Canary: spec.A, Baseline: spec.B}
			a.pickReleases(&v, lo, hi)
			spec.A, spec.B = v.Canary, v.Baseline
		}
		if spec.A == "" || spec.B == "" {
			d.Note = noTwoReleases
			return nil, d
		}
		d.Of, d.Against, d.Spec = "views of "+spec.A, spec.B, spec
		x, y := releaseString(a.log, spec.A), releaseString(a.log, spec.B)
		views := viewsIf(func(c *store.Chunk, i int) bool { return a.log.Origins.List[c.Origin[i]].Dims[beacon.Release] == x })
		p.split = func(c *store.Chunk, i int) (float64, float64) {
			if r := a.log.Origins.List[c.Origin[i]].Dims[beacon.Release]; r != x && r != y {
				return 0, 0
			}
			return views(c, i)
		}
	case frame.DiffersFilter:
		e, err := filter.Parse(spec.A)
		if err != nil {
			d.Note = err.Error()
			return nil, d
		}
		d.Of = "views with " + e.String()
		p.split = viewsIf(store.NewMatcher(a.log, e).Passes)
	default:
		return nil, nil
	}
	return p, d
}

// releaseString is the string of a release, one that no beacon has if there is none.
func releaseString(l *store.Log, name string) uint32 {
	if name == store.NoneKey {
		return store.NoString
	}
	if id, ok := l.Strings.ByText[name]; ok {
		return id
	}
	return math.MaxUint32
}

// rank compares the shares of every value.
func (a *Aggregator) rank(d *frame.Differs, origins, pages [2][]float64) {
	for _, field := range explain.Fields(a.tags()) {
		s := store.NewSegments(a.log, field)
		from := &origins
		if s.Dim == beacon.Page {
			from = &pages
		}
		values := map[uint32]*[2]float64{}
		for side := range 2 {
			for id, n := range from[side] {
				if n == 0 {
					continue
				}
				text := s.Value(uint32(id))
				v := values[text]
				if v == nil {
					v = new([2]float64)
					values[text] = v
				}
				v[side] += n
			}
		}
		if len(values) < 2 { // what all have separates nothing
			continue
		}
		for text, v := range values {
			if text == store.OtherString {
				continue
			}
			d.Compared++
			if v[0] < minOfValue {
				continue
			}
			e := frame.Difference{Term: frame.Term{Field: field, Value: store.KeyOf(a.log.Strings.Text[text])}, N: frame.Count(v[0])}
			x, y := stats.Wilson(min(1, v[0]/float64(d.A)), int(d.A)), stats.Wilson(min(1, max(0, v[1])/float64(d.B)), int(d.B))
			e.A, e.B, e.Diff = x.Value, y.Value, frame.Estimate(stats.Newcombe(x, y))
			if e.B > 0 {
				e.Lift = e.A / e.B
			}
			d.Values = append(d.Values, e)
		}
	}
	d.Values = slices.DeleteFunc(d.Values, func(e frame.Difference) bool {
		p := stats.ShareTest(e.A*float64(d.A), float64(d.A), e.B*float64(d.B), float64(d.B))
		return e.Diff.Value < minSeparates || p*float64(d.Compared) > alphaDiffers
	})
	slices.SortStableFunc(d.Values, byDifference)
	d.Values = slices.Clip(d.Values[:min(len(d.Values), maxDiffers)])
}

// together looks for what most of A has in common, and for names of the same.
func (a *Aggregator) together(d *frame.Differs, p *sides) {
	terms := a.candidates(d.Values)
	if len(terms) == 0 {
		return
	}
	now := explain.NewLattice(a.log, terms)
	a.log.Each(p.lo, p.hi, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 {
			return
		}
		if x, y := p.split(c, i); x != 0 || y != 0 {
			w := float64(a.log.Origins.Weights[c.Origin[i]]) / store.One
			now.CountRow(c, i, x*w, (x+y)*w)
		}
	})
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
	sameViews(d, terms, now)
}

// candidates are the terms worth combining, in the order of fields, at most
// three of a field.
func (a *Aggregator) candidates(ranked []frame.Difference) []frame.Term {
	perField := map[string]int{}
	var terms []frame.Term
	for _, e := range ranked {
		if perField[e.Field]++; perField[e.Field] <= 3 && len(terms) < explain.MaxCandidates {
			terms = append(terms, e.Term)
		}
	}
	order := map[string]int{}
	for i, f := range explain.Fields(a.tags()) {
		order[f] = i
	}
	slices.SortStableFunc(terms, func(x, y frame.Term) int { return order[x.Field] - order[y.Field] })
	return terms
}

// sameViews folds values that hold for nearly the same views into the first of
// them. That a value is missing, as of the connection where a browser does not tell it, is
// folded into whatever nearly always comes with it in A.
func sameViews(d *frame.Differs, terms []frame.Term, now *explain.Lattice) {
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

// byDifference ranks by the lower end of the interval.
func byDifference(x, y frame.Difference) int {
	return cmp.Or(cmp.Compare(y.Diff.Low, x.Diff.Low), strings.Compare(x.Field, y.Field), strings.Compare(x.Value, y.Value))
}
