package stream

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
)

// PublishReport publishes a collector report, if there is a connection. A report
// is never resent, because the next one follows soon.
func (c *Conn) PublishReport(site string, report []byte) error {
	if !c.connected.Load() {
		return errDisconnected
	}
	subject := beacon.CollectorsSubject(site)
	if err := c.Publish(subject, report); err != nil {
		return fmt.Errorf("publish to %s: %w", subject, err)
	}
	return nil
}

// How collectors are tracked.
const (
	// MaxCollectors is how many are tracked; reports of others are counted.
	MaxCollectors = 64
	// reportsLookback is how far back reports are read at the start, so that the
	// losses in a window are known at once.
	reportsLookback = 5 * time.Minute
	maxReports      = 4096
	// A collector is silent after two missed reports, and forgotten after
	// forgetAfter without one.
	missedReports = 3
	defaultEvery  = 5 * time.Second
	forgetAfter   = 10 * time.Minute
	// skewReports is how many reports a clock is compared by. A report can be
	// late, never early: the least late one counts.
	skewReports = 12
)

// Losses are counted in steps, for as long as a viewer looks back.
const (
	lossStep  = 10 * time.Second
	lossSteps = 6 * 60
)

// Collector is one collector, by its reports.
type Collector struct {
	beacon.Report
	Heard  time.Time // last report, by this machine's clock
	Silent bool      // two reports are overdue
	// Skew is its clock minus the server's, or minus this machine's if the
	// server's time is unknown. It is accurate to some milliseconds.
	Skew time.Duration
}

// Loss is what collectors dropped within some seconds, by the server's clock.
type Loss struct {
	At      time.Time
	Lost    int64 // could not be delivered, see [beacon.Report.Lost]
	Dropped int64 // for any reason
	Refused int64

	Denied      int64 // whole requests
	Unforwarded int64 // requests that a vendor did not accept
}

// collectors tracks the collectors of one site by their reports.
type collectors struct {
	mu      sync.Mutex
	from    time.Time // start of the tracking, by the reference clock
	known   map[string]*tracked
	losses  []Loss // oldest first
	invalid int64  // messages that are not reports
	beyond  int64  // reports of collectors over MaxCollectors
}

type tracked struct {
	report beacon.Report
	heard  time.Time // by this machine's clock
	ahead  [skewReports]time.Duration
	n      int
}

// skew is how far the collector's clock is ahead of the reference clock.
func (t *tracked) skew() time.Duration {
	if t.n == 0 {
		return 0
	}
	return slices.Max(t.ahead[:min(t.n, skewReports)])
}

// addReport adds a report. at is when it was stored or arrived by the reference
// clock, which is the server's if known; heard is the same by this machine's.
func (c *collectors) addReport(data []byte, at, heard time.Time) {
	r, err := beacon.DecodeReport(data)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.invalid++
		return
	}
	if c.known == nil {
		c.known = map[string]*tracked{}
	}
	t := c.known[r.ID]
	if t == nil {
		c.expire(heard)
		if len(c.known) >= MaxCollectors {
			c.beyond++
			return
		}
		t = &tracked{}
		c.known[r.ID] = t
		if uptime := time.Duration(r.Clock-r.Started) * time.Millisecond; !c.from.IsZero() && at.Add(-uptime).After(c.from) {
			c.addLoss(at, &beacon.Report{}, &r) // it started since: all of its losses are new
		}
	} else {
		if r.Clock <= t.report.Clock && r.Received <= t.report.Received {
			return // a duplicate, or out of order
		}
		c.addLoss(at, &t.report, &r)
	}
	t.report, t.heard = r, heard
	t.ahead[t.n%skewReports] = time.UnixMilli(r.Clock).Sub(at)
	t.n++
}

// setFrom sets the start of the tracking.
func (c *collectors) setFrom(from time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.from = from
}

// resetSkew forgets the clocks' skews, because the reference clock was set.
func (c *collectors) resetSkew() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.known {
		t.n = 0
	}
}

func reportInterval(r *beacon.Report) time.Duration {
	return cmp.Or(time.Duration(r.Every)*time.Millisecond, defaultEvery)
}

