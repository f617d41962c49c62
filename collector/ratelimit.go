package collector

import (
	"hash/maphash"
	"math"
	"net/netip"
	"sync/atomic"
	"time"
)

// limiter lets each client send so many requests a second, with a burst, in
// memory that never grows.
//
// It is a token bucket kept as the time at which the bucket will be full again
// (the generic cell rate algorithm), in two rows of cells found by two keyed
// hashes of the address. A client is held to the lesser of its two cells, so
// only one who shares both with busy neighbours can be slowed by them; nobody
// gains anything by being forgotten, since nothing is forgotten.
type limiter struct {
	interval int64 // nanoseconds a request costs
	burst    int64 // nanoseconds that may be saved up
	seeds    [2]maphash.Seed
	rows     [2][limiterCells]atomic.Int64
}

const (
	limiterCells = 1 << 16
	burstSeconds = 10
)

// newLimiter returns nil, which limits nobody, for a negative rate.
func newLimiter(rate float64) *limiter {
	if rate < 0 || math.IsNaN(rate) || math.IsInf(rate, 0) {
		return nil
	}
	interval := max(int64(float64(time.Second)/rate), 1)
	return &limiter{
		interval: interval,
		burst:    max(int64(burstSeconds*time.Second), interval),
		seeds:    [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
	}
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
		full := max(min(old[0], old[1]), t) + l.interval
		if over := full - l.burst - t; over > 0 {
			return time.Duration(over), false
		}
		if l.raise(cells[0], old[0], full) && l.raise(cells[1], old[1], full) {
			return 0, true
		}
	}
}

func (l *limiter) raise(cell *atomic.Int64, old, to int64) bool {
	return old >= to || cell.CompareAndSwap(old, to)
}
