package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/collector"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/stream"
)

// drainTime is the longest that a collector takes to exit: less than the ten
// seconds that the documents allow.
const drainTime = 9 * time.Second

// collectorMemory is where the garbage collector starts to work harder, in
// bytes. A collector may use 128 MiB in all: the program's own pages take some
// 25, and under load the garbage collector runs late.
const collectorMemory = 80 << 20

func (p *program) collectCommand() *cobra.Command {
	var n natsFlags
	var c collectFlags
	var l limitFlags
	var sites []string
	var region string
	cmd := &cobra.Command{
		Use:   "collect",
		Short: "Receive beacons, scrub them, publish to NATS",
		Long: `Receives beacons over HTTP, treats them as untrusted, scrubs personal data and publishes
the rest on rum.v1.<site>.<region>.<shard>. Creates the stream RUM if permitted.
Runs until SIGTERM, then publishes what it has accepted; a second signal exits at once.`,
		Example: `  rumtop collect --site shop=pk_live_shop --origin 'https://*.shop.example' --region eu-west
  rumtop collect --site shop=pk_live_shop --listen :8080 --region-header CF-IPCountry --trusted-proxies 10.0.0.0/8`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(sites) == 0 {
				return usage("no site: set a name and its public key with --site shop=KEY")
			}
			signal.Ignore(syscall.SIGPIPE) // who reads the log may go away
			// A request leaves some kilobytes of garbage and retains little: collecting
			// less often serves a tenth more requests.
			debug.SetGCPercent(400)
			debug.SetMemoryLimit(collectorMemory)
			log := slog.New(slog.NewTextHandler(p.stderr, nil))
			cfg, err := c.config(sites, region, log)
			if err == nil {
				err = l.apply(&cfg)
			}
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			conn, err := stream.Connect(ctx, n.options("rumtop collect"))
			if err != nil {
				return err
			}
			defer conn.Close()
			cfg.Metrics = append(cfg.Metrics, connectionMetrics{conn})
			server, err := startCollector(conn, cfg)
			if err != nil {
				return err
			}
			if c.metricsListen != "" {
				if err := server.serveOperators(c.metricsListen, log); err != nil {
					return errors.Join(err, server.drain())
				}
				defer func() { _ = server.operators.Close() }()
			}
			if c.identityBucket != "" {
				server.shareIdentity(ctx, conn, c.identityBucket, log)
			}
			if err := server.listen(c.listen); err != nil {
				return errors.Join(err, server.drain())
			}
			for name, key := range cfg.Sites {
				log.Info("collecting", "site", name, "address", server.listener.Addr().String(), "script", scriptTag(server.url(), key))
			}
			if cfg.Region == "" && cfg.RegionHeader == "" && cfg.GeoIP == "" {
				log.Warn(`every region will be "unknown": set --region, --region-header or --geoip`)
			}
			server.grace = l.grace
			return server.serve(ctx)
		},
	}
	fs := cmd.Flags()
	fs.StringArrayVar(&sites, "site", nil, "site and its public key: NAME=KEY (repeatable)")
	fs.StringVar(&region, "region", "", "region that this collector serves")
	c.register(fs, "127.0.0.1:8080")
	fs.StringVar(&c.metricsListen, "metrics-listen", "", "address of /metrics, /healthz and /readyz, plain HTTP (default: on --listen)")
	l.register(fs)
	n.register(fs)
	return cmd
}

// collectorServer is a collector, its publisher, and where it listens.
type collectorServer struct {
	collector *collector.Collector
	publisher *stream.Publisher
	reporter  *reporter
	http      *http.Server
	listener  net.Listener
	operators *http.Server  // of --metrics-listen; nil: the same as http
	grace     time.Duration // between /readyz turning 503 and the shutdown
}

func startCollector(conn *stream.Conn, cfg collector.Config) (*collectorServer, error) {
	pub, err := stream.NewPublisher(conn, stream.PublisherOptions{Create: &stream.Limits{}})
	if err != nil {
		return nil, err
	}
	cfg.Metrics = append(cfg.Metrics, publisherMetrics{pub})
	c, err := collector.New(cfg, pub)
	if err != nil {
		return nil, errors.Join(err, pub.Close(context.Background()))
	}
	identity := beacon.IdentityMemory
	if cfg.IdentityKeyFile != "" {
		identity = beacon.IdentityFile
	}
	return &collectorServer{collector: c, publisher: pub, reporter: startReporter(conn, pub, c, &cfg, identity), http: c.Server()}, nil
}

// listen opens the address, with the collector's cap on connections.
func (s *collectorServer) listen(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w: set another address with --listen", address, errors.Unwrap(err))
	}
	s.listener = s.collector.Listener(l)
	return nil
}

// url is the address for browsers.
func (s *collectorServer) url() string {
	if s.http.TLSConfig != nil {
		return "https://" + s.listener.Addr().String()
	}
	return "http://" + s.listener.Addr().String()
}

// serve accepts beacons until ctx ends, then drains.
func (s *collectorServer) serve(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() {
		if s.http.TLSConfig != nil {
			failed <- s.http.ServeTLS(s.listener, "", "")
		} else {
			failed <- s.http.Serve(s.listener)
		}
	}()
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve HTTP: %w", err), s.drain())
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	// Balancers send new requests elsewhere; the collector serves those that still
	// arrive.
	s.collector.Retire()
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve HTTP: %w", err), s.drainUntil(ctx))
	case <-time.After(s.grace):
	}
	// No new connections; requests under way get their response.
	stopping, stop := context.WithTimeout(ctx, (drainTime-s.grace)/2)
	defer stop()
	err := s.http.Shutdown(stopping)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(err, s.drainUntil(ctx))
}

// drain publishes everything that was accepted, within drainTime.
func (s *collectorServer) drain() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	return s.drainUntil(ctx)
}

func (s *collectorServer) drainUntil(ctx context.Context) error {
	err := errors.Join(s.collector.Drain(ctx), s.publisher.Close(ctx))
	s.reporter.close(ctx)
	return err
}
