package main

import (
	"bytes"
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
	"github.com/rumtop/rumtop/internal/snapshot"
	"github.com/rumtop/rumtop/internal/snapshot/report"
)

// reportFlags say what to report of a snapshot, and how.
type reportFlags struct {
	format, output string
	from, to       string
	onset, end     string
	filter         string
	by             []string
	minCohort      int
	summary        string
	notes          []string
	memory         size
	promised       objectiveFlags
}

// A reportFormat is what a report can be written as.
type reportFormat struct {
	name   string
	render func(io.Writer, *report.Report) error
}

var reportFormats = [...]reportFormat{{"html", report.HTML}, {"md", report.Markdown}, {"json", report.JSON}, {"csv", report.CSV}}

func (p *program) reportCommand() *cobra.Command {
	r := reportFlags{memory: 512 << 20}
	cmd := &cobra.Command{
		Use:   "report FILE",
		Short: "Write up a snapshot: the document that a postmortem begins with",
		Long: `report tells what a snapshot holds: when it began and ended as far as that is known, who was
affected, error rates and tails before, during and after, errors with stacks, releases, what
the affected have in common, and what the figures rest on. Each has the command that prints it
again. Groups of fewer than --min-cohort users are concealed. All times are UTC.`,
		Example: `  rumtop report incident.rumsnap -o incident.html
  rumtop report incident.rumsnap --format md --onset 14:02 --end 14:19 --summary summary.txt
  rumtop report incident.rumsnap --format json | jq .affected_users`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return p.report(&r, args[0]) },
	}
	fs := cmd.Flags()
	fs.StringVar(&r.format, "format", "", "html, md, json, csv (default: as the file of -o is called, else html)")
	fs.StringVarP(&r.output, "output", "o", "-", "write the report to this file")
	fs.StringVar(&r.from, "from", "", "leave out what was before, as 14:02 (UTC, of the day on which the record ends) or 2026-11-20T14:02:00Z")
	fs.StringVar(&r.to, "to", "", "leave out what was after")
	fs.StringVar(&r.onset, "onset", "", "when the incident began (default: as found)")
	fs.StringVar(&r.end, "end", "", "when the incident ended (default: as found)")
	fs.StringVarP(&r.filter, "filter", "f", "", "whom the report is about, as in rumtop --filter (default: everyone)")
	fs.StringArrayVar(&r.by, "by", nil, "dimension or tag to break down by, repeatable (default "+strings.Join(report.DefaultBy(), ", ")+")")
	fs.IntVar(&r.minCohort, "min-cohort", report.DefaultMinCohort, "conceal groups of fewer users; 1 conceals nothing")
	fs.StringVar(&r.summary, "summary", "", "file with the summary, - is standard input (default: the snapshot's)")
	fs.StringArrayVar(&r.notes, "note", nil, "something to add (repeatable)")
	fs.Var(&r.memory, "memory", "the most that the record may take while it is read; the oldest goes first")
	r.promised.register(fs)
	cmd.Flag("on-breach").Hidden = true // what is over wakes nobody
	return cmd
}

// report writes one.
func (p *program) report(r *reportFlags, path string) error {
	if r.format == "" {
		r.format = strings.TrimPrefix(filepath.Ext(r.output), ".")
		if !slices.ContainsFunc(reportFormats[:], r.is) {
			r.format = "html"
		}
	}
	at := slices.IndexFunc(reportFormats[:], r.is)
	switch {
	case at < 0:
		return usage("--format %q: known are html, md, json, csv", r.format)
	case r.format == "html" && r.output == "-" && p.interactive():
		return usage("an HTML report is for a browser: name a file with -o, as in -o %s.html, or take --format md", strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	case r.minCohort < 1:
		return usage("--min-cohort %d: at least 1, which conceals nothing", r.minCohort)
	case r.memory < 16<<20:
		return usage("--memory %s: at least 16MiB", &r.memory)
	}
	o := report.Options{By: r.by, MinCohort: r.minCohort, Notes: r.notes, Version: versionName(), File: filepath.Base(path), Config: agg.Config{Memory: int64(r.memory)}}
	if err := r.promised.config(&o.Config); err != nil {
		return err
	}
	for _, kind := range r.promised.mutedErrors {
		o.Flags = append(o.Flags, "--mute-error", kind)
	}
	o.ObjectiveFlags = []string{"--burn-above", fmt.Sprint(r.promised.above), "--burn-for", r.promised.length.String()}
	for _, objective := range r.promised.objectives {
		o.ObjectiveFlags = append(o.ObjectiveFlags, "--objective", objective)
	}
	var err error
	if o.Filter, err = filter.Parse(r.filter); err != nil {
		return usage("%w", err)
	}
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
		return &statusError{exitScant, err}
	}
	if err != nil {
		return fmt.Errorf("report of %s: %w", filepath.Base(path), err)
	}
	var text bytes.Buffer
	if err := reportFormats[at].render(&text, doc); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
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

// moments reads the flags that are times: of day, on the day on which the record
// ends; or before its end.
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
	if !o.From.IsZero() && !o.To.IsZero() && !o.To.After(o.From) {
		return usage("--to %s is not after --from %s", r.to, r.from)
	}
	if !o.Onset.IsZero() && !o.End.IsZero() && !o.End.After(o.Onset) {
		return usage("--end %s is not after --onset %s", r.end, r.onset)
	}
	return nil
}

// maxSummary is the most that is read of a summary, in bytes.
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
		return "", fmt.Errorf("the summary %s has more than %d bytes", name, maxSummary)
	}
	return string(text), nil
}
