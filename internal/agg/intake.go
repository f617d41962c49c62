package agg

import "github.com/rumtop/rumtop/internal/beacon"

// arrival is what is found out of a row before it is translated: what hangs on
// its ids, each of which is looked up in a table that is larger than the caches.
type arrival struct {
	view, identity uint32 // log.views, log.visitors
	isNew          bool   // it is to be counted
}

// identify finds the rows to count, those seen for the first time and not too
// old, with their views and visitors. The look-ups of all rows are begun side by
// side, in passes: most of their time is waiting for memory.
func (a *Aggregator) identify(batches []*beacon.Batch, oldest int64) []arrival {
	l, n := a.log, 0
	for _, b := range batches {
		n += b.Len()
		for _, id := range b.ID {
			a.touched += a.seen.prefetch(id)
		}
		for i, id := range b.View {
			a.touched += l.views.prefetch(uint64(id)) + l.identities.byHash.prefetch(identityKey(b.User[i], b.Session[i], id))
		}
	}
	for _, b := range batches {
		for i, id := range b.View {
			a.touched += uint32(l.views.prefetchKey(uint64(id)) + l.identities.byHash.prefetchKey(identityKey(b.User[i], b.Session[i], id)))
		}
	}
	a.arrivals = fill(a.arrivals, n, arrival{})
	all := a.arrivals
	for _, b := range batches {
		for i, id := range b.ID {
			switch {
			case !a.seen.remember(id):
				a.duplicates++
			case b.Received[i] < oldest:
				a.late++
			default:
				all[i] = arrival{l.viewIndex(b.View[i]), l.identities.intern(b.User[i], b.Session[i], b.View[i]), true}
			}
		}
		all = all[b.Len():]
	}
	return a.arrivals
}
