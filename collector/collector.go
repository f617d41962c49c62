// Package collector is the HTTP edge of rumtop: it receives what browsers send,
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
// No handler waits for the publisher. What is queued is bounded in bytes, and so
// is everything else that clients can make grow. Every beacon that was received
// is accounted for (see [Stats]). No answer, log line or metric repeats what a
// client sent. Only what the scrubber has seen leaves the process.
//
// Package edge limits connections, rates and bodies; package wire decodes the
// SDKs' formats; package stitch joins the beacons of a page view. This package
// has the handler, the sites, the conversion of raw beacons, and the queue.
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

	"github.com/rumtop/rumtop/collector/edge"
	"github.com/rumtop/rumtop/collector/enrich"
	"github.com/rumtop/rumtop/collector/forward"
	"github.com/rumtop/rumtop/collector/scrub"
	"github.com/rumtop/rumtop/collector/stitch"
	"github.com/rumtop/rumtop/internal/beacon"
)

// Collector receives beacons over HTTP and publishes them. End it with Drain.
type Collector struct {
	cfg   Config
	log   *slog.Logger
	sites []*site

	cors        *edge.CORS
	proxies     edge.Proxies
	conns       *edge.ConnLimiter
	clientRates *edge.ClientRateLimiter // nil: no limit
	bodies      *edge.BodyReader
	certificate *edge.Certificate // nil without TLS

	defaultConsent consent
	scrub          *scrub.Scrubber
	identity       *scrub.Identity
	agents         *enrich.UserAgents
	geo            *enrich.Geo  // nil without a database
	networkSeed    maphash.Seed // of networkHash

	views        *stitch.Views
	viewDefaults *stitch.ViewDefaults
	viewMax      *stitch.ViewMax
	resends      *stitch.Resends
	reports      *stitch.DuplicateReports
	retold       *stitch.Retold

	tee   *forward.Tee // nil: nothing is forwarded
	queue *queue

	accounts      accounting
	overflows     overflowCounts
	refusedValues valueCounts
	denied        denialCounts
	endpoints     []*endpoint

	served         resources
	handler, admin http.Handler

	batches sync.Pool // *beacon.Batch
	scratch sync.Pool // *[]byte
	intakes sync.Pool // *intake

	lingeringMu sync.Mutex
	lingering   []lingeringBatcher // oldest first

	acceptMu sync.RWMutex // held for reading while a request is accepted
	draining atomic.Bool
	retired  atomic.Bool
	stop     chan struct{}
	stopped  chan struct{} // publishBatches has ended

	warnings, serverLines logThrottle
	handshakeFailures     atomic.Int64
	panics                atomic.Int64
}

// Check reports what is invalid in a configuration. It starts nothing and
// reads no file.
func (cfg Config) Check() error {
	_, err := prepare(cfg)
	return err
}

