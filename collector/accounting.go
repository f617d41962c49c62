package collector

import "sync"

// reason is why beacons were refused (the client was informed, or could know) or
// dropped (accepted and then discarded).
type reason uint8

const (
	refusedMalformed reason = iota // could not be read
	refusedTooMany                 // more beacons than a request may hold
	refusedEmpty                   // nothing usable in it
	refusedQueueFull               // answered 503: no queued batch could be shed
	droppedConsent                 // the user did not agree to it
	droppedIgnored                 // of a kind that is not collected
	droppedRestore                 // load metrics of a page from the back/forward cache
	droppedResend                  // published before
	droppedShed                    // had no errors and made room for newer ones
	droppedFailed                  // the server takes other batches but not this one
	droppedEncoding                // the batch could not be encoded
	droppedShutdown                // still unpublished when the collector had to end
	numReasons
)

var reasonNames = [numReasons]string{
	refusedMalformed: "malformed", refusedTooMany: "too_many", refusedEmpty: "empty", refusedQueueFull: "queue_full",
	droppedConsent: "consent", droppedIgnored: "ignored", droppedRestore: "bfcache", droppedResend: "resend",
	droppedShed: "shed", droppedFailed: "publish_failed", droppedEncoding: "encoding_failed", droppedShutdown: "shutdown",
}

func (r reason) String() string { return reasonNames[r] }

func (r reason) isDropped() bool { return r >= droppedConsent }

// beaconCounts is what became of beacons: of one request's, or of all.
type beaconCounts struct {
	received, published, queued int64
	lost                        [numReasons]int64
}

// accounting counts what became of every beacon. At every moment
// received = published + refused + dropped + queued.
type accounting struct {
	mu sync.Mutex
	beaconCounts
}

// record adds the counts of a request.
func (a *accounting) record(n *beaconCounts) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.received += n.received
	a.published += n.published
	a.queued += n.queued
	for r, lost := range n.lost {
		a.lost[r] += lost
	}
}

// recordLost moves n queued beacons to a reason.
func (a *accounting) recordLost(n int, r reason) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queued -= int64(n)
	a.lost[r] += int64(n)
}

// recordPublished moves n queued beacons to published.
func (a *accounting) recordPublished(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queued -= int64(n)
	a.published += int64(n)
}

// dropQueued counts the queued beacons as dropped by the shutdown, and returns
// their number.
func (a *accounting) dropQueued() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := a.queued
	a.queued = 0
	a.lost[droppedShutdown] += n
	return n
}

func (a *accounting) snapshot() beaconCounts {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.beaconCounts
}
