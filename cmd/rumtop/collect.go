package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/collector"
	"github.com/rumtop/rumtop/internal/stream"
)

// How long a collector that was asked to end waits for what it accepted to
// reach NATS.
const drainTime = 10 * time.Second

// collectorMemory is where the garbage collector begins to work harder, under
// what a collector may take in all.
const collectorMemory = 112 << 20

func (p *program) collectCommand() *cobra.Command {
	var n natsFlags
	var c collectFlags
	var sites []string
	var region string
	cmd := &cobra.Command{
		Use:   "collect",
		Short: "Take beacons from browsers, scrub them and publish them on NATS",
		Long: `Takes beacons over HTTP, believes nothing of them, scrubs what is personal and
publishes the rest on rum.v1.<site>.<region>.<shard>. Creates the stream RUM where it may.
Runs until SIGTERM, then publishes what it has accepted; a second signal ends it at once.`,
		Example: `  rumtop collect --site shop=pk_live_shop --origin 'https://*.shop.example' --region eu-west
  rumtop collect --site shop=pk_live_shop --listen :8080 --region-header CF-IPCountry --trusted-proxies 10.0.0.0/8`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(sites) == 0 {
				return usage("no site: name one and its public key, as in --site shop=KEY")
			}
			// Answering a beacon leaves some kilobytes behind, and little of them
			// lives: collecting them less often makes a tenth more requests.
			debug.SetGCPercent(400)
			debug.SetMemoryLimit(collectorMemory)
			log := slog.New(slog.NewTextHandler(p.stderr, nil))
			cfg, err := c.config(sites, region, log)
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			conn, err := stream.Connect(ctx, n.options("rumtop collect"))
			if err != nil {
				return err
			}
			defer conn.Close()
			edge, err := startEdge(conn, cfg)
			if err != nil {
				return err
			}
			if err := edge.listen(c.listen); err != nil {
				return errors.Join(err, edge.drain())
			}
			for name, key := range cfg.Sites {
				log.Info("collecting", "site", name, "address", edge.listener.Addr().String(), "script", scriptTag(edge.listener.Addr().String(), key))
			}
			if cfg.Region == "" && cfg.RegionHeader == "" && cfg.GeoIP == "" {
				log.Warn(`every region will be "unknown": give --region, --region-header or --geoip`)
			}
			return edge.serve(ctx)
		},
	}
	fs := cmd.Flags()
	fs.StringArrayVar(&sites, "site", nil, "NAME=KEY: a site and the key that stands in its pages (repeatable)")
	fs.StringVar(&region, "region", "", "the region that this collector serves")
	c.register(fs, "127.0.0.1:8080")
	n.register(fs)
	return cmd
}

// edge is a collector, its publisher, and where it listens.
type edge struct {
	collector *collector.Collector
	publisher *stream.Publisher
	listener  net.Listener
}

func startEdge(conn *stream.Conn, cfg collector.Config) (*edge, error) {
	pub, err := stream.NewPublisher(conn, stream.PublisherOptions{Create: &stream.Limits{}})
	if err != nil {
		return nil, err
	}
	c, err := collector.New(cfg, pub)
	if err != nil {
		return nil, errors.Join(err, pub.Close(context.Background()))
	}
	return &edge{collector: c, publisher: pub}, nil
}

// listen opens the address, with the collector's cap on connections.
func (e *edge) listen(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("take beacons on %s: %w: choose another address with --listen", address, errors.Unwrap(err))
	}
	e.listener = e.collector.Listener(l)
	return nil
}

// serve takes beacons until ctx ends, then drains.
func (e *edge) serve(ctx context.Context) error {
	server := e.collector.Server()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(e.listener) }()
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("take beacons: %w", err), e.drain())
	case <-ctx.Done():
	}
	// Nobody new; those being answered get their answer.
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime/2)
	defer cancel()
	err := server.Shutdown(stopping)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(err, e.drain())
}

// drain publishes everything that was accepted.
func (e *edge) drain() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime/2)
	defer cancel()
	return errors.Join(e.collector.Drain(ctx), e.publisher.Close(ctx))
}
