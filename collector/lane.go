package collector

import (
	"sync"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// A lane gathers the beacons of one subject into a batch. While the queue is
// under pressure, beacons with errors gather in a lane of their own, so that
// batches without errors can be shed whole.
type lane struct {
	subject string

	mu     sync.Mutex
	batch  *beacon.Batch // nil while nothing has gathered
	since  time.Time     // of the first beacon, by Config.Now
	size   int           // estimate, what the queue was charged
	errors int           // beacons with errors
}

// full is a batch that a lane has let go of.
type full struct {
	subject string
	batch   *beacon.Batch
	size    int
	errors  int
}

// fresh is a lane that began to gather, in the order of time.
type fresh struct {
	lane  *lane
	since time.Time
}

// gather adds a beacon to its lane and publishes the batch if that filled it.
func (c *Collector) gather(l *lane, b *beacon.Beacon, size int) {
	now := c.cfg.Now()
	var out [2]full
	n := 0
	l.mu.Lock()
	if l.batch != nil && now.Sub(l.since) >= c.cfg.Linger {
		// Only when nobody came to seal it: under a clock that runs faster.
		out[n] = l.release()
		n++
	}
	if l.batch == nil {
		l.batch = c.batches.Get().(*beacon.Batch)
		l.since = now
		c.began(fresh{l, now})
	}
	l.batch.Append(b)
	l.size += size
	if len(b.Errors) > 0 {
		l.errors++
	}
	if l.batch.Len() >= c.cfg.BatchBeacons || l.size >= c.cfg.BatchBytes {
		out[n] = l.release()
		n++
	}
	l.mu.Unlock()
	for i := range n {
		c.seal(out[i])
	}
}

// release empties the lane, which must be locked.
func (l *lane) release() full {
	f := full{l.subject, l.batch, l.size, l.errors}
	l.batch, l.size, l.errors = nil, 0, 0
	return f
}

func (c *Collector) began(f fresh) {
	c.freshMu.Lock()
	c.fresh = append(c.fresh, f)
	first := len(c.fresh) == 1
	c.freshMu.Unlock()
	if first {
		c.queue.wakeUp()
	}
}

// sealDue publishes the batches that have lingered long enough, or all of them,
// and returns how long the next one has to wait; ok is false if there is none.
func (c *Collector) sealDue(all bool) (wait time.Duration, ok bool) {
	now := c.cfg.Now()
	for {
		c.freshMu.Lock()
		if len(c.fresh) == 0 {
			c.fresh = nil
			c.freshMu.Unlock()
			return 0, false
		}
		f := c.fresh[0]
		if wait := c.cfg.Linger - now.Sub(f.since); wait > 0 && !all {
			c.freshMu.Unlock()
			return wait, true
		}
		c.fresh = c.fresh[1:]
		c.freshMu.Unlock()

		f.lane.mu.Lock()
		if f.lane.batch == nil || !f.lane.since.Equal(f.since) {
			f.lane.mu.Unlock() // it was full before
			continue
		}
		out := f.lane.release()
		f.lane.mu.Unlock()
		c.seal(out)
	}
}

// seal encodes a batch and queues it.
func (c *Collector) seal(f full) {
	buf := c.scratch.Get().(*[]byte)
	encoded, err := f.batch.Encode((*buf)[:0])
	n := f.batch.Len()
	f.batch.Reset()
	c.batches.Put(f.batch)
	if err != nil {
		c.queue.refund(f.size)
		c.ledger.lose(n, droppedEncoding)
		c.complain("batch could not be encoded", err)
		return
	}
	payload := append(make([]byte, 0, len(encoded)), encoded...)
	*buf = encoded
	c.scratch.Put(buf)
	c.queue.push(&parcel{
		subject: f.subject, id: newMessageID(), payload: payload,
		beacons: n, errors: f.errors,
	}, f.size)
}
