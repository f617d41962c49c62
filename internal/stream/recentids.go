package stream

import "hash/maphash"

// recentIDs are the ids of live messages, which have no sequence. The stream
// does not deliver them again. It holds hashes, because an id can be of any
// length.
type recentIDs struct {
	seed  maphash.Seed
	known map[uint64]struct{}
	ring  []uint64
	next  int
}

const maxRecent = 1 << 16

func newRecentIDs() *recentIDs {
	return &recentIDs{seed: maphash.MakeSeed(), known: map[uint64]struct{}{}}
}

func (r *recentIDs) remember(id string) {
	if id == "" || r.contains(id) {
		return
	}
	hash := maphash.String(r.seed, id)
	if len(r.ring) < maxRecent {
		r.ring = append(r.ring, hash)
	} else {
		delete(r.known, r.ring[r.next])
		r.ring[r.next] = hash
		r.next = (r.next + 1) % maxRecent
	}
	r.known[hash] = struct{}{}
}

func (r *recentIDs) contains(id string) bool {
	if id == "" {
		return false
	}
	_, ok := r.known[maphash.String(r.seed, id)]
	return ok
}
