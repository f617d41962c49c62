package main

import (
	"bytes"
	"context"
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
	// The past's clock goes in steps; what falls into one is handled at a time.
	pastStep = 250 * time.Millisecond
	// Nobody waits for these beacons, so they may gather longer than live ones:
	// a shop of this size would otherwise make a batch of almost every beacon.
	pastLinger = time.Second
	// The most that may wait for NATS, in bytes: well under what a collector
	// would begin to shed at.
	pastQueue = 16 << 20
	pastLanes = 2
)

// past makes the demo's history: what the shop's browsers would have posted,
// through a collector's own handler, under a clock that is set to the moment of
// the requests. They are handed over in lanes, so that a machine with two cores
// is done in half the time.
type past struct {
	sim       *demo.Sim
	key       string
	began     time.Time
	collector *collector.Collector
	clock     setClock
	lanes     [pastLanes]pastLane
	seed      maphash.Seed
}

func newPast(sim *demo.Sim, cfg collector.Config, publisher *stream.Publisher, key string, began time.Time) (*past, error) {
	p := &past{sim: sim, key: key, began: began, seed: maphash.MakeSeed()}
	p.clock.set(began.Add(-pastLength))
	cfg.Now, cfg.Linger = p.clock.now, pastLinger
	var err error
	p.collector, err = collector.New(cfg, publisher)
	return p, err
}

// make publishes the history and tells progress which share of it is done.
func (p *past) make(ctx context.Context, progress func(float64)) error {
	first := p.began.Add(-pastLength)
	step := first.Add(pastStep)
	add := func(r demo.Request) error {
		for r.At.After(step) {
			if err := p.serve(ctx, step); err != nil {
				return err
			}
			step = step.Add(pastStep)
			progress(min(0.99, float64(r.At.Sub(first))/float64(pastLength)))
		}
		// All requests of one client pass one lane, in their order.
		lane := &p.lanes[maphash.String(p.seed, r.Header.Get("X-Forwarded-For"))%pastLanes]
		lane.due = append(lane.due, r)
		return nil
	}
	// Making the past takes some seconds; those are made, too.
	for from, to := first, p.began; from.Before(to); from, to = to, time.Now().Truncate(time.Second) {
		if err := p.sim.Generate(from, to, add); err != nil {
			return err
		}
	}
	if err := p.serve(ctx, step); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	return p.collector.Drain(ctx)
}

// serve hands over what is due at a moment, and waits for the answers.
func (p *past) serve(ctx context.Context, at time.Time) error {
	for p.collector.Stats().QueueBytes > pastQueue {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	p.clock.set(at)
	g, ctx := errgroup.WithContext(ctx)
	for i := range p.lanes {
		g.Go(func() error { return p.lanes[i].serve(ctx, p.collector.Handler(), p.key) })
	}
	return g.Wait()
}

// pastLane is a share of the requests.
type pastLane struct {
	due    []demo.Request
	answer answer
}

func (l *pastLane) serve(ctx context.Context, handler http.Handler, key string) error {
	defer func() { l.due = l.due[:0] }()
	for _, r := range l.due {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "/v1/beacons?key="+key, bytes.NewReader(r.Body))
		if err != nil {
			return err
		}
		req.Header, req.RemoteAddr = r.Header, "127.0.0.1:1"
		l.answer.reset()
		handler.ServeHTTP(&l.answer, req)
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
	if a.header == nil {
		a.header = http.Header{}
	}
	clear(a.header)
	a.status = http.StatusOK
	a.body.Reset()
}
