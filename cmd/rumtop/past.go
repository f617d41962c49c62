package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/collector"
	"github.com/rumtop/rumtop/internal/demo"
	"github.com/rumtop/rumtop/internal/stream"
)

// The demo begins with half an hour behind it.
const pastLength = 30 * time.Minute

// The most that may wait for NATS while the past is made: well under what a
// collector would begin to shed at.
const pastQueue = 16 << 20

// past makes the demo's history: what the shop's browsers would have posted,
// through a collector's own handler, under a clock that is set to the moment
// of each request.
type past struct {
	sim       *demo.Sim
	config    collector.Config
	publisher *stream.Publisher
	began     time.Time
}

// make publishes the history and calls progress with the share that is done, at
// the end with 1.
func (p past) make(ctx context.Context, progress func(float64)) error {
	clock := &setClock{}
	clock.set(p.began.Add(-pastLength))
	p.config.Now = clock.now
	// Nobody waits for these beacons, so they may gather longer than live ones:
	// a shop of this size would otherwise make a batch of almost every beacon.
	p.config.Linger = 5 * time.Second
	c, err := collector.New(p.config, p.publisher)
	if err != nil {
		return err
	}
	handler := c.Handler()
	first := p.began.Add(-pastLength)
	w := &answer{header: http.Header{}}
	requests := 0
	serve := func(r demo.Request) error {
		clock.set(r.At)
		if requests++; requests%256 == 0 {
			progress(min(0.99, float64(r.At.Sub(first))/float64(pastLength)))
			if err := settle(ctx, c, pastQueue); err != nil {
				return err
			}
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "/v1/beacons?key="+p.key(), bytes.NewReader(r.Body))
		if err != nil {
			return err
		}
		req.Header, req.RemoteAddr = r.Header, "127.0.0.1:1"
		w.reset()
		handler.ServeHTTP(w, req)
		if w.status != http.StatusAccepted {
			return fmt.Errorf("the collector answers %d: %s", w.status, w.body.String())
		}
		return nil
	}
	// Making the past takes some seconds; those are made, too.
	for from, to := first, p.began; from.Before(to); from, to = to, time.Now().Truncate(time.Second) {
		if err := p.sim.Generate(from, to, serve); err != nil {
			return err
		}
	}
	draining, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	if err := c.Drain(draining); err != nil {
		return err
	}
	progress(1)
	return nil
}

func (p past) key() string {
	for _, key := range p.config.Sites {
		return key
	}
	return ""
}

// settle waits until no more than so many bytes wait for NATS.
func settle(ctx context.Context, c *collector.Collector, most int64) error {
	for c.Stats().QueueBytes > most {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
	return ctx.Err()
}

// setClock is a clock that stands where it was set to.
type setClock struct{ ns atomic.Int64 }

func (c *setClock) now() time.Time  { return time.Unix(0, c.ns.Load()) }
func (c *setClock) set(t time.Time) { c.ns.Store(t.UnixNano()) }

// answer takes what the collector answers.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

func (a *answer) reset() {
	clear(a.header)
	a.status = http.StatusOK
	a.body.Reset()
}
