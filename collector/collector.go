// Package collector is the HTTP edge of rumtop: it takes what browsers send,
// checks, enriches and scrubs it, and publishes it in batches.
//
// A [Collector] is an http.Handler that other Go servers can mount:
//
//	c, err := collector.New(collector.Config{Sites: map[string]string{"shop": "pk_1"}}, publisher)
//	…
//	mux.Handle("/rum/", http.StripPrefix("/rum", c.Handler()))
//	…
//	err = c.Drain(ctx)
//
// Promises: no handler waits for the publisher; what is queued is bounded in
// bytes, and so is everything else that a client can make grow; every beacon
// that was received is accounted for (see [Stats]); no answer, log line or
// metric repeats what a client sent; nothing leaves but what the scrubber has seen.
package collector

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/collector/enrich"
	"github.com/rumtop/rumtop/collector/forward"
	"github.com/rumtop/rumtop/collector/scrub"
	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/beacon"
)

// Collector takes beacons over HTTP and publishes them. End it with Drain.
type Collector struct {
	cfg      Config
	log      *slog.Logger
	sites    []*site
	origins  *origins
	proxies  proxies
	consent  consent
	scrub    *scrub.Scrubber
	identity *scrub.Identity
	agents   *enrich.UserAgents
	geo      *enrich.Geo // nil without a database
	limiter  *limiter
	seed     maphash.Seed // of what is compared and never shown
	bodies   *bodies
	door     *door

	corsLists corsLists

	certificate *certificate // nil without TLS
	resends     *resends
	retold      *retold
	views       *views
	recall      *recall
	peaks       *peaks
	tee         *forward.Tee // nil: nothing is passed on
	queue       *queue

	ledger   ledger
	overflow overflowCounts
	values   valueCounts
	denied   denialCounts
	endpoint []*endpoint

	handler, operators http.Handler

	batches sync.Pool // *beacon.Batch
	scratch sync.Pool // *[]byte
	intakes sync.Pool // *intake

	freshMu sync.Mutex
	fresh   []fresh // lanes that gather, the one that began first in front

	draining atomic.Bool
	gate     sync.RWMutex // held for reading while a request is let in
	stop     chan struct{}
	pumped   chan struct{} // the pump has ended

	retiring atomic.Bool

	complaints, serverLines throttle
	handshakes              atomic.Int64 // that failed
	panics                  atomic.Int64
}

// Check says what makes no sense in a configuration. It starts nothing and
// reads no file.
func (cfg Config) Check() error {
	_, err := prepare(cfg)
	return err
}

// New starts a collector that publishes to pub. It fails on a configuration
// that makes no sense, and on files that cannot be read.
func New(cfg Config, pub Publisher) (*Collector, error) {
	c, err := prepare(cfg)
	if err != nil {
		return nil, err
	}
	cfg = c.cfg
	c.queue = newQueue(pub, &c.ledger, cfg.QueueBytes, cfg.InFlight)
	if c.identity, err = scrub.NewIdentity(scrub.IdentityConfig{KeyFile: cfg.IdentityKeyFile}); err != nil {
		return nil, err
	}
	if c.certificate, err = newCertificate(cfg.CertFile, cfg.KeyFile); err != nil {
		return nil, err
	}
	if cfg.GeoIP != "" {
		if c.geo, err = enrich.OpenGeo(cfg.GeoIP); err != nil {
			return nil, err
		}
	}
	if c.tee, err = forward.New(cfg.Forward, forwardHeaders()...); err != nil {
		return nil, err
	}
	if c.handler, err = c.routes(); err != nil {
		return nil, err
	}
	go c.pump()
	return c, nil
}

