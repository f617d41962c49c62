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
	"github.com/rumtop/rumtop/internal/measure"
)

// viewFlags are the query and how the answer is shown.
type viewFlags struct {
	regions, releases []string
	filter, by        string
	traffic           trafficFlag
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
	objectives        objectiveFlags
	errors            errorFlags
	view              string
	presence          presenceFlags
}

func (v *viewFlags) register(fs *pflag.FlagSet) {
	fs.StringArrayVar(&v.regions, "region", nil, "show only this region, * globs (repeatable)")
	fs.StringArrayVar(&v.releases, "release", nil, "show only this release, * globs (repeatable)")
	fs.StringVarP(&v.filter, "filter", "f", "", `filter: region=eu-* release!=2.4.0 lcp>2500 (error=yes or status>=500)`)
	v.traffic.register(fs)
	fs.StringVar(&v.by, "by", "region", "dimension to group by: "+strings.Join(beacon.DimNames(), " ")+", or a tag")
	fs.DurationVarP(&v.window, "window", "w", 5*time.Minute, "rolling window")
	fs.DurationVar(&v.since, "since", 30*time.Minute, "history to read at start")
	fs.StringVar(&v.baseline, "baseline", "previous", "baseline: previous, an age (1h) or a time (14:00, 2026-11-20T14:00:00Z)")
	fs.StringVar(&v.at, "at", "", "end of the window: 14:02 (local), 5m (ago) or 2026-11-20T14:02:00Z (default: now)")
	fs.DurationVarP(&v.interval, "interval", "i", time.Second, "refresh interval")
	fs.BoolVar(&v.once, "once", false, "print one frame and exit; default if stdout is not a terminal")
	fs.IntVar(&v.count, "count", 0, "print N frames and exit")
	fs.StringVar(&v.format, "format", "table", "format of printed frames: table, json, csv")
	fs.StringVarP(&v.output, "output", "o", "-", "file to write printed frames to; - is stdout")
	fs.BoolVar(&v.ascii, "ascii", false, "draw with ASCII only")
	fs.BoolVar(&v.noColor, "no-color", false, "draw without colours")
	fs.BoolVar(&v.noMouse, "no-mouse", false, "leave the mouse to the terminal")
	fs.BoolVar(&v.noBell, "no-bell", false, "no bell on a breach")
	fs.StringVar(&v.theme, "theme", "auto", "colour theme: auto, dark, light")
	v.memory = 512 << 20
	fs.Var(&v.memory, "memory", "memory limit of history; evicts the oldest")
	fs.StringVar(&v.measure, "measure", "", "custom measure to show per row, such as ttft")
	fs.StringVar(&v.funnel, "funnel", "", "funnel of events per session, such as 'add_to_cart > checkout_completed'")
	v.objectives.register(fs)
	v.errors.register(fs)
	v.presence.register(fs)
	fs.StringVar(&v.view, "view", "", "open a view saved with :save NAME, or that is under views: in the configuration")
}

// check refuses invalid values before the command connects.
func (v *viewFlags) check() error {
	switch {
	case v.window < time.Second || v.window > 24*time.Hour:
		return usage("--window %s: use 1s to 24h", v.window)
	case v.since <= 0:
		return usage("--since %s: must be more than 0", v.since)
	case v.interval < 100*time.Millisecond || v.interval > time.Hour:
		return usage("--interval %s: use 100ms to 1h", v.interval)
	case v.count < 0:
		return usage("--count %d: use 1 or more", v.count)
	case !slices.Contains([]string{"table", "json", "csv"}, v.format):
		return usage("--format %q: unknown: use table, json or csv", v.format)
	case !slices.Contains([]string{"auto", "dark", "light"}, v.theme):
		return usage("--theme %q: unknown theme: use auto, dark or light", v.theme)
	case v.memory < 16<<20:
		return usage("--memory %s: use at least 16MiB", &v.memory)
	}
	if err := frame.CheckBy(v.by); err != nil {
		return usage("--by %w", err)
	}
	if m, ok := measure.ByName(v.measure); ok {
		return usage("--measure %s: always shown: name a measure of the page's own", m.Name)
	}
	if err := errors.Join(v.objectives.config(&agg.Config{}), v.errors.check()); err != nil {
		return err
	}
	_, err := v.query("", time.Now())
	return err
}

// query is the query of the flags.
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
	q := frame.Query{Site: site, Filter: expr, Traffic: string(v.traffic), By: v.by, Window: v.window, Baseline: baseline, Measure: v.measure}
	if v.at != "" {
		if q.At, err = config.ParseMoment(v.at, now); err != nil {
			return frame.Query{}, usage("--at %w", err)
		}
	}
	return q, nil
}

// size is a number of bytes, written as 512MiB.
type size uint64

func (s *size) String() string { return humanize.IBytes(uint64(*s)) }
func (s *size) Type() string   { return "size" }
func (s *size) Set(text string) error {
	n, err := humanize.ParseBytes(text)
	if err != nil {
		return fmt.Errorf("%q: invalid size: use 512MiB", text)
	}
	if n > math.MaxInt64 {
		return fmt.Errorf("%q: invalid size: more than any machine has", text)
	}
	*s = size(n)
	return nil
}
