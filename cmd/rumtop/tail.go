package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/stream"
)

func (p *program) tailCommand() *cobra.Command {
	var from siteFlags
	var format, expression string
	var regions, releases []string
	var since time.Duration
	var count int
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Print the scrubbed beacons as NDJSON",
		Example: `  rumtop tail --since 10m -f 'error=yes' | jq -r '.errors[].message' | sort | uniq -c
  rumtop tail --count 100 > sample.ndjson`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "ndjson" {
				return usage("--format %q: unknown: use ndjson", format)
			}
			if count < 0 || since < 0 {
				return usage("--count and --since cannot be negative")
			}
			v := viewFlags{regions: regions, releases: releases, filter: expression}
			query, err := v.query(from.site, time.Now())
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			p.stopWithReader(ctx)
			conn, site, err := p.connectEarly(&from)(ctx, "rumtop tail")
			if err != nil {
				return err
			}
			defer conn.Close()
			sub, err := stream.Subscribe(ctx, conn, stream.SubscribeOptions{Site: site, Since: since})
			if err != nil {
				return err
			}
			defer sub.Close()
			enough, err := p.printBeacons(sub, query.Filter, count)
			switch {
			case err != nil || enough:
				return err
			case count > 0: // stopped before
				return context.Cause(ctx)
			}
			return untilStopped(context.Cause(ctx))
		},
	}
	fs := cmd.Flags()
	from.register(fs)
	fs.StringVar(&format, "format", "ndjson", "one JSON object a line: ndjson")
	fs.StringVarP(&expression, "filter", "f", "", "filter, as in rumtop --filter")
	fs.StringArrayVar(&regions, "region", nil, "show only this region, * globs (repeatable)")
	fs.StringArrayVar(&releases, "release", nil, "show only this release, * globs (repeatable)")
	fs.DurationVar(&since, "since", 0, "start with this much history")
	fs.IntVar(&count, "count", 0, "stop after N beacons")
	return cmd
}

// refusalEvery is how often tail looks whether the stream refuses to be read.
const refusalEvery = 100 * time.Millisecond

// printBeacons prints until the subscription ends or refuses to be read, or
// until it has printed count beacons, if that is not 0: then it reports enough.
func (p *program) printBeacons(sub *stream.Subscription, which filter.Expr, count int) (enough bool, err error) {
	enc := json.NewEncoder(p.stdout)
	enc.SetEscapeHTML(false)
	look := time.NewTicker(refusalEvery)
	defer look.Stop()
	printed := 0
	for {
		select {
		case <-look.C:
			if err := sub.Refusal(); err != nil {
				return false, err
			}
		case batch, ok := <-sub.Batches():
			if !ok {
				return false, nil
			}
			for _, b := range batch.Beacons() {
				if !which.Match(&b) {
					continue
				}
				if err := enc.Encode(tailLine(&b)); err != nil {
					return false, fmt.Errorf("print a beacon: %w", err)
				}
				if printed++; printed == count {
					return true, nil
				}
			}
			sub.Recycle(batch)
		}
	}
}
