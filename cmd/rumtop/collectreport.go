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

// reportEvery is the interval of collector reports.
const reportEvery = 5 * time.Second

// reporter publishes collector reports: what the collector received, published,
// refused and dropped.
type reporter struct {
	conn             *stream.Conn
	publisher        *stream.Publisher
	collector        *collector.Collector
	sites            []string
	log              *slog.Logger
	last             beacon.Report
	identity         atomic.Value // string, one of the Identity constants
	loggedViolations int64        // violations that were logged
	loggedProblem    string       // the publisher's problem that was logged last; "": it is over
	problemAt        time.Time    // when
	stop             chan struct{}
	stopped          chan struct{}
}

func startReporter(conn *stream.Conn, pub *stream.Publisher, c *collector.Collector, cfg *collector.Config, identity string) *reporter {
	r := &reporter{conn: conn, publisher: pub, collector: c, log: cfg.Logger, stop: make(chan struct{}), stopped: make(chan struct{})}
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
	r.setIdentity(identity)
	go r.run()
	return r
}

// setIdentity sets where the key of identifiers comes from.
func (r *reporter) setIdentity(from string) { r.identity.Store(from) }

func (r *reporter) run() {
	defer close(r.stopped)
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		r.publish(false)
		select {
		case <-tick.C:
		case <-r.stop:
			return
		}
	}
}

// close publishes the last report, after the collector has drained. Without a
// connection it does not: viewers then see a silent collector.
func (r *reporter) close(ctx context.Context) {
	close(r.stop)
	select {
	case <-r.stopped:
	case <-ctx.Done():
		return
	}
	if !r.conn.State().Connected {
		return
	}
	r.publish(true)
	_ = r.conn.FlushWithContext(ctx)
}

func (r *reporter) publish(ended bool) {
	state := r.conn.State()
	if state.Violations > r.loggedViolations {
		r.log.Warn("NATS permission violations: see rumtop doctor", "times", state.Violations)
		r.loggedViolations = state.Violations
	}
	status := r.publisher.Status()
	r.logProblem(status.Problem)
	s := r.collector.Stats()
	next := r.last
	next.Clock, next.Ended = time.Now().UnixMilli(), ended
	next.Received, next.Published, next.Queued = s.Received, s.Published, s.Queued
	next.Refused, next.Dropped, next.Redactions, next.Capped = nonZero(s.Refused), nonZero(s.Dropped), nonZero(s.Redactions), nonZero(s.Capped)
	next.Denied, next.Forwarded, next.Unforwarded = nonZero(s.Denied), s.Forwarded, nonZero(s.Unforwarded)
	next.Identity, _ = r.identity.Load().(string)
	next.QueueBytes, next.QueueMaxBytes, next.Violations = s.QueueBytes, s.QueueMaxBytes, state.Violations
	next.Waiting, next.Problem = status.Waiting.Milliseconds(), status.Problem
	if ms := next.Clock - r.last.Clock; ms > 0 {
		next.PerS = float64(next.Received-r.last.Received) * 1000 / float64(ms)
	}
	r.last = next
	data, err := next.Encode()
	if err != nil {
		r.log.Warn("encode the collector report", "error", err)
		return
	}
	for _, site := range r.sites {
		// Without a connection the report is lost; the next one has all totals.
		_ = r.conn.PublishReport(site, data)
	}
}

// problemEvery is the least time between two problems in the log.
const problemEvery = time.Minute

// logProblem logs why NATS does not store the batches, once, and when that is
// over.
func (r *reporter) logProblem(problem string) {
	switch {
	case problem == r.loggedProblem:
	case problem == "":
		r.log.Info("NATS stores the batches again")
		r.loggedProblem = ""
	case time.Since(r.problemAt) >= problemEvery:
		r.log.Warn("NATS does not store the batches as it should", "problem", problem)
		r.loggedProblem, r.problemAt = problem, time.Now()
	}
}

// nonZero removes the counts that are zero.
func nonZero(counts map[string]int64) map[string]int64 {
	for name, n := range counts {
		if n == 0 {
			delete(counts, name)
		}
	}
	return counts
}
