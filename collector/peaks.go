package collector

import (
	"sync"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/rumtop/rumtop/internal/beacon"
)

// peaks remembers the highest value of each measurement that an SDK reports
// piece by piece (see wire.Metric's Peak): viewers count the last value of a page
// view, so the last must be the highest.
//
// Like views it is bounded, and known to this process alone: behind a load
// balancer that spreads one page view over collectors, the highest may be missed.
type peaks struct {
	mu   sync.Mutex
	seen *lru.LRU[peak, float64]
}

const maxPeaks = 1 << 15

type peak struct {
	view beacon.ID
	name string
}

func newPeaks() *peaks {
	seen, err := lru.NewLRU[peak, float64](maxPeaks, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &peaks{seen: seen}
}

// highest is the highest value of a view's measurement so far, this one included.
func (p *peaks) highest(view beacon.ID, name string, value float64) float64 {
	if view == 0 {
		return value
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := peak{view, name}
	if old, ok := p.seen.Get(key); ok && old >= value {
		return old
	}
	p.seen.Add(key, value)
	return value
}
