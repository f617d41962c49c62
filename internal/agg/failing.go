package agg

import (
	"cmp"
	"slices"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
)

// endpointField is how filters name where a request goes. Pages call endpoints: what
// fails is often one of these, on all pages that call it.
const endpointField = "url"

// endpoints are the terms that an explanation of failed requests may be made of beside segments:
// those told before, and the endpoints with most failures in the last steps.
func (w *watch) endpoints(e *episode, steps int) []frame.Term {
	if e.measure != ofRequests {
		return nil
	}
	failed := map[uint16]int{}
	w.each(w.newest()-int64(steps)+1, w.newest(), func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 || c.Flags[i]&store.HasRequests == 0 {
			return
		}
		for _, r := range c.RowRequests(i) {
			if r.Failed() {
				failed[r.Endpoint]++
			}
		}
	})
	byURL := map[string]int{}
	for id, n := range failed {
		if u, _ := w.log.Endpoint(uint32(id)); u != store.OtherString && u != store.NoString {
			byURL[w.log.EndpointURL(uint32(id))] += n
		}
	}
	var terms []frame.Term
	for _, t := range e.terms {
		if t.Field == endpointField {
			terms = append(terms, t)
			delete(byURL, t.Value)
		}
	}
	var urls []string
	for url, n := range byURL {
		if n >= minHurt {
			urls = append(urls, url)
		}
	}
	slices.SortFunc(urls, func(x, y string) int { return cmp.Or(byURL[y]-byURL[x], cmp.Compare(x, y)) })
	for _, url := range urls[:min(len(urls), maxTerms-len(terms))] {
		terms = append(terms, frame.Term{Field: endpointField, Value: url})
	}
	return terms
}

// addEndpoint has a term hold for the rows that have a request to an address.
func (t *lattice) addEndpoint(l *store.Log, url string, bit uint16) {
	if t.endpoints == nil {
		t.endpoints = make([]uint16, l.Endpoints.Bound())
	}
	for id := range t.endpoints {
		if l.EndpointURL(uint32(id)) == url {
			t.endpoints[id] |= bit
		}
	}
}

// endpointsOf are those that terms name, nil where they name none.
func (w *watch) endpointsOf(terms []frame.Term) []bool {
	for _, t := range terms {
		if t.Field != endpointField {
			continue
		}
		only := make([]bool, w.log.Endpoints.Bound())
		for id := range only {
			only[id] = w.log.EndpointURL(uint32(id)) == t.Value
		}
		return only
	}
	return nil
}

// requestCounts is how many requests a row has that an episode is about, and how many of
// them failed. An endpoint that came up since has a term of its own, if any.
func (e *episode) requestCounts(c *store.Chunk, i int) (n, failed int) {
	if e.only == nil {
		return c.RequestCounts(i)
	}
	for _, r := range c.RowRequests(i) {
		if int(r.Endpoint) < len(e.only) && e.only[r.Endpoint] {
			n++
			if r.Failed() {
				failed++
			}
		}
	}
	return n, failed
}
