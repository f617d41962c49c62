package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/rumtop/rumtop/collector"
	"github.com/rumtop/rumtop/internal/demo"
	"github.com/rumtop/rumtop/internal/stream"
)

const (
	// The demo begins with half an hour behind it.
	pastLength = 30 * time.Minute
	// How much of the past is made at a time: the lanes stay this close together.
	pastStep = time.Second
	// Nobody waits for these beacons, so they may gather longer than live ones:
	// a shop of this size would otherwise make a batch of almost every beacon.
	pastLinger = 2 * time.Second
	// The most that may wait for NATS: well under what a collector would begin
	// to shed at.
	pastQueue = 16 << 20
	pastLanes = 2
)

// past makes the demo's history: what the shop's browsers would have posted,
// through the collector's own handler, under a clock that is set to the moment
// of each request. There is a collector to a lane, so that a machine with two
// cores is done in half the time.
type past struct {
	sim   *demo.Sim
	key   string
	began time.Time
	lanes [pastLanes]*pastLane
	seed  maphash.Seed
}

func newPast(sim *demo.Sim, cfg collector.Config, publisher *stream.Publisher, key string, began time.Time) (*past, error) {
	p := &past{sim: sim, key: key, began: began, seed: maphash.MakeSeed()}
	cfg.Linger = pastLinger
	for i := range p.lanes {
		l := &pastLane{answer: answer{header: http.Header{}}}
		l.clock.set(began.Add(-pastLength))
		cfg.Now = l.clock.now
		var err error
		if l.collector, err = collector.New(cfg, publisher); err != nil {
			return nil, err
		}
		p.lanes[i] = l
	}
	return p, nil
}

// make publishes the history and tells progress which share of it is done.
func (p *past) make(ctx context.Context, progress func(float64)) error {
	first := p.began.Add(-pastLength)
	step := first.Add(pastStep)
	serve := func(r demo.Request) error {
		for r.At.After(step) {
			if err := p.serve(ctx); err != nil {
				return err
			}
			step = step.Add(pastStep)
			progress(min(0.99, float64(r.At.Sub(first))/float64(pastLength)))
		}
		// All requests of one client pass one lane, in their order.
		lane := maphash.String(p.seed, r.Header.Get("X-Forwarded-For")) % pastLanes
		p.lanes[lane].due = append(p.lanes[lane].due, r)
		return nil
	}
	// Making the past takes some seconds; those are made, too.
	for from, to := first, p.began; from.Before(to); from, to = to, time.Now().Truncate(time.Second) {
		if err := p.sim.Generate(from, to, serve); err != nil {
			return err
		}
	}
	if err := p.serve(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	var err error
	for _, l := range p.lanes {
		err = errors.Join(err, l.collector.Drain(ctx))
	}
	return err
}

// serve hands what is due to the lanes, and waits for them.
func (p *past) serve(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, l := range p.lanes {
		g.Go(func() error { return l.serve(ctx, p.key) })
	}
	return g.Wait()
}

// pastLane is a collector with a clock of its own.
type pastLane struct {
	collector *collector.Collector
	clock     setClock
	due       []demo.Request
	answer    answer
}

func (l *pastLane) serve(ctx context.Context, key string) error {
	defer func() { l.due = l.due[:0] }()
	for l.collector.Stats().QueueBytes > pastQueue {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	for _, r := range l.due {
		l.clock.set(r.At)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "/v1/beacons?key="+key, bytes.NewReader(r.Body))
		if err != nil {
			return err
		}
		req.Header, req.RemoteAddr = r.Header, "127.0.0.1:1"
		l.answer.reset()
		l.collector.Handler().ServeHTTP(&l.answer, req)
		if l.answer.status != http.StatusAccepted {
			return fmt.Errorf("the collector answers %d: %s", l.answer.status, l.answer.body.String())
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
