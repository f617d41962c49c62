package collector

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"time"
)

// encodedBatch is a batch on its way to the server.
type encodedBatch struct {
	subject, id     string
	payload         []byte
	beacons, errors int
	seq             uint64 // order in which batches were queued
	attempts        int
	deliveredBefore uint64 // queue.delivered at the first attempt
}

const (
	// batchOverhead is what a batch takes beside its payload: the struct, its id
	// and its place in the list.
	batchOverhead = 256
	// openingCost is what opening a batch may add to the estimates of its
	// beacons, which leave out what is encoded once per batch.
	openingCost = batchOverhead + 256
)

func (b *encodedBatch) cost() int { return len(b.payload) + batchOverhead }

// Retries begin quickly and stay frequent: what is queued should be out within
// seconds after the server is back.
const (
	firstBackoff = 50 * time.Millisecond
	lastBackoff  = time.Second
	// maxAttempts is how often a batch may fail while others succeed: then the
	// server will never take it.
	maxAttempts = 8
)

// newMessageID names a batch for the server's deduplication.
func newMessageID() string {
	var id [16]byte
	rand.Read(id[:])
	return hex.EncodeToString(id[:])
}

// queue is everything between the handlers and the server's acknowledgement,
// bounded in bytes: what gathers in batchers (charged by estimate), what waits,
// and what is in flight. When it is full, waiting batches without errors are
// shed, the oldest first; when none is left, reserve fails.
type queue struct {
	pub         Publisher
	accounts    *accounting
	maxBytes    int
	maxInFlight int

	wake     chan struct{} // there is something to do
	progress chan struct{} // a batch was published or lost

	// pressure is set while so much is queued that shedding is near.
	pressure atomic.Bool
	// backlog is set while batches wait that could not be sent yet: one more
	// would only make the list longer.
	backlog atomic.Bool

	mu            sync.Mutex
	bytes         int       // of everything
	gathering     int       // bytes in batchers
	withoutErrors batchList // waiting
	withErrors    batchList // waiting
	inFlight      int
	inFlightBytes int
	seq           uint64
	delivered     uint64 // batches acknowledged
	failures      uint64 // attempts that failed
	lastFailure   error
	backoff       time.Duration
	notBefore     time.Time // real time: it is about the network
	closed        bool
}

