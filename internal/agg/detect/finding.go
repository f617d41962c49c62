package detect

import (
	"cmp"
	"slices"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/stats"
)

const (
	resolvedFor = 10 * time.Minute // how long a resolved finding is shown
	markerReach = 10 * time.Minute // how long before an onset a marker may be
	markerSlack = time.Minute      // and after it, since onsets are estimates
)

// Severities of a user by measure: a slow page still works, one with an error
// may not.
const (
	errorSeverity   = 4
	requestSeverity = 2
	leaderBonus     = 1.5 // of the finding that was the most severe one before
)

// Findings returns what the watch found up to a time, Unix milliseconds: first
// what is active, the most severe first, then what was resolved in the last
// minutes. markers are those that a finding may come after. If live, the most
// severe finding is remembered, so that the first one does not flicker.
func (w *Watch) Findings(now int64, live bool, markers []beacon.Marker) []frame.Finding {
	at := min(w.newest(), lastStep(now))
	var active, resolved []frame.Finding
	for m := range measure.Num {
		e := w.lastFound(m, at)
		if e == nil {
			continue
		}
		if e.ended == 0 || at < e.ended {
			active = append(active, w.describe(e, at, markers))
		} else if age := time.Duration(at-e.ended) * StepMS * time.Millisecond; age < resolvedFor {
			resolved = append(resolved, w.describe(e, e.lastWorse, markers))
		}
	}
	active = w.rankFindings(active)
	if live && len(active) > 0 {
		w.leader = active[0].Measure
	}
	return slices.Concat(active, resolved)
}

// lastFound is the newest episode of a measure that was found up to a step.
func (w *Watch) lastFound(m measure.ID, at int64) *episode {
	for _, e := range slices.Backward(w.episodes) {
		if e.measure == m && e.found <= at {
			return e
		}
	}
	return nil
}

// Segments returns the number of watched segments.
func (w *Watch) Segments() int { return len(w.segments) }

// HasPast reports whether there is a past to compare with.
func (w *Watch) HasPast() bool {
	return w.past[0].trialsOf(measure.ErrorRate) >= minPast || w.activeMeasures() != 0
}

// Episodes returns all findings through the last filter, the most severe first:
// those that are active, and those that are resolved however long ago, each in
// the state of its end.
func (w *Watch) Episodes(markers []beacon.Marker) []frame.Finding {
	if w == nil {
		return nil
	}
	out := make([]frame.Finding, 0, len(w.episodes))
	for _, e := range w.episodes {
		at := w.newest()
		if e.ended != 0 {
			at = e.lastWorse
		}
		out = append(out, w.describe(e, at, markers))
	}
	return w.rankFindings(out)
}

// rankFindings orders findings by severity: their affected users, weighted. The
// leader stays the first until another is clearly worse.
func (w *Watch) rankFindings(list []frame.Finding) []frame.Finding {
	severity := func(f frame.Finding) float64 {
		n := float64(f.Affected)
		switch f.Measure {
		case measure.All[measure.ErrorRate].Key:
			n *= errorSeverity
		case measure.All[measure.FailedRequests].Key:
			n *= requestSeverity
		}
		if f.Measure == w.leader {
			n *= leaderBonus
		}
		return n
	}
	slices.SortStableFunc(list, func(x, y frame.Finding) int { return cmp.Compare(severity(y), severity(x)) })
	return list
}

// describedFinding is the last description of an episode, and its step.
type describedFinding struct {
	finding frame.Finding
	step    int64
}

// isOf reports whether the description is still that of an episode at a step.
func (d *describedFinding) isOf(e *episode, at int64) bool {
	return d.step == at && d.finding.Filter == frame.FilterText(e.terms) && (d.finding.State == frame.FindingOver) == e.isOver(at)
}

// isOver reports whether the episode was over at a step.
func (e *episode) isOver(at int64) bool { return e.ended != 0 && at >= e.lastWorse }

// describe describes an episode at a step.
func (w *Watch) describe(e *episode, at int64, markers []beacon.Marker) frame.Finding {
	if !e.described.isOf(e, at) {
		e.described = describedFinding{w.finding(e, at), at}
	}
	f := e.described.finding
	f.After = e.markerBefore(markers)
	return f
}

func (w *Watch) finding(e *episode, at int64) frame.Finding {
	p := w.stats(e, at)
	f := frame.Finding{
		State: frame.FindingOn, Measure: measure.All[e.measure].Key, Terms: e.terms, Filter: frame.FilterText(e.terms), Explained: e.explained,
		Affected: p.affected.Len(), Since: stepTime(e.onset), SinceFrom: stepTime(e.from), SinceTo: stepTime(e.to + 1),
		P: e.p, Segments: len(w.segments),
	}
	if e.isOver(at) {
		f.State, f.Until = frame.FindingOver, stepTime(e.lastWorse+1)
	}
	if e.vital() >= 0 {
		f.Now, f.Before = p75(&p.values), p75(&e.past.values)
	} else {
		f.Now = frame.Estimate(stats.Wilson(stats.Share(p.events, p.trials), p.n))
		f.Before = frame.Estimate(stats.Wilson(stats.Share(e.past.events, e.past.trials), int(e.past.trials)))
	}
	if f.Before.Value > 0 {
		f.Factor = f.Now.Value / f.Before.Value
	}
	if e.past.ofTotal && len(e.terms) > 0 {
		f.Against = "all"
	}
	f.Share = stats.Share(float64(f.Affected), float64(p.users.Len()))
	if g, ok := p.topGroup(); ok {
		kind := &w.log.Errors.Kinds[w.log.Errors.Groups[g].Sample]
		f.Error = w.log.Strings.Text[kind.TypeName] + ": " + w.log.Strings.Text[kind.Message]
	}
	return f
}

// p75 is a 75th percentile with the interval between its order statistics.
func p75(h *hist.Histogram) frame.Estimate {
	low, high := h.Interval(.75, stats.Z95)
	return frame.Estimate{Value: h.Quantile(.75), Low: low, High: high, N: h.N()}
}

// markerBefore is the last marker before an episode's onset, nil if none is near.
func (e *episode) markerBefore(markers []beacon.Marker) *beacon.Marker {
	onset := e.onset * StepMS
	var last *beacon.Marker
	for i, m := range markers {
		isNear := m.At <= max(onset, e.to*StepMS)+markerSlack.Milliseconds() && m.At >= onset-markerReach.Milliseconds()
		if isNear && (last == nil || m.At >= last.At) {
			last = &markers[i]
		}
	}
	return last
}
