package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	connections = 4                // concurrent requests
	backlog     = 64               // requests waiting for a connection
	maxDelay    = 5 * time.Second  // a request later than this is dropped
	lookAhead   = time.Second      // how early a request is generated
	idleWait    = time.Second / 10 // wait if no request is due within lookAhead
)

// Stats counts the beacons of Run.
type Stats struct {
	Sent    uint64 // accepted by the collector
	Failed  uint64 // post returned an error
	Dropped uint64 // not posted: the collector was too slow, or the clock jumped
}

type counts struct{ sent, failed, dropped atomic.Uint64 }

// Stats returns the current counts. It can be called at any time.
func (s *Sim) Stats() Stats {
	return Stats{Sent: s.counts.sent.Load(), Failed: s.counts.failed.Load(), Dropped: s.counts.dropped.Load()}
}

// Run posts the traffic from now on, each request at its time, over a few
// connections. Requests do not accumulate: those that a slow collector delays
// too long are dropped and counted, like those that post fails to send. It
// returns when ctx ends, with its error.
func (s *Sim) Run(ctx context.Context, now func() time.Time, post func(context.Context, Request) error) error {
	queue := make(chan Request, backlog)
	var posting sync.WaitGroup
	for range connections {
		posting.Go(func() {
			for r := range queue {
				s.post(ctx, r, post)
			}
		})
	}
	defer posting.Wait()
	defer close(queue)

	c := s.cursorAt(s.offset(now()))
	for {
		r, ok := c.next(s.offset(now().Add(lookAhead)))
		if !ok {
			if err := sleep(ctx, idleWait); err != nil {
				return err
			}
			continue
		}
		// In small steps, because the clock can be set meanwhile.
		for wait := r.At.Sub(now()); wait > 0; wait = r.At.Sub(now()) {
			if err := sleep(ctx, min(wait, lookAhead)); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if now().Sub(r.At) > maxDelay {
			s.counts.dropped.Add(uint64(r.Beacons))
			continue
		}
		select {
		case queue <- r:
		default:
			s.counts.dropped.Add(uint64(r.Beacons))
		}
	}
}

func (s *Sim) post(ctx context.Context, r Request, post func(context.Context, Request) error) {
	count := &s.counts.sent
	switch {
	case ctx.Err() != nil:
		count = &s.counts.dropped
	case post(ctx, r) != nil:
		count = &s.counts.failed
	}
	count.Add(uint64(r.Beacons))
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Post returns a function for [Sim.Run] that posts over HTTP to url, the
// collector's /v1/beacons with the site's key. The client should keep some idle
// connections to one host.
func Post(client *http.Client, url string) func(context.Context, Request) error {
	return func(ctx context.Context, r Request) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(r.Body))
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		req.Header = r.Header
		resp, err := client.Do(req)
		if err != nil {
			return fmt.Errorf("demo: post beacons: %w", err)
		}
		// Reading the body makes the connection reusable.
		_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
		if closeErr := resp.Body.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return fmt.Errorf("demo: read the response: %w", err)
		}
		if resp.StatusCode/100 != 2 {
			return fmt.Errorf("demo: post beacons: response %s", resp.Status)
		}
		return nil
	}
}
