package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

func (p *program) checkCommand() *cobra.Command {
	var from siteFlags
	var o objectiveFlags
	var format string
	var watch bool
	memory := size(512 << 20)
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check objectives and error budgets",
		Long: `check reads the history that the objectives need and prints each burn rate.
` + exitHelp("check") + `
With --watch it runs until it is stopped, and then ends with 0.

Objectives are read from the configuration file like any flag:

  objective:
    errors: 99.5% of views
    speed: 75% of lcp<=2500 where device=mobile
    payment: 99% of requests:*/api/payment`,
		Example: `  rumtop check --objective errors="99.5% of views"
  rumtop check --watch --on-breach 'jq -r .objectives[].name | mail -s rumtop oncall@shop.example'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg := agg.Config{Memory: int64(memory)}
			if err := o.config(&cfg); err != nil {
				return err
			}
			switch {
			case len(cfg.Objectives) == 0:
				return usage(`no objective: set --objective errors="99.5%% of views", or set it in the configuration file`)
			case format != "table" && format != "json":
				return usage("--format %q: unknown: use table or json", format)
			case o.onBreach != "" && !watch:
				return usage("--on-breach without --watch: add --watch, or use the exit status")
			}
			ctx := cmd.Context()
			connect := from.connectKnown
			if watch {
				connect = p.connectEarly(&from)
			}
			conn, site, err := connect(ctx, "rumtop check")
			if err != nil {
				return err
			}
			defer conn.Close()
			return p.check(ctx, cfg, &o, feed.NewLive(conn), site, format, watch)
		},
	}
	fs := cmd.Flags()
	from.register(fs)
	o.register(fs)
	fs.StringVar(&format, "format", "table", "output format: table, json")
	fs.BoolVar(&watch, "watch", false, "keep checking; print the start and end of each breach")
	fs.Var(&memory, "memory", "memory limit of history; evicts the oldest")
	return cmd
}

// errBreach ends a check that found a breach.
var errBreach = &statusError{exitFailed, errors.New("error budget breach")}

func (p *program) check(ctx context.Context, cfg agg.Config, o *objectiveFlags, source *feed.Live, site, format string, watch bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.stopWithReader(ctx)
	since := o.longWindow + time.Minute
	f := source.Start(ctx, feed.LiveOptions{Config: cfg, Site: site, Since: since, Interval: time.Second})
	seen, err := f.Complete(ctx, frame.Query{Site: site, By: "region", Window: o.longWindow}, nil)
	if err != nil {
		return err
	}
	if !watch {
		if err := printBurns(p.stdout, seen, format, o.longWindow); err != nil {
			return fmt.Errorf("write the objectives: %w", err)
		}
		return checkStatus(seen)
	}
	var onBreach func(*breach)
	if o.onBreach != "" {
		alarm := startBreachRunner(ctx, o.onBreach, p.printError)
		defer alarm.wait()
		defer cancel()
		onBreach = alarm.enqueue
	}
	return untilStopped(p.watchBreaches(ctx, f, seen, format, onBreach))
}

// watchBreaches prints each breach that starts or ends, from the frame seen on,
// and calls onBreach, if not nil.
func (p *program) watchBreaches(ctx context.Context, f *feed.Feed, seen *frame.Frame, format string, onBreach func(*breach)) (err error) {
	var breaches frame.Breaches
	for ; err == nil; seen, err = f.Next(ctx, nil) {
		b := breachOf(&breaches, seen)
		if b == nil {
			continue
		}
		if onBreach != nil {
			onBreach(b)
		}
		if err := printBreach(p.stdout, b, format); err != nil {
			return fmt.Errorf("write the breach: %w", err)
		}
	}
	return err
}

// checkStatus is the error that sets the exit status.
func checkStatus(f *frame.Frame) error {
	if len(f.InBreach()) > 0 {
		return errBreach
	}
	var unknown []string
	for _, b := range f.Objectives {
		if !b.Known {
			unknown = append(unknown, b.Name)
		}
	}
	if len(unknown) > 0 {
		return noData("not enough data for %s: needs --burn-for of history and %d values", strings.Join(unknown, ", "), frame.Thin)
	}
	return nil
}

// burnSchema names the document that check --format json prints.
const burnSchema = "rumtop.check/1"

// burnReport is that document.
type burnReport struct {
	Schema     string       `json:"schema"`
	At         time.Time    `json:"at"`
	Site       string       `json:"site"`
	Objectives []frame.Burn `json:"objectives"`
	Telemetry  []string     `json:"telemetry,omitempty"`
	// Unjudged is why the objectives could not be checked.
	Unjudged string `json:"could_not_judge,omitempty"`
}

// printBurns prints the objectives of a frame. window is the long one of the
// burn rates; the short one is a third of it.
func printBurns(w io.Writer, f *frame.Frame, format string, window time.Duration) error {
	if format == "json" {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(burnReport{Schema: burnSchema, At: f.At, Site: f.Site, Objectives: f.Objectives, Telemetry: telemetry(f)})
	}
	b := &strings.Builder{}
	t := &table{columns: "rrrrrrrl"}
	t.add("name", "good", "n", "burn "+draw.Span(window), "burn "+draw.Span(window/3), "budget spent", "state", "objective")
	for _, o := range f.Objectives {
		state := "ok"
		switch {
		case o.Page:
			state = "BREACH"
		case !o.Known:
			state = "not enough data"
		case o.Muted:
			state = "muted"
		}
		good, rate, now := fmt.Sprintf("%.3f%%", 100*o.Good), fmt.Sprintf("%.1f×", o.Rate), fmt.Sprintf("%.1f×", o.Now)
		if o.N == 0 { // 100% of no values would look healthy
			good, rate, now = "·", "·", "·"
		}
		t.add(plain.Line(o.Name, 30), good, strconv.Itoa(o.N), rate, now, fmt.Sprintf("%.2f%%", 100*o.Spent), state, plain.Line(o.Objective, 100))
	}
	_ = t.write(b)
	for _, s := range telemetry(f) {
		_, _ = fmt.Fprintf(b, "! %s\n", s)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printBreach(w io.Writer, b *breach, format string) error {
	if format == "json" {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(b)
	}
	names := make([]string, 0, len(b.Objectives))
	for _, o := range b.Objectives {
		names = append(names, fmt.Sprintf("%s %.1f×", plain.Line(o.Name, 30), o.Rate))
	}
	_, err := fmt.Fprintf(w, "%s breach %s: %s\n", b.At.UTC().Format("15:04:05Z"), b.Event, strings.Join(names, ", "))
	return err
}
