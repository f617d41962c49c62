package agg

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/rumtop/rumtop/internal/agg/detect"
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/plain"
)

const (
	defaultWindow = 5 * time.Minute
	defaultErrors = 10
)

// Frame computes the answer to q at now. Its window is exactly Query.Window long:
// what was received after At − Window, up to and including At. A query with the
// last one's filter and grouping costs what has arrived since; otherwise Frame
// reads the whole log.
func (a *Aggregator) Frame(q frame.Query, s SourceStatus, now time.Time) *frame.Frame {
	return a.answer(q, s, now, math.MaxInt)
}

// answer computes a frame. The search for regressions reads at most so many rows.
func (a *Aggregator) answer(q frame.Query, s SourceStatus, now time.Time, rows int) *frame.Frame {
	if q.Window < time.Second {
		q.Window = defaultWindow
	}
	a.setLens(&q)
	custom := a.log.Strings.ByText[q.Measure] // NoString until a beacon has it
	a.now.keepMeasure(custom)
	a.before.keepMeasure(custom)
	nowMS := now.UnixMilli()
	hi := nowMS + 1
	if !q.At.IsZero() {
		hi = min(hi, q.At.UnixMilli()+1)
	}
	lo := hi - q.Window.Milliseconds()
	f := &frame.Frame{
		Schema: frame.Schema, At: timeOf(hi - 1), Site: cmp.Or(q.Site, s.Site), WindowS: q.Window.Seconds(),
		Filter: q.Filter.String(), Traffic: a.lensOf.traffic, By: q.By, Measure: q.Measure, Live: q.At.IsZero(),
		Quantum: min(max(q.Window/60, time.Second), time.Minute).Truncate(time.Second),
		Tags:    a.tags(),
	}
	blo, bhi := a.baseline(f, q.Baseline, lo, hi)
	a.moveWindows(&q, lo, hi, blo, bhi, nowMS)

	f.Health = a.health(s, lo, hi, nowMS)
	f.Markers = a.markersTo(hi - 1)
	f.Objectives, f.Now = a.slo.Burns(hi), timeOf(nowMS)
	if f.ObjectivesNow = f.Objectives; hi <= nowMS {
		f.ObjectivesNow = a.slo.Burns(nowMS + 1)
	}
	f.Total = a.row(f, &a.now.total, &a.before.total)
	if q.Steps > 0 && a.log.Rows > 0 {
		f.Series = a.charts.frame(nowMS)
	}
	a.segments(f, &q)
	a.errors(f, &q, blo)
	f.Inspection = a.inspect(&q, lo, hi)
	f.Sessions, f.Timeline = a.sessions(&q.Sessions, lo, hi), a.timeline(&q.Sessions)
	if q.ValuesOf != "" {
		f.Values = a.values(q.ValuesOf, lo, hi)
	}
	f.Findings = a.findings(hi-1, s.Loading, f.Live, rows)
	f.Finding = f.Findings[0]
	f.Silences = a.silences.At(hi-1, a.newest)
	f.Differs = a.cachedDiffers(&q, lo, hi)
	f.Verdict = a.cachedVerdict(q.Verdict, hi)
	f.Warnings = a.warnings(f, &q)
	return f
}

// moveWindows moves the windows and the charts to the query's times, in parallel:
// they share nothing that changes, since all rows have their roles and segments.
func (a *Aggregator) moveWindows(q *frame.Query, lo, hi, blo, bhi, now int64) {
	var g sync.WaitGroup
	g.Go(func() { a.now.moveTo(lo, hi) })
	g.Go(func() { a.before.moveTo(blo, bhi) })
	if q.Steps > 0 && a.log.Rows > 0 {
		oldest, _ := a.log.Oldest()
		if q.Span > 0 {
			oldest = max(oldest, now-q.Span.Milliseconds())
		}
		a.charts.cover(oldest, now, q.Steps)
	}
	g.Wait()
}

