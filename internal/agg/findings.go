package agg

import (
	"github.com/rumtop/rumtop/internal/agg/detect"
	"github.com/rumtop/rumtop/internal/agg/explain"
	"github.com/rumtop/rumtop/internal/frame"
)

// minFindingViews is the number of page views in the window below which a frame
// says that there is not enough data, rather than that nothing got worse.
const minFindingViews = 20

// findings returns what got worse up to a time, Unix milliseconds, the most
// severe first. There is always one: its state says so if nothing got worse, or
// if more rows than the given ones are still to be read.
func (a *Aggregator) findings(now int64, loading float64, live bool, rows int) []frame.Finding {
	w := a.watch
	w.SetFields(explain.Fields(a.tags()))
	if loading >= 1 { // history arrives in any order, and is read once it is complete
		w.SetEnd(max(a.newest, min(now-lateAfter, a.newest+detect.StepMS)))
		w.ReadSteps(rows)
	}
	none := frame.Finding{State: frame.FindingQuiet, P: 1, Segments: w.Segments()}
	if loading < 1 || w.IsBehind() {
		none.State = frame.FindingReading
		return []frame.Finding{none}
	}
	if found := w.Findings(now, live, a.markersTo(a.newest)); len(found) > 0 {
		return found
	}
	if a.now.total.rawViews < minFindingViews || !w.HasPast() {
		none.State = frame.FindingThin
	}
	return []frame.Finding{none}
}

// Episodes returns all findings through the last frame's filter, the most severe
// first: those that are active, and those that are resolved however long ago,
// each in the state of its end. It includes those that ended while no frame was
// asked for.
func (a *Aggregator) Episodes() []frame.Finding { return a.watch.Episodes(a.markersTo(a.newest)) }
