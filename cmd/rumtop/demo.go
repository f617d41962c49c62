package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/config"
	"github.com/rumtop/rumtop/internal/demo"
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/stream"
)

func (p *program) demoCommand() *cobra.Command {
	var v viewFlags
	var c collectFlags
	var sites []string
	var seed uint64
	var scenario string
	var rate float64
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Simulate an incident in a web shop",
		Long: `Everything in one process: a NATS server with JetStream, the real collector on a loopback
port, and a simulated shop whose browsers post to it. Half an hour of history is there at once;
release 2.4.1 has just started to roll out. No data leaves this machine.`,
		Example: `  rumtop demo
  rumtop demo --scenario quiet --by page
  rumtop demo --once --format json`,
		Args:        cobra.NoArgs,
		Annotations: map[string]string{config.Collects: "yes"},
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			v.objectives.setDefault(demoObjectives[:])
			v.funnel = cmp.Or(v.funnel, "add_to_cart > checkout_completed")
			if err := v.check(); err != nil {
				return err
			}
			began := time.Now()
			sim, err := demo.New(demo.Config{Seed: seed, Scenario: scenario, Rate: rate, Start: began})
			if err != nil {
				return usage("%w", err)
			}
			// The simulator posts from loopback, with the headers of a CDN.
			c.regionHeader, c.trustedProxies = demo.RegionHeader, append(c.trustedProxies, "127.0.0.0/8", "::1/128")
			c.origins = append(c.origins, demo.Origin)
			cfg, err := c.config(sites, "", nil)
			if err != nil {
				return err
			}
			dir, err := os.MkdirTemp("", "rumtop-demo-")
			if err != nil {
				return fmt.Errorf("make a directory for the demo: %w", err)
			}
			defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
			// The history and the live traffic pass through a collector each; one key
			// gives both the same users.
			cfg.IdentityKeyFile = filepath.Join(dir, "identity.key")
			return p.withEmbedded(cmd.Context(), stream.EmbeddedOptions{Dir: filepath.Join(dir, "nats")}, func(ctx context.Context, conn *stream.Conn) error {
				// Before the first publish, so that the stream has the first beacons.
				if _, err := stream.EnsureStream(ctx, conn, stream.Limits{}); err != nil {
					return err
				}
				server, err := startCollector(conn, cfg)
				if err != nil {
					return err
				}
				if err := server.listen(c.listen); err != nil {
					return errors.Join(err, server.drain())
				}
				site := viewSite(sites)
				source := feed.NewPrepared(conn)
				traffic := func(ctx context.Context) error {
					history, err := demo.NewHistory(sim, cfg, server.publisher, cfg.Sites[site], began)
					if err == nil {
						err = history.Publish(ctx, source.SetPrepared)
					}
					if err != nil {
						return fmt.Errorf("make the history: %w", err)
					}
					if err := annotatePastDeploys(ctx, sim, conn, site, began); err != nil {
						return err
					}
					source.SetPrepared(1)
					go annotateDeploys(ctx, sim, source, began)
					client := &http.Client{Timeout: 10 * time.Second}
					return sim.Run(ctx, time.Now, demo.Post(client, "http://"+server.listener.Addr().String()+"/v1/beacons?key="+cfg.Sites[site]))
				}
				return runWith(ctx, server.serve, func(ctx context.Context) error {
					return runWith(ctx, traffic, func(ctx context.Context) error {
						return p.run(ctx, &v, conn, source, site)
					})
				})
			})
		},
	}
	fs := cmd.Flags()
	v.register(fs)
	c.register(fs, "127.0.0.1:0")
	fs.StringArrayVar(&sites, "site", []string{"shop"}, "name of the shop: NAME or NAME=KEY")
	fs.Uint64Var(&seed, "seed", 1, "seed of the simulation: the same seed makes the same traffic")
	fs.StringVar(&scenario, "scenario", "incident", "scenario: "+strings.Join(demo.Scenarios(), " "))
	fs.Float64Var(&rate, "rate", demo.DefaultRate, "simulated beacons per second")
	return cmd
}

// demoObjectives are the shop's objectives without --objective.
var demoObjectives = [...]string{
	"errors=99.5% of views", "speed=75% of lcp<=2500", "payment=98% of requests:*/api/payment",
}

// deployHistory is how far back the shop's deploys have markers.
const deployHistory = time.Hour

// annotatePastDeploys adds the markers of deploys before the demo started.
func annotatePastDeploys(ctx context.Context, sim *demo.Sim, conn *stream.Conn, site string, began time.Time) error {
	for _, d := range sim.Deploys(began.Add(-deployHistory), began) {
		if _, err := stream.Annotate(ctx, conn, site, deployMarker(d)); err != nil {
			return err
		}
	}
	return nil
}

// annotateDeploys adds the markers of deploys while the demo runs.
func annotateDeploys(ctx context.Context, sim *demo.Sim, f *feed.Live, since time.Time) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			for _, d := range sim.Deploys(since, now) {
				// The demo goes on without a marker that fails.
				_ = f.Annotate(ctx, deployMarker(d))
			}
			since = now
		}
	}
}

func deployMarker(d demo.Deploy) beacon.Marker {
	kind := beacon.MarkerDeploy
	if d.Rollback {
		kind = beacon.MarkerMitigation
	}
	return beacon.Marker{ID: fmt.Sprintf("demo/%d", d.At.UnixMilli()), At: d.At.UnixMilli(), Kind: kind, Text: d.Text, By: "ci"}
}
