package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/ui"
)

func (p *program) openCommand() *cobra.Command {
	var v viewFlags
	cmd := &cobra.Command{
		Use:   "open FILE [FILE]",
		Short: "Open a snapshot, or two side by side",
		Long: `open replays a snapshot in the live screen, with every filter, grouping and page.
It starts at the end; ← and → move through time. With two files, it shows them side by side,
before and after; every key acts on both. With --once it prints the numbers.`,
		Example: `  rumtop open rumtop-shop-20261120T143200Z.rumsnap
  rumtop open before.rumsnap after.rumsnap --by page
  rumtop open incident.rumsnap --once --format json --at 14:20 -f device=mobile | jq .total.error_rate`,
		Args: snapshots(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := v.check(); err != nil {
				return err
			}
			return p.open(cmd.Context(), &v, args)
		},
	}
	v.register(cmd.Flags())
	return cmd
}

// open shows or prints snapshots.
func (p *program) open(ctx context.Context, v *viewFlags, paths []string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var screens []ui.Options
	var feeds []*feed.Feed
	for _, path := range paths {
		cfg := agg.Config{Memory: int64(v.memory) / int64(len(paths))}
		if err := v.objectives.config(&cfg); err != nil {
			return err
		}
		r, err := feed.OpenReplay(path)
		if err != nil {
			return err
		}
		f := r.Start(ctx, cfg, v.interval)
		query, err := v.query(r.Meta.Site, r.Now())
		if err != nil {
			return err
		}
		if p.prints(v) {
			if len(paths) > 1 {
				return usage("cannot print two files: name one")
			}
			return p.printFrames(ctx, v, query, f, nil)
		}
		screen := ui.Options{
			Source: f, Query: query, Interval: v.interval, Funnel: v.funnel, BurnWindow: v.objectives.longWindow,
			Recording: &ui.Recording{From: r.Meta.From, To: r.Now(), Anonymised: r.Meta.Anonymised},
			ASCII:     v.ascii, NoColor: v.noColor, NoMouse: v.noMouse, NoBell: true, Theme: v.theme, UTC: true,
		}
		done, err := v.errors.apply(&screen)
		if err != nil {
			return err
		}
		defer done()
		screens = append(screens, screen)
		feeds = append(feeds, f)
	}
	return runScreens(ctx, feeds, screens...)
}
