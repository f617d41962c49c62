package agg

import (
	"math"
	"math/bits"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

const (
	maxCandidates = 14 // terms that conjunctions are made of: 2^14 sets of them are counted
	maxTerms      = 3
	// worthATerm is by how much the likelihood must grow for one more term: what
	// is short is understood.
	worthATerm = 1.08
	// worthAPage is by how much better a conjunction with a page must be than one
	// without, where both use all terms: who is hurt tells more than where.
	worthAPage = 2
)

// hits are events among page views, both scaled.
type hits struct{ events, views float64 }

// lattice counts page views by which of the candidate terms hold for them. After
// sum, cell m counts those for which all terms of m hold, so that any
// conjunction is one look-up.
type lattice struct {
	origins, pages []uint16 // the terms that hold, by origin and by page
	endpoints      []uint16 // and by the endpoint of a request; nil: none is a term
	onPages        uint16   // those of the terms that are pages
	cells          []hits
}

func newLattice(l *store.Log, terms []frame.Term) *lattice {
	t := &lattice{origins: make([]uint16, len(l.Origins.List)), pages: make([]uint16, len(l.Pages.Text)), cells: make([]hits, 1<<len(terms))}
	for k, term := range terms {
		if term.Field == endpointField {
			t.addEndpoint(l, term.Value, 1<<k)
			continue
		}
		s := store.NewSegments(l, term.Field)
		of := t.origins
		if s.Dim == beacon.Page {
			of = t.pages
			t.onPages |= 1 << k
		}
		for id := range of {
			if store.KeyOf(l.Strings.Text[s.Value(uint32(id))]) == term.Value {
				of[id] |= 1 << k
			}
		}
	}
	return t
}

// again is a lattice of the same terms with nothing counted.
func (t *lattice) again() *lattice {
	u := *t
	u.cells = make([]hits, len(t.cells))
	return &u
}

func (t *lattice) add(c *store.Chunk, i int, events, views float64) {
	m := t.origins[c.Origin[i]] | t.pages[c.Page[i]]
	if t.endpoints != nil && c.Flags[i]&store.HasRequests != 0 {
		for _, r := range c.RowRequests(i) {
			m |= t.endpoints[r.Endpoint]
		}
	}
	h := &t.cells[m]
	h.events += events
	h.views += views
}

// sum adds to each set of terms what was counted of the sets that hold it.
func (t *lattice) sum() {
	for bit := 1; bit < len(t.cells); bit <<= 1 {
		for m := range t.cells {
			if m&bit == 0 {
				t.cells[m].events += t.cells[m|bit].events
				t.cells[m].views += t.cells[m|bit].views
			}
		}
	}
}

// scan finds the conjunction of at most three terms in which the most unlikely
// excess of events lies: the spatial scan statistic (Kulldorff, 1997), on sets of terms in
// place of circles on a map. Expected is what every place has by its own past, or
// where before is nil, by the share that all have now. must are terms that have
// to be in it. It returns 0 where no term tells more than no term does.
type scan struct {
	now, before *lattice
	must        uint16
}

// shrink is how many page views' worth of the total's past every place's own is
// mixed with, so that an unlucky or empty past does not decide.
const shrink = 50

func (s *scan) expected(m int) float64 {
	all := s.now.cells[0]
	n := s.now.cells[m].views
	if s.before == nil {
		return n * all.events / max(all.views, 1)
	}
	past, here := s.before.cells[0], s.before.cells[m]
	rate := (past.events + .5) / (past.views + 1)
	return n * (here.events + shrink*rate) / (here.views + shrink)
}

// likelihood is the logarithm of how much likelier the events are if the place
// has a share of its own.
func (s *scan) likelihood(m int) float64 {
	x, mu := s.now.cells[m].events, s.expected(m)
	if x <= mu || mu <= 0 {
		return 0
	}
	if s.before != nil {
		return x*math.Log(x/mu) - (x - mu)
	}
	rest, restMu := s.now.cells[0].events-x, s.now.cells[0].events-mu
	l := x * math.Log(x/mu)
	if rest > 0 && restMu > 0 {
		l += rest * math.Log(rest/restMu)
	}
	return l
}

// best finds the place.
func (s *scan) best() int {
	who := s.among(func(m int) bool { return uint16(m)&s.now.onPages == 0 })
	all := s.among(func(int) bool { return true })
	gain := worthATerm
	if bits.OnesCount(uint(who)) == maxTerms {
		gain = worthAPage
	}
	if s.likelihood(all) >= gain*s.likelihood(who) {
		return all
	}
	return who
}

// among finds the best place of those allowed, the shortest unless a term more is worth it.
func (s *scan) among(allowed func(m int) bool) int {
	var places [maxTerms + 1]int
	var likely [maxTerms + 1]float64
	for m := 1; m < len(s.now.cells); m++ {
		n := bits.OnesCount(uint(m))
		if n > maxTerms || uint16(m)&s.must != s.must || !allowed(m) {
			continue
		}
		// Candidates come in the order in which people think of them: of two
		// names for nearly the same, the first stays.
		if l := s.likelihood(m); l > 1.01*likely[n] {
			places[n], likely[n] = m, l
		}
	}
	at := 0
	floor := 0.
	if s.before != nil {
		floor = s.likelihood(0)
	}
	for n := 1; n <= maxTerms; n++ {
		if likely[n] > worthATerm*max(likely[at], floor) {
			at = n
		}
	}
	return places[at]
}

// chosen are the terms of a set.
func chosen(terms []frame.Term, m int) []frame.Term {
	var out []frame.Term
	for k, t := range terms {
		if m>>k&1 == 1 {
			out = append(out, t)
		}
	}
	return out
}
