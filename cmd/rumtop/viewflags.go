package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/config"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// viewFlags are the question and the way it is shown.
type viewFlags struct {
	regions, releases []string
	filter, by        string
	window, since     time.Duration
	baseline, at      string
	interval          time.Duration
	once              bool
	count             int
	format, output    string
	ascii, noColor    bool
	noMouse, noBell   bool
	theme             string
	memory            size
	funnel, measure   string
	promised          objectiveFlags
	errors            errorFlags
	view              string
	presence          presenceFlags
}

func (v *viewFlags) register(fs *pflag.FlagSet) {
	fs.StringArrayVar(&v.regions, "region", nil, "only this region, * globs (repeatable)")
	fs.StringArrayVar(&v.releases, "release", nil, "only this release, * globs (repeatable)")
	fs.StringVarP(&v.filter, "filter", "f", "", `which beacons: region=eu-* release!=2.4.0 lcp>2500 (error=yes or status>=500)`)
	fs.StringVar(&v.by, "by", "region", "what a segment is: "+strings.Join(beacon.DimNames(), " ")+" or a tag")
	fs.DurationVarP(&v.window, "window", "w", 5*time.Minute, "rolling window")
	fs.DurationVar(&v.since, "since", 30*time.Minute, "history to read at start")
	fs.StringVar(&v.baseline, "baseline", "previous", "what deltas compare with: previous, a duration ago (1h), or a time (2026-11-20T14:00:00Z, 14:00)")
	fs.StringVar(&v.at, "at", "", "look back: the window ends then, as 14:02 (local time), 5m (ago) or 2026-11-20T14:02:00Z (default: now)")
	fs.DurationVarP(&v.interval, "interval", "i", time.Second, "refresh")
	fs.BoolVar(&v.once, "once", false, "print one frame and exit; the default where standard output is no terminal")
	fs.IntVar(&v.count, "count", 0, "print that many frames and exit")
	fs.StringVar(&v.format, "format", "table", "of printed frames: table, json, csv")
	fs.StringVarP(&v.output, "output", "o", "-", "write printed frames to this file")
	fs.BoolVar(&v.ascii, "ascii", false, "draw with ASCII alone")
	fs.BoolVar(&v.noColor, "no-color", false, "no colours")
	fs.BoolVar(&v.noMouse, "no-mouse", false, "leave the mouse to the terminal")
	fs.BoolVar(&v.noBell, "no-bell", false, "a breach of an objective makes no sound")
	fs.StringVar(&v.theme, "theme", "auto", "colours: auto, dark, light")
	v.memory = 512 << 20
	fs.Var(&v.memory, "memory", "the most that history may take; the oldest goes first")
	fs.StringVar(&v.measure, "measure", "", "a metric of the site's own to show for each row, such as ttft")
	fs.StringVar(&v.funnel, "funnel", "", "events that should follow one another in a session, such as 'add_to_cart > checkout_completed': how far sessions get")
	v.promised.register(fs)
	v.errors.register(fs)
	v.presence.register(fs)
	fs.StringVar(&v.view, "view", "", "open a view that was saved with :save NAME, or stands under views: in the configuration")
}

// check refuses what makes no sense before anything is connected.
func (v *viewFlags) check() error {
	switch {
	case v.window < time.Second || v.window > 24*time.Hour:
		return usage("--window %s: a window lasts from 1s to 24h", v.window)
	case v.since <= 0:
		return usage("--since %s: history must be longer than nothing", v.since)
	case v.interval < 100*time.Millisecond || v.interval > time.Hour:
		return usage("--interval %s: refresh between 100ms and 1h", v.interval)
	case v.count < 0:
		return usage("--count %d: a number of frames is 1 or more", v.count)
	case !slices.Contains([]string{"table", "json", "csv"}, v.format):
		return usage("--format %q: known are table, json, csv", v.format)
	case !slices.Contains([]string{"auto", "dark", "light"}, v.theme):
		return usage("--theme %q: known are auto, dark, light", v.theme)
	case v.by == "":
		return usage("--by: name a dimension (%s) or a tag", strings.Join(beacon.DimNames(), ", "))
	case v.memory < 16<<20:
		return usage("--memory %s: at least 16MiB", &v.memory)
	}
	if err := errors.Join(v.promised.config(&agg.Config{}), v.errors.check()); err != nil {
		return err
	}
	_, err := v.query("", time.Now())
	return err
}

// query is the question that the flags ask.
func (v *viewFlags) query(site string, now time.Time) (frame.Query, error) {
	expr, err := filter.Parse(v.filter)
	if err != nil {
		return frame.Query{}, usage("%w", err)
	}
	for _, short := range []struct {
		field  string
		values []string
	}{{"region", v.regions}, {"release", v.releases}} {
		var anyOf *filter.Term
		for _, value := range short.values {
			term, err := filter.NewTerm(short.field, filter.Eq, value)
			if err != nil {
				return frame.Query{}, usage("--%s: %w", short.field, err)
			}
			if anyOf == nil {
				anyOf = term
			} else {
				anyOf.Values = append(anyOf.Values, term.Values...)
			}
		}
		if anyOf != nil {
			expr = expr.And(anyOf)
		}
	}
	baseline, err := config.ParseBaseline(v.baseline, now)
	if err != nil {
		return frame.Query{}, usage("--%w", err)
	}
	q := frame.Query{Site: site, Filter: expr, By: v.by, Window: v.window, Baseline: baseline, Measure: v.measure}
	if v.at != "" {
		if q.At, err = config.ParseMoment(v.at, now); err != nil {
			return frame.Query{}, usage("--at %w", err)
		}
	}
	return q, nil
}

// size is a number of bytes that people write as 512MiB.
type size uint64

func (s *size) String() string { return humanize.IBytes(uint64(*s)) }
func (s *size) Type() string   { return "size" }
func (s *size) Set(text string) error {
	n, err := humanize.ParseBytes(text)
	if err != nil {
		return fmt.Errorf("%q is no size such as 512MiB", text)
	}
	if n > math.MaxInt64 {
		return fmt.Errorf("%q is more than any machine has", text)
	}
	*s = size(n)
	return nil
}
