package stitch

import (
	"encoding/binary"
	"hash/maphash"
	"sync"
	"time"

	"github.com/rumtop/rumtop/collector/wire"
)

// Resends remembers the results of recent requests, so that a request that is
// sent again, because its answer was lost on the way, gets the same answer and
// is not published again. Only accepted requests are remembered: a denied one
// must be able to succeed later.
//
// Memory is bounded by two generations, of which the older is dropped.
type Resends struct {
	seed maphash.Seed

	mu            sync.Mutex
	recent, older map[uint64]wire.Result
	since         time.Time
}

const (
	resendEntries = 1 << 15
	resendAge     = 2 * time.Minute // SDKs give up after one
)

// NewResends returns an empty one.
func NewResends() *Resends {
	return &Resends{seed: maphash.MakeSeed(), recent: map[uint64]wire.Result{}}
}

// Key identifies a request of a site and an SDK: by the SDK's resend id if it has
// one, else by its body.
func (rs *Resends) Key(site, sdk, resendID string, body []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(rs.seed)
	h.WriteString(site)
	h.WriteByte(0)
	h.WriteString(sdk)
	h.WriteByte(0)
	if resendID != "" {
		h.WriteString(resendID)
	} else {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(body)))
		h.Write(n[:])
		h.Write(body)
	}
	return h.Sum64()
}

// Find returns the result of a request that was accepted before.
func (rs *Resends) Find(key uint64) (wire.Result, bool) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	a, ok := rs.recent[key]
	if !ok {
		a, ok = rs.older[key]
	}
	return a, ok
}

// Remember stores the result of an accepted request.
func (rs *Resends) Remember(key uint64, a wire.Result, now time.Time) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if len(rs.recent) >= resendEntries || now.Sub(rs.since) >= resendAge {
		rs.older, rs.recent, rs.since = rs.recent, map[uint64]wire.Result{}, now
	}
	rs.recent[key] = a
}
