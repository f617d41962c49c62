package collector

import (
	"hash/maphash"
	"math"
	"net/netip"
	"sync/atomic"
	"time"
)

// rate is how often something may happen. It is a token bucket kept as the time
// at which the bucket will be full again (the generic cell rate algorithm): one
// number that many may share without a lock.
type rate struct {
	interval int64 // nanoseconds that one costs
	burst    int64 // nanoseconds that may be saved up
}

const burstSeconds = 10

// newRate gives ten seconds' worth at once. limited is false for a rate that
// limits nobody.
func newRate(perSecond float64) (r rate, limited bool) {
	if perSecond < 0 || math.IsNaN(perSecond) || math.IsInf(perSecond, 0) {
		return rate{}, false
	}
	interval := max(int64(float64(time.Second)/perSecond), 1)
	return rate{interval, max(int64(burstSeconds*time.Second), interval)}, true
}

// after is when a bucket that is full again at the time full will be so with
// one taken from it now, or, where that is too much, how long to wait.
func (r rate) after(full, now int64) (after int64, wait time.Duration) {
	after = max(full, now) + r.interval
	return after, time.Duration(max(after-r.burst-now, 0))
}

// siteLimiter lets a site's pages send so many requests a second, all together.
type siteLimiter struct {
	rate
	full atomic.Int64
}

func newSiteLimiter(perSecond float64) *siteLimiter {
	r, limited := newRate(perSecond)
	if !limited {
		return nil
	}
	return &siteLimiter{rate: r}
}

// allow takes one request, or says how long to wait.
func (l *siteLimiter) allow(now time.Time) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	for {
		old := l.full.Load()
		after, wait := l.after(old, now.UnixNano())
		if wait > 0 {
			return wait, false
		}
		if l.full.CompareAndSwap(old, after) {
			return 0, true
		}
	}
}

// limiter lets each client send so many requests a second, with a burst, in
// memory that never grows.
//
// Buckets are cells in two rows, found by two keyed hashes of the address. A
// client is held to the lesser of its two cells, so only one who shares both
// with busy neighbours can be slowed by them; nobody gains anything by being
// forgotten, since nothing is forgotten.
type limiter struct {
	rate
	seeds [2]maphash.Seed
	rows  [2][limiterCells]atomic.Int64
}

const limiterCells = 1 << 16

// newLimiter returns nil, which limits nobody, for a negative rate.
func newLimiter(perSecond float64) *limiter {
	r, limited := newRate(perSecond)
	if !limited {
		return nil
	}
	return &limiter{rate: r, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// allow takes one request of a client, or says how long to wait.
func (l *limiter) allow(a netip.Addr, now time.Time) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	key := network(a).As16()
	var cells [2]*atomic.Int64
	for i := range cells {
		cells[i] = &l.rows[i][maphash.Bytes(l.seeds[i], key[:])%limiterCells]
	}
	t := now.UnixNano()
	for {
		old := [2]int64{cells[0].Load(), cells[1].Load()}
		after, wait := l.after(min(old[0], old[1]), t)
		if wait > 0 {
			return wait, false
		}
		if raise(cells[0], old[0], after) && raise(cells[1], old[1], after) {
			return 0, true
		}
	}
}

func raise(cell *atomic.Int64, old, to int64) bool {
	return old >= to || cell.CompareAndSwap(old, to)
}
