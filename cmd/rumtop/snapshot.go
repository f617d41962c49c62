package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/record"
	"github.com/rumtop/rumtop/internal/snapshot"
)

// snapshotFlags are what to record, for how long and where.
type snapshotFlags struct {
	lasting, every time.Duration
	output, dir    string
	anonymise      bool
	notes          []string
	summary        string
	bounds         snapshot.Bounds
	maxSize        size
}

func (p *program) snapshotCommand() *cobra.Command {
	var from siteFlags
	var v viewFlags
	var s snapshotFlags
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Save the history to a file for rumtop open",
		Long: `snapshot writes the history of --since to a file, and with --for what follows it. With --every
it starts a new file at that interval; --keep, --max-age and --max-size bound how many stay.
It needs no terminal. It lists what a file contains: check that before you share it.`,
		Example: `  rumtop snapshot --since 30m
  rumtop snapshot --since 30m --for 2h -f 'region=eu-*' -o incident.rumsnap
  rumtop snapshot --every 15m --dir /var/lib/rumtop --keep 96 --anonymise`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := v.check(); err != nil {
				return err
			}
			if err := s.check(); err != nil {
				return err
			}
			return p.snapshot(cmd.Context(), &v, &s, &from)
		},
	}
	v.register(pflag.NewFlagSet("view", pflag.ContinueOnError)) // the other flags keep their defaults
	fs := cmd.Flags()
	from.register(fs)
	fs.DurationVar(&v.since, "since", 30*time.Minute, "history to start with")
	fs.StringVarP(&v.filter, "filter", "f", "", "record only these beacons, as in rumtop --filter (default: all)")
	fs.StringArrayVar(&v.regions, "region", nil, "show only this region, * globs (repeatable)")
	fs.StringArrayVar(&v.releases, "release", nil, "show only this release, * globs (repeatable)")
	fs.Var(&v.memory, "memory", "memory limit of history while recording")
	fs.DurationVar(&s.lasting, "for", 0, "keep recording for this long")
	fs.DurationVar(&s.every, "every", 0, "start a new file at this interval, until --for ends or a signal arrives")
	fs.StringVarP(&s.output, "output", "o", "", "file to write (default: named by site and time, in --dir)")
	fs.StringVar(&s.dir, "dir", ".", "directory to write to")
	fs.IntVar(&s.bounds.Keep, "keep", 0, "keep the newest N of the site's files in --dir (default: all)")
	fs.DurationVar(&s.bounds.MaxAge, "max-age", 0, "delete the site's files in --dir that are older (0: no limit)")
	fs.Var(&s.maxSize, "max-size", "size limit of the site's files in --dir together (0: no limit)")
	fs.BoolVar(&s.anonymise, "anonymise", false, "leave out users and sessions; page views count as users")
	fs.StringArrayVar(&s.notes, "note", nil, "note to store in the file (repeatable)")
	oneALine(fs, "note")
	fs.StringVar(&s.summary, "summary", "", "summary to store in the file")
	return cmd
}

func (s *snapshotFlags) check() error {
	s.bounds.MaxSize = int64(s.maxSize)
	switch {
	case s.lasting < 0 || s.every < 0 || s.bounds.MaxAge < 0 || s.bounds.Keep < 0:
		return usage("--for, --every, --max-age, --keep: must not be negative")
	case s.every > 0 && s.every < time.Second:
		return usage("--every %s: use at least 1s", s.every)
	case s.output != "" && s.every > 0:
		return usage("-o with --every: several files: set a directory with --dir")
	case s.output != "" && s.bounds != (snapshot.Bounds{}):
		return usage("-o with --keep, --max-age or --max-size: these bound the files in --dir")
	}
	return nil
}

// snapshot records for as long as the flags ask. After a signal it completes the
// file.
func (p *program) snapshot(ctx context.Context, v *viewFlags, s *snapshotFlags, from *siteFlags) error {
	conn, site, err := from.connectKnown(ctx, "rumtop snapshot")
	if err != nil {
		return err
	}
	defer conn.Close()
	query, err := v.query(site, time.Now())
	if err != nil {
		return err
	}
	// The aggregator outlives a signal: what it has read is still written.
	counting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	f, _, err := p.start(counting, v, feed.NewLive(conn), site) // without --on-breach
	if err != nil {
		return err
	}
	r := &record.Recorder{Feed: f, Dir: s.dir, Version: versionName(), Anonymised: s.anonymise, Only: query.Filter, Summary: s.summary}
	for _, text := range s.notes {
		r.Notes = append(r.Notes, snapshot.Note{At: time.Now().UTC(), By: p.user(), Text: text})
	}
	seen, err := f.Complete(ctx, query, nil)
	if err != nil {
		return err
	}
	end := time.Now().Add(s.lasting)
	// Each file continues the one before in order of arrival: late beacons are in
	// the next one.
	export := agg.ExportSpan(seen.At.Add(-v.since), time.Time{})
	for {
		file, err := r.Create(s.output, export, seen.Site)
		if err != nil {
			return err
		}
		until := end
		if s.every > 0 && (s.lasting == 0 || time.Now().Add(s.every).Before(end)) {
			until = time.Now().Add(s.every)
		}
		if err := follow(ctx, file, until, f.Failed); err != nil {
			file.Abort()
			return err
		}
		if seen, err = f.Latest(counting, query); err != nil {
			file.Abort()
			return err
		}
		meta, err := file.Finish(counting, seen)
		if err != nil {
			return err
		}
		if err := p.listContents(file.Path(), meta); err != nil {
			return err
		}
		if err := snapshot.Prune(s.dir, site, s.bounds, time.Now()); err != nil {
			return err
		}
		switch {
		case ctx.Err() != nil && s.lasting > 0:
			return fmt.Errorf("%w: recorded less than --for %s", context.Cause(ctx), s.lasting)
		case ctx.Err() != nil, s.every == 0, s.lasting > 0 && !time.Now().Before(end):
			return nil
		}
	}
}

// follow writes what arrives until a time, or a signal.
func follow(ctx context.Context, file *record.File, until time.Time, failed <-chan error) error {
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- file.Follow(ctx) }()
	select {
	case err := <-done:
		return err
	case err := <-failed:
		cancel()
		return errors.Join(err, <-done)
	}
}

// listContents prints what a file contains, to be checked before it is shared.
func (p *program) listContents(path string, m snapshot.Meta) error {
	bytes, err := record.FileSize(path)
	if err != nil {
		return err
	}
	c := m.Counts
	count := func(n int64, one, many string) string { return measure.Quantity(float64(n), one, many) }
	identifiers := fmt.Sprintf("keyed hashes of %s and %s", count(c.Users, "user", "users"), count(c.Sessions, "session", "sessions"))
	if m.Anonymised {
		identifiers = "none: page views count as users"
	}
	only := "all beacons"
	if m.Only != "" {
		only = "beacons that match " + m.Only
	}
	_, err = fmt.Fprintf(p.stdout, `%s
  span         %s to %s (%s)
  contents     %s: %s, %s
  with         %s, %s, %s, %s, %s
  identifiers  %s
  size         %s
`, path, m.From.Format(time.RFC3339), m.To.Format(time.RFC3339), m.To.Sub(m.From).Round(time.Second),
		only, humanize.Comma(c.Beacons), count(c.Views, "page view", "page views"),
		count(c.Errors, "error", "errors"), count(c.Requests, "request", "requests"), count(c.Events, "event", "events"),
		count(c.Measures, "measurement", "measurements"), count(c.Traces, "trace id", "trace ids"),
		identifiers, humanize.Bytes(uint64(bytes)))
	return err
}
