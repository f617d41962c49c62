package agg

import (
	"cmp"
	"slices"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/stats"
)

// told is a report that has been made.
type told struct {
	finding frame.Finding
	step    int64
}

const (
	overFor     = 10 * time.Minute // how long it is said that something is over
	markerReach = 10 * time.Minute // how long before an onset a marker may be
	markerSlack = time.Minute      // and after it, since onsets are not exact
)

// findings are what the watch has found at a time, the gravest first. There is
// always one, which says so where nothing is wrong, and where there was more to
// look at than so many rows.
func (a *Aggregator) findings(now int64, loading float64, live bool, rows int) []frame.Finding {
	w := a.watch
	w.know(a.fields())
	if loading >= 1 { // history comes in any order, and is looked at once it is whole
		w.aim(max(a.newest, min(now-sealDelay, a.newest+watchMS)))
		w.readOn(rows)
	}
	if loading < 1 || w.behind() {
		return []frame.Finding{{State: frame.FindingReading, P: 1, Segments: len(w.segments)}}
	}
	at := min(w.newest(), (now-sealDelay)/watchMS-1)
	var on, over []frame.Finding
	for m := range numMeasures {
		for k := len(w.episodes) - 1; k >= 0; k-- {
			e := w.episodes[k]
			if e.measure != m || e.alarm > at {
				continue
			}
			if e.ended == 0 || at < e.ended {
				on = append(on, a.tell(e, at))
			} else if age := time.Duration(at-e.ended) * watchMS * time.Millisecond; age < overFor {
				over = append(over, a.tell(e, e.until))
			}
			break
		}
	}
	if len(on)+len(over) > 0 {
		return slices.Concat(w.gravest(on, live), over)
	}
	f := frame.Finding{State: frame.FindingQuiet, P: 1, Segments: len(w.segments)}
	if a.now.total.rawViews < minTrials || w.base[0].trialsOf(ofErrors) < minPast && w.frozen() == 0 {
		f.State = frame.FindingThin
	}
	return []frame.Finding{f}
}

// gravest orders findings by the people that they hurt. The first stays the first until
// another is clearly worse.
func (w *watch) gravest(list []frame.Finding, live bool) []frame.Finding {
	grave := func(f frame.Finding) float64 {
		n := float64(f.Affected)
		switch f.Measure {
		case measureNames[ofErrors]:
			n *= hurtByError
		case measureNames[ofRequests]:
			n *= hurtByRequest
		}
		if f.Measure == w.leads {
			n *= toLead
		}
		return n
	}
	slices.SortStableFunc(list, func(x, y frame.Finding) int { return cmp.Compare(grave(y), grave(x)) })
	if live && len(list) > 0 {
		w.leads = list[0].Measure
	}
	return list
}

// What is slow still works: a person with an error counts for several.
const (
	hurtByError   = 4
	hurtByRequest = 2
	toLead        = 1.5 // times as grave as what leads
)

// tell describes an episode at a step.
func (a *Aggregator) tell(e *episode, at int64) frame.Finding {
	if e.told.step == at && e.told.finding.Filter == frame.FilterText(e.terms) && (e.told.finding.State == frame.FindingOver) == (e.ended != 0 && at >= e.until) {
		f := e.told.finding
		f.After = a.markerBefore(e)
		return f
	}
	p := a.watch.present(e, at)
	f := frame.Finding{
		State: frame.FindingOn, Measure: measureNames[e.measure], Terms: e.terms, Filter: frame.FilterText(e.terms), Explained: e.explained,
		Affected: p.hurt.n, Since: stepTime(e.onset), SinceFrom: stepTime(e.from), SinceTo: stepTime(e.to + 1),
		P: e.p, Segments: len(a.watch.segments), After: a.markerBefore(e),
	}
	if e.ended != 0 && at >= e.until {
		f.State, f.Until = frame.FindingOver, stepTime(e.until+1)
	}
	if e.measure.vital() >= 0 {
		f.Now, f.Before = p75(&p.values), p75(&e.before.values)
	} else {
		f.Now = frame.Estimate(stats.Wilson(share(p.events, p.trials), p.n))
		f.Before = frame.Estimate(stats.Wilson(share(e.before.events, e.before.trials), int(e.before.trials)))
	}
	if f.Before.Value > 0 {
		f.Factor = f.Now.Value / f.Before.Value
	}
	if e.before.everyone && len(e.terms) > 0 {
		f.Against = "all"
	}
	f.Share = share(float64(f.Affected), float64(p.users.n))
	if g, ok := p.mostGroups(); ok {
		kind := &a.log.Errors.Kinds[a.log.Errors.Groups[g].Sample]
		f.Error = a.log.Strings.Text[kind.TypeName] + ": " + a.log.Strings.Text[kind.Message]
	}
	e.told = told{f, at}
	return f
}

// p75 is a 75th percentile with the interval between its order statistics.
func p75(h *hist.Histogram) frame.Estimate {
	low, high := h.Interval(.75, stats.Z95)
	return frame.Estimate{Value: h.Quantile(.75), Low: low, High: high, N: h.N()}
}

func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return min(1, max(0, part/whole))
}

func stepTime(number int64) time.Time { return at(number * watchMS) }

// markerBefore is the nearest marker before an episode's onset.
func (a *Aggregator) markerBefore(e *episode) *beacon.Marker {
	onset := e.onset * watchMS
	var best *beacon.Marker
	for _, m := range a.markersTo(a.newest) {
		if m.At <= max(onset, e.to*watchMS)+markerSlack.Milliseconds() && m.At >= onset-markerReach.Milliseconds() && (best == nil || m.At >= best.At) {
			best = &m
		}
	}
	return best
}
