package stream

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rumtop/rumtop/internal/beacon"
)

// What may wait in this process for a slow reader, per subject. More is dropped
// and counted.
const (
	livePending      = 64 << 10
	livePendingBytes = 64 << 20
	// lookupEvery is the interval at which readers without history look for a
	// stream.
	lookupEvery = 2 * time.Second
)

// readLive reads batches as they are published, until the stream can be read,
// and returns its reader.
func (s *Subscription) readLive(reason error) (*streamReader, error) {
	if s.seen == nil {
		s.seen = newRecentIDs()
	}
	s.openReports(false)
	r := &liveReader{s: s, stop: make(chan struct{})}
	err := r.open(s.filters())
	s.mu.Lock()
	s.live = r.subs
	s.mu.Unlock()
	s.setLiveNote(reason) // before the end of loading: the numbers are no history
	s.loading.Store(loadingUnit)
	defer r.close()
	if err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	return s.awaitStream(reason)
}

// liveReader is a set of plain subscriptions, one for each subject filter.
type liveReader struct {
	s      *Subscription
	mu     sync.Mutex // each of subs has its own goroutine
	stop   chan struct{}
	subs   []*nats.Subscription
	closed []<-chan nats.SubStatus
}

func (r *liveReader) open(filters []string) error {
	for _, subject := range filters {
		sub, err := r.s.conn.Subscribe(subject, r.handle)
		if err != nil {
			return err
		}
		r.subs = append(r.subs, sub)
		r.closed = append(r.closed, sub.StatusChanged(nats.SubscriptionClosed))
		if err := sub.SetPendingLimits(livePending, livePendingBytes); err != nil {
			return err
		}
	}
	return nil
}

func (r *liveReader) handle(msg *nats.Msg) {
	s := r.s
	if !s.wanted(msg.Subject) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	id := msg.Header.Get(nats.MsgIdHdr)
	if s.seen.contains(id) {
		return // resent by a publisher that got no response
	}
	b := s.decode(s.opts.Site, msg.Data)
	if b == nil {
		return
	}
	select {
	case s.out <- b:
		s.seen.remember(id)
		s.messages.Add(1)
	case <-r.stop:
	}
}

// close unsubscribes and waits for the last handler.
func (r *liveReader) close() {
	close(r.stop)
	r.s.mu.Lock()
	r.s.live = nil
	r.s.mu.Unlock()
	for i, sub := range r.subs {
		if n, err := sub.Dropped(); err == nil {
			r.s.dropped.Add(int64(n))
		}
		if sub.Unsubscribe() == nil {
			<-r.closed[i]
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
}

// awaitStream returns a reader of the stream as soon as there can be one.
// Meanwhile live batches continue to arrive, also after a reconnect.
func (s *Subscription) awaitStream(reason error) (*streamReader, error) {
	reconnects := s.conn.reconnects.Load()
	began := time.Now()
	look := time.NewTimer(s.retryAfter(reason))
	defer look.Stop()
	for {
		changed := s.conn.changed.wait()
		s.setLiveNote(reason)
		select {
		case <-s.ctx.Done():
			return nil, s.ctx.Err()
		case <-changed:
			if s.conn.reconnects.Load() == reconnects {
				continue
			}
		case <-look.C:
			look.Reset(s.retryAfter(reason))
			if errors.Is(reason, ErrDenied) {
				continue // a retry would only fill the server's log
			}
		}
		if !s.conn.connected.Load() {
			continue
		}
		reconnects = s.conn.reconnects.Load()
		s.pos.listened += time.Since(began)
		began = time.Now()
		r, err := s.openStream()
		if err == nil {
			return r, nil
		}
		reason = err
		look.Reset(s.retryAfter(reason))
	}
}

// retryAfter is the time until the next attempt to open the stream. What an
// operator has to change takes its time.
func (s *Subscription) retryAfter(reason error) time.Duration {
	if r := (*Refusal)(nil); errors.As(reason, &r) && !r.Passing {
		return 5 * s.opts.lookupEvery
	}
	return s.opts.lookupEvery
}

// setLiveNote records why there is no history, or no batches at all.
func (s *Subscription) setLiveNote(reason error) {
	for _, subject := range s.filters() {
		if !s.conn.maySubscribe(subject) {
			r := &Refusal{Op: "read " + subject, What: "this user may not subscribe to it", Next: "permit it, or use other credentials", cause: ErrDenied}
			s.setHistory("this user may not subscribe to "+subject+": permit it, or use other credentials", beacon.HistoryForbidden, r)
			return
		}
	}
	note, state := noHistory(reason)
	s.setHistory(note, state, reason)
}

// noHistory returns the sentence and the state for a stream that cannot be read.
func noHistory(reason error) (string, beacon.HistoryState) {
	var r *Refusal
	switch {
	case errors.Is(reason, ErrDenied):
		return "this user may not read the stream " + StreamName + ": live batches only: docs/nats.md lists the permissions", beacon.HistoryDenied
	case errors.Is(reason, errNoAnswer):
		return errNoAnswer.Error() + ": live batches only: retrying", beacon.HistoryNoAnswer
	case errors.As(reason, &r):
		return r.What + ": live batches only: " + r.Next, beacon.HistoryRefused
	case errors.Is(reason, ErrNoJetStream):
		return ErrNoJetStream.Error() + ": live batches only", beacon.HistoryOff
	case errors.Is(reason, ErrNoStream):
		return ErrNoStream.Error() + ": live batches only until rumtop collect creates it", beacon.HistoryNoStream
	}
	return "live batches only: retrying", beacon.HistoryUnknown // disconnected: the connection has its own note
}
