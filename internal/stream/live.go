package stream

import (
	"errors"
	"fmt"
	"hash/maphash"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rumtop/rumtop/internal/beacon"
)

// What may wait in this process for a reader, a subscription; more is dropped
// and counted.
const (
	livePending      = 64 << 10
	livePendingBytes = 64 << 20
	// lookupEvery is how often a subscription without history looks for a stream.
	lookupEvery = 2 * time.Second
)

// readLive reads without history, as batches are published, until there may be a
// stream. It returns nil then.
func (s *Subscription) readLive(reason error) error {
	var mu sync.Mutex // shards come on a goroutine each
	if s.seen == nil {
		s.seen = newRecentIDs()
	}
	s.openReports(false)
	began := time.Now()
	defer func() { s.pos.listened += time.Since(began) }()
	stop := make(chan struct{})
	handle := func(msg *nats.Msg) {
		if !s.wanted(msg.Subject) {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		id := msg.Header.Get(nats.MsgIdHdr)
		if s.seen.contains(id) {
			return // sent again by a publisher that got no answer
		}
		b := s.decode(s.opts.Site, msg.Data)
		if b == nil {
			return
		}
		select {
		case s.out <- b:
			s.seen.remember(id)
			s.messages.Add(1)
		case <-stop:
		}
	}
	var subs []*nats.Subscription
	var closed []<-chan nats.SubStatus
	var err error
	for _, subject := range s.filters() {
		var sub *nats.Subscription
		if sub, err = s.conn.Subscribe(subject, handle); err != nil {
			break
		}
		subs = append(subs, sub)
		closed = append(closed, sub.StatusChanged(nats.SubscriptionClosed))
		if err = sub.SetPendingLimits(livePending, livePendingBytes); err != nil {
			break
		}
	}
	s.mu.Lock()
	s.live = subs
	s.mu.Unlock()
	s.loading.Store(loadingUnit)
	defer func() {
		close(stop)
		s.mu.Lock()
		s.live = nil
		s.mu.Unlock()
		for i, sub := range subs {
			if n, err := sub.Dropped(); err == nil {
				s.dropped.Add(int64(n))
			}
			if sub.Unsubscribe() == nil {
				<-closed[i]
			}
		}
		mu.Lock() // a handler that is still at it is done now
		defer mu.Unlock()
	}()
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	return s.awaitStream(reason)
}

// awaitStream returns nil when the stream can be looked up. Live batches go on
// coming meanwhile, also over a new connection.
func (s *Subscription) awaitStream(reason error) error {
	reconnects := s.conn.reconnects.Load()
	look := time.NewTicker(lookupEvery)
	defer look.Stop()
	for {
		changed := s.conn.changed.wait()
		s.setLiveNote(reason)
		select {
		case <-s.ctx.Done():
			return s.ctx.Err()
		case <-changed:
			if s.conn.reconnects.Load() == reconnects {
				continue
			}
		case <-look.C:
			if errors.Is(reason, ErrDenied) {
				continue // asking again would only fill the server's log
			}
		}
		if !s.conn.connected.Load() {
			continue
		}
		reconnects = s.conn.reconnects.Load()
		if _, reason = lookup(s.ctx, s.conn); reason == nil {
			return nil
		}
	}
}

// setLiveNote says why there is no history, or why there is nothing at all.
func (s *Subscription) setLiveNote(reason error) {
	for _, subject := range s.filters() {
		if !s.conn.maySubscribe(subject) {
			s.set("this user may not subscribe to "+subject+": permit it, or give other credentials", beacon.HistoryForbidden)
			return
		}
	}
	s.set(noHistory(reason))
}

// noHistory is why there is no history, and the sentence that says so.
func noHistory(reason error) (string, beacon.HistoryState) {
	switch {
	case errors.Is(reason, ErrNoJetStream):
		return ErrNoJetStream.Error() + ": live batches only", beacon.HistoryOff
	case errors.Is(reason, ErrNoStream):
		return ErrNoStream.Error() + ": live batches only until rumtop collect creates it", beacon.HistoryNoStream
	case errors.Is(reason, ErrDenied):
		return "this user may not read the stream " + StreamName + ": live batches only: docs/nats.md lists the permissions", beacon.HistoryDenied
	}
	return errNoAnswer.Error() + ": live batches only: retrying", beacon.HistoryNoAnswer
}

// recentIDs remembers the ids of messages that came without a sequence, so that
// the stream does not deliver them again. It keeps hashes: an id may be as long
// as its publisher likes.
type recentIDs struct {
	seed  maphash.Seed
	known map[uint64]struct{}
	ring  []uint64
	next  int
}

const maxRecent = 1 << 16

func newRecentIDs() *recentIDs {
	return &recentIDs{seed: maphash.MakeSeed(), known: map[uint64]struct{}{}}
}

func (r *recentIDs) remember(id string) {
	if id == "" || r.contains(id) {
		return
	}
	hash := maphash.String(r.seed, id)
	if len(r.ring) < maxRecent {
		r.ring = append(r.ring, hash)
	} else {
		delete(r.known, r.ring[r.next])
		r.ring[r.next] = hash
		r.next = (r.next + 1) % maxRecent
	}
	r.known[hash] = struct{}{}
}

func (r *recentIDs) contains(id string) bool {
	if id == "" {
		return false
	}
	_, ok := r.known[maphash.String(r.seed, id)]
	return ok
}
