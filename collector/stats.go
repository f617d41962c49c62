package collector

import "strings"

// Stats counts the beacons that the collector has received. Always
// Received = Published + the sum of Refused + the sum of Dropped + Queued.
type Stats struct {
	Received  int64
	Published int64 // acknowledged by the server
	Queued    int64 // gathering, waiting or in flight
	// Refused is by reason: malformed, too_many, empty, queue_full.
	Refused map[string]int64
	// Dropped is by reason: consent, ignored, bfcache, resend, shed,
	// publish_failed, encoding_failed, shutdown.
	Dropped map[string]int64

	QueueBytes    int64 // size of what is queued
	QueueMaxBytes int64 // limit of QueueBytes
	InFlight      int   // batches published and not acknowledged

	Redactions map[string]int64 // spans that the scrubber replaced, by kind
	Capped     map[string]int64 // names that became (other), by kind

	Denied    map[string]int64 // whole requests that were denied, by reason
	Forwarded int64            // requests that a vendor accepted
	// Unforwarded are requests that no vendor accepted, by reason: failed,
	// consent, queue_full, target_asked_to_wait, not_for_this_target, shutdown.
	Unforwarded map[string]int64
}

// Stats returns the counts of this moment.
func (c *Collector) Stats() Stats {
	counts := c.accounts.snapshot()
	s := Stats{
		Received: counts.received, Published: counts.published, Queued: counts.queued,
		Refused: map[string]int64{}, Dropped: map[string]int64{},
		QueueMaxBytes: int64(c.cfg.QueueBytes), Redactions: map[string]int64{}, Capped: map[string]int64{},
		Denied: map[string]int64{}, Unforwarded: map[string]int64{},
	}
	for r, n := range counts.lost {
		if r := reason(r); r.isDropped() {
			s.Dropped[r.String()] = n
		} else {
			s.Refused[r.String()] = n
		}
	}
	q := c.queue.status()
	s.QueueBytes, s.InFlight = int64(q.bytes), q.inFlight
	for kind, n := range c.scrub.Counts() {
		s.Redactions[kind] = int64(n)
	}
	for i := range c.overflows {
		s.Capped[overflowNames[i]] = c.overflows[i].Load()
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
