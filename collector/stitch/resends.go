package stitch

import (
	"crypto/sha256"
	"encoding/binary"
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
	evictions
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
	return &Resends{recent: map[uint64]wire.Result{}}
}

// RequestKey identifies a request of a site and an SDK, on every collector alike:
// by its body and the SDK's resend id. A resend id alone does not do: some send the
// same one with everything. Without one, the client tells requests apart, too: two
// people may report the same.
func RequestKey(s *Sender, resendID string, body []byte) uint64 {
	h := sha256.New()
	parts := [...]string{s.Site, s.SDK, resendID, ""}
	if resendID == "" {
		parts[3] = s.Client()
	}
	var length [8]byte
	for _, part := range parts {
		binary.LittleEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write([]byte(part))
	}
	h.Write(body)
	return binary.LittleEndian.Uint64(h.Sum(nil))
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
	isFull, isOld := len(rs.recent) >= resendEntries, now.Sub(rs.since) >= resendAge
	if isFull || isOld {
		if !isOld {
			rs.n.Add(int64(len(rs.older)))
		}
		rs.older, rs.recent, rs.since = rs.recent, map[uint64]wire.Result{}, now
	}
	rs.recent[key] = a
}
