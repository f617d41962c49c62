package main

import (
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/config"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/stream"
)

func (p *program) annotateCommand() *cobra.Command {
	var from siteFlags
	var kind, at, author, expression string
	cmd := &cobra.Command{
		Use:   "annotate TEXT",
		Short: "Add a marker to all viewers' charts",
		Example: `  rumtop annotate --kind deploy "deploy 2.4.1"
  rumtop annotate --kind flag --filter tag.flag=new-payment "new-payment at 50 %"
  rumtop annotate --at 14:02 "alerts began"`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			now := time.Now()
			m := beacon.Marker{ID: rand.Text(), At: now.UnixMilli(), Kind: kind, Text: strings.Join(args, " "), By: author, Filter: expression}
			if strings.TrimSpace(m.Text) == "" {
				return usage("empty marker: write what happened")
			}
			if !slices.Contains(beacon.MarkerKinds[:], kind) {
				return usage("--kind %q: unknown: use %s", kind, strings.Join(beacon.MarkerKinds[:], ", "))
			}
			if _, err := filter.Parse(expression); err != nil {
				return usage("--filter: %w", err)
			}
			if at != "" {
				when, err := config.ParseMoment(at, now)
				if err != nil {
					return usage("--at %w", err)
				}
				m.At = when.UnixMilli()
			}
			ctx := cmd.Context()
			conn, site, err := from.connect(ctx, "rumtop annotate")
			if err != nil {
				return err
			}
			defer conn.Close()
			if err := from.known(ctx, conn); err != nil { // its first deploy
				p.printError(err)
			}
			stored, err := stream.Annotate(ctx, conn, site, m)
			if err != nil {
				return err
			}
			if !stored {
				p.printError(errors.New("marker not stored: no stream: only current viewers see it"))
			}
			return nil
		},
	}
	fs := cmd.Flags()
	from.register(fs)
	fs.StringVar(&kind, "kind", beacon.MarkerNote, "kind: "+strings.Join(beacon.MarkerKinds[:], ", "))
	fs.StringVar(&at, "at", "", "time of the event: 14:02 (local), 5m (ago) or 2026-11-20T14:02:00Z (default: now)")
	fs.StringVar(&author, "author", p.user(), "marker author")
	fs.StringVarP(&expression, "filter", "f", "", "traffic that it concerns, as in rumtop --filter (default: all)")
	return cmd
}

// user is the name of the user, "" if the environment has none.
func (p *program) user() string {
	for _, kv := range p.env {
		if name, ok := strings.CutPrefix(kv, "USER="); ok {
			return name
		}
	}
	return ""
}
