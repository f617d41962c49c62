package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/config"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/snapshot"
	"github.com/rumtop/rumtop/internal/snapshot/report"
)

// reportFlags are what to report of a snapshot, and how.
type reportFlags struct {
	format, output string
	from, to       string
	onset, end     string
	filter         string
	traffic        trafficFlag
	by             []string
	minCohort      int
	summary        string
	notes          []string
	memory         size
	objectives     objectiveFlags
}

// reportFormat is a format that a report can be written in.
type reportFormat struct {
	name   string
	render func(io.Writer, *report.Report) error
}

var reportFormats = [...]reportFormat{{"html", report.HTML}, {"md", report.Markdown}, {"json", report.JSON}, {"csv", report.CSV}}

func (p *program) reportCommand() *cobra.Command {
	r := reportFlags{memory: 512 << 20}
	cmd := &cobra.Command{
		Use:   "report FILE",
		Short: "Write an incident report from a snapshot",
		Long: `report describes the incident in a snapshot: start and end if known, who was affected, error
rates and tails before, during and after, errors with stacks, releases, what affected users
share, and data quality. Each number has the command that prints it again. Groups of fewer
than --min-cohort users are hidden. All times are UTC.`,
		Example: `  rumtop report incident.rumsnap -o incident.html
  rumtop report incident.rumsnap --format md --onset 14:02 --end 14:19 --summary summary.txt
  rumtop report incident.rumsnap --format json | jq .affected_users`,
		Args: snapshots(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error { return p.report(cmd.Context(), &r, args[0]) },
	}
	fs := cmd.Flags()
	fs.StringVar(&r.format, "format", "", "output format: html, md, json, csv (default: by the name of -o, else html)")
	fs.StringVarP(&r.output, "output", "o", "-", "file to write; - is stdout")
	fs.StringVar(&r.from, "from", "", "start of the report: 14:02 (UTC, on the recording's last day) or 2026-11-20T14:02:00Z")
	fs.StringVar(&r.to, "to", "", "end of the report")
	fs.StringVar(&r.onset, "onset", "", "start of the incident (default: detected)")
	fs.StringVar(&r.end, "end", "", "end of the incident (default: detected)")
	fs.StringVarP(&r.filter, "filter", "f", "", "filter, as in rumtop --filter (default: all)")
	r.traffic.register(fs)
	fs.StringArrayVar(&r.by, "by", nil, "dimension or tag to group by (repeatable; default "+strings.Join(report.DefaultBy(), ", ")+")")
	fs.IntVar(&r.minCohort, "min-cohort", report.DefaultMinCohort, "hide groups of fewer users; 1 shows all")
	fs.StringVar(&r.summary, "summary", "", "file with the summary; - is stdin (default: the snapshot's)")
	fs.StringArrayVar(&r.notes, "note", nil, "note to add (repeatable)")
	oneALine(fs, "note")
	fs.Var(&r.memory, "memory", "memory limit while reading the recording; evicts the oldest")
	r.objectives.register(fs)
	cmd.Flag("on-breach").Hidden = true // a report runs no command
	return cmd
}

// report writes a report.
func (p *program) report(ctx context.Context, r *reportFlags, path string) error {
	if r.format == "" {
		r.format = strings.TrimPrefix(filepath.Ext(r.output), ".")
		if !slices.ContainsFunc(reportFormats[:], r.is) {
			r.format = "html"
		}
	}
	at := slices.IndexFunc(reportFormats[:], r.is)
	switch {
	case at < 0:
		return usage("--format %q: unknown: use html, md, json or csv", r.format)
	case r.format == "html" && r.output == "-" && p.interactive():
		return usage("HTML on a terminal: set a file such as -o %s.html, or --format md", strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	case r.minCohort < 1:
		return usage("--min-cohort %d: use at least 1, which shows all", r.minCohort)
	case r.memory < 16<<20:
		return usage("--memory %s: use at least 16MiB", &r.memory)
	}
	for _, by := range r.by {
		if strings.Contains(by, ",") {
			return usage("--by %s: a flag has one dimension: repeat it: --by %s", by, strings.ReplaceAll(by, ",", " --by "))
		}
		if err := frame.CheckBy(by); err != nil {
			return usage("--by %w", err)
		}
	}
	o := report.Options{By: r.by, Traffic: string(r.traffic), MinCohort: r.minCohort, Notes: r.notes, Version: versionName(), File: filepath.Base(path), Config: agg.Config{Memory: int64(r.memory)}}
	if err := r.objectives.config(&o.Config); err != nil {
		return err
	}
	for _, kind := range r.objectives.mutedErrors {
		o.Flags = append(o.Flags, "--mute-error", kind)
	}
	if o.Traffic != frame.TrafficChoices()[0] {
		o.Flags = append(o.Flags, "--traffic", o.Traffic)
	}
	o.ObjectiveFlags = []string{"--burn-above", fmt.Sprint(r.objectives.burnRate), "--burn-for", r.objectives.longWindow.String()}
	for _, objective := range r.objectives.texts {
		o.ObjectiveFlags = append(o.ObjectiveFlags, "--objective", objective)
	}
	var err error
	if o.Filter, err = filter.Parse(r.filter); err != nil {
		return usage("%w", err)
	}
	done := exitOnSignal(ctx)
	defer done()
	if o.Summary, err = p.readSummary(r.summary); err != nil {
		return err
	}
	f, err := snapshot.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	if err := r.moments(&o, f.Meta().To.UTC()); err != nil {
		return err
	}
	doc, err := report.Build(f, o)
	if errors.Is(err, report.ErrNothing) {
		return noData("%w", err)
	}
	if err != nil {
		return fmt.Errorf("report of %s: %w", filepath.Base(path), err)
	}
	var text bytes.Buffer
	if err := reportFormats[at].render(&text, doc); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	done()
	out, err := p.openOutput(r.output)
	if err != nil {
		return err
	}
	defer out.discard()
	if _, err := out.Write(text.Bytes()); err != nil {
		return err
	}
	return out.commit()
}

func (r *reportFlags) is(f reportFormat) bool { return f.name == r.format }

// moments reads the flags that are times: times of day on the recording's last
// day, or ages before its end.
func (r *reportFlags) moments(o *report.Options, end time.Time) error {
	for _, m := range []struct {
		flag, text string
		into       *time.Time
	}{{"from", r.from, &o.From}, {"to", r.to, &o.To}, {"onset", r.onset, &o.Onset}, {"end", r.end, &o.End}} {
		if m.text == "" {
			continue
		}
		t, err := config.ParseMoment(m.text, end)
		if err != nil {
			return usage("--%s %w", m.flag, err)
		}
		*m.into = t.UTC()
	}
	if o.Onset.Sub(end) > clockGrace {
		return usage("--onset %s: after the end of the recording, %s: use an earlier time", r.onset, end.UTC().Format(time.RFC3339))
	}
	if !o.From.IsZero() && !o.To.IsZero() && !o.To.After(o.From) {
		return usage("--to %s: must be after --from %s", r.to, r.from)
	}
	if !o.Onset.IsZero() && !o.End.IsZero() && !o.End.After(o.Onset) {
		return usage("--end %s: must be after --onset %s", r.end, r.onset)
	}
	return nil
}

// maxSummary is the size limit of a summary, in bytes.
const maxSummary = 64 << 10

func (p *program) readSummary(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	in := p.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", fmt.Errorf("read the summary: %w", err)
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxSummary+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("read the summary: %w", err)
	case len(text) > maxSummary:
		return "", fmt.Errorf("summary %s: more than %d bytes", name, maxSummary)
	}
	return string(text), nil
}