// baseline sets what the frame is compared with, and returns its window.
func (a *Aggregator) baseline(f *frame.Frame, spec frame.BaselineSpec, lo, hi int64) (blo, bhi int64) {
	length := hi - lo
	b := &f.Baseline
	switch {
	case !spec.At.IsZero():
		b.Kind, bhi = "at", spec.At.UnixMilli()+1
	case spec.Ago > 0:
		b.Kind, bhi = "ago", hi-spec.Ago.Milliseconds()
	default:
		b.Kind, bhi = "previous", lo
	}
	blo = bhi - length
	b.From, b.To = timeOf(blo), timeOf(bhi)
	oldest, any := a.log.Oldest()
	b.Complete = any && oldest <= blo && a.newest >= bhi
	return blo, bhi
}

func (a *Aggregator) health(s SourceStatus, lo, hi, now int64) frame.Health {
	h := frame.Health{
		Connected: s.Connected, Server: s.Server, Overrides: s.Overrides, Note: s.Note, History: s.History, HistoryState: s.HistoryState, HistoryReason: plain.Line(s.HistoryReason, store.MaxLine), Loading: s.Loading,
		Dropped: s.Dropped, Gaps: s.Gaps, Malformed: s.Malformed, Reconnects: s.Reconnects,
		Retained: a.log.Rows, Evicted: a.evicted, MutedErrors: a.mute.count, Late: a.late + a.intake.TooOld, Duplicates: a.intake.Duplicates,
		Overflow: a.overflow + a.lens.overflow, LagMS: float64(max(0, a.lag)), SampleRate: 1,
		SkewN: a.now.skew.N(), SkewP95MS: a.now.skew.Quantile(.95),
		Violations: s.Violations, ServerSkewMS: float64(s.Skew.Milliseconds()),
		Collectors: s.Collectors.Reporting, CollectorsSilent: s.Collectors.Silent, CollectorsUnbalanced: s.Collectors.Unbalanced,
		CollectorsWaitingS: s.Collectors.Waiting.Seconds(), CollectorsProblem: s.Collectors.Problem,
		CollectorsAlone: s.Collectors.Alone, CollectorSkewMS: float64(s.Collectors.Skew.Milliseconds()),
	}
	h.Capped.Markers, h.Capped.Releases = a.markers.left, int64(len(a.appeared.left))
	h.Capped.Volumes, h.Capped.Collectors = a.silences.LeftOut(), s.Collectors.Others
	if a.watch != nil {
		h.Capped.Unwatched, h.Capped.Findings = a.watch.LeftOut()
	}
	for _, l := range s.Collectors.Losses {
		if t := l.At.UnixMilli(); t >= lo && t < hi {
			h.CollectorsLost += l.Lost
			h.CollectorsDropped += l.Dropped
			h.CollectorsRefused += l.Refused
			h.CollectorsDenied += l.Denied
			h.CollectorsUnforwarded += l.Unforwarded
		}
	}
	if a.log.Rows == 0 {
		return h
	}
	from := timeOf(a.log.Earliest())
	h.HistoryFrom = &from
	h.QuietS = float64(max(0, now-a.newest)) / 1000
	n, since := a.log.CountRows(lo, hi)
	h.PerS = float64(n) / max(1, float64(hi-since)/1000)
	h.Excluded = a.now.excluded()
	h.SampleRate, h.SampleBefore = cmp.Or(a.now.sampling(), 1), a.before.sampling()
	return h
}

