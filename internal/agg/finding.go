package agg

import (
	"cmp"
	"slices"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// The states of a finding.
const (
	FindingReading = "reading" // history is still being read, or looked at
	FindingThin    = "thin"    // not enough data to say anything
	FindingQuiet   = "quiet"   // enough data, and nothing got worse
	FindingOn      = "on"      // something got worse, and is so still
	FindingOver    = "over"    // something was worse, until a few minutes ago
)

// Finding is what got worse, for whom, by how much and since when. Its past is what
// came before it began, not the query's baseline: it does not go away because
// the windows slide past its beginning.
type Finding struct {
	State   string `json:"state"`
	Measure string `json:"measure,omitempty"` // error_rate, lcp_p75, inp_p75, cls_p75, failed_requests
	// Terms is who: all of them hold. None: everyone.
	Terms  []Term `json:"terms,omitempty"`
	Filter string `json:"filter,omitempty"` // the same in the filter grammar
	// Explained is the share of the excess that the terms describe, 0..1.
	Explained float64 `json:"explained,omitempty"`

	// Now is over the last five minutes, no further back than the onset; Before
	// over the up to forty minutes before it. A share, milliseconds, or units of CLS.
	Now    Estimate `json:"now,omitzero"`
	Before Estimate `json:"before,omitzero"`
	Factor float64  `json:"factor,omitempty"` // Now ÷ Before, 0 where nothing was before
	// Against is "all" where the segment is too new to have a past of its own.
	Against string `json:"against,omitempty"`

	// Affected are users: with an error, a failed request, or a value over what a
	// quarter was over before. Share is of all users.
	Affected int     `json:"affected_users,omitempty"`
	Share    float64 `json:"share,omitempty"`

	Since     time.Time `json:"since,omitzero"`
	SinceFrom time.Time `json:"since_from,omitzero"` // the onset lies between these two, to 95 %
	SinceTo   time.Time `json:"since_to,omitzero"`
	Until     time.Time `json:"until,omitzero"`

	Error string `json:"error,omitempty"` // the most frequent one, of the error rate
	// After is the marker before the onset, if there was one within minutes.
	After *beacon.Marker `json:"after,omitempty"`

	// P is how often chance alone would do this, after correction for all
	// segments and measures that were looked at; 0 is less than a float can say.
	P        float64 `json:"p"`
	Segments int     `json:"segments_watched,omitempty"`
}

// told is a report that has been made.
type told struct {
	finding Finding
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
func (a *Aggregator) findings(now int64, loading float64, live bool, rows int) []Finding {
	w := a.watch
	w.know(a.fields())
	if loading >= 1 { // history comes in any order, and is looked at once it is whole
		w.aim(max(a.newest, min(now-sealDelay, a.newest+watchMS)))
		w.readOn(rows)
	}
	if loading < 1 || w.behind() {
		return []Finding{{State: FindingReading, P: 1, Segments: len(w.segments)}}
	}
	at := min(w.newest(), (now-sealDelay)/watchMS-1)
	var on, over []Finding
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
	f := Finding{State: FindingQuiet, P: 1, Segments: len(w.segments)}
	if a.now.total.rawViews < minTrials || w.base[0].trialsOf(ofErrors) < minPast && w.frozen() == 0 {
		f.State = FindingThin
	}
	return []Finding{f}
}

// gravest orders findings by the people that they hurt. The first stays the first until
// another is clearly worse.
func (w *watch) gravest(list []Finding, live bool) []Finding {
	grave := func(f Finding) float64 {
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
	slices.SortStableFunc(list, func(x, y Finding) int { return cmp.Compare(grave(y), grave(x)) })
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
func (a *Aggregator) tell(e *episode, at int64) Finding {
	if e.told.step == at && e.told.finding.Filter == filterText(e.terms) && (e.told.finding.State == FindingOver) == (e.ended != 0 && at >= e.until) {
		f := e.told.finding
		f.After = a.markerBefore(e)
		return f
	}
	p := a.watch.present(e, at)
	f := Finding{
		State: FindingOn, Measure: measureNames[e.measure], Terms: e.terms, Filter: filterText(e.terms), Explained: e.explained,
		Affected: p.hurt.n, Since: stepTime(e.onset), SinceFrom: stepTime(e.from), SinceTo: stepTime(e.to + 1),
		P: e.p, Segments: len(a.watch.segments), After: a.markerBefore(e),
	}
	if e.ended != 0 && at >= e.until {
		f.State, f.Until = FindingOver, stepTime(e.until+1)
	}
	if e.measure.vital() >= 0 {
		f.Now, f.Before = p.values.quantileEstimate(.75), e.before.values.quantileEstimate(.75)
	} else {
		f.Now = proportion(share(p.events, p.trials), p.n)
		f.Before = proportion(share(e.before.events, e.before.trials), int(e.before.trials))
	}
	if f.Before.Value > 0 {
		f.Factor = f.Now.Value / f.Before.Value
	}
	if e.before.everyone && len(e.terms) > 0 {
		f.Against = "all"
	}
	f.Share = share(float64(f.Affected), float64(p.users.n))
	if g, ok := p.mostGroups(); ok {
		kind := &a.log.errorKinds.list[a.log.errorKinds.groups[g].sample]
		f.Error = a.log.texts.text[kind.typ] + ": " + a.log.texts.text[kind.message]
	}
	e.told = told{f, at}
	return f
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
