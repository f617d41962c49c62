package collector

import (
	"strings"
	"sync"
)

// A reason is why beacons were refused (the client is told, or could know) or
// dropped (taken in and then given up).
type reason uint8

const (
	refusedMalformed reason = iota // could not be read
	refusedTooMany                 // more beacons than a request may hold
	refusedEmpty                   // nothing usable in it
	refusedQueueFull               // answered 503: nothing was left to shed
	droppedConsent                 // the user did not agree to it
	droppedIgnored                 // of a kind that is not collected
	droppedRestore                 // load metrics of a page from the back/forward cache
	droppedResend                  // published before
	droppedShed                    // had no errors and had to make room
	droppedFailed                  // the server takes other batches but not this one
	droppedEncoding                // the batch could not be encoded
	droppedShutdown                // still unpublished when the collector had to end
	numReasons
)

var reasonNames = [numReasons]string{
	"malformed", "too_many", "empty", "queue_full",
	"consent", "ignored", "bfcache", "resend", "shed", "publish_failed", "encoding_failed", "shutdown",
}

func (r reason) String() string { return reasonNames[r] }

func (r reason) dropped() bool { return r >= droppedConsent }

// entry is what one request, or one batch, adds to the ledger.
type entry struct {
	received, published, queued int64
	lost                        [numReasons]int64
}

// ledger counts what became of every beacon. At every moment
// received = published + refused + dropped + queued.
type ledger struct {
	mu sync.Mutex
	entry
}

func (l *ledger) add(e *entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.received += e.received
	l.published += e.published
	l.queued += e.queued
	for r, n := range e.lost {
		l.lost[r] += n
	}
}

// lose moves queued beacons to a reason.
func (l *ledger) lose(n int, r reason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queued -= int64(n)
	l.lost[r] += int64(n)
}

// publish moves queued beacons to published.
func (l *ledger) publish(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queued -= int64(n)
	l.published += int64(n)
}

// closeBooks gives up what is still queued and returns how much that was.
func (l *ledger) closeBooks() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.queued
	l.queued = 0
	l.lost[droppedShutdown] += n
	return n
}

func (l *ledger) snapshot() entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.entry
}

// Stats is the collector's account of the beacons it has seen. Always
// Received = Published + the sum of Refused + the sum of Dropped + Queued.
type Stats struct {
	Received  int64
	Published int64            // acknowledged by the server
	Refused   map[string]int64 // by reason: malformed, too_many, empty, queue_full
	Dropped   map[string]int64 // by reason: consent, ignored, bfcache, resend, shed, publish_failed, encoding_failed, shutdown
	Queued    int64            // gathering, waiting or in flight

	QueueBytes    int64 // of what is queued
	QueueMaxBytes int64 // the most that may be
	InFlight      int   // batches published and not acknowledged

	Redactions map[string]int64 // spans that the scrubber replaced, by kind
	Capped     map[string]int64 // names that became (other), by kind

	Denied      map[string]int64 // whole requests that were turned away, by reason
	Forwarded   int64            // requests that a vendor took
	Unforwarded map[string]int64 // requests that none did, by reason: failed, consent, queue_full, target_asked_to_wait, not_for_this_target, shutdown
}

// Stats returns the account at this moment.
func (c *Collector) Stats() Stats {
	e := c.ledger.snapshot()
	s := Stats{
		Received: e.received, Published: e.published, Queued: e.queued,
		Refused: map[string]int64{}, Dropped: map[string]int64{},
		QueueMaxBytes: int64(c.cfg.QueueBytes), Redactions: map[string]int64{}, Capped: map[string]int64{},
		Denied: map[string]int64{}, Unforwarded: map[string]int64{},
	}
	for r, n := range e.lost {
		if r := reason(r); r.dropped() {
			s.Dropped[r.String()] = n
		} else {
			s.Refused[r.String()] = n
		}
	}
	q := c.queue.status()
	s.QueueBytes, s.InFlight = int64(q.bytes), q.flying
	for kind, n := range c.scrub.Counts() {
		s.Redactions[kind] = int64(n)
	}
	for i := range c.overflow {
		s.Capped[overflowNames[i]] = c.overflow[i].Load()
	}
	for i := range c.denied {
		s.Denied[denials[i].reason] = c.denied[i].Load()
	}
	for _, t := range c.tee.Stats() {
		s.Forwarded += t.Forwarded
		s.Unforwarded["failed"] += t.Failed
		for why, n := range t.Dropped {
			s.Unforwarded[strings.ReplaceAll(why, " ", "_")] += n
		}
	}
	return s
}