// New starts a collector that publishes to pub. It fails if the configuration is
// invalid or a file cannot be read.
func New(cfg Config, pub Publisher) (*Collector, error) {
	c, err := prepare(cfg)
	if err != nil {
		return nil, err
	}
	cfg = c.cfg
	c.queue = newQueue(pub, &c.accounts, cfg.QueueBytes, cfg.InFlight)
	if c.identity, err = scrub.NewIdentity(scrub.IdentityConfig{KeyFile: cfg.IdentityKeyFile}); err != nil {
		return nil, err
	}
	if cfg.CertFile != "" {
		if c.certificate, err = edge.LoadCertificate(cfg.CertFile, cfg.KeyFile); err != nil {
			return nil, err
		}
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
	go c.publishBatches()
	return c, nil
}

// prepare builds a collector as far as its configuration alone allows.
func prepare(cfg Config) (*Collector, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Collector{
		cfg: cfg, log: cfg.Logger,
		clientRates:  edge.NewClientRateLimiter(cfg.RateLimit),
		bodies:       edge.NewBodyReader(cfg.Limits.bodies()),
		agents:       enrich.NewUserAgents(),
		networkSeed:  maphash.MakeSeed(),
		views:        stitch.NewViews(),
		viewDefaults: stitch.NewViewDefaults(),
		viewMax:      stitch.NewViewMax(),
		resends:      stitch.NewResends(),
		reports:      stitch.NewDuplicateReports(),
		retold:       stitch.NewRetold(),
		stop:         make(chan struct{}), stopped: make(chan struct{}),
	}
	c.batches.New = func() any { return new(beacon.Batch) }
	c.scratch.New = func() any { return new([]byte) }
	c.intakes.New = func() any { return new(intake) }
	if c.sites, err = newSites(cfg.Sites, cfg.SiteRateLimit, &c.overflows); err != nil {
		return nil, err
	}
	origins, err := edge.ParseOrigins(cfg.Origins)
	if err != nil {
		return nil, err
	}
	c.cors = newCORS(origins)
	if c.proxies, err = edge.ParseProxies(cfg.TrustedProxies); err != nil {
		return nil, err
	}
	if err := edge.CheckCertificateFiles(cfg.CertFile, cfg.KeyFile); err != nil {
		return nil, err
	}
	c.conns = edge.NewConnLimiter(cfg.Limits.Connections, cfg.Limits.ClientConnections, c.proxies)
	if c.defaultConsent, err = parseDefaultConsent(cfg.DefaultConsent); err != nil {
		return nil, err
	}
	if cfg.Region != "" && !beacon.ValidToken(cfg.Region) {
		return nil, fmt.Errorf("region %q: invalid: use 1 to 32 of a-z 0-9 _ -", cfg.Region)
	}
	if cfg.RegionHeader != "" && len(c.proxies) == 0 {
		return nil, fmt.Errorf("region header %s: trusted from proxies only: set --trusted-proxies", cfg.RegionHeader)
	}
	if err := cfg.Forward.Check(forwardable()); err != nil {
		return nil, err
	}
	c.scrub, err = scrub.New(cfg.Scrub)
	return c, err
}

// Handler serves all endpoints.
func (c *Collector) Handler() http.Handler { return c.handler }

// SetIdentityKey replaces the key that identifiers are hashed under by one of at
// least 32 bytes, for collectors that share it by another way than a file. Call
// it before the first beacon: a user whose beacons were hashed under both keys
// counts twice.
func (c *Collector) SetIdentityKey(key []byte) error { return c.identity.Adopt(key) }

// Flush publishes what has gathered without waiting for Config.Linger. It does
// not wait for acknowledgements.
func (c *Collector) Flush() {
	c.sealLingered(true)
	c.queue.wakeUp()
}

// Retire makes /readyz answer 503, so that a balancer sends new requests
// elsewhere. Beacons are still accepted until Drain.
func (c *Collector) Retire() { c.retired.Store(true) }

// Drain stops accepting beacons (503 from now on), publishes everything that is
// queued and waits for the acknowledgements. If ctx ends before that, the rest is
// dropped and counted, and the error says how much it was. The collector has no
// goroutine left afterwards. Only the first call does anything.
func (c *Collector) Drain(ctx context.Context) error {
	c.acceptMu.Lock() // wait for the requests that are being accepted
	again := c.draining.Swap(true)
	c.acceptMu.Unlock()
	if again {
		return errors.New("collector is draining already")
	}
	c.Flush()
	err := c.queue.waitUntil(ctx, func() bool { return c.accounts.snapshot().queued == 0 })
	close(c.stop)
	<-c.stopped
	c.queue.close()
	c.tee.Close(ctx)
	if lost := c.accounts.dropQueued(); lost > 0 {
		err = fmt.Errorf("drain collector: %d beacons were not published: %w", lost, err)
	}
	if c.geo != nil {
		err = errors.Join(err, c.geo.Close())
	}
	return err
}

// publishBatches seals the batches that have lingered and publishes what waits,
// until stop is closed.
func (c *Collector) publishBatches() {
	defer close(c.stopped)
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
			c.warn("cannot publish batches: they wait in the queue", c.queue.lastError())
		}
		if wait, ok := c.sealLingered(c.draining.Load()); ok {
			// With a clock other than the real one, look again after a while.
			next = min(next, max(wait, time.Millisecond), c.cfg.Linger)
		}
		timer.Reset(next)
	}
}
