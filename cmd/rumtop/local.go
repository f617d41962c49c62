package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/config"
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/stream"
)

func (p *program) localCommand() *cobra.Command {
	var v viewFlags
	var c collectFlags
	var sites []string
	var dir string
	var port int
	cmd := &cobra.Command{
		Use:   "local",
		Short: "Collect and watch traffic on this machine, in one process",
		Long: `Runs a durable NATS server with JetStream, the collector and the screen in one process:
put the script tag that it prints on a page, and watch. History survives a restart.
Other commands on this machine (rumtop tail, rumtop annotate) find its server.`,
		Example:     `  rumtop local --site shop --origin http://localhost:3000`,
		Args:        cobra.NoArgs,
		Annotations: map[string]string{config.Collects: "yes"},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := v.check(); err != nil {
				return err
			}
			if dir == "" {
				var err error
				if dir, err = dataDir("local"); err != nil {
					return err
				}
			}
			region := soleRegion(v.regions)
			if region == "" && c.regionHeader == "" && c.geoip == "" {
				region = "local"
			}
			log := slog.New(slog.NewTextHandler(p.quietLog(&v), nil))
			cfg, err := c.config(sites, region, log)
			if err != nil {
				return err
			}
			return p.withEmbedded(cmd.Context(), stream.EmbeddedOptions{Dir: dir, Port: port}, func(ctx context.Context, conn *stream.Conn) error {
				server, err := startCollector(conn, cfg)
				if err != nil {
					return err
				}
				if c.identityBucket != "" {
					server.shareIdentity(ctx, conn, c.identityBucket, cfg.Logger)
				}
				if err := server.listen(c.listen); err != nil {
					return errors.Join(err, server.drain())
				}
				site := viewSite(sites)
				p.announce(fmt.Sprintf("paste into your pages: %s", scriptTag(server.url(), cfg.Sites[site])))
				source := feed.NewLive(conn)
				source.Hint = fmt.Sprintf("no beacons yet: add a script tag for %s/rum.js to a page", server.url())
				return runWith(ctx, server.serve, func(ctx context.Context) error {
					return p.run(ctx, &v, conn, source, site)
				})
			})
		},
	}
	fs := cmd.Flags()
	v.register(fs)
	c.register(fs, "127.0.0.1:8080")
	fs.StringArrayVar(&sites, "site", []string{"local"}, "site to collect for: NAME or NAME=KEY (repeatable; the screen shows the first)")
	fs.StringVar(&dir, "dir", "", "directory of the history (default: rumtop/local in the user's data directory)")
	fs.IntVar(&port, "nats-port", 4222, "loopback port of the NATS server; 0: any free port")
	return cmd
}

// dataDir creates rumtop's directory in the user's data directory, by the XDG
// base directory specification.
func dataDir(name string) (string, error) {
	base := os.Getenv("XDG_DATA_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find a directory for history: %w: set one with --dir", err)
		}
		base = filepath.Join(home, ".local", "share")
	}
	dir := filepath.Join(base, "rumtop", name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("create a directory for history: %w", err)
	}
	return dir, nil
}

// withEmbedded calls run with a connection to a NATS server in this process.
func (p *program) withEmbedded(ctx context.Context, options stream.EmbeddedOptions, run func(ctx context.Context, conn *stream.Conn) error) error {
	server, err := stream.StartEmbedded(options)
	if err != nil && options.Port != 0 {
		return fmt.Errorf("%w; to use it, run rumtop; to run another, set --nats-port %s", err, strconv.Itoa(options.Port+1))
	}
	if err != nil {
		return err
	}
	conn, err := stream.Connect(ctx, stream.ConnectOptions{Servers: server.ClientURL(), Name: "rumtop"})
	if err == nil {
		err = run(ctx, conn)
		conn.Close()
	}
	return errors.Join(err, server.Close())
}

// run shows the screen or prints frames, depending on flags and terminal.
func (p *program) run(ctx context.Context, v *viewFlags, conn *stream.Conn, source *feed.Live, site string) error {
	if p.prints(v) {
		return p.print(ctx, v, source, site, nil)
	}
	return p.show(ctx, v, conn, source, site)
}

// runWith runs a service for as long as main runs, and ends both when one of
// them fails.
func runWith(ctx context.Context, service, main func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan error, 1)
	go func() {
		err := service(ctx)
		if err != nil && !errors.Is(err, context.Canceled) {
			cancel(err)
		}
		done <- err
	}()
	err := main(ctx)
	cancel(nil)
	served := <-done
	if errors.Is(served, context.Canceled) {
		served = nil
	}
	if errors.Is(err, context.Canceled) && served != nil {
		return served
	}
	return errors.Join(err, served)
}

// announce prints a line that the user needs beside the screen. It is printed
// before the screen opens, and visible again after it closes.
func (p *program) announce(line string) { _, _ = fmt.Fprintln(p.stderr, line) }

// quietLog keeps the collector's log off the screen.
func (p *program) quietLog(v *viewFlags) io.Writer {
	if p.prints(v) {
		return p.stderr
	}
	return io.Discard
}
