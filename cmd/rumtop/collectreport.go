package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/collector"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/stream"
)

// reportEvery is how often a collector says how it is.
const reportEvery = 5 * time.Second

// reporter tells viewers, over NATS, what became of what a collector was sent.
type reporter struct {
	conn      *stream.Conn
	collector *collector.Collector
	sites     []string
	log       *slog.Logger
	last      beacon.Report
	identity  atomic.Value // string, one of the Identity constants
	told      int64        // violations that were logged
	stop      chan struct{}
	stopped   chan struct{}
}

func startReporter(conn *stream.Conn, c *collector.Collector, cfg *collector.Config, identity string) *reporter {
	r := &reporter{conn: conn, collector: c, log: cfg.Logger, stop: make(chan struct{}), stopped: make(chan struct{})}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	for site := range cfg.Sites {
		r.sites = append(r.sites, site)
	}
	var id [8]byte
	rand.Read(id[:])
	now := time.Now().UnixMilli()
	r.last = beacon.Report{
		ID: hex.EncodeToString(id[:]), Region: cfg.Region, Version: versionName(),
		Started: now, Clock: now, Every: reportEvery.Milliseconds(),
	}
	r.identify(identity)
	go r.run()
	return r
}

// identify says where the key of identifiers is from.
func (r *reporter) identify(from string) { r.identity.Store(from) }

func (r *reporter) run() {
	defer close(r.stopped)
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		r.tell(false)
		select {
		case <-tick.C:
		case <-r.stop:
			return
		}
	}
}

// end sends the last report, once the collector has drained. A server that is
// away, or does not read, learns nothing more: viewers see silence.
func (r *reporter) end(ctx context.Context) {
	close(r.stop)
	select {
	case <-r.stopped:
	case <-ctx.Done():
		return
	}
	if !r.conn.State().Connected {
		return
	}
	r.tell(true)
	_ = r.conn.FlushWithContext(ctx)
}

func (r *reporter) tell(ended bool) {
	state := r.conn.State()
	if state.Violations > r.told {
		r.log.Warn("NATS forbids something: rumtop doctor says what is missing", "times", state.Violations)
		r.told = state.Violations
	}
	s := r.collector.Stats()
	next := r.last
	next.Clock, next.Ended = time.Now().UnixMilli(), ended
	next.Received, next.Published, next.Queued = s.Received, s.Published, s.Queued
	next.Refused, next.Dropped, next.Redactions, next.Capped = some(s.Refused), some(s.Dropped), some(s.Redactions), some(s.Capped)
	next.Denied, next.Forwarded, next.Unforwarded = some(s.Denied), s.Forwarded, some(s.Unforwarded)
	next.Identity, _ = r.identity.Load().(string)
	next.QueueBytes, next.QueueMaxBytes, next.Violations = s.QueueBytes, s.QueueMaxBytes, state.Violations
	if ms := next.Clock - r.last.Clock; ms > 0 {
		next.PerS = float64(next.Received-r.last.Received) * 1000 / float64(ms)
	}
	r.last = next
	data, err := next.Encode()
	if err != nil {
		r.log.Warn("the report to viewers could not be encoded", "error", err)
		return
	}
	for _, site := range r.sites {
		// Without a connection there is nobody to tell; the next report says it all.
		_ = r.conn.PublishReport(site, data)
	}
}

// some leaves out what has not happened.
func some(counts map[string]int64) map[string]int64 {
	for name, n := range counts {
		if n == 0 {
			delete(counts, name)
		}
	}
	return counts
}