func newQueue(pub Publisher, accounts *accounting, maxBytes, maxInFlight int) *queue {
	return &queue{
		pub: pub, accounts: accounts, maxBytes: maxBytes, maxInFlight: maxInFlight,
		wake: make(chan struct{}, 1), progress: make(chan struct{}, 1),
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
	q.updatePressure()
	return true
}

// shed makes room for n bytes, if it can. The queue must be locked.
func (q *queue) shed(n int) bool {
	for q.bytes+n > q.maxBytes {
		b := q.withoutErrors.pop()
		if b == nil {
			return false
		}
		q.bytes -= b.cost()
		q.accounts.recordLost(b.beacons, droppedShed)
	}
	return true
}

// unreserve gives a reservation back.
func (q *queue) unreserve(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes -= n
	q.gathering -= n
	q.updatePressure()
	signal(q.progress)
}

// enqueue queues a batch in place of what was reserved for it.
func (q *queue) enqueue(b *encodedBatch, reserved int) {
	q.mu.Lock()
	q.seq++
	b.seq = q.seq
	q.bytes += b.cost() - reserved
	q.gathering -= reserved
	if q.closed {
		q.mu.Unlock() // counted by accounting.dropQueued
		return
	}
	q.listOf(b).push(b)
	q.shed(0) // the estimate may have been too low
	q.updatePressure()
	q.mu.Unlock()
	q.wakeUp()
}

func (q *queue) listOf(b *encodedBatch) *batchList {
	if b.errors > 0 {
		return &q.withErrors
	}
	return &q.withoutErrors
}

// updatePressure sets pressure. The queue must be locked.
func (q *queue) updatePressure() {
	q.pressure.Store(q.bytes > q.maxBytes/8 || q.backlog.Load())
}

// prefersLargeBatches says whether batchers should go on gathering what has
// lingered: it could not be sent now, and a few large batches are sent sooner
// than many small ones when the server is back. What gathers may take a share
// of the queue.
func (q *queue) prefersLargeBatches() bool {
	if !q.backlog.Load() {
		return false
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.gathering < q.maxBytes/8
}

// dispatch publishes what waits, oldest first, as far as the bounds on what
// is in flight allow, and returns how long to back off; ok is false when there
// is nothing to wait for.
func (q *queue) dispatch() (wait time.Duration, ok bool) {
	for {
		b, wait := q.nextToSend()
		if b == nil {
			return wait, wait > 0
		}
		if err := q.pub.Publish(b.subject, b.id, b.payload, func(err error) { q.finishAttempt(b, err) }); err != nil {
			q.finishAttempt(b, err)
		}
	}
}

// nextToSend takes out the next batch and counts it as in flight. It returns nil
// if none may be sent now, and how long to back off.
func (q *queue) nextToSend() (*encodedBatch, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	list, at := q.nextWaiting()
	if list == nil || q.closed {
		q.setBacklog(false)
		return nil, 0
	}
	b := list.batches[at]
	wait := time.Until(q.notBefore)
	if wait > 0 || q.inFlight >= q.maxInFlight || q.inFlight > 0 && q.inFlightBytes+len(b.payload) > q.maxBytes/8 {
		// Failed batches alone are no backlog: only others show whether it is just
		// these that cannot be published.
		q.setBacklog(q.withoutErrors.hasUntried() || q.withErrors.hasUntried())
		return nil, max(wait, 0)
	}
	list.remove(at)
	q.inFlight++
	q.inFlightBytes += len(b.payload)
	if b.attempts == 0 {
		b.deliveredBefore = q.delivered
	}
	b.attempts++
	return b, 0
}

func (q *queue) setBacklog(backlog bool) {
	q.backlog.Store(backlog)
	q.updatePressure()
}

// nextWaiting is the oldest batch that waits. After a failure it is, every other
// time, the oldest that was not tried yet: one batch that the server never takes
// must not block all others.
func (q *queue) nextWaiting() (*batchList, int) {
	if q.backoff > 0 && q.failures%2 == 1 {
		i, j := q.withoutErrors.firstUntried(), q.withErrors.firstUntried()
		if list, at := older(&q.withoutErrors, i, &q.withErrors, j); list != nil {
			return list, at
		}
	}
	return older(&q.withoutErrors, q.withoutErrors.head, &q.withErrors, q.withErrors.head)
}

// older is the older of the batches i of a and j of b; nil if neither exists.
func older(a *batchList, i int, b *batchList, j int) (*batchList, int) {
	switch {
	case i == len(a.batches) && j == len(b.batches):
		return nil, 0
	case i == len(a.batches) || j < len(b.batches) && b.batches[j].seq < a.batches[i].seq:
		return b, j
	}
	return a, i
}

// finishAttempt ends an attempt: the batch is delivered, goes back into its
// list, or is dropped if only this one keeps failing.
func (q *queue) finishAttempt(b *encodedBatch, err error) {
	q.mu.Lock()
	defer func() {
		q.updatePressure()
		q.mu.Unlock()
		signal(q.progress)
		q.wakeUp()
	}()
	if q.closed {
		return
	}
	q.inFlight--
	q.inFlightBytes -= len(b.payload)
	if err == nil {
		q.bytes -= b.cost()
		q.delivered++
		q.backoff, q.notBefore = 0, time.Time{}
		q.accounts.recordPublished(b.beacons)
		return
	}
	q.failures++
	q.lastFailure = err
	if b.attempts >= maxAttempts && q.delivered > b.deliveredBefore {
		q.bytes -= b.cost()
		q.accounts.recordLost(b.beacons, droppedFailed)
		return
	}
	if now := time.Now(); now.After(q.notBefore) {
		q.backoff = min(max(2*q.backoff, firstBackoff), lastBackoff)
		q.notBefore = now.Add(q.backoff)
	}
	q.listOf(b).insert(b)
}

// waitUntil returns once done holds, or with ctx's error.
func (q *queue) waitUntil(ctx context.Context, done func() bool) error {
	for !done() {
		select {
		case <-q.progress:
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
	q.withoutErrors, q.withErrors = batchList{}, batchList{}
}

// queueStatus is the queue's sizes and counts.
type queueStatus struct {
	bytes, inFlight     int
	delivered, failures uint64
}

func (q *queue) status() queueStatus {
	q.mu.Lock()
	defer q.mu.Unlock()
	return queueStatus{q.bytes, q.inFlight, q.delivered, q.failures}
}