// prepare makes a collector as far as its configuration alone goes.
func prepare(cfg Config) (*Collector, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Collector{
		cfg: cfg, log: cfg.Logger,
		agents:  enrich.NewUserAgents(),
		limiter: newLimiter(cfg.RateLimit),
		seed:    maphash.MakeSeed(),
		bodies:  newBodies(cfg.Limits),
		resends: newResends(),
		retold:  newRetold(),
		views:   newViews(),
		recall:  newRecall(),
		peaks:   newPeaks(),
		stop:    make(chan struct{}), pumped: make(chan struct{}),
	}
	c.batches.New = func() any { return new(beacon.Batch) }
	c.scratch.New = func() any { return new([]byte) }
	c.intakes.New = func() any { return new(intake) }
	if c.sites, err = newSites(cfg.Sites, cfg.SiteRateLimit, &c.overflow); err != nil {
		return nil, err
	}
	c.corsLists = newCORSLists(wire.Formats())
	if c.origins, err = newOrigins(cfg.Origins); err != nil {
		return nil, err
	}
	if c.proxies, err = newProxies(cfg.TrustedProxies); err != nil {
		return nil, err
	}
	if err := checkCertificate(cfg.CertFile, cfg.KeyFile); err != nil {
		return nil, err
	}
	c.door = newDoor(cfg.Limits, c.proxies)
	if c.consent, err = defaultConsent(cfg.DefaultConsent); err != nil {
		return nil, err
	}
	if cfg.Region != "" && !beacon.ValidToken(cfg.Region) {
		return nil, fmt.Errorf("region %q: use 1 to 32 of a-z 0-9 _ -", cfg.Region)
	}
	if cfg.RegionHeader != "" && len(c.proxies) == 0 {
		return nil, fmt.Errorf("region header %s is believed only from trusted proxies: name them with --trusted-proxies", cfg.RegionHeader)
	}
	if err := cfg.Forward.Check(forwardable()); err != nil {
		return nil, err
	}
	c.scrub, err = scrub.New(cfg.Scrub)
	return c, err
}

// Handler serves all endpoints.
func (c *Collector) Handler() http.Handler { return c.handler }

// AdoptIdentity replaces the key that identifiers are hashed under by one of at
// least 32 bytes, for collectors that share it by another way than a file. Call
// it before the first beacon: who was seen under the old one is counted once more.
func (c *Collector) AdoptIdentity(secret []byte) error { return c.identity.Adopt(secret) }

// Flush publishes what has gathered without waiting for it to linger. It does
// not wait for acknowledgements.
func (c *Collector) Flush() {
	c.sealDue(true)
	c.queue.wakeUp()
}

// Retire makes /readyz say that the collector is about to end, so that a
// balancer sends new requests elsewhere. Beacons are still taken until Drain.
func (c *Collector) Retire() { c.retiring.Store(true) }

// Drain stops taking beacons (503 from now on), publishes everything that is
// queued and waits for the acknowledgements. When ctx ends before that, what is
// left is given up and counted, and the error says how much it was. The
// collector has no goroutine left afterwards. Only the first call does anything.
func (c *Collector) Drain(ctx context.Context) error {
	c.gate.Lock() // who came before has been let in or refused by now
	again := c.draining.Swap(true)
	c.gate.Unlock()
	if again {
		return errors.New("collector is draining already")
	}
	c.Flush()
	err := c.queue.await(ctx, func() bool { return c.ledger.snapshot().queued == 0 })
	close(c.stop)
	<-c.pumped
	c.queue.close()
	c.tee.Close(ctx)
	if lost := c.ledger.closeBooks(); lost > 0 {
		err = fmt.Errorf("drain collector: %d beacons were not published: %w", lost, err)
	}
	if c.geo != nil {
		err = errors.Join(err, c.geo.Close())
	}
	return err
}

// pump seals the batches that have lingered and publishes what waits.
func (c *Collector) pump() {
	defer close(c.pumped)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-c.queue.wake:
		case <-timer.C:
		case <-c.stop:
			return
		}
		next := time.Hour
		if wait, ok := c.queue.dispatch(); ok {
			next = min(next, wait)
			c.complain("batches cannot be published and wait", c.queue.lastError())
		}
		if wait, ok := c.sealDue(c.draining.Load()); ok {
			// Under another clock than the real one, look again in a while.
			next = min(next, max(wait, time.Millisecond), c.cfg.Linger)
		}
		timer.Reset(next)
	}
}
