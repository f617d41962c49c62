package slo

import (
	"slices"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/stats"
)

// Tracker tracks all objectives over the retained history.
type Tracker struct {
	log         *store.Log
	alert       Alert
	maintenance []Span
	objectives  []*sloTracker
}

// NewTracker tracks objectives, the first [MaxObjectives] of them, on the rows
// that are appended to a log from now on. Zero values of an alert stand for
// defaults; in maintenance no objective is in breach.
func NewTracker(l *store.Log, objectives []Objective, alert Alert, maintenance []Span) *Tracker {
	t := &Tracker{log: l, alert: alert.withDefaults(), maintenance: maintenance}
	for _, o := range objectives[:min(len(objectives), MaxObjectives)] {
		t.objectives = append(t.objectives, newSLOTracker(l, o))
	}
	return t
}

// CountRow counts a row that was just appended to the log.
func (t *Tracker) CountRow(c *store.Chunk, i int, r store.Ref) {
	for _, o := range t.objectives {
		o.countRow(c, i, r)
	}
}

// ReleaseView forgets a page view that has no row left.
func (t *Tracker) ReleaseView(view uint32) {
	for _, o := range t.objectives {
		o.releaseView(view)
	}
}

// DropBefore forgets what was received before a time, Unix milliseconds.
func (t *Tracker) DropBefore(oldest int64) {
	for _, o := range t.objectives {
		o.dropBefore(oldest)
	}
}

// Bytes returns the memory that the objectives take.
func (t *Tracker) Bytes() (n int) {
	for _, o := range t.objectives {
		n += o.bytes()
	}
	return n
}

// Burns returns the state of each objective at a time, Unix milliseconds.
func (t *Tracker) Burns(to int64) []frame.Burn {
	var out []frame.Burn
	for _, o := range t.objectives {
		out = append(out, t.burn(o, to))
	}
	return out
}

func (t *Tracker) burn(o *sloTracker, to int64) frame.Burn {
	now := time.UnixMilli(to)
	oldest, hasRows := t.log.Oldest()
	long, short := o.sum(t.alert.LongWindow, to), o.sum(t.alert.ShortWindow, to)
	budget := 1 - o.Target
	b := frame.Burn{
		Name: o.Name, Objective: o.String(), Target: o.Target, N: long.n, Good: 1 - long.badShare(),
		Rate: long.badShare() / budget, Now: short.badShare() / budget,
	}
	reaches := hasRows && oldest <= to-t.alert.LongWindow.Milliseconds()+stepMS
	b.Known = reaches && long.n >= frame.Thin
	b.Muted = now.Before(o.MutedUntil) || slices.ContainsFunc(t.maintenance, func(s Span) bool { return s.contains(now) })
	isFast := b.Rate > t.alert.BurnFactor && b.Now > t.alert.BurnFactor
	b.Page = !b.Muted && b.Known && isFast && stats.WilsonLow(long.badShare(), long.n) > budget
	if hasRows && to > oldest {
		span := time.Duration(to-oldest) * time.Millisecond
		all := o.sum(span, to)
		b.Spent = all.badShare() / budget * float64(span) / float64(frame.BudgetPeriod)
	}
	return b
}

// RowBurn returns the highest burn rate of the objectives about all page views,
// or their vitals, for a row with an error rate and vitals; 0 without any.
func (t *Tracker) RowBurn(errorRate float64, vitals *[len(beacon.Vitals)]hist.Histogram) float64 {
	highest := 0.0
	for _, o := range t.objectives {
		bad := 0.0
		switch {
		case o.Filter.Root != nil:
			continue
		case o.Measure == "views":
			bad = errorRate
		case o.vital >= 0 && vitals[o.vital].N() > 0:
			bad = 1 - vitals[o.vital].ShareUpTo(o.Bound)
		}
		highest = max(highest, bad/(1-o.Target))
	}
	return highest
}
