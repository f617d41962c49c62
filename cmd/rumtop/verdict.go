package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
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
	var muted objectiveFlags
	spec := frame.VerdictSpec{On: true}
	var traffic trafficFlag
	memory := size(512 << 20)
	cmd := &cobra.Command{
		Use:   "verdict [FILE]",
		Short: "Test whether a release regressed",
		Long: `verdict compares a canary with a baseline, weighted to one mix of region, device and browser.
` + exitHelp("verdict") + `
Run it as often as you like: the intervals stay valid.
With the FILE of a snapshot it compares from the recording.`,
		Example: `  rumtop verdict --baseline 2.4.0 --canary 2.4.1
  rumtop verdict --baseline 2.4.0 --canary 2.4.1 --margin error_rate=0.2pp --margin lcp=5% --format json
  rumtop verdict incident.rumsnap --baseline 2.4.0 --canary 2.4.1 --at 14:20 --since 10m`,
		Args: snapshots(0, 1),
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
			if err := muted.muteErrors(&cfg); err != nil {
				return err
			}
			spec.Since = since
			query.Verdict, query.Traffic = spec, string(traffic)
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
	traffic.register(fs)
	fs.StringArrayVar(&margins, "margin", nil, "tolerated worsening: error_rate=0.5pp, lcp=10%, cls=0.02 (repeatable)")
	fs.StringVar(&at, "at", "", "in a snapshot: compare up to 14:02 (local), 5m (before its end; default: its end)")
	muted.registerMute(fs)
	fs.StringVar(&format, "format", "table", "output format: table, json")
	fs.Var(&memory, "memory", "memory limit of history; evicts the oldest")
	return cmd
}

// parseMargins reads MEASURE=AMOUNT: percentage points for shares, a percentage
// for relative margins, else a number.
func parseMargins(words []string) (frame.Margins, error) {
	margins := frame.DefaultMargins()
	for _, w := range words {
		name, amount, _ := strings.Cut(w, "=")
		m, ok := measure.ByName(name)
		if !ok {
			return margins, usage("--margin %s: unknown measure: use %s", w, measureNames())
		}
		unit, scale := "", 1.
		switch {
		case m.Unit == measure.Share:
			unit, scale = "pp", 100
		case m.Relative:
			unit, scale = "%", 100
		}
		number, ok := strings.CutSuffix(amount, unit)
		v, err := strconv.ParseFloat(number, 64)
		if err != nil || !ok || !(v > 0 && v/scale <= 1) {
			return margins, usage("--margin %s: use error_rate=0.2pp (percentage points), lcp=5%% or cls=0.02", w)
		}
		margins[m.ID] = v / scale
	}
	return margins, nil
}

// measureNames lists the measures of a verdict.
func measureNames() string {
	var names []string
	for _, m := range measure.All {
		names = append(names, m.Name)
	}
	return strings.Join(names, ", ")
}

// verdictInterval is the refresh interval while the history is read.
const verdictInterval = 200 * time.Millisecond

// verdictLive compares the releases in the history of a server.
func verdictLive(ctx context.Context, query frame.Query, from *siteFlags, cfg agg.Config) (*frame.Verdict, error) {
	conn, site, err := from.connectKnown(ctx, "rumtop verdict")
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	query.Site = site
	f := feed.NewLive(conn).Start(ctx, feed.LiveOptions{Config: cfg, Site: site, Since: query.Verdict.Since, Interval: verdictInterval})
	return completeVerdict(ctx, query, f)
}

// verdictFile compares the releases in a snapshot, up to a time of it or to its end.
func verdictFile(ctx context.Context, query frame.Query, path, at string, cfg agg.Config) (*frame.Verdict, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := feed.OpenReplay(path)
	if err != nil {
		return nil, err
	}
	f := r.Start(ctx, cfg, verdictInterval)
	if query.Site = r.Meta.Site; at != "" {
		if query.At, err = config.ParseMoment(at, r.Now()); err != nil {
			return nil, usage("--at %w", err)
		}
		if query.At.Sub(r.Now()) > clockGrace {
			return nil, noData("--at %s: after the end of the recording, %s: use an earlier time", at, r.Now().Format(time.RFC3339))
		}
	}
	return completeVerdict(ctx, query, f)
}

// completeVerdict asks for the verdict when the whole history is read: before,
// every refresh would compute it.
func completeVerdict(ctx context.Context, query frame.Query, f *feed.Feed) (*frame.Verdict, error) {
	spec := query.Verdict
	query.Verdict = frame.VerdictSpec{}
	if _, err := f.Complete(ctx, query, nil); err != nil {
		return nil, err
	}
	query.Verdict = spec
	answer, err := f.Complete(ctx, query, func(f *frame.Frame) bool { return f.Verdict != nil })
	if err != nil {
		return nil, err
	}
	return answer.Verdict, nil
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
	return noData("not enough data: %s", reason)
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
	_, _ = fmt.Fprintf(b, "%s vs %s: %s\n", plain.Line(v.Canary, 40), plain.Line(v.Baseline, 40), strings.ToUpper(verdictText(v.Verdict)))
	_, _ = fmt.Fprintf(b, "canary %s, baseline %s page views, %s–%s UTC; %.0f%% of the canary comparable (%d strata)\n\n",
		measure.Whole(float64(v.CanaryViews)), measure.Whole(float64(v.BaselineViews)), v.From.UTC().Format("15:04"), v.To.UTC().Format("15:04"), 100*v.Support, v.Strata)
	t := &table{columns: "rrrrrrrr"}
	t.add("measure", "baseline", "canary", "change", "from", "to", "margin", "verdict")
	for i := range v.Measures {
		j := &v.Measures[i]
		m, _ := measure.ByName(j.Measure)
		change := func(v float64) string { return formatChange(m, v) }
		if j.Verdict == frame.NoData {
			t.add(m.Title, "·", "·", "·", "·", "·", change(j.Margin), j.Verdict)
			continue
		}
		verdict := verdictText(j.Verdict)
		if j.Needs > 0 {
			verdict += fmt.Sprintf(" (needs ≈ %s more)", measure.Whole(float64(j.Needs)))
		}
		t.add(m.Title, m.Unit.Format(j.Baseline.Value), m.Unit.Format(j.Canary.Value),
			change(j.Change.Value), change(j.Change.Low), change(j.Change.High), change(j.Margin), verdict)
	}
	_ = t.write(b)
	_, err := io.WriteString(w, b.String())
	return err
}

// verdictText is a verdict in words; the constant stays in JSON.
func verdictText(verdict string) string {
	if verdict == frame.NeedsMore {
		return "not enough data"
	}
	return verdict
}

// formatChange writes a change of a measure, or a margin: relative ones in
// percent of the baseline.
func formatChange(m measure.Measure, v float64) string {
	if m.Relative {
		return fmt.Sprintf("%+.1f%%", 100*v)
	}
	return m.Unit.Change(v)
}
