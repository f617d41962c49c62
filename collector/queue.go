package collector

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"time"
)

// A parcel is an encoded batch on its way to the server.
type parcel struct {
	subject, id     string
	payload         []byte
	beacons, errors int
	seq             uint64 // order in which batches were sealed
	attempts        int
	tried           uint64 // queue.delivered at the first attempt
}

// What a batch takes beside its payload: the parcel, its id and its place in
// line; and what opening one may add to the estimates of its beacons, which
// leave out what is said once a batch.
const (
	parcelOverhead = 256
	openingCost    = parcelOverhead + 256
)

func (p *parcel) cost() int { return len(p.payload) + parcelOverhead }

// Retries begin quickly and stay frequent: what is queued should be out within
// seconds of the server coming back.
const (
	firstBackoff = 50 * time.Millisecond
	lastBackoff  = time.Second
	// A batch that failed this often while others got through will never be taken.
	maxAttempts = 8
)

// newMessageID names a batch to the server's deduplication.
func newMessageID() string {
	var id [16]byte
	rand.Read(id[:])
	return hex.EncodeToString(id[:])
}

// queue is everything between the handlers and the server's acknowledgement,
// bounded in bytes: what gathers in lanes (charged by estimate), what waits and
// what is in flight. When it is full, waiting batches without errors go, the
// oldest first; when none is left, reserve fails.
type queue struct {
	pub      Publisher
	ledger   *ledger
	max      int
	inFlight int

	wake    chan struct{} // something to do
	settled chan struct{} // something was published or lost

	// pressed says that batches wait long enough for shedding to come near.
	pressed atomic.Bool
	// crowded says that batches wait which could not be sent yet: one more would
	// only make the line longer.
	crowded atomic.Bool

	mu          sync.Mutex
	bytes       int     // of everything
	gathering   int     // of which in lanes
	plain       parcels // waiting, without errors
	urgent      parcels // waiting, with errors
	flying      int
	flyingBytes int
	seq         uint64
	delivered   uint64 // batches acknowledged
	failures    uint64 // attempts that failed
	lastFailure error
	backoff     time.Duration
	notBefore   time.Time // real time: it is about the network
	closed      bool
}

func newQueue(pub Publisher, l *ledger, maxBytes, inFlight int) *queue {
	return &queue{
		pub: pub, ledger: l, max: maxBytes, inFlight: inFlight,
		wake: make(chan struct{}, 1), settled: make(chan struct{}, 1),
	}
}

func (q *queue) wakeUp() { signal(q.wake) }

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// reserve makes room for n bytes, shedding if it must. It never waits.
func (q *queue) reserve(n int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.shed(n) {
		return false
	}
	q.bytes += n
	q.gathering += n
	q.gauge()
	return true
}

// shed makes room for n bytes, if it can. The queue must be locked.
func (q *queue) shed(n int) bool {
	for q.bytes+n > q.max {
		p := q.plain.pop()
		if p == nil {
			return false
		}
		q.bytes -= p.cost()
		q.ledger.lose(p.beacons, droppedShed)
	}
	return true
}

// refund gives a reservation back.
func (q *queue) refund(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes -= n
	q.gathering -= n
	q.gauge()
	signal(q.settled)
}

// push queues a batch in place of what was reserved for it.
func (q *queue) push(p *parcel, reserved int) {
	q.mu.Lock()
	q.seq++
	p.seq = q.seq
	q.bytes += p.cost() - reserved
	q.gathering -= reserved
	if q.closed {
		q.mu.Unlock() // counted by closeBooks
		return
	}
	q.line(p).push(p)
	q.shed(0) // the estimate may have been too low
	q.gauge()
	q.mu.Unlock()
	q.wakeUp()
}

func (q *queue) line(p *parcel) *parcels {
	if p.errors > 0 {
		return &q.urgent
	}
	return &q.plain
}

// gauge looks after pressed. The queue must be locked.
func (q *queue) gauge() { q.pressed.Store(q.bytes > q.max/8 || q.crowded.Load()) }

