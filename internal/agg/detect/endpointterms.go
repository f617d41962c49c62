package detect

import (
	"cmp"
	"slices"

	"github.com/rumtop/rumtop/internal/agg/explain"
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
)

// endpointTerms returns the terms that an explanation of failed requests may
// have besides segments: those that the episode has, and the endpoints with most
// failures in the last steps.
func (w *Watch) endpointTerms(e *episode, steps int) []frame.Term {
	if e.measure != measure.FailedRequests {
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
		if t.Field == explain.EndpointField {
			terms = append(terms, t)
			delete(byURL, t.Value)
		}
	}
	var urls []string
	for url, n := range byURL {
		if n >= minAffected {
			urls = append(urls, url)
		}
	}
	slices.SortFunc(urls, func(x, y string) int { return cmp.Or(byURL[y]-byURL[x], cmp.Compare(x, y)) })
	for _, url := range urls[:min(len(urls), explain.MaxTerms-len(terms))] {
		terms = append(terms, frame.Term{Field: explain.EndpointField, Value: url})
	}
	return terms
}

// endpointsOf returns which endpoints terms name, nil if they name none.
func (w *Watch) endpointsOf(terms []frame.Term) []bool {
	for _, t := range terms {
		if t.Field != explain.EndpointField {
			continue
		}
		named := make([]bool, w.log.Endpoints.Bound())
		for id := range named {
			named[id] = w.log.EndpointURL(uint32(id)) == t.Value
		}
		return named
	}
	return nil
}

// requestCounts returns the number of a row's requests that an episode is about,
// and how many of them failed. An endpoint that is new since then is not one.
func (e *episode) requestCounts(c *store.Chunk, i int) (n, failed int) {
	if e.endpoints == nil {
		return c.RequestCounts(i)
	}
	for _, r := range c.RowRequests(i) {
		if int(r.Endpoint) < len(e.endpoints) && e.endpoints[r.Endpoint] {
			n++
			if r.Failed() {
				failed++
			}
		}
	}
	return n, failed
}
