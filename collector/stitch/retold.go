package stitch

import (
	"hash/maphash"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/rumtop/rumtop/collector/wire"
)

// Retold finds events that an SDK reports twice, at first and at second hand, in
// different beacons and in any order: see [wire.Telling]. Of such a pair, the
// report that arrives first counts and the other does not.
type Retold struct {
	evictions
	seed maphash.Seed
	mu   sync.Mutex
	open *lru.LRU[uint64, tellings]
}

// tellings counts the reports that wait for the other report of their pair.
type tellings struct {
	n    int // positive: reports at first hand; negative: at second hand
	last time.Time
}

const (
	maxRetold = 1 << 14

	// retoldAge is how far apart the two reports may arrive: SDKs send within
	// seconds, and wait for a page's end at the longest.
	retoldAge = 2 * time.Minute
)

// NewRetold returns an empty one.
func NewRetold() *Retold {
	open, err := lru.NewLRU[uint64, tellings](maxRetold, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &Retold{seed: maphash.MakeSeed(), open: open}
}

// HasRequest reports whether the other report of a request was counted already.
// Queries are not compared: SDKs leave them out of errors.
func (r *Retold) HasRequest(s *Sender, f *wire.Fetch, page string) bool {
	address := withoutQuery(f.URL)
	if strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") {
		if end := strings.Index(page, "://"); end >= 0 {
			host, _, _ := strings.Cut(page[end+len("://"):], "/")
			address = page[:end] + "://" + host + address
		}
	}
	return r.record(s, f.Telling, "request", address, f.Status)
}

// HasError reports whether the other report of an error was counted already.
func (r *Retold) HasError(s *Sender, e *wire.Error) bool {
	return r.record(s, e.Telling, e.Type, e.Message, 0)
}

func (r *Retold) record(s *Sender, t wire.Telling, kind, what string, status float64) bool {
	if t.Scope == "" {
		return false
	}
	key := maphash.Comparable(r.seed, [...]any{s.Site, s.SDK, s.Client(), t.Scope, kind, what, status})
	by := 1
	if t.Secondhand {
		by = -1
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	k, _ := r.open.Get(key)
	if s.Now.Sub(k.last) > retoldAge {
		k = tellings{}
	}
	isKnown := k.n*by < 0
	if k.n += by; k.n == 0 {
		r.open.Remove(key)
	} else {
		r.countIf(r.open.Add(key, tellings{k.n, s.Now}))
	}
	return isKnown
}