// holds says that lanes should go on gathering what has lingered: it could not
// be sent now, and a few large batches are through sooner than many small ones
// when the server is back. What gathers may take a share of the queue.
func (q *queue) holds() bool {
	if !q.crowded.Load() {
		return false
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.gathering < q.max/8
}

// dispatch publishes what waits, oldest first, as far as the bounds on what
// is in flight allow, and returns how long to back off; ok is false when there
// is nothing to wait for.
func (q *queue) dispatch() (wait time.Duration, ok bool) {
	for {
		p, wait := q.take()
		if p == nil {
			return wait, wait > 0
		}
		if err := q.pub.Publish(p.subject, p.id, p.payload, func(err error) { q.settle(p, err) }); err != nil {
			q.settle(p, err)
		}
	}
}

func (q *queue) take() (*parcel, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	line, at := q.next()
	if line == nil || q.closed {
		q.crowd(false)
		return nil, 0
	}
	p := line.list[at]
	wait := time.Until(q.notBefore)
	if wait > 0 || q.flying >= q.inFlight || q.flying > 0 && q.flyingBytes+len(p.payload) > q.max/8 {
		// Not by those alone that failed: others are what tells whether only
		// these cannot be published.
		q.crowd(q.plain.untried() < len(q.plain.list) || q.urgent.untried() < len(q.urgent.list))
		return nil, max(wait, 0)
	}
	line.remove(at)
	q.flying++
	q.flyingBytes += len(p.payload)
	if p.attempts == 0 {
		p.tried = q.delivered
	}
	p.attempts++
	return p, 0
}

func (q *queue) crowd(yes bool) {
	q.crowded.Store(yes)
	q.gauge()
}

// next is the oldest batch that waits. After a failure it is, every other time,
// the oldest that was not tried yet: one batch that the server will never take
// must not stand in the way of all others.
func (q *queue) next() (*parcels, int) {
	if q.backoff > 0 && q.failures%2 == 1 {
		if line, at := older(&q.plain, q.plain.untried(), &q.urgent, q.urgent.untried()); line != nil {
			return line, at
		}
	}
	return older(&q.plain, q.plain.head, &q.urgent, q.urgent.head)
}

func older(a *parcels, i int, b *parcels, j int) (*parcels, int) {
	switch {
	case i == len(a.list) && j == len(b.list):
		return nil, 0
	case i == len(a.list) || j < len(b.list) && b.list[j].seq < a.list[i].seq:
		return b, j
	}
	return a, i
}

// settle ends an attempt: the batch is done, goes back into the line, or is
// given up when only this one fails.
func (q *queue) settle(p *parcel, err error) {
	q.mu.Lock()
	defer func() {
		q.gauge()
		q.mu.Unlock()
		signal(q.settled)
		q.wakeUp()
	}()
	if q.closed {
		return
	}
	q.flying--
	q.flyingBytes -= len(p.payload)
	if err == nil {
		q.bytes -= p.cost()
		q.delivered++
		q.backoff, q.notBefore = 0, time.Time{}
		q.ledger.publish(p.beacons)
		return
	}
	q.failures++
	q.lastFailure = err
	if p.attempts >= maxAttempts && q.delivered > p.tried {
		q.bytes -= p.cost()
		q.ledger.lose(p.beacons, droppedFailed)
		return
	}
	if now := time.Now(); now.After(q.notBefore) {
		q.backoff = min(max(2*q.backoff, firstBackoff), lastBackoff)
		q.notBefore = now.Add(q.backoff)
	}
	q.line(p).insert(p)
}

// await returns once done holds, or with ctx's error.
func (q *queue) await(ctx context.Context, done func() bool) error {
	for !done() {
		select {
		case <-q.settled:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (q *queue) lastError() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.lastFailure
}

// close ends publishing; later acknowledgements are not counted any more.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.plain, q.urgent = parcels{}, parcels{}
}

// queueStatus is what the queue knows about itself.
type queueStatus struct {
	bytes, flying       int
	delivered, failures uint64
}

func (q *queue) status() queueStatus {
	q.mu.Lock()
	defer q.mu.Unlock()
	return queueStatus{q.bytes, q.flying, q.delivered, q.failures}
}

// parcels is a line of batches, oldest first.
type parcels struct {
	list []*parcel
	head int
}

// pop takes the oldest one out.
func (l *parcels) pop() *parcel {
	if l.head == len(l.list) {
		return nil
	}
	p := l.list[l.head]
	l.remove(l.head)
	return p
}

// remove takes one out that is near the front.
func (l *parcels) remove(at int) {
	copy(l.list[l.head+1:at+1], l.list[l.head:at])
	l.list[l.head] = nil
	l.head++
	if l.head == len(l.list) {
		l.list, l.head = l.list[:0], 0
	}
}

// untried is the index of the oldest one that was not tried, which is near the
// front, for only what was in flight can have failed.
func (l *parcels) untried() int {
	at := l.head
	for at < len(l.list) && l.list[at].attempts > 0 {
		at++
	}
	return at
}

func (l *parcels) push(p *parcel) {
	if l.head > 1024 && l.head > len(l.list)/2 {
		n := copy(l.list, l.list[l.head:])
		clear(l.list[n:])
		l.list, l.head = l.list[:n], 0
	}
	l.list = append(l.list, p)
}

// insert puts a batch that failed back to its place, which is near the front.
func (l *parcels) insert(p *parcel) {
	at := l.head
	for at < len(l.list) && l.list[at].seq < p.seq {
		at++
	}
	if at == l.head && l.head > 0 {
		l.head--
		l.list[l.head] = p
		return
	}
	l.list = append(l.list, nil)
	copy(l.list[at+1:], l.list[at:])
	l.list[at] = p
}
