package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/record"
	"github.com/rumtop/rumtop/internal/stream"
	"github.com/rumtop/rumtop/internal/ui"
)

func (p *program) viewCommand() *cobra.Command {
	var from siteFlags
	var v viewFlags
	cmd := &cobra.Command{
		Use:   "rumtop",
		Short: "top for the people who use your web site",
		Long: `rumtop shows who is affected on your web site right now, how badly, since when and what
they share: live error rates, LCP and INP tails and affected users per segment, from the
beacons that rumtop collect publishes on NATS.

Try a simulated incident: rumtop demo

` + exitHelp(""),
		Example: `  rumtop --server nats://nats.internal:4222 --region 'eu-*'
  rumtop --by release -f 'device=mobile lcp>2500'
  rumtop --once --format json | jq .total.error_rate`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := v.check(); err != nil {
				return err
			}
			return p.watch(cmd.Context(), &v, &from)
		},
	}
	v.register(cmd.Flags())
	from.register(cmd.Flags())
	return cmd
}

// prints reports whether frames are printed, not shown.
func (p *program) prints(v *viewFlags) bool {
	return v.once || v.count > 0 || v.output != "-" || !p.interactive()
}

// watch shows or prints the beacons of a NATS server.
func (p *program) watch(ctx context.Context, v *viewFlags, from *siteFlags) error {
	const name = "rumtop"
	if p.prints(v) {
		conn, site, err := from.connect(ctx, name)
		if err != nil {
			return err
		}
		defer conn.Close()
		return p.print(ctx, v, feed.NewLiveSite(conn, site), site, from.known(ctx, conn))
	}
	if err := checkSite(from.site); err != nil {
		return err
	}
	conn, err := stream.ConnectLazily(from.options(name))
	if err != nil {
		return err
	}
	defer conn.Close()
	site := from.site
	if site == "" {
		if site, err = p.chooseSite(ctx, conn); err != nil {
			return err
		}
	}
	return p.show(ctx, v, conn, feed.NewLiveSite(conn, site), site)
}

// chooseTimeout is how long finding the sites may delay the first screen.
const chooseTimeout = 250 * time.Millisecond

// chooseSite asks which site to show, if there are several. "" leaves it to the
// feed.
func (p *program) chooseSite(ctx context.Context, conn *stream.Conn) (string, error) {
	quick, cancel := context.WithTimeout(ctx, chooseTimeout)
	defer cancel()
	if err := conn.Await(quick); err != nil {
		return "", ctx.Err()
	}
	site, err := feed.OnlySite(quick, conn)
	var several feed.SeveralSites
	if !errors.As(err, &several) {
		return site, nil
	}
	for i, name := range several {
		_, _ = fmt.Fprintf(p.stdout, "%3d  %s\n", i+1, plain.Line(name, 40))
	}
	in := bufio.NewScanner(p.stdin)
	read := make(chan bool, 1)
	for {
		_, _ = fmt.Fprint(p.stdout, "which site? ")
		// A read cannot be cancelled, and a signal must not wait for it. Each answer
		// has one read: a second would swallow the screen's first key.
		go func() { read <- in.Scan() }()
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case ok := <-read:
			if !ok {
				return "", several
			}
		}
		answer := strings.TrimSpace(in.Text())
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(several) {
			return several[n-1], nil
		}
		if slices.Contains(several, answer) {
			return answer, nil
		}
	}
}

// start starts the feed of a view. The caller calls wait after ctx has ended.
func (p *program) start(ctx context.Context, v *viewFlags, source *feed.Live, site string) (f *feed.Feed, wait func(), err error) {
	since := max(v.since, 2*v.window) // the baseline is a window, too
	cfg := agg.Config{Memory: int64(v.memory)}
	if err := v.objectives.config(&cfg); err != nil {
		return nil, nil, err
	}
	if len(cfg.Objectives) > 0 {
		since = max(since, v.objectives.longWindow+time.Minute)
	}
	o := feed.LiveOptions{Config: cfg, Site: site, Since: since, Interval: v.interval}
	wait = func() {}
	if command := v.objectives.onBreach; command != "" {
		var breaches frame.Breaches
		alarm := startBreachRunner(ctx, command, p.delayError)
		wait = alarm.wait
		o.OnFrame = func(f *frame.Frame) {
			if b := breachOf(&breaches, f); b != nil {
				alarm.enqueue(b)
			}
			f.Health.Capped.Breaches = alarm.dropped.Load()
		}
	}
	return source.Start(ctx, o), wait, nil
}

