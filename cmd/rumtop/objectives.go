package main

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/agg/slo"
	"github.com/rumtop/rumtop/internal/config"
)

// objectiveFlags are the objectives, when they are in breach, and what a breach
// runs.
type objectiveFlags struct {
	texts       []string
	burnRate    float64
	longWindow  time.Duration
	apdex       float64
	muted       []string
	maintenance []string
	onBreach    string
	mutedErrors []string
}

func (o *objectiveFlags) register(fs *pflag.FlagSet) {
	fs.StringArrayVar(&o.texts, "objective", nil, `objective to track: NAME=OBJECTIVE, such as errors="99.5% of views" (repeatable)`)
	fs.Float64Var(&o.burnRate, "burn-above", 3, "burn rate limit: higher is a breach")
	fs.DurationVar(&o.longWindow, "burn-for", 15*time.Minute, "long window of the limit; the short one is its last third")
	fs.Float64Var(&o.apdex, "apdex", 0, "show Apdex for this LCP target in ms")
	fs.StringArrayVar(&o.muted, "mute", nil, "silence an objective: NAME, or NAME=UNTIL such as 2026-11-20T14:00:00Z (repeatable)")
	fs.StringArrayVar(&o.maintenance, "maintenance", nil, "suppress breaches: FROM/TO, such as 2026-11-20T14:00:00Z/2026-11-20T16:00:00Z")
	o.registerMute(fs)
	fs.StringVar(&o.onBreach, "on-breach", "", "shell command for the start and end of a breach; reads objectives as JSON on stdin")
	oneALine(fs, "objective")
}

// oneALine annotates flags whose values can have a comma.
func oneALine(fs *pflag.FlagSet, names ...string) {
	for _, name := range names {
		fs.Lookup(name).Annotations = map[string][]string{config.OneALine: nil}
	}
}

// registerMute registers --mute-error alone.
func (o *objectiveFlags) registerMute(fs *pflag.FlagSet) {
	fs.StringArrayVar(&o.mutedErrors, "mute-error", nil, "errors to ignore, by TYPE: MESSAGE, * globs, such as 'Error: ResizeObserver *'")
	oneALine(fs, "mute-error")
}

// setDefault sets the objectives if no flag does.
func (o *objectiveFlags) setDefault(objectives []string) {
	if len(o.texts) == 0 {
		o.texts = objectives
	}
}

// config sets the aggregator's configuration.
func (o *objectiveFlags) config(cfg *agg.Config) error {
	if len(o.texts) > slo.MaxObjectives {
		return usage("%d objectives: use at most %d", len(o.texts), slo.MaxObjectives)
	}
	if !(o.burnRate > 0) || o.longWindow < time.Minute || o.longWindow > 24*time.Hour {
		return usage("--burn-above, --burn-for: use a rate above 0, and 1m to 24h")
	}
	if o.apdex < 0 {
		return usage("--apdex %v: use milliseconds of 0 or more", o.apdex)
	}
	if err := o.muteErrors(cfg); err != nil {
		return err
	}
	cfg.Alert = slo.Alert{BurnFactor: o.burnRate, LongWindow: o.longWindow}
	cfg.Apdex = o.apdex
	for _, text := range o.texts {
		name, rule, ok := strings.Cut(text, "=")
		if !ok || name == "" || strings.ContainsAny(name, " %") {
			return usage(`--objective %q: no name: use NAME=OBJECTIVE, such as errors="99.5%% of views"`, text)
		}
		objective, err := slo.ParseObjective(name, rule)
		if err != nil {
			return usage("--objective %s: %w", name, err)
		}
		cfg.Objectives = append(cfg.Objectives, objective)
	}
	for _, text := range o.muted {
		name, until, timed := strings.Cut(text, "=")
		i := slices.IndexFunc(cfg.Objectives, func(x slo.Objective) bool { return x.Name == name })
		if i < 0 {
			return usage("--mute %s: unknown objective", name)
		}
		end := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) // for ever
		if timed {
			var err error
			if end, err = time.Parse(time.RFC3339, until); err != nil {
				return usage("--mute %s: invalid time %q: use 2026-11-20T14:00:00Z", name, until)
			}
		}
		cfg.Objectives[i].MutedUntil = end
	}
	for _, text := range o.maintenance {
		from, to, _ := strings.Cut(text, "/")
		begin, err := time.Parse(time.RFC3339, from)
		end, err2 := time.Parse(time.RFC3339, to)
		if err != nil || err2 != nil || !end.After(begin) {
			return usage("--maintenance %q: use FROM/TO, such as 2026-11-20T14:00:00Z/2026-11-20T16:00:00Z", text)
		}
		cfg.Maintenance = append(cfg.Maintenance, slo.Span{From: begin, To: end})
	}
	return nil
}

// muteErrors sets the errors to ignore in the aggregator's configuration.
func (o *objectiveFlags) muteErrors(cfg *agg.Config) error {
	for _, pattern := range o.mutedErrors {
		rule, err := agg.NewMute(pattern)
		if err != nil {
			return usage("--mute-error: %w", err)
		}
		cfg.MutedErrors = append(cfg.MutedErrors, rule)
	}
	return nil
}
