package edge

import (
	"hash/maphash"
	"math"
	"net/netip"
	"sync/atomic"
	"time"
)

// rate is a token bucket, stored as the time at which the bucket will be full
// again (the generic cell rate algorithm): one number that goroutines share
// without a lock.
type rate struct {
	interval int64 // nanoseconds that one request costs
	burst    int64 // nanoseconds that can be saved up
}

const burstSeconds = 10

// newRate allows ten seconds' worth at once. limited is false for a negative
// rate, which is no limit.
func newRate(perSecond float64) (r rate, limited bool) {
	if perSecond < 0 || math.IsNaN(perSecond) || math.IsInf(perSecond, 0) {
		return rate{}, false
	}
	interval := max(int64(float64(time.Second)/perSecond), 1)
	return rate{interval, max(int64(burstSeconds*time.Second), interval)}, true
}

// charge takes one request from a bucket that is full again at the time full,
// and returns when it will be full after that. If that is too much, wait is how
// long to wait.
func (r rate) charge(full, now int64) (after int64, wait time.Duration) {
	after = max(full, now) + r.interval
	return after, time.Duration(max(after-r.burst-now, 0))
}

// RateLimiter limits the requests per second of all its callers together.
type RateLimiter struct {
	rate
	full atomic.Int64
}

// NewRateLimiter allows ten seconds' worth at once. For a negative rate it
// returns nil, which is no limit.
func NewRateLimiter(perSecond float64) *RateLimiter {
	r, limited := newRate(perSecond)
	if !limited {
		return nil
	}
	return &RateLimiter{rate: r}
}

// Allow counts one request, or returns how long to wait.
func (l *RateLimiter) Allow(now time.Time) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	for {
		old := l.full.Load()
		after, wait := l.charge(old, now.UnixNano())
		if wait > 0 {
			return wait, false
		}
		if l.full.CompareAndSwap(old, after) {
			return 0, true
		}
	}
}

// ClientRateLimiter limits the requests per second of each client, in memory
// that never grows.
//
// Buckets are cells in two rows, found by two keyed hashes of the address. The
// lesser of a client's two cells counts, so a client is slowed by others only if
// it shares both cells with busy ones. No client gains a second burst by being
// forgotten, since nothing is forgotten.
type ClientRateLimiter struct {
	rate
	seeds [2]maphash.Seed
	rows  [2][limiterCells]atomic.Int64
}

const limiterCells = 1 << 16

// NewClientRateLimiter allows ten seconds' worth at once. For a negative rate it
// returns nil, which is no limit.
func NewClientRateLimiter(perSecond float64) *ClientRateLimiter {
	r, limited := newRate(perSecond)
	if !limited {
		return nil
	}
	return &ClientRateLimiter{rate: r, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// AllowClient counts one request of a client, or returns how long to wait.
func (l *ClientRateLimiter) AllowClient(a netip.Addr, now time.Time) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	key := Network(a).As16()
	var cells [2]*atomic.Int64
	for i := range cells {
		cells[i] = &l.rows[i][maphash.Bytes(l.seeds[i], key[:])%limiterCells]
	}
	t := now.UnixNano()
	for {
		old := [2]int64{cells[0].Load(), cells[1].Load()}
		after, wait := l.charge(min(old[0], old[1]), t)
		if wait > 0 {
			return wait, false
		}
		if raise(cells[0], old[0], after) && raise(cells[1], old[1], after) {
			return 0, true
		}
	}
}

// raise sets a cell that holds old to at least to. It returns false if another
// goroutine has changed the cell.
func raise(cell *atomic.Int64, old, to int64) bool {
	return old >= to || cell.CompareAndSwap(old, to)
}
