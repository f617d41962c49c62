package collector

import (
	"encoding/binary"
	"hash/maphash"
	"sync"
	"time"

	"github.com/rumtop/rumtop/collector/wire"
)

// resends remembers what recent requests were answered, so that a request that
// comes again, because its answer was lost on the way, is answered in the same
// way and not published again. Only what was taken is remembered: a request
// that was refused must be able to succeed later.
//
// Memory is bounded by two generations, of which the elder is forgotten.
type resends struct {
	seed maphash.Seed

	mu           sync.Mutex
	young, elder map[uint64]wire.Result
	since        time.Time
}

const (
	resendEntries = 1 << 15
	resendAge     = 2 * time.Minute // SDKs give up after one
)

func newResends() *resends {
	return &resends{seed: maphash.MakeSeed(), young: map[uint64]wire.Result{}}
}

// key identifies a request of a site and a format: by the SDK's own name for
// it, or by its body.
func (rs *resends) key(s *site, sdk, attempt string, body []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(rs.seed)
	h.WriteString(s.name)
	h.WriteByte(0)
	h.WriteString(sdk)
	h.WriteByte(0)
	if attempt != "" {
		h.WriteString(attempt)
	} else {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(body)))
		h.Write(n[:])
		h.Write(body)
	}
	return h.Sum64()
}

func (rs *resends) find(key uint64) (wire.Result, bool) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	a, ok := rs.young[key]
	if !ok {
		a, ok = rs.elder[key]
	}
	return a, ok
}

func (rs *resends) remember(key uint64, a wire.Result, now time.Time) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if len(rs.young) >= resendEntries || now.Sub(rs.since) >= resendAge {
		rs.elder, rs.young, rs.since = rs.young, map[uint64]wire.Result{}, now
	}
	rs.young[key] = a
}
