package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/config"
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/plain"
)

func (p *program) verdictCommand() *cobra.Command {
	var from siteFlags
	var format, expr, at string
	var margins []string
	var since time.Duration
	var promised objectiveFlags
	spec := frame.VerdictSpec{On: true}
	memory := size(512 << 20)
	cmd := &cobra.Command{
		Use:   "verdict [FILE]",
		Short: "Test whether a release regressed",
		Long: `verdict compares a canary with a baseline, weighted to one mix of region, device and browser.
Exit status 0: not worse, by the margins; 1: regressed; 3: not enough data.
Run it as often as you like: the intervals stay valid.
With the FILE of a snapshot it compares from the recording.`,
		Example: `  rumtop verdict --baseline 2.4.0 --canary 2.4.1
  rumtop verdict --baseline 2.4.0 --canary 2.4.1 --margin error_rate=0.2pp --margin lcp=5% --format json
  rumtop verdict incident.rumsnap --baseline 2.4.0 --canary 2.4.1 --at 14:20 --since 10m`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			query := frame.Query{By: "release", Window: time.Minute}
			cfg := agg.Config{Memory: int64(memory)}
			var err error
			switch {
			case at != "" && len(args) == 0:
				return usage("--at without a snapshot: name its file")
			case spec.Baseline == "" || spec.Canary == "":
				return usage("no releases: set --baseline and --canary")
			case spec.Baseline == spec.Canary:
				return usage("--baseline and --canary are both %s: use two releases", spec.Canary)
			case since <= 0:
				return usage("--since %s: must be more than 0", since)
			case format != "table" && format != "json":
				return usage("--format %q: unknown: use table or json", format)
			}
			if query.Filter, err = filter.Parse(expr); err != nil {
				return usage("%w", err)
			}
			if spec.Margins, err = parseMargins(margins); err != nil {
				return err
			}
			if err := promised.muteErrors(&cfg); err != nil {
				return err
			}
			spec.Since = since
			query.Verdict = spec
			ctx := cmd.Context()
			var v *frame.Verdict
			if len(args) == 1 {
				v, err = verdictFile(ctx, query, args[0], at, cfg)
			} else {
				v, err = verdictLive(ctx, query, &from, cfg)
			}
			if err != nil {
				return err
			}
			if err := printVerdict(p.stdout, v, format); err != nil {
				return fmt.Errorf("write the verdict: %w", err)
			}
			return verdictStatus(v)
		},
	}
	fs := cmd.Flags()
	from.register(fs)
	fs.StringVar(&spec.Baseline, "baseline", "", "release to compare with")
	fs.StringVar(&spec.Canary, "canary", "", "release under test")
	fs.DurationVar(&since, "since", 30*time.Minute, "history to compare")
	fs.StringVarP(&expr, "filter", "f", "", "filter: region=eu-* device=mobile")
	fs.StringArrayVar(&margins, "margin", nil, "tolerated worsening: error_rate=0.5pp, lcp=10%, cls=0.02 (repeatable)")
	fs.StringVar(&at, "at", "", "in a snapshot: compare up to 14:02 (local), 5m (before its end; default: its end)")
	promised.registerMute(fs)
	fs.StringVar(&format, "format", "table", "output format: table, json")
	fs.Var(&memory, "memory", "memory limit of history; evicts the oldest")
	return cmd
}

// parseMargins reads MEASURE=AMOUNT: pp for shares, % for times, a number for CLS.
func parseMargins(words []string) (frame.Margins, error) {
	m := frame.DefaultMargins
	for _, w := range words {
		name, amount, _ := strings.Cut(w, "=")
		var into *float64
		unit, scale := "", 1.
		switch name {
		case "error_rate":
			into, unit, scale = &m.ErrorRate, "pp", 100
		case "failed_requests":
			into, unit, scale = &m.FailedRequests, "pp", 100
		case "lcp":
			into, unit, scale = &m.LCP, "%", 100
		case "inp":
			into, unit, scale = &m.INP, "%", 100
		case "cls":
			into = &m.CLS
		default:
			return m, usage("--margin %s: unknown measure: use error_rate, failed_requests, lcp, inp or cls", w)
		}
		number, ok := strings.CutSuffix(amount, unit)
		v, err := strconv.ParseFloat(number, 64)
		if err != nil || !ok || !(v > 0 && v/scale <= 1) {
			return m, usage("--margin %s: use error_rate=0.2pp (percentage points), lcp=5%% or cls=0.02", w)
		}
		*into = v / scale
	}
	return m, nil
}

// verdictInterval is the refresh interval while the history is read.
const verdictInterval = 200 * time.Millisecond

