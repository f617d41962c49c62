// Command collector runs a collector that discards its batches, for load tests:
// everything is real but the publisher, which acknowledges at once.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/collector"
)

// discard counts batches and acknowledges them.
type discard struct{ bytes, batches atomic.Int64 }

func (n *discard) Publish(_, _ string, payload []byte, done func(error)) error {
	n.bytes.Add(int64(len(payload)))
	n.batches.Add(1)
	done(nil)
	return nil
}

func main() {
	listen := flag.String("listen", "127.0.0.1:9301", "address to listen on")
	gc := flag.Int("gc", 400, "GOGC: the live heap is a few MB, 100 would collect all the time")
	flag.Parse()
	debug.SetGCPercent(*gc)
	if err := run(*listen); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(address string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	to := &discard{}
	c, err := collector.New(collector.Config{
		Sites: map[string]string{"shop": "pk_shop"}, Origins: []string{"https://shop.example"},
		Region: "eu-west", RateLimit: -1, SiteRateLimit: -1,
	}, to)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	s := c.Server()
	go func() {
		<-ctx.Done()
		if err := s.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	if err := s.Serve(c.Listener(l)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err = c.Drain(ctx)
	st := c.Stats()
	fmt.Fprintf(os.Stderr, "received %d, published %d in %d batches, %.1f bytes a beacon\n",
		st.Received, st.Published, to.batches.Load(), float64(to.bytes.Load())/float64(max(st.Published, 1)))
	return err
}
