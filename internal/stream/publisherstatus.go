package stream

import (
	"cmp"
	"time"
)

// PublisherStatus counts a publisher's batches.
type PublisherStatus struct {
	History      bool   // batches are acknowledged by a stream
	Note         string // one sentence while something is wrong, else ""
	Pending      int
	PendingBytes int
	// Waiting is how long the oldest batch has waited for its acknowledgement.
	Waiting time.Duration
	// Problem is why batches are not stored as they should be, in one sentence:
	// the stream cannot be made, does not keep them, or has not acknowledged any
	// for a minute. It is "" without JetStream, where nothing stores them.
	Problem    string
	Published  int64 // settled without an error
	Failed     int64 // settled with an error
	Resent     int64
	Duplicates int64 // already in the stream
}

// unacknowledgedAfter is how long a batch may wait before that is a problem.
const unacknowledgedAfter = time.Minute

// Status returns the current state. It never waits for the network.
func (p *Publisher) Status() PublisherStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.status
	s.Pending, s.PendingBytes, s.History = len(p.pending), p.bytes, p.mode == modeStored
	for _, m := range p.pending {
		s.Waiting = max(s.Waiting, time.Since(m.since))
	}
	note := p.conn.State().Note
	s.Note = cmp.Or(note, p.problem, s.Note)
	s.Problem = p.problem
	if s.Problem == "" && s.Waiting >= unacknowledgedAfter {
		s.Problem = "no batch acknowledged for a minute: " + cmp.Or(s.Note, "check the stream: nats stream info "+StreamName)
	}
	return s
}