// verdictLive compares the releases in the history of a server.
func verdictLive(ctx context.Context, query frame.Query, from *siteFlags, cfg agg.Config) (*frame.Verdict, error) {
	conn, site, err := from.connect(ctx, "rumtop verdict")
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	query.Site = site
	cfg.Retain = query.Verdict.Since + readMargin
	loop, failed := feed.NewLive(conn).Start(ctx, cfg, site, query.Verdict.Since, verdictInterval, nil)
	return completeVerdict(ctx, query, loop, failed)
}

// verdictFile compares the releases in a snapshot, up to a time of it or to its end.
func verdictFile(ctx context.Context, query frame.Query, path, at string, cfg agg.Config) (*frame.Verdict, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := feed.OpenReplay(path)
	if err != nil {
		return nil, err
	}
	loop, failed := r.Start(ctx, cfg, verdictInterval)
	if query.Site = r.Meta.Site; at != "" {
		if query.At, err = config.ParseMoment(at, r.Now()); err != nil {
			return nil, usage("--at %w", err)
		}
	}
	return completeVerdict(ctx, query, loop, failed)
}

// completeVerdict asks for the verdict when the whole history is there; the
// loop would compute it again and again before.
func completeVerdict(ctx context.Context, query frame.Query, loop *agg.Loop, failed <-chan error) (*frame.Verdict, error) {
	spec := query.Verdict
	query.Verdict = frame.VerdictSpec{}
	if _, err := feed.Complete(ctx, loop, query, failed, nil); err != nil {
		return nil, err
	}
	query.Verdict = spec
	f, err := feed.Complete(ctx, loop, query, failed, func(f *frame.Frame) bool { return f.Verdict != nil })
	if err != nil {
		return nil, err
	}
	return f.Verdict, nil
}

// verdictStatus is the error that sets the exit status.
func verdictStatus(v *frame.Verdict) error {
	switch v.Verdict {
	case frame.NotWorse:
		return nil
	case frame.Regressed:
		return &statusError{exitFailed, fmt.Errorf("%s is worse than %s", v.Canary, v.Baseline)}
	}
	reason := v.Note
	if reason == "" {
		reason = fmt.Sprintf("needs about %d more page views of %s", v.Needs, v.Canary)
	}
	return &statusError{exitNoData, errors.New("not enough data: " + reason)}
}

func printVerdict(w io.Writer, v *frame.Verdict, format string) error {
	if format == "json" {
		c := *v
		c.Baseline, c.Canary, c.Note = plain.Line(c.Baseline, 0), plain.Line(c.Canary, 0), plain.Line(c.Note, 0)
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(&c)
	}
	b := &strings.Builder{}
	_, _ = fmt.Fprintf(b, "%s vs %s: %s\n", plain.Line(v.Canary, 40), plain.Line(v.Baseline, 40), strings.ToUpper(v.Verdict))
	_, _ = fmt.Fprintf(b, "canary %s, baseline %s page views, %s–%s UTC; %.0f%% of the canary comparable (%d strata)\n\n",
		measure.Whole(float64(v.CanaryViews)), measure.Whole(float64(v.BaselineViews)), v.From.UTC().Format("15:04"), v.To.UTC().Format("15:04"), 100*v.Support, v.Strata)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintf(t, "measure\tbaseline\tcanary\tchange\tfrom\tto\tmargin\tverdict\t\n")
	for i := range v.Measures {
		j := &v.Measures[i]
		show, change := verdictFormats(j.Measure)
		if j.Verdict == frame.NoData {
			_, _ = fmt.Fprintf(t, "%s\t·\t·\t·\t·\t·\t%s\t%s\t\n", j.Measure, change(j.Margin), j.Verdict)
			continue
		}
		said := j.Verdict
		if j.Needs > 0 {
			said += fmt.Sprintf(" (≈ %d)", j.Needs)
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", j.Measure, show(j.Baseline.Value), show(j.Canary.Value),
			change(j.Change.Value), change(j.Change.Low), change(j.Change.High), change(j.Margin), said)
	}
	_ = t.Flush()
	_, err := io.WriteString(w, b.String())
	return err
}

// verdictFormats are the formats of a measure's values and of their changes.
func verdictFormats(measure string) (show, change func(float64) string) {
	format := func(layout string, scale float64) func(float64) string {
		return func(v float64) string { return fmt.Sprintf(layout, scale*v) }
	}
	switch measure {
	case "error_rate", "failed_requests":
		return format("%.2f%%", 100), format("%+.2fpp", 100)
	case "cls":
		return format("%.3f", 1), format("%+.3f", 1)
	}
	return format("%.0f ms", 1), format("%+.1f%%", 100)
}
