// Package explain finds the values of dimensions, tags and endpoints that an
// excess of events has in common.
package explain

import (
	"slices"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// EndpointField is the name of the endpoint of a request in filters. Pages call
// endpoints: failures are often those of one endpoint, on all pages that call
// it.
const EndpointField = "url"

// MaxCandidates bounds the terms of a lattice, which counts 2^14 sets of them.
const MaxCandidates = 14

// Cell is the number of events and of page views, both scaled.
type Cell struct{ Events, Views float64 }

// Lattice counts page views by the set of candidate terms that hold for them. A
// set is a bit mask. After [Lattice.Accumulate] cell m counts those for which
// all terms of m hold, so that any conjunction is one lookup.
type Lattice struct {
	Cells   []Cell
	onPages uint16 // the terms that are pages

	origins, pages []uint16 // the terms that hold, by origin and by page
	endpoints      []uint16 // and by the endpoint of a request; nil: no term is one
}

// NewLattice makes an empty lattice of at most [MaxCandidates] terms.
func NewLattice(l *store.Log, terms []frame.Term) *Lattice {
	t := &Lattice{
		Cells:   make([]Cell, 1<<len(terms)),
		origins: make([]uint16, len(l.Origins.List)), pages: make([]uint16, len(l.Pages.Text)),
	}
	for k, term := range terms {
		if term.Field == EndpointField {
			t.setEndpoint(l, term.Value, 1<<k)
			continue
		}
		s := store.NewSegments(l, term.Field)
		holds := t.origins
		if s.Dim == beacon.Page {
			holds = t.pages
			t.onPages |= 1 << k
		}
		for id := range holds {
			if store.KeyOf(l.Strings.Text[s.Value(uint32(id))]) == term.Value {
				holds[id] |= 1 << k
			}
		}
	}
	return t
}

// setEndpoint makes a term hold for the rows that have a request to a URL.
func (t *Lattice) setEndpoint(l *store.Log, url string, bit uint16) {
	if t.endpoints == nil {
		t.endpoints = make([]uint16, l.Endpoints.Bound())
	}
	for id := range t.endpoints {
		if l.EndpointURL(uint32(id)) == url {
			t.endpoints[id] |= bit
		}
	}
}

// Empty returns a lattice of the same terms with nothing counted.
func (t *Lattice) Empty() *Lattice {
	u := *t
	u.Cells = make([]Cell, len(t.Cells))
	return &u
}

// HasPage reports whether a set has a term that is a page.
func (t *Lattice) HasPage(set int) bool { return uint16(set)&t.onPages != 0 }

// CountRow counts a row as so many events and page views.
func (t *Lattice) CountRow(c *store.Chunk, i int, events, views float64) {
	set := t.origins[c.Origin[i]] | t.pages[c.Page[i]]
	if t.endpoints != nil && c.Flags[i]&store.HasRequests != 0 {
		for _, r := range c.RowRequests(i) {
			set |= t.endpoints[r.Endpoint]
		}
	}
	cell := &t.Cells[set]
	cell.Events += events
	cell.Views += views
}

// Accumulate adds to each set of terms what was counted of the sets that contain
// it.
func (t *Lattice) Accumulate() {
	for bit := 1; bit < len(t.Cells); bit <<= 1 {
		for set := range t.Cells {
			if set&bit == 0 {
				t.Cells[set].Events += t.Cells[set|bit].Events
				t.Cells[set].Views += t.Cells[set|bit].Views
			}
		}
	}
}

// TermsOf returns the terms of a set.
func TermsOf(terms []frame.Term, set int) []frame.Term {
	var out []frame.Term
	for k, t := range terms {
		if set>>k&1 == 1 {
			out = append(out, t)
		}
	}
	return out
}

// SetOf returns the set of some of the terms.
func SetOf(terms, some []frame.Term) (set int) {
	for _, t := range some {
		set |= 1 << slices.Index(terms, t)
	}
	return set
}
