package agg

import (
	"slices"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/stats"
)

// orDefault fills in what an alert leaves open: three times the budget's speed
// for a quarter of an hour, and still over the last third of it.
func (a Alert) orDefault() Alert {
	if a.BurnFactor <= 0 {
		a.BurnFactor = 3
	}
	if a.LongWindow <= 0 {
		a.LongWindow = 15 * time.Minute
	}
	if a.ShortWindow <= 0 || a.ShortWindow > a.LongWindow {
		a.ShortWindow = a.LongWindow / 3
	}
	return a
}

// burns tells how each objective stands at a time, Unix milliseconds.
func (a *Aggregator) burns(to int64) []frame.Burn {
	if len(a.promises) == 0 {
		return nil
	}
	alert := a.cfg.Alert
	oldest, any := a.log.Oldest()
	out := make([]frame.Burn, len(a.promises))
	for i, p := range a.promises {
		long, short := p.over(alert.LongWindow, to), p.over(alert.ShortWindow, to)
		b := frame.Burn{Name: p.Name, Objective: p.String(), Target: p.Target, N: long.n, Good: 1 - long.badShare()}
		b.Rate, b.Now = long.badShare()/(1-p.Target), short.badShare()/(1-p.Target)
		reaches := any && oldest <= to-alert.LongWindow.Milliseconds()+objectiveStep
		b.Known = reaches && long.n >= frame.Thin
		b.Muted = at(to).Before(p.MutedUntil) || slices.ContainsFunc(a.cfg.Maintenance, func(s Span) bool { return s.contains(at(to)) })
		b.Page = !b.Muted && b.Known && b.Rate > alert.BurnFactor && b.Now > alert.BurnFactor && stats.WilsonLow(long.badShare(), long.n) > 1-p.Target
		if any && to > oldest {
			span := time.Duration(to-oldest) * time.Millisecond
			all := p.over(span, to)
			b.Spent = all.badShare() / (1 - p.Target) * float64(span) / float64(frame.BudgetPeriod)
		}
		out[i] = b
	}
	return out
}

func (k kept10s) badShare() float64 {
	if k.all <= 0 {
		return 0
	}
	return min(1, max(0, float64(k.bad)/float64(k.all)))
}

// burn is the fastest of the objectives about views and vitals of everyone, for
// a row over the frame's window; 0 without any.
func (a *Aggregator) burn(c *cell) float64 {
	fastest := 0.0
	for _, p := range a.promises {
		bad := 0.0
		switch {
		case p.Filter.Root != nil:
			continue
		case p.Measure == "views":
			bad = errorRate(c.errored, c.views)
		case p.vital >= 0 && c.vitals[p.vital].N() > 0:
			bad = 1 - c.vitals[p.vital].ShareUpTo(p.Bound)
		}
		fastest = max(fastest, bad/(1-p.Target))
	}
	return fastest
}
