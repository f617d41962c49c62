package stitch

import (
	"sync"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/rumtop/rumtop/internal/beacon"
)

// ViewMax remembers the highest value of each measurement that an SDK reports
// piece by piece: viewers count the last value of a page view, so the last one
// must be the highest.
type ViewMax struct {
	evictions
	mu   sync.Mutex
	seen *lru.LRU[viewMetric, float64]
}

const maxViewMetrics = 1 << 15

// viewMetric is a measurement of a view.
type viewMetric struct {
	view beacon.ID
	name string
}

// NewViewMax returns an empty one.
func NewViewMax() *ViewMax {
	seen, err := lru.NewLRU[viewMetric, float64](maxViewMetrics, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &ViewMax{seen: seen}
}

// Highest is the highest value of a view's measurement so far, this one
// included. Without a view it is this one.
func (m *ViewMax) Highest(view beacon.ID, name string, value float64) float64 {
	if view == 0 {
		return value
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	key := viewMetric{view, name}
	if old, ok := m.seen.Get(key); ok && old >= value {
		return old
	}
	m.countIf(m.seen.Add(key, value))
	return value
}
