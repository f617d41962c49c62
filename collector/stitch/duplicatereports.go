package stitch

import (
	"hash/maphash"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// DuplicateReports finds browser reports that were received before, for formats
// whose clients, if they got no answer, send their reports again together with
// newer ones. There is no id to go by: a report is a duplicate if the same client
// (address and user agent) sent the same for the same moment in another request.
type DuplicateReports struct {
	seed     maphash.Seed
	first    *lru.Cache[uint64, uint64] // first request of a report, by hash of report and moment
	requests atomic.Uint64
}

const (
	maxReports = 1 << 15

	// sameMoment is how far apart two requests may put the same moment: each
	// took its own time to arrive.
	sameMoment = 2 * time.Second
)

// NewDuplicateReports returns an empty one.
func NewDuplicateReports() *DuplicateReports {
	first, err := lru.New[uint64, uint64](maxReports)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &DuplicateReports{seed: maphash.MakeSeed(), first: first}
}

// NextRequest numbers a request, for Record.
func (d *DuplicateReports) NextRequest() uint64 { return d.requests.Add(1) }

// Record remembers a report of a request. duplicate says whether another request
// has sent the same report of that moment; key is for Forget, 0 if the report is
// remembered already.
func (d *DuplicateReports) Record(request uint64, s *Sender, report string, at time.Time) (key uint64, duplicate bool) {
	hash := func(slot int64) uint64 {
		return maphash.Comparable(d.seed, [...]any{s.Site, s.SDK, s.Addr, s.Agent, report, slot})
	}
	// A slot is twice as long as a moment, and the nearer neighbour counts, too.
	slot, rest := at.UnixNano()/int64(2*sameMoment), at.UnixNano()%int64(2*sameMoment)
	near := slot + 1
	if rest < int64(sameMoment) {
		near = slot - 1
	}
	key = hash(slot)
	first, known, _ := d.first.PeekOrAdd(key, request)
	if known {
		return 0, first != request
	}
	first, known = d.first.Peek(hash(near))
	return key, known && first != request
}

// Forget drops the reports of a request that was denied: it may be sent again.
func (d *DuplicateReports) Forget(keys []uint64) {
	for _, key := range keys {
		d.first.Remove(key)
	}
}
