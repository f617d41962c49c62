package demo

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
)

const (
	// HistoryLength is how much traffic the demo has behind it when it starts.
	HistoryLength = 30 * time.Minute
	// The history's clock moves in steps; all requests of a step are handled
	// together.
	historyStep = 250 * time.Millisecond
	// No user waits for these beacons, so they may wait longer for a full batch
	// than live ones: a shop of this size would otherwise make a batch of almost
	// every beacon.
	historyLinger = time.Second
	// The most that may wait for NATS, in bytes: well under the size at which a
	// collector starts to drop beacons.
	historyQueue = 16 << 20
	historyLanes = 2
	// historyDrain is how long publishing the last batches may take.
	historyDrain = 10 * time.Second
)

// History makes the past of the demo: what the shop's browsers would have
// posted, through a collector's own handler, under a clock that is set to the
// time of the requests. Lanes handle them side by side, so that two cores take
// half the time.
type History struct {
	sim       *Sim
	key       string
	began     time.Time
	collector *collector.Collector
	clock     setClock
	lanes     [historyLanes]lane
	seed      maphash.Seed
}

// NewHistory prepares the history of sim that ends at began, collected as cfg
// says for the site with the key, and published with publisher.
func NewHistory(sim *Sim, cfg collector.Config, publisher collector.Publisher, key string, began time.Time) (*History, error) {
	h := &History{sim: sim, key: key, began: began, seed: maphash.MakeSeed()}
	h.clock.set(began.Add(-HistoryLength))
	cfg.Now, cfg.Linger = h.clock.now, historyLinger
	var err error
	h.collector, err = collector.New(cfg, publisher)
	return h, err
}

// Publish makes and publishes the history, up to the moment when it is done:
// that takes some seconds, and they are part of it. It calls progress with the
// share that is done, 0..1.
func (h *History) Publish(ctx context.Context, progress func(float64)) error {
	first := h.began.Add(-HistoryLength)
	step := first.Add(historyStep)
	enqueue := func(r Request) error {
		for r.At.After(step) {
			if err := h.serveStep(ctx, step); err != nil {
				return err
			}
			step = step.Add(historyStep)
			progress(min(0.99, float64(r.At.Sub(first))/float64(HistoryLength)))
		}
		// All requests of one client pass one lane, in their order.
		l := &h.lanes[maphash.String(h.seed, r.Header.Get("X-Forwarded-For"))%historyLanes]
		l.due = append(l.due, r)
		return nil
	}
	for from, to := first, h.began; from.Before(to); from, to = to, time.Now().Truncate(time.Second) {
		if err := h.sim.Generate(from, to, enqueue); err != nil {
			return err
		}
	}
	if err := h.serveStep(ctx, step); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, historyDrain)
	defer cancel()
	return h.collector.Drain(ctx)
}

// serveStep hands the requests of a step to the collector, under a clock that
// stands at its end, and waits for the responses.
func (h *History) serveStep(ctx context.Context, end time.Time) error {
	for h.collector.Stats().QueueBytes > historyQueue {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	h.clock.set(end)
	g, ctx := errgroup.WithContext(ctx)
	for i := range h.lanes {
		g.Go(func() error { return h.lanes[i].serve(ctx, h.collector.Handler(), h.key) })
	}
	return g.Wait()
}

// lane is a share of the clients.
type lane struct {
	due      []Request // of the current step
	response response
}

func (l *lane) serve(ctx context.Context, handler http.Handler, key string) error {
	defer func() { l.due = l.due[:0] }()
	for _, r := range l.due {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "/v1/beacons?key="+key, bytes.NewReader(r.Body))
		if err != nil {
			return err
		}
		req.Header, req.RemoteAddr = r.Header, "127.0.0.1:1"
		l.response.reset()
		handler.ServeHTTP(&l.response, req)
		if l.response.status != http.StatusAccepted {
			return fmt.Errorf("post a beacon: status %d: %s", l.response.status, l.response.body.String())
		}
	}
	return ctx.Err()
}

// setClock is a clock that stands where it was set.
type setClock struct{ ns atomic.Int64 }

func (c *setClock) now() time.Time  { return time.Unix(0, c.ns.Load()) }
func (c *setClock) set(t time.Time) { c.ns.Store(t.UnixNano()) }

// response is an http.ResponseWriter into memory that a lane reuses.
type response struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *response) Header() http.Header         { return r.header }
func (r *response) WriteHeader(status int)      { r.status = status }
func (r *response) Write(b []byte) (int, error) { return r.body.Write(b) }

func (r *response) reset() {
	if r.header == nil {
		r.header = http.Header{}
	}
	clear(r.header)
	r.status = http.StatusOK
	r.body.Reset()
}