// show runs the screen until the user quits.
func (p *program) show(ctx context.Context, v *viewFlags, conn *stream.Conn, source *feed.Live, site string) error {
	query, err := v.query(site, time.Now())
	if err != nil {
		return err
	}
	// The aggregator outlives a signal, so that a recording finishes in order.
	counting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	source.Presence = v.presence.presence(conn, p.user())
	f, wait, err := p.start(counting, v, source, site)
	if err != nil {
		return err
	}
	files := &record.Recorder{Feed: f, Dir: ".", Version: versionName()}
	screen := ui.Options{
		Source: f, Query: query, Interval: v.interval, Recorder: screenRecorder{files},
		Annotate: func(ctx context.Context, m beacon.Marker) error {
			m.ID, m.By = rand.Text(), v.presence.name(p.user())
			return source.Annotate(ctx, m)
		},
		Funnel: v.funnel, BurnWindow: v.objectives.longWindow, Views: p.views,
		ASCII: v.ascii, NoColor: v.noColor, NoMouse: v.noMouse, NoBell: v.noBell, Theme: v.theme,
	}
	if source.Presence != nil {
		screen.Presence = screenPresence{source.Presence}
	}
	done, err := v.errors.apply(&screen)
	if err != nil {
		return err
	}
	defer done()
	err = runScreens(ctx, []*feed.Feed{f}, screen)
	err = errors.Join(err, p.finishRecording(files, query))
	cancel()
	wait()
	p.printDelayed()
	return err
}

// runScreens runs the screen, or two, until the user quits or the feed of one
// fails: the screen would show its last frame for ever.
func runScreens(ctx context.Context, feeds []*feed.Feed, screens ...ui.Options) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	for _, f := range feeds {
		go func() {
			select {
			case err := <-f.Failed:
				end(err)
			case <-ctx.Done():
			}
		}()
	}
	return ui.Run(ctx, screens[0], screens[1:]...)
}

// print writes frames once the history is read.
func (p *program) print(ctx context.Context, v *viewFlags, source *feed.Live, site string, unknown error) (err error) {
	query, err := v.query(site, time.Now())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	f, wait, err := p.start(ctx, v, source, site)
	if err != nil {
		cancel()
		return err
	}
	defer wait()
	defer cancel()
	return p.printFrames(ctx, v, query, f, unknown)
}

// printFrames writes the answers to a query, the first of them once the
// whole history is read. If no beacon has come at the end it returns unknown.
func (p *program) printFrames(ctx context.Context, v *viewFlags, query frame.Query, source *feed.Feed, unknown error) error {
	out, err := p.openOutput(v.output)
	if err != nil {
		return err
	}
	defer out.discard()
	if out.file == nil {
		p.stopWithReader(ctx)
	}
	// A frame is complete when the whole history is in it; then the aggregator
	// looks for findings.
	ready := func(f *frame.Frame) bool { return f.Finding.State != frame.FindingReading }
	f, err := source.Complete(ctx, query, ready)
	for n := 0; ; n++ {
		if err != nil {
			return err
		}
		if err := query.Filter.Validate(f.Tags); err != nil && f.Total.Beacons == 0 && f.Health.Retained > 0 {
			return usage("%w", err)
		}
		if n == 0 {
			if err := p.checkSeen(ctx, query, source, f); err != nil {
				return err
			}
		}
		if err := printFrame(out, f, v.format, n == 0); err != nil {
			return fmt.Errorf("write a frame: %w", err)
		}
		if n+1 >= v.count {
			if err := out.commit(); err != nil || f.Health.Retained > 0 {
				return err
			}
			return unknown
		}
		f, err = source.Next(ctx, ready)
	}
}
