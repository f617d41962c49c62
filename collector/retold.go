package collector

import (
	"hash/maphash"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// retold remembers what browsers have told of themselves, for formats in which a
// client that got no answer gathers it anew when it sends it again, with what
// happened since. All that can be known again is that the same client (its
// address and user agent) tells the same of the same moment in another request.
//
// What is remembered are hashes, in bounded memory, and only in this process.
type retold struct {
	seed     maphash.Seed
	told     *lru.Cache[uint64, uint64] // by what and when, the request that told it first
	requests atomic.Uint64
}

const (
	maxRetold = 1 << 15

	// moment is how far apart the same may have happened by what two requests
	// say: their ways took unlike times.
	moment = 2 * time.Second
)

func newRetold() *retold {
	told, err := lru.New[uint64, uint64](maxRetold)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &retold{seed: maphash.MakeSeed(), told: told}
}

// again says whether another request has told the same of that moment, and the
// key under which it is remembered if none has.
func (r *retold) again(request uint64, s *sender, what string, at time.Time) (key uint64, again bool) {
	hash := func(slot int64) uint64 {
		return maphash.Comparable(r.seed, [...]any{s.site.name, s.sdk, s.addr, s.agent, what, slot})
	}
	// Slots are twice as long as a moment, and the nearer neighbour counts, too.
	slot, rest := at.UnixNano()/int64(2*moment), at.UnixNano()%int64(2*moment)
	near := slot + 1
	if rest < int64(moment) {
		near = slot - 1
	}
	key = hash(slot)
	first, known, _ := r.told.PeekOrAdd(key, request)
	if known {
		return 0, first != request
	}
	first, known = r.told.Peek(hash(near))
	return key, known && first != request
}

// forget forgets what a request told that was refused: it may come again.
func (r *retold) forget(keys []uint64) {
	for _, key := range keys {
		r.told.Remove(key)
	}
}
