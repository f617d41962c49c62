package collector

import (
	"sync"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// A lane gathers the beacons of one subject into a batch. While the queue is
// under pressure, beacons with errors gather in a lane of their own, so that
// batches without errors can be shed whole; and while batches wait that could
// not be sent, lanes gather until they are full.
type lane struct {
	subject string

	mu     sync.Mutex
	batch  *beacon.Batch // nil while nothing has gathered
	since  time.Time     // of the first beacon, by Config.Now
	size   int           // estimate, what the queue was charged
	errors int           // beacons with errors
	listed bool          // it is among Collector.fresh
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
// It says whether the beacon opened a batch, which takes the openingCost that
// was reserved beside size. pressed is queue.pressed when the lane was chosen.
func (c *Collector) gather(l *lane, b *beacon.Beacon, size int, pressed bool) (opened bool) {
	now := c.cfg.Now()
	var out [2]full
	n := 0
	l.mu.Lock()
	if l.batch != nil && (now.Sub(l.since) >= c.cfg.Linger && !c.queue.crowded.Load() || // nobody came to seal it: the clock runs faster than the real one
		pressed && l.errors > 0 && len(b.Errors) == 0) { // which began before there was pressure
		out[n] = l.release()
		n++
	}
	if l.batch == nil {
		l.batch = c.batches.Get().(*beacon.Batch)
		l.since = now
		l.size, opened = openingCost, true
		if !l.listed {
			l.listed = true
			c.began(fresh{l, now})
		}
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
	return opened
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
// A lane that has just been full waits for its turn anew, so that each is listed
// once.
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
		if !all && c.queue.holds() {
			c.freshMu.Unlock()
			return c.cfg.Linger, true
		}
		c.fresh = c.fresh[1:]
		c.freshMu.Unlock()

		f.lane.mu.Lock()
		if f.lane.batch != nil && !all && !f.lane.since.Equal(f.since) {
			c.began(fresh{f.lane, f.lane.since})
			f.lane.mu.Unlock()
			continue
		}
		f.lane.listed = false
		if f.lane.batch == nil {
			f.lane.mu.Unlock()
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
