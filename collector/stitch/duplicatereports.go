package stitch

import (
	"hash/maphash"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
)

// DuplicateReports finds browser reports that were received before, for formats
// whose clients, if they got no answer, send their reports again together with
// newer ones. There is no id to go by. A report is a duplicate if the same client
// (address, browser and languages) sent the same, for the same moment, in another
// request, and if everything else of that request is here again, too: a browser
// sends all that it got no answer for. Otherwise it is of somebody else who saw
// the same.
type DuplicateReports struct {
	evictions
	seed maphash.Seed
	mu   sync.Mutex
	seen *lru.LRU[uint64, seenReport] // by client, content and moment
}

// Moment is a report and when what it reports happened.
type Moment struct {
	Content string
	At      time.Time
}

// seenReport is a report and the request that brought it first.
type seenReport struct {
	at time.Time
	by *reportRequest
}

// reportRequest is a request, by how many of its reports are remembered.
type reportRequest struct{ reports int }

const (
	maxReports = 1 << 15

	// sameMoment is how far apart two requests may put the same moment: each
	// took its own time to arrive.
	sameMoment = time.Second
)

// NewDuplicateReports returns an empty one.
func NewDuplicateReports() *DuplicateReports {
	forget := func(_ uint64, r seenReport) { r.by.reports-- }
	seen, err := lru.NewLRU(maxReports, forget)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &DuplicateReports{seed: maphash.MakeSeed(), seen: seen}
}

// Record remembers the reports of a request. duplicates says which of them
// another request has brought; keys are for Forget.
func (d *DuplicateReports) Record(s *Sender, reports []Moment) (keys []uint64, duplicates []bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := make([]*reportRequest, len(reports))
	again := map[*reportRequest]map[uint64]bool{}
	for i := range reports {
		key, known := d.find(s, &reports[i])
		if known == nil {
			continue
		}
		before[i] = known
		if again[known] == nil {
			again[known] = map[uint64]bool{}
		}
		again[known][key] = true
	}
	duplicates = make([]bool, len(reports))
	this := &reportRequest{}
	for i := range reports {
		if known := before[i]; known != nil && len(again[known]) >= known.reports {
			duplicates[i] = true
			continue
		}
		key := d.key(s, &reports[i], 0)
		d.seen.Remove(key)
		d.countIf(d.seen.Add(key, seenReport{reports[i].At, this}))
		this.reports++
		keys = append(keys, key)
	}
	return keys, duplicates
}

// find returns the request that brought a report, nil if none has, and the key
// of the report there.
func (d *DuplicateReports) find(s *Sender, m *Moment) (key uint64, by *reportRequest) {
	for _, slot := range [...]int64{0, -1, 1} {
		key = d.key(s, m, slot)
		if r, ok := d.seen.Get(key); ok && m.At.Sub(r.at).Abs() <= sameMoment {
			return key, r.by
		}
	}
	return 0, nil
}

// key is that of a report in the slot of its moment, or so many slots later.
func (d *DuplicateReports) key(s *Sender, m *Moment, later int64) uint64 {
	slot := m.At.UnixNano()/int64(sameMoment) + later
	return maphash.Comparable(d.seed, [...]any{s.Site, s.SDK, s.Client(), m.Content, slot})
}

// Forget drops the reports of a request that was denied: it may be sent again.
func (d *DuplicateReports) Forget(keys []uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, key := range keys {
		d.seen.Remove(key)
	}
}
