package stream

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
)

// sweep resends what is due and, without history, settles what the server has
// read.
func (p *Publisher) sweep() {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.ctx.Done():
			return
		case now := <-tick.C:
			p.endSearch(now)
			if p.isUnstored() {
				p.settleFlushed()
			}
			p.resendOverdue(now)
		}
	}
}

// endSearch ends the wait for a stream. A stream that has acknowledged before is
// expected back: without replies it is stalled, and nothing else could store
// the messages.
func (p *Publisher) endSearch(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.conn.connected.Load() || len(p.pending) == 0 || p.mode == modeUnstored {
		p.lastAck = now
		return
	}
	silent := now.Sub(p.lastAck)
	if p.mode == modeSearching && silent > p.opts.searchWait || silent > returnWait && p.status.Note == ErrNoStream.Error() {
		p.mode = modeUnstored
		p.status.Note = ErrNoStream.Error() + ": batches reach only viewers that are connected"
	}
}

func (p *Publisher) isUnstored() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mode == modeUnstored
}

// settleFlushed settles, without history, what the server has read. Only
// messages of the current connection count: a reply on the next one says nothing
// about them. What the server has denied is not published, and stays.
func (p *Publisher) settleFlushed() {
	p.mu.Lock()
	type sending struct {
		subject string
		epoch   uint64
	}
	sent := map[uint64]sending{}
	for token, m := range p.pending {
		if m.sent && !p.conn.mayBeDenied(m.subject) {
			sent[token] = sending{m.subject, m.epoch}
		}
	}
	p.mu.Unlock()
	if len(sent) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, p.opts.AckWait)
	defer cancel()
	if err := p.conn.FlushWithContext(ctx); err != nil || !p.conn.heardDenials() {
		return
	}
	epoch := p.conn.Stats().Reconnects
	for token, m := range sent {
		if m.epoch == epoch && !p.conn.mayBeDenied(m.subject) {
			p.settle(token, nil)
		}
	}
}

// resend queues the messages that are due, oldest first.
func (p *Publisher) resend(due func(*message) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.conn.connected.Load() {
		return
	}
	var again []*message
	for _, m := range p.pending {
		if !m.queued && due(m) {
			again = append(again, m)
		}
	}
	slices.SortFunc(again, func(a, b *message) int { return cmp.Compare(a.token, b.token) })
	for _, m := range again {
		p.enqueue(m)
	}
}

// resendOverdue resends what has waited too long for its acknowledgement.
func (p *Publisher) resendOverdue(now time.Time) {
	late := func(m *message) bool { return !m.due.IsZero() && now.After(m.due) }
	p.mu.Lock()
	for _, m := range p.pending {
		if !late(m) || m.sends == 0 || m.queued {
			continue
		}
		if !p.conn.mayPublish(m.subject) {
			p.status.Note = "this user may not publish to " + m.subject + ": permit " + beacon.SubjectRoot + ">"
		} else if p.status.Note == "" {
			p.suspectStream("batches are not acknowledged")
		}
		break
	}
	p.mu.Unlock()
	p.resend(late)
}

// expectAcks ends the search for a stream, and the mode without one: a stream
// that refuses a batch exists.
func (p *Publisher) expectAcks() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode, p.lastAck = modeStored, time.Now()
}

// retryLater keeps a message for a resend. Without history its delivery is
// complete, although it had no subscriber.
func (p *Publisher) retryLater(token uint64, err error) {
	p.mu.Lock()
	if p.mode == modeUnstored && errors.Is(err, ErrNoStream) {
		p.mu.Unlock()
		p.settle(token, nil)
		return
	}
	if m, ok := p.pending[token]; ok && !m.queued {
		m.due = time.Now().Add(min(retryWait<<min(m.sends-1, 5), p.opts.AckWait))
	}
	p.suspectStream(err.Error())
	p.mu.Unlock()
}

