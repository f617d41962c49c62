package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/internal/sourcemap"
	"github.com/rumtop/rumtop/internal/ui"
)

// errorFlags are where the traces and sources of errors are.
type errorFlags struct{ traceURL, sourceMaps string }

func (e *errorFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&e.traceURL, "trace-url", "", "trace viewer URL, such as https://tempo.example/trace/{trace}: links trace ids")
	fs.StringVar(&e.sourceMaps, "source-maps", "", "directory of source maps, RELEASE/FILE.map: map stacks to source positions")
}

func (e *errorFlags) check() error {
	if e.traceURL == "" {
		return nil
	}
	if _, err := ui.ParseTraceURL(e.traceURL); err != nil {
		return usage("--trace-url %w", err)
	}
	return nil
}

// apply sets the options that the flags name. The caller calls done at the end.
func (e *errorFlags) apply(o *ui.Options) (done func(), err error) {
	if e.traceURL != "" {
		if o.TraceURL, err = ui.ParseTraceURL(e.traceURL); err != nil {
			return nil, usage("--trace-url %w", err)
		}
	}
	if e.sourceMaps == "" {
		return func() {}, nil
	}
	maps, err := sourcemap.Open(e.sourceMaps)
	if err != nil {
		return nil, usage("--source-maps: %w", err)
	}
	o.Origins = func(ctx context.Context, release string, stack []string) ([]ui.Origin, error) {
		frames, err := maps.Frames(ctx, release, stack)
		out := make([]ui.Origin, len(frames))
		for i, f := range frames {
			out[i] = ui.Origin(f)
		}
		return out, err
	}
	return func() { _ = maps.Close() }, nil
}
