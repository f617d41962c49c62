package stream

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

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
// about them.
func (p *Publisher) settleFlushed() {
	p.mu.Lock()
	sent := map[uint64]uint64{}
	for token, m := range p.pending {
		if m.sent {
			sent[token] = m.epoch
		}
	}
	p.mu.Unlock()
	if len(sent) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, p.opts.AckWait)
	defer cancel()
	if err := p.conn.FlushWithContext(ctx); err != nil {
		return
	}
	epoch := p.conn.Stats().Reconnects
	for token, e := range sent {
		if e == epoch {
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
	for {
		changed := p.conn.changed.wait()
		if n := p.conn.reconnects.Load(); n != reconnects {
			reconnects, denied, known = n, p.opts.Create == nil, false
			p.resend(func(*message) bool { return true })
		}
		if p.conn.connected.Load() && !denied && !known {
			err := p.ensureStream()
			denied, known = errors.Is(err, ErrDenied), err == nil
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

// isAcknowledged reports whether the stream exists and responds.
func (p *Publisher) isAcknowledged() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mode == modeStored && p.status.Note == ""
}

// ensureStream looks up the stream and creates it if it is missing.
func (p *Publisher) ensureStream() error {
	created, err := EnsureStream(p.ctx, p.conn, *p.opts.Create)
	p.mu.Lock()
	switch {
	case err == nil:
		if p.mode != modeStored {
			p.lastAck = time.Now()
		}
		p.mode = modeStored
		p.status.Note = ""
	case errors.Is(err, ErrNoJetStream) && p.mode == modeSearching:
		p.mode = modeUnstored
		p.status.Note = ErrNoJetStream.Error() + ": batches reach only viewers that are connected"
	}
	p.mu.Unlock()
	if created { // what was sent before is not stored
		p.resend(func(m *message) bool { return m.sends > 0 })
	}
	return err
}

func formatToken(n uint64) string { return strconv.FormatUint(n, 36) }

func parseToken(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 36, 64)
	return n, err == nil
}
