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
		Short: "Tell whether one release is worse than another",
		Long: `verdict compares a canary with a baseline, weighed to the same mix of region, device and
browser. Exit status 0: not worse, by the margins; 1: regressed; 3: not enough data to tell.
It may be asked again and again: the intervals hold however often one looks.
With the FILE of a snapshot it judges by what was recorded.`,
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
				return usage("--at is a time of a snapshot: name its file")
			case spec.Baseline == "" || spec.Canary == "":
				return usage("name both releases with --baseline and --canary")
			case spec.Baseline == spec.Canary:
				return usage("--baseline and --canary are both %s: name two releases", spec.Canary)
			case since <= 0:
				return usage("--since %s: history must be longer than nothing", since)
			case format != "table" && format != "json":
				return usage("--format %q: known are table, json", format)
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
				v, err = judgeFile(ctx, query, args[0], at, cfg)
			} else {
				v, err = judgeLive(ctx, query, &from, cfg)
			}
			if err != nil {
				return err
			}
			if err := printVerdict(p.stdout, v, format); err != nil {
				return fmt.Errorf("write the verdict: %w", err)
			}
			return statusOf(v)
		},
	}
	fs := cmd.Flags()
	from.register(fs)
	fs.StringVar(&spec.Baseline, "baseline", "", "the release to compare with")
	fs.StringVar(&spec.Canary, "canary", "", "the release to judge")
	fs.DurationVar(&since, "since", 30*time.Minute, "history to judge by")
	fs.StringVarP(&expr, "filter", "f", "", "which beacons: region=eu-* device=mobile")
	fs.StringArrayVar(&margins, "margin", nil, "how much worse is still not worse (repeatable): error_rate=0.5pp failed_requests=0.5pp lcp=10% inp=10% cls=0.02 are the defaults")
	fs.StringVar(&at, "at", "", "of a snapshot: judge up to then, as 14:02 (local time), 5m (before its end) or 2026-11-20T14:02:00Z (default: its end)")
	promised.registerMute(fs)
	fs.StringVar(&format, "format", "table", "table, json")
	fs.Var(&memory, "memory", "the most that history may take; the oldest goes first")
	return cmd
}

// parseMargins reads measure=amount: pp for shares, % for times, a number for CLS.
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
			return m, usage("--margin %s: known are error_rate, failed_requests, lcp, inp, cls", w)
		}
		number, ok := strings.CutSuffix(amount, unit)
		v, err := strconv.ParseFloat(number, 64)
		if err != nil || !ok || !(v > 0 && v/scale <= 1) {
			return m, usage("--margin %s: write it as error_rate=0.2pp (percentage points), lcp=5%%, cls=0.02", w)
		}
		*into = v / scale
	}
	return m, nil
}

// judgeEvery is how often it is looked whether all has been read.
const judgeEvery = 200 * time.Millisecond

// judgeLive judges by the history that a server keeps.
func judgeLive(ctx context.Context, query frame.Query, from *siteFlags, cfg agg.Config) (*frame.Verdict, error) {
	conn, site, err := from.connect(ctx, "rumtop verdict")
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	query.Site = site
	cfg.Retain = query.Verdict.Since + readMargin
	loop, failed := feed.NewLive(conn).Start(ctx, cfg, site, query.Verdict.Since, judgeEvery, nil)
	return judge(ctx, query, loop, failed)
}

// judgeFile compares the releases in a snapshot, up to a time of it or to its end.
func judgeFile(ctx context.Context, query frame.Query, path, at string, cfg agg.Config) (*frame.Verdict, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := feed.OpenReplay(path)
	if err != nil {
		return nil, err
	}
	loop, failed := r.Start(ctx, cfg, judgeEvery)
	if query.Site = r.Meta.Site; at != "" {
		if query.At, err = config.ParseMoment(at, r.Now()); err != nil {
			return nil, usage("--at %w", err)
		}
	}
	return judge(ctx, query, loop, failed)
}

// judge asks for the verdict once the whole history is there: computed earlier,
// it would be repeated for nothing.
func judge(ctx context.Context, query frame.Query, loop *agg.Loop, failed <-chan error) (*frame.Verdict, error) {
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

// statusOf is what the exit status tells.
func statusOf(v *frame.Verdict) error {
	switch v.Verdict {
	case frame.NotWorse:
		return nil
	case frame.Regressed:
		return &statusError{exitFailed, fmt.Errorf("%s is worse than %s", v.Canary, v.Baseline)}
	}
	reason := v.Note
	if reason == "" {
		reason = fmt.Sprintf("about %d more page views of %s are needed", v.Needs, v.Canary)
	}
	return &statusError{exitScant, errors.New("not enough data: " + reason)}
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
	_, _ = fmt.Fprintf(b, "%s against %s: %s\n", plain.Line(v.Canary, 40), plain.Line(v.Baseline, 40), strings.ToUpper(v.Verdict))
	_, _ = fmt.Fprintf(b, "%d and %d page views, %s to %s; %.0f%% of the canary's are of people whom both have seen (%d kinds)\n\n",
		v.CanaryViews, v.BaselineViews, v.From.Format("15:04Z"), v.To.Format("15:04Z"), 100*v.Support, v.Strata)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintf(t, "measure\tbaseline\tcanary\tchange\tfrom\tto\tmargin\tverdict\t\n")
	for i := range v.Measures {
		j := &v.Measures[i]
		show, change := shownAs(j.Measure)
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

// shownAs gives how values of a measure and changes of it are written.
func shownAs(measure string) (show, change func(float64) string) {
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