// addLoss adds what was dropped between two reports.
func (c *collectors) addLoss(at time.Time, before, now *beacon.Report) {
	l := Loss{
		At:      at.Truncate(lossStep),
		Lost:    max(0, now.Lost()-before.Lost()),
		Dropped: max(0, now.DroppedSum()-before.DroppedSum()),
		Refused: max(0, now.RefusedSum()-before.RefusedSum()),

		Denied:      max(0, now.DeniedSum()-before.DeniedSum()),
		Unforwarded: max(0, now.UnforwardedSum()-before.UnforwardedSum()),
	}
	if l == (Loss{At: l.At}) {
		return
	}
	i, found := slices.BinarySearchFunc(c.losses, l.At, func(l Loss, at time.Time) int { return l.At.Compare(at) })
	if found {
		c.losses[i].Lost += l.Lost
		c.losses[i].Dropped += l.Dropped
		c.losses[i].Refused += l.Refused
		c.losses[i].Denied += l.Denied
		c.losses[i].Unforwarded += l.Unforwarded
		return
	}
	c.losses = slices.Insert(c.losses, i, l)
	if len(c.losses) > lossSteps {
		c.losses = slices.Delete(c.losses, 0, len(c.losses)-lossSteps)
	}
}

// expire removes collectors that have not reported for long or have ended.
func (c *collectors) expire(now time.Time) {
	for id, t := range c.known {
		if age := now.Sub(t.heard); age > forgetAfter || t.report.Ended && age > missedReports*reportInterval(&t.report) {
			delete(c.known, id)
		}
	}
}

// list returns the collectors that have not ended, ordered by id.
func (c *collectors) list(now time.Time) (known []Collector, losses []Loss, others int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expire(now)
	for _, t := range c.known {
		if t.report.Ended {
			continue
		}
		known = append(known, Collector{
			Report: t.report, Heard: t.heard, Skew: t.skew(),
			Silent: now.Sub(t.heard) > missedReports*reportInterval(&t.report),
		})
	}
	slices.SortFunc(known, func(a, b Collector) int { return cmp.Compare(a.ID, b.ID) })
	return known, slices.Clone(c.losses), c.invalid + c.beyond
}

// readReports reads a site's reports since a time from the stream.
func readReports(ctx context.Context, c *Conn, site string, since time.Time, add func(data []byte, stored time.Time)) error {
	js, err := c.jetStream()
	if err != nil {
		return err
	}
	ctx, cancel := c.request(ctx, apiConsumerCreate)
	defer cancel()
	consumer, err := js.CreateConsumer(ctx, StreamName, jetstream.ConsumerConfig{
		Description: "rumtop reports", AckPolicy: jetstream.AckNonePolicy,
		DeliverPolicy: jetstream.DeliverByStartTimePolicy, OptStartTime: &since,
		MemoryStorage: true, Replicas: 1, InactiveThreshold: time.Second, FilterSubject: beacon.CollectorsSubject(site),
	})
	if err != nil {
		return c.apiError(ctx, "read the collectors' reports", err)
	}
	batch, err := consumer.FetchNoWait(fetchable(consumer, maxReports))
	if err != nil {
		return c.apiError(ctx, "read the collectors' reports", err)
	}
	for msg := range batch.Messages() {
		if d, ok := parseDelivery(msg.Reply()); ok {
			add(msg.Data(), time.Unix(0, d.stored))
		}
	}
	return batch.Error()
}

// openReports starts tracking the site's collectors. Live reports are enough;
// with history it also reads those of the last minutes, if permitted. It runs
// once the server's clock is known, if ever.
func (s *Subscription) openReports(history bool) {
	if s.reportSub == nil {
		sub, err := s.conn.Subscribe(beacon.CollectorsSubject(s.opts.Site), func(msg *nats.Msg) {
			s.collectors.addReport(msg.Data, s.serverNow(), s.opts.Now())
		})
		if err != nil {
			return // the connection is closed for good
		}
		s.reportSub = sub
		s.collectors.setFrom(s.serverNow())
	}
	if !history || s.reportsRead {
		return
	}
	s.reportsRead = true
	from := s.serverNow().Add(-reportsLookback)
	s.collectors.setFrom(from)
	// An error does no harm: collectors report again.
	_ = readReports(s.ctx, s.conn, s.opts.Site, from, func(data []byte, stored time.Time) {
		s.collectors.addReport(data, stored, stored.Add(time.Duration(s.skew.Load())))
	})
}

// closeReports ends the tracking.
func (s *Subscription) closeReports() {
	if s.reportSub == nil {
		return
	}
	closed := s.reportSub.StatusChanged(nats.SubscriptionClosed)
	if s.reportSub.Unsubscribe() == nil {
		<-closed
	}
}

// Collectors returns the site's collectors, ordered by id, and their recent
// losses, oldest first. others counts reports of collectors over
// [MaxCollectors] and messages that are not reports.
func (s *Subscription) Collectors() (known []Collector, losses []Loss, others int64) {
	return s.collectors.list(s.opts.Now())
}
