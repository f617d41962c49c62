package main

import (
	"context"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/frame"
)

// clockGrace is how far a time that a person or another machine gives may be
// ahead of the last moment there is, and means that moment.
const clockGrace = time.Minute

// checkSeen refuses a query that asks for what the retained beacons do not have,
// from its first answer: a table of zeros would look like a quiet site.
func (p *program) checkSeen(ctx context.Context, q frame.Query, source *feed.Feed, f *frame.Frame) error {
	if f.Health.Retained == 0 {
		return nil
	}
	if err := frame.CheckSeenBy(q.By, f.Tags); err != nil {
		return usage("--by %w", err)
	}
	if from := f.Health.HistoryFrom; from != nil && !q.At.IsZero() && !q.At.After(*from) {
		return noData("--at %s: before the history, which starts at %s: set a longer --since", q.At.UTC().Format(time.RFC3339), from.UTC().Format(time.RFC3339))
	}
	if late := q.At.Sub(f.At); late > clockGrace {
		return noData("--at %s: after the last moment there is, %s: use an earlier time", q.At.UTC().Format(time.RFC3339), f.At.UTC().Format(time.RFC3339))
	}
	if q.Measure == "" || f.Total.Measure != nil && f.Total.Measure.N > 0 {
		return nil
	}
	return checkMeasure(ctx, q, source)
}

// checkMeasure refuses a measure that no retained beacon has, and names those
// that there are. One that is only absent from the window is fine.
func checkMeasure(ctx context.Context, q frame.Query, source *feed.Feed) error {
	all := frame.Query{Site: q.Site, By: q.By, Window: 24 * time.Hour, Measure: q.Measure, Inspect: frame.InspectSpec{On: true, Whole: true}}
	f, err := source.Complete(ctx, all, func(f *frame.Frame) bool { return f.Inspection != nil })
	if err != nil {
		return err
	}
	if f.Total.Measure != nil && f.Total.Measure.N > 0 {
		_, err = source.Complete(ctx, q, func(f *frame.Frame) bool { return f.Inspection == nil })
		return err
	}
	var seen []string
	for _, m := range f.Inspection.CustomMeasures {
		seen = append(seen, m.Name)
	}
	if len(seen) == 0 {
		return usage("--measure %s: no page view has a measure of its own", q.Measure)
	}
	return usage("--measure %s: no page view has it: use one of %s", q.Measure, strings.Join(seen, ", "))
}