// row converts a cell to a row. b is its baseline, nil if it has none.
func (a *Aggregator) row(f *frame.Frame, c, b *cell) frame.Row {
	r := frame.Row{
		Views: countOf(c.views), Seen: c.rawViews, Errors: countOf(c.errors), ErroredViews: countOf(c.errored),
		ErrorRate: errorRate(c.errored, c.views), Users: c.users, Affected: c.affected,
		Requests: countOf(c.requests), FailedRequests: countOf(c.failed), Beacons: c.beacons,
		Estimated: c.scaled > 0, Exact: true, Burn: a.slo.RowBurn(errorRate(c.errored, c.views), &c.vitals),
	}
	if f.Measure != "" {
		d := distOf(&c.measure)
		r.Measure = &d
	}
	if a.cfg.Apdex > 0 {
		r.Apdex = c.vitals[measure.All[measure.LCP].Vital].Apdex(a.cfg.Apdex)
	}
	for i := range beacon.Vitals {
		*r.Vital(i) = distOf(&c.vitals[i])
	}
	if b == nil || b.beacons == 0 {
		return r
	}
	r.Baseline = &frame.BaselineRow{
		Views: countOf(b.views), Errors: countOf(b.errors), ErroredViews: countOf(b.errored),
		ErrorRate: errorRate(b.errored, b.views), Users: b.users, Affected: b.affected,
	}
	for i := range beacon.Vitals {
		*r.Baseline.Vital(i) = distOf(&b.vitals[i])
	}
	r.Delta = deltas(c, b, f.Baseline.Complete)
	return r
}

// deltas compares a cell with its baseline. Signs are unknown if the history does
// not cover the whole baseline.
func deltas(c, b *cell, complete bool) (out frame.Deltas) {
	for _, m := range measure.All {
		var d frame.Delta
		switch {
		case m.ID == measure.ErrorRate:
			d = rateDelta(c, b)
		case m.Vital >= 0:
			d = quantileDelta(&c.vitals[m.Vital], &b.vitals[m.Vital])
		}
		if !complete {
			d.Known, d.Sign = false, 0
		}
		out.Set(m.ID, d)
	}
	return out
}

// segments adds the rows that the query asks for, in its order.
func (a *Aggregator) segments(f *frame.Frame, q *frame.Query) {
	order := a.rankSegments(q)
	n := len(order)
	order = order[min(max(q.Offset, 0), n):]
	if q.Rows > 0 && len(order) > q.Rows {
		order = order[:q.Rows]
	}
	f.Hidden = n - len(order)
	f.Segments = make([]frame.Row, 0, len(order))
	for _, s := range order {
		before := a.before.cell(s.segment)
		isNew := before == nil && detect.ComparesWithAll(a.lens.segments.Field()) && s.segment != store.OtherSegment
		if isNew {
			before = &a.before.total
		}
		r := a.row(f, s.cell, before)
		r.Key = s.key
		if isNew && r.Baseline != nil {
			r.Baseline, r.Against = nil, "all"
		}
		if q.Steps > 0 {
			r.Spark = a.charts.spark(s.segment)
		}
		f.Segments = append(f.Segments, r)
	}
}

// errors adds the error groups of the window, by affected users.
func (a *Aggregator) errors(f *frame.Frame, q *frame.Query, blo int64) {
	limit := q.Errors
	if limit <= 0 {
		limit = defaultErrors
	}
	groups := make([]uint32, 0, len(a.now.groups))
	for g := range a.now.groups {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, a.compareErrors)
	f.Errors = make([]frame.ErrorGroup, 0, min(limit, len(groups)))
	for _, g := range groups[:min(limit, len(groups))] {
		f.Errors = append(f.Errors, a.errorGroup(f, g, blo))
	}
	f.Gone = a.goneGroups(f, blo)
	if q.Fingerprint != "" {
		f.Detail = a.detail(f, q.Fingerprint, blo)
	}
}

// tags returns the names of all tags in the log, sorted.
func (a *Aggregator) tags() []string {
	var names []string
	for key := range a.log.Origins.TagKeys {
		names = append(names, a.log.Strings.Text[key])
	}
	slices.Sort(names)
	return names
}

// warnings lists the query's probable mistakes.
func (a *Aggregator) warnings(f *frame.Frame, q *frame.Query) []string {
	var w []string
	if a.log.Rows == 0 {
		return nil
	}
	if err := q.Filter.Validate(f.Tags); err != nil {
		w = append(w, err.Error())
	}
	if tag := a.lens.segments.Tag; tag != "" && !slices.Contains(f.Tags, tag) {
		w = append(w, "no beacon has the tag "+tag+": rows cannot be grouped by it")
	}
	return w
}
