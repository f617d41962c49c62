package main

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/config"
)

// objectiveFlags are what counts, what the site has promised, and whom to wake when that is broken.
type objectiveFlags struct {
	objectives  []string
	above       float64
	length      time.Duration
	apdex       float64
	muted       []string
	maintenance []string
	onBreach    string
	mutedErrors []string
}

func (o *objectiveFlags) register(fs *pflag.FlagSet) {
	fs.StringArrayVar(&o.objectives, "objective", nil, `NAME=OBJECTIVE to keep count of, such as errors="99.5% of views" or speed="75% of lcp<=2500 where device=mobile" (repeatable)`)
	fs.Float64Var(&o.above, "burn-above", 3, "an error budget that burns this many times too fast is a breach")
	fs.DurationVar(&o.length, "burn-for", 15*time.Minute, "for how long it must burn so, and still do over the last third of it")
	fs.Float64Var(&o.apdex, "apdex", 0, "also tell Apdex: milliseconds of LCP that satisfy")
	fs.StringArrayVar(&o.muted, "mute", nil, "an objective that is no breach for now: NAME, or NAME=UNTIL as 2026-11-20T14:00:00Z (repeatable)")
	fs.StringArrayVar(&o.maintenance, "maintenance", nil, "when nothing is a breach: FROM/TO, as 2026-11-20T14:00:00Z/2026-11-20T16:00:00Z (repeatable)")
	o.registerMute(fs)
	fs.StringVar(&o.onBreach, "on-breach", "", "shell command to run when a breach begins and when it has ended, with what burns as JSON on its standard input")
	for _, name := range [...]string{"objective", "mute-error"} {
		fs.Lookup(name).Annotations = map[string][]string{config.OneALine: nil}
	}
}

// registerMute is of what counts alone.
func (o *objectiveFlags) registerMute(fs *pflag.FlagSet) {
	fs.StringArrayVar(&o.mutedErrors, "mute-error", nil, "errors that count nowhere, by TYPE: MESSAGE, * globs, such as 'Error: ResizeObserver loop *' (repeatable)")
}

// orElse are the objectives where none were given.
func (o *objectiveFlags) orElse(objectives []string) {
	if len(o.objectives) == 0 {
		o.objectives = objectives
	}
}

// config puts all of it into the aggregator's configuration.
func (o *objectiveFlags) config(cfg *agg.Config) error {
	if len(o.objectives) > agg.MaxObjectives {
		return usage("%d objectives: %d are the most", len(o.objectives), agg.MaxObjectives)
	}
	if !(o.above > 0) || o.length < time.Minute || o.length > 24*time.Hour {
		return usage("--burn-above is more than nothing, and --burn-for from 1m to 24h")
	}
	if o.apdex < 0 {
		return usage("--apdex %v: milliseconds are positive", o.apdex)
	}
	if err := o.muteErrors(cfg); err != nil {
		return err
	}
	cfg.Alert = agg.Alert{Above: o.above, For: o.length}
	cfg.Apdex = o.apdex
	for _, text := range o.objectives {
		name, rule, ok := strings.Cut(text, "=")
		if !ok || name == "" || strings.ContainsAny(name, " %") {
			return usage(`--objective %q: give it a name, as in errors="99.5%% of views"`, text)
		}
		objective, err := agg.ParseObjective(name, rule)
		if err != nil {
			return usage("--objective %s: %w", name, err)
		}
		cfg.Objectives = append(cfg.Objectives, objective)
	}
	for _, text := range o.muted {
		name, until, timed := strings.Cut(text, "=")
		i := slices.IndexFunc(cfg.Objectives, func(x agg.Objective) bool { return x.Name == name })
		if i < 0 {
			return usage("--mute %s: there is no such objective", name)
		}
		end := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) // for good
		if timed {
			var err error
			if end, err = time.Parse(time.RFC3339, until); err != nil {
				return usage("--mute %s: %q is no time such as 2026-11-20T14:00:00Z", name, until)
			}
		}
		cfg.Objectives[i].Muted = end
	}
	for _, text := range o.maintenance {
		from, to, _ := strings.Cut(text, "/")
		begin, err := time.Parse(time.RFC3339, from)
		end, err2 := time.Parse(time.RFC3339, to)
		if err != nil || err2 != nil || !end.After(begin) {
			return usage("--maintenance %q: write FROM/TO, as 2026-11-20T14:00:00Z/2026-11-20T16:00:00Z", text)
		}
		cfg.Upkeep = append(cfg.Upkeep, agg.Span{From: begin, To: end})
	}
	return nil
}

// muteErrors puts what counts nowhere into the aggregator's configuration.
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