// suspectStream sets the note and triggers a lookup of the stream. The caller
// holds the lock.
func (p *Publisher) suspectStream(note string) {
	p.status.Note = note
	select {
	case p.lookUp <- struct{}{}:
	default:
	}
}

// watchStream keeps the stream in existence, and resends everything after a lost
// connection: what was in flight may or may not have arrived.
func (p *Publisher) watchStream() {
	retry := time.NewTicker(p.opts.ensureEvery)
	defer retry.Stop()
	reconnects := p.conn.reconnects.Load()
	denied, known := p.opts.Create == nil, false
	var refusedAt time.Time // when an operator was found to be needed
	for {
		changed := p.conn.changed.wait()
		if n := p.conn.reconnects.Load(); n != reconnects {
			reconnects, denied, known, refusedAt = n, p.opts.Create == nil, false, time.Time{}
			p.resend(func(*message) bool { return true })
		}
		if p.conn.connected.Load() && !denied && !known && time.Since(refusedAt) > refusedEvery*p.opts.ensureEvery {
			err := p.ensureStream()
			denied, known = errors.Is(err, ErrDenied), err == nil
			if r := (*Refusal)(nil); errors.As(err, &r) && !r.Passing {
				refusedAt = time.Now()
			}
		}
		select {
		case <-p.ctx.Done():
			return
		case <-changed:
		case <-retry.C:
			known = known && p.isAcknowledged()
		case <-p.lookUp:
			known = false
			// This bounds the rate of lookups.
			select {
			case <-p.ctx.Done():
				return
			case <-time.After(retryWait):
			}
		}
	}
}

// refusedEvery is how many times longer the publisher waits until it looks again
// after a refusal that an operator has to end.
const refusedEvery = 6

// isAcknowledged reports whether the stream exists and responds.
func (p *Publisher) isAcknowledged() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mode == modeStored && p.status.Note == "" && p.problem == ""
}

// ensureStream looks up the stream and creates it if it is missing.
func (p *Publisher) ensureStream() error {
	info, created, err := ensureStream(p.ctx, p.conn, *p.opts.Create)
	var refusal *Refusal
	isRefused := errors.As(err, &refusal)
	p.mu.Lock()
	switch {
	case err == nil:
		p.adoptStream(info)
	case errors.Is(err, ErrNoJetStream) && !isRefused:
		p.problem = ""
		if p.mode == modeSearching {
			p.mode = modeUnstored
			p.status.Note = ErrNoJetStream.Error() + ": batches reach only viewers that are connected"
		}
	case isRefused && refusal.Passing:
		p.lastAck = time.Now() // there may be a stream: no end of the search for it
		p.setMissing(refusal)
	case errors.Is(err, ErrDenied) && (refusal.Op != cannotMake || p.acker != ""):
		// It may exist, or an operator has decided where batches are stored.
	case isRefused:
		p.setMissing(refusal)
	}
	p.mu.Unlock()
	if created { // what was sent before is not stored
		p.resend(func(m *message) bool { return m.sends > 0 })
	}
	return err
}

// adoptStream expects acknowledgements of a stream that exists, if it sends any;
// nil is one that was just created. The caller holds the lock.
func (p *Publisher) adoptStream(info *jetstream.StreamInfo) {
	p.problem, p.missing = unsuited(info), false
	switch {
	case info != nil && info.Config.NoAck:
		p.mode, p.status.Note = modeUnstored, ""
	case info == nil || takesAny(&info.Config) || p.acker != "":
		if p.mode != modeStored {
			p.lastAck = time.Now()
		}
		p.mode, p.status.Note = modeStored, ""
	}
	// Else another stream acknowledges, or none: as without a stream.
}

// setMissing records why there is no stream. The caller holds the lock.
func (p *Publisher) setMissing(r *Refusal) { p.problem, p.missing = r.Error(), true }

func formatToken(n uint64) string { return strconv.FormatUint(n, 36) }

func parseToken(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 36, 64)
	return n, err == nil
}
