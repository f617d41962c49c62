package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Bounds of reading markers, which every user with the permission can add.
const (
	markersBatch   = 1000 // of one request to the history
	markersPending = 256  // waiting in this process; more are read again from the history
)

// Annotate adds a marker for all viewers of the site, and reports whether the
// stream stored it: without a stream only the current viewers see it.
func Annotate(ctx context.Context, c *Conn, site string, m beacon.Marker) (stored bool, err error) {
	const op = "add a marker"
	if err := checkSite(site); err != nil {
		return false, fmt.Errorf("%s: %w", op, err)
	}
	data, err := m.Encode()
	if err != nil {
		return false, fmt.Errorf("%s: %w", op, err)
	}
	msg := nats.NewMsg(beacon.AnnotationSubject(site))
	msg.Data = data
	if m.ID != "" {
		msg.Header.Set(nats.MsgIdHdr, m.ID)
	}
	denied := fmt.Errorf("%s: this user may not publish to %s: permit it, or use other credentials", op, msg.Subject)
	if _, err := lookup(ctx, c); errors.Is(err, ErrNoJetStream) || errors.Is(err, ErrNoStream) {
		// There is no stream, and viewers do not reply.
		if err := c.PublishMsg(msg); err != nil {
			return false, fmt.Errorf("%s: %w", op, err)
		}
		ctx, cancel := context.WithTimeout(ctx, apiTimeout)
		defer cancel()
		if err := c.FlushWithContext(ctx); err != nil {
			return false, fmt.Errorf("%s: %w", op, err)
		}
		if c.hasDenied(msg.Subject) {
			return false, denied
		}
		return false, nil
	}
	js, err := c.jetStream()
	if err != nil {
		return false, fmt.Errorf("%s: %w", op, err)
	}
	ctx, cancel := c.requestTo(ctx, func(subject string) bool { return subject == msg.Subject })
	defer cancel()
	if _, err = js.PublishMsg(ctx, msg, jetstream.WithRetryAttempts(0)); errors.Is(context.Cause(ctx), ErrDenied) {
		return false, denied
	}
	if err != nil {
		return false, c.apiError(ctx, op, err)
	}
	return true, nil
}

// FollowMarkers reads the markers of a site until ctx is done: those of the last
// since, and each new one except those added over c itself. After a lost
// connection it reads again what it may have missed, so that onMarker can
// receive a marker twice, with the same ID. Every marker has one. Invalid
// markers are skipped.
func FollowMarkers(ctx context.Context, c *Conn, site string, since time.Duration, onMarker func(beacon.Marker)) error {
	if err := checkSite(site); err != nil {
		return err
	}
	live := make(chan *nats.Msg, markersPending)
	sub, err := c.ChanSubscribe(beacon.AnnotationSubject(site), live)
	if err != nil {
		return fmt.Errorf("follow markers: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	from := time.Now().Add(-since)
	history := time.NewTimer(0)
	defer history.Stop()
	reconnects, dropped := int64(-1), 0
	for {
		changed := c.changed.wait()
		if now := c.reconnects.Load(); c.connected.Load() && now != reconnects {
			reconnects = now
			history.Reset(0)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case msg := <-live:
			decodeMarker(msg.Data, time.Now(), onMarker)
			if now, _ := sub.Dropped(); now != dropped {
				dropped = now
				history.Reset(lookupEvery)
			}
		case <-history.C:
			if !c.connected.Load() {
				continue
			}
			switch err := markersSince(ctx, c, site, from, onMarker); {
			case err == nil, errors.Is(err, ErrDenied):
			default: // no stream yet, or it does not respond
				history.Reset(lookupEvery)
			}
		}
	}
}

// markersSince reads the markers in the stream since a time.
func markersSince(ctx context.Context, c *Conn, site string, from time.Time, onMarker func(beacon.Marker)) error {
	js, err := c.jetStream()
	if err != nil {
		return err
	}
	request, cancel := c.request(ctx, apiConsumerCreate)
	consumer, err := js.CreateConsumer(request, StreamName, jetstream.ConsumerConfig{
		Description: "rumtop markers", AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1, InactiveThreshold: idleConsumer,
		FilterSubject: beacon.AnnotationSubject(site), DeliverPolicy: jetstream.DeliverByStartTimePolicy, OptStartTime: &from,
	})
	if err != nil {
		err = c.apiError(request, "read markers", err)
	}
	cancel()
	if err != nil {
		return err
	}
	for left := consumer.CachedInfo().NumPending; left > 0 && ctx.Err() == nil; {
		batch, err := consumer.FetchNoWait(fetchable(consumer, markersBatch))
		if err != nil {
			return fmt.Errorf("read markers: %w", err)
		}
		read := uint64(0)
		for msg := range batch.Messages() {
			read++
			if d, ok := parseDelivery(msg.Reply()); ok {
				decodeMarker(msg.Data(), time.Unix(0, d.stored), onMarker)
			}
		}
		if err := batch.Error(); err != nil || read == 0 {
			return err // none: limits of the stream have evicted the rest
		}
		left -= min(left, read)
	}
	return ctx.Err()
}

// decodeMarker passes a marker on, with the time of its arrival if it has none.
func decodeMarker(data []byte, arrived time.Time, onMarker func(beacon.Marker)) {
	m, err := beacon.DecodeMarker(data)
	if err != nil {
		return
	}
	if m.At == 0 {
		m.At = arrived.UnixMilli()
	}
	if m.ID == "" {
		// By minutes, because the copy from the stream has its time by another clock.
		m.ID = fmt.Sprintf("%s/%s/%d", m.Kind, m.Text, m.At/60_000)
	}
	onMarker(m)
}
