package store

import "github.com/rumtop/rumtop/internal/beacon"

// Intake decides which rows of a batch enter the log, and looks up their ids.
type Intake struct {
	dedup dedup

	Duplicates int64 // rows whose beacon id was seen before
	TooOld     int64 // rows received before the retained history

	found   []RowIDs
	touched uint32 // keeps prefetches from being optimised away
}

// RowIDs is the result of looking up the ids of a row, in tables that are larger
// than the CPU's caches.
type RowIDs struct {
	view, identity uint32 // in Log.Views and Log.Identities
	IsNew          bool   // the row enters the log
}

// LookUp returns an entry for each row of the batches, in their order. A row is
// not new if its beacon id is known, or if it was received before oldest, Unix
// milliseconds. LookUp first prefetches for all rows, in two passes: look-ups mostly
// wait for memory, and prefetches wait side by side. The result is valid until the
// next call.
func (in *Intake) LookUp(l *Log, batches []*beacon.Batch, oldest int64) []RowIDs {
	n := 0
	for _, b := range batches {
		n += b.Len()
		for _, id := range b.ID {
			in.touched += in.dedup.prefetch(id)
		}
		for i, id := range b.View {
			in.touched += l.Views.prefetch(uint64(id)) + l.Identities.byHash.prefetch(identityKey(b.User[i], b.Session[i], id))
		}
	}
	for _, b := range batches {
		for i, id := range b.View {
			in.touched += uint32(l.Views.prefetchKey(uint64(id)) + l.Identities.byHash.prefetchKey(identityKey(b.User[i], b.Session[i], id)))
		}
	}
	in.found = Filled(in.found, n, RowIDs{})
	rest := in.found
	for _, b := range batches {
		for i, id := range b.ID {
			switch {
			case !in.dedup.remember(id):
				in.Duplicates++
			case b.Received[i] < oldest:
				in.TooOld++
			default:
				view := l.viewIndex(b.View[i])
				rest[i] = RowIDs{view, l.identify(b.User[i], b.Session[i], b.View[i], view), true}
			}
		}
		rest = rest[b.Len():]
	}
	return in.found
}

// Bytes returns the memory that the ids of known beacons take.
func (in *Intake) Bytes() int { return in.dedup.bytes() }
