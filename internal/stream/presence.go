package stream

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rumtop/rumtop/internal/beacon"
)

// How other viewers are tracked.
const (
	// MaxViewers is how many other viewers are tracked; later ones are not.
	MaxViewers      = 32
	presenceEvery   = 5 * time.Second
	presenceTimeout = 3 * presenceEvery // two may be missed
	presencePending = 64                // waiting in this process; more are dropped
)

// Presence announces this viewer to the other viewers of a site, and tracks
// them by what they announce.
type Presence struct {
	conn    *Conn
	site    string
	updated chan struct{} // own has changed

	mu     sync.Mutex
	own    beacon.Presence
	others map[string]viewer
}

type viewer struct {
	beacon.Presence
	seen time.Time
}

// NewPresence returns a Presence for [Presence.Run]. id is random and identifies
// this viewer.
func NewPresence(c *Conn, id, name string) *Presence {
	return &Presence{conn: c, updated: make(chan struct{}, 1), others: map[string]viewer{}, own: beacon.Presence{ID: id, Name: name}}
}

// Update sets what this viewer shows, which is announced soon and then every few
// seconds. ID and Name do not change. It does not wait.
func (k *Presence) Update(p beacon.Presence) {
	k.mu.Lock()
	p.ID, p.Name = k.own.ID, k.own.Name
	k.own = p
	k.mu.Unlock()
	select {
	case k.updated <- struct{}{}:
	default:
	}
}

// Others returns the other current viewers, ordered by name.
func (k *Presence) Others() []beacon.Presence {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []beacon.Presence
	for _, v := range k.others {
		out = append(out, v.Presence)
	}
	slices.SortFunc(out, func(a, b beacon.Presence) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out
}

// Note says why this viewer cannot see the others, or they cannot see it; "" if
// all can.
func (k *Presence) Note() string {
	k.mu.Lock()
	subject := beacon.PresenceSubject(k.site)
	k.mu.Unlock()
	switch publish, subscribe := k.conn.mayPublish(subject), k.conn.maySubscribe(subject); {
	case !publish && !subscribe:
		return "this user may neither publish nor subscribe to " + subject
	case !publish:
		return "this user may not publish to " + subject
	case !subscribe:
		return "this user may not subscribe to " + subject
	}
	return ""
}

// Run announces and listens until ctx is done, and then announces that this
// viewer is gone. If the server denies a part of that, it goes on without.
func (k *Presence) Run(ctx context.Context, site string) error {
	if err := checkSite(site); err != nil {
		return err
	}
	k.mu.Lock()
	k.site = site
	k.mu.Unlock()
	subject := beacon.PresenceSubject(site)
	live := make(chan *nats.Msg, presencePending)
	sub, err := k.conn.ChanSubscribe(subject, live)
	if err != nil {
		return fmt.Errorf("subscribe to other viewers: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	every := time.NewTicker(presenceEvery)
	defer every.Stop()
	k.publish(subject, false)
	for {
		select {
		case <-ctx.Done():
			k.publish(subject, true)
			return ctx.Err()
		case <-k.updated:
			k.publish(subject, false)
		case now := <-every.C:
			k.expire(now)
			k.publish(subject, false)
		case msg := <-live:
			k.receive(msg.Data, time.Now())
		}
	}
}

// publish announces this viewer. A lost announcement does no harm, because it is
// repeated.
func (k *Presence) publish(subject string, gone bool) {
	if !k.conn.connected.Load() || !k.conn.mayPublish(subject) {
		return
	}
	k.mu.Lock()
	p := k.own
	k.mu.Unlock()
	p.Gone = gone
	if data, err := p.Encode(); err == nil {
		_ = k.conn.Publish(subject, data)
	}
}

func (k *Presence) receive(data []byte, now time.Time) {
	p, err := beacon.DecodePresence(data)
	if err != nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	_, known := k.others[p.ID]
	switch {
	case p.ID == k.own.ID:
	case p.Gone:
		delete(k.others, p.ID)
	case known || len(k.others) < MaxViewers:
		k.others[p.ID] = viewer{p, now}
	}
}

// expire removes viewers that have not announced themselves for some time.
func (k *Presence) expire(now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, v := range k.others {
		if now.Sub(v.seen) > presenceTimeout {
			delete(k.others, id)
		}
	}
}
