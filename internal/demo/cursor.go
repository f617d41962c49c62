package demo

import (
	"container/heap"
	"math"
	"slices"
	"time"
)

// chunk is the time, in milliseconds, whose sessions are drawn together.
const chunk = int64(time.Second / time.Millisecond)

// cursor is a position in the traffic that moves forward: the current sessions,
// and the chunk whose sessions start next.
type cursor struct {
	sim      *Sim
	random   *random // seeded for each step of a session
	arrivals *random // of sessions, seeded for each chunk
	body     body
	from     int64 // earlier requests are not returned
	chunk    int64
	queue    queue
	slots    []*session // current or free, by slot
	free     []int32    // slots
}

// cursorAt returns a cursor whose first request is the first at or after from.
func (s *Sim) cursorAt(from int64) *cursor {
	return &cursor{
		sim:      s,
		random:   newRandom(),
		arrivals: newRandom(),
		from:     from,
		chunk:    floorDiv(from-maxSession.Milliseconds(), chunk),
	}
}

// next returns the next request before the limit, if there is one.
func (c *cursor) next(limit int64) (Request, bool) {
	for {
		for c.chunk*chunk < limit && (len(c.queue) == 0 || c.chunk*chunk <= c.queue[0].at) {
			c.startSessions()
		}
		if len(c.queue) == 0 || c.queue[0].at >= limit {
			return Request{}, false
		}
		first := &c.queue[0]
		at, slot := first.at, first.slot
		s := c.slots[slot]
		c.step(s)
		if s.phase == ended {
			heap.Pop(&c.queue)
			c.free = append(c.free, slot)
		} else {
			first.at = s.at
			heap.Fix(&c.queue, 0)
		}
		if at >= c.from && c.body.beacons > 0 {
			return Request{
				At:      c.sim.start.Add(time.Duration(at) * time.Millisecond),
				Header:  s.user.header,
				Body:    slices.Clone(c.body.buf),
				Beacons: c.body.beacons,
			}, true
		}
	}
}

// startSessions starts the sessions of the next chunk. Arrivals are independent
// of each other, so the gaps between them are exponential.
func (c *cursor) startSessions() {
	c.arrivals.seed(c.sim.seed, uint64(c.chunk))
	for i, t := 0, c.gap(); t < 1; i, t = i+1, t+c.gap() {
		slot := c.newSlot()
		s := c.slots[slot]
		s.key = mix(mix(c.sim.seed, uint64(c.chunk)), uint64(i))
		s.user = &c.sim.users[c.arrivals.IntN(len(c.sim.users))]
		s.startedAt = c.chunk*chunk + int64(t*float64(chunk))
		c.random.seed(s.key, s.steps)
		s.steps++
		c.pageLoad(s, s.user.entryPage(c.random), s.startedAt)
		if s.phase == ended {
			c.free = append(c.free, slot)
			continue
		}
		heap.Push(&c.queue, due{s.at, s.key, slot})
	}
	c.chunk++
}

// gap is the time to the start of the next session, in chunks.
func (c *cursor) gap() float64 { return c.arrivals.ExpFloat64() / c.sim.arrivals }

// newSlot returns a slot for a new session. It reuses the memory of ended ones.
func (c *cursor) newSlot() int32 {
	n := len(c.free)
	if n == 0 {
		c.slots = append(c.slots, &session{})
		return int32(len(c.slots) - 1)
	}
	slot := c.free[n-1]
	c.free = c.free[:n-1]
	s := c.slots[slot]
	*s = session{prefix: s.prefix, deferred: s.deferred[:0]}
	return slot
}

// due is the time of a session's next request. It contains no pointer, because
// the queue moves entries often.
type due struct {
	at   int64
	key  uint64
	slot int32
}

// queue is a heap with the next request first. Keys break ties, so that the
// order does not depend on the cursor's start.
type queue []due

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if q[i].at != q[j].at {
		return q[i].at < q[j].at
	}
	return q[i].key < q[j].key
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(due)) }
func (q *queue) Pop() any {
	n := len(*q) - 1
	last := (*q)[n]
	*q = (*q)[:n]
	return last
}

func floorDiv(a, b int64) int64 { return int64(math.Floor(float64(a) / float64(b))) }
