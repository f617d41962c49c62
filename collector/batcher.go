package collector

import (
	"sync"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// batcher gathers the beacons of one subject into a batch. While the queue is
// under pressure, beacons with errors gather in a batcher of their own, so that
// batches without errors can be shed whole. While there is a backlog, batchers
// gather until they are full.
type batcher struct {
	subject string

	mu     sync.Mutex
	batch  *beacon.Batch // nil while it is empty
	since  time.Time     // of the first beacon, by Config.Now
	size   int           // estimate, what the queue was charged
	errors int           // beacons with errors
	listed bool          // it is in Collector.lingering
}

// detachedBatch is a batch that its batcher has given up, to be encoded.
type detachedBatch struct {
	subject string
	batch   *beacon.Batch
	size    int
	errors  int
}

// lingeringBatcher is a batcher that has begun a batch, and when.
type lingeringBatcher struct {
	batcher *batcher
	since   time.Time
}

// gather adds a beacon to a batcher and queues the batch if that filled it. It
// returns whether the beacon opened a batch, which takes the openingCost that was
// reserved beside size. pressure is queue.pressure when the batcher was chosen.
func (c *Collector) gather(bt *batcher, b *beacon.Beacon, size int, pressure bool) (opened bool) {
	now := c.cfg.Now()
	var out [2]detachedBatch
	n := 0
	bt.mu.Lock()
	// sealLingered has not run yet if the clock is faster than the real one.
	overdue := bt.batch != nil && now.Sub(bt.since) >= c.cfg.Linger && !c.queue.backlog.Load()
	// A batch with errors was begun before there was pressure.
	mixed := bt.batch != nil && pressure && bt.errors > 0 && len(b.Errors) == 0
	if overdue || mixed {
		out[n] = bt.detach()
		n++
	}
	if bt.batch == nil {
		bt.batch = c.batches.Get().(*beacon.Batch)
		bt.since = now
		bt.size, opened = openingCost, true
		if !bt.listed {
			bt.listed = true
			c.addLingering(lingeringBatcher{bt, now})
		}
	}
	bt.batch.Append(b)
	bt.size += size
	if len(b.Errors) > 0 {
		bt.errors++
	}
	if bt.batch.Len() >= c.cfg.BatchBeacons || bt.size >= c.cfg.BatchBytes {
		out[n] = bt.detach()
		n++
	}
	bt.mu.Unlock()
	for i := range n {
		c.seal(out[i])
	}
	return opened
}

// detach empties the batcher, which must be locked.
func (bt *batcher) detach() detachedBatch {
	d := detachedBatch{bt.subject, bt.batch, bt.size, bt.errors}
	bt.batch, bt.size, bt.errors = nil, 0, 0
	return d
}

func (c *Collector) addLingering(l lingeringBatcher) {
	c.lingeringMu.Lock()
	c.lingering = append(c.lingering, l)
	first := len(c.lingering) == 1
	c.lingeringMu.Unlock()
	if first {
		c.queue.wakeUp()
	}
}

// sealLingered queues the batches that have lingered long enough, or all of
// them, and returns how long the next one has to wait; ok is false if there is
// none. A batcher whose batch became full before that is listed again for its
// next batch, so that each is listed once.
func (c *Collector) sealLingered(all bool) (wait time.Duration, ok bool) {
	now := c.cfg.Now()
	for {
		c.lingeringMu.Lock()
		if len(c.lingering) == 0 {
			c.lingering = nil
			c.lingeringMu.Unlock()
			return 0, false
		}
		oldest := c.lingering[0]
		if wait := c.cfg.Linger - now.Sub(oldest.since); wait > 0 && !all {
			c.lingeringMu.Unlock()
			return wait, true
		}
		if !all && c.queue.prefersLargeBatches() {
			c.lingeringMu.Unlock()
			return c.cfg.Linger, true
		}
		c.lingering = c.lingering[1:]
		c.lingeringMu.Unlock()

		bt := oldest.batcher
		bt.mu.Lock()
		if bt.batch != nil && !all && !bt.since.Equal(oldest.since) {
			c.addLingering(lingeringBatcher{bt, bt.since})
			bt.mu.Unlock()
			continue
		}
		bt.listed = false
		if bt.batch == nil {
			bt.mu.Unlock()
			continue
		}
		out := bt.detach()
		bt.mu.Unlock()
		c.seal(out)
	}
}

// seal encodes a batch and queues it.
func (c *Collector) seal(d detachedBatch) {
	buf := c.scratch.Get().(*[]byte)
	encoded, err := d.batch.Encode((*buf)[:0])
	n := d.batch.Len()
	d.batch.Reset()
	c.batches.Put(d.batch)
	if err != nil {
		c.queue.unreserve(d.size)
		c.accounts.recordLost(n, droppedEncoding)
		c.warn("cannot encode a batch", err)
		return
	}
	payload := append(make([]byte, 0, len(encoded)), encoded...)
	*buf = encoded
	c.scratch.Put(buf)
	c.queue.enqueue(&encodedBatch{
		subject: d.subject, id: newMessageID(), payload: payload,
		beacons: n, errors: d.errors,
	}, d.size)
}
