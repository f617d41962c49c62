// Package agg turns beacons into frames. An [Aggregator] retains beacons in a
// compact log and answers queries about them; a [Loop] runs one. The package
// knows neither the network nor the clock: time is a parameter.
package agg

import (
	"time"

	"github.com/rumtop/rumtop/internal/agg/detect"
	"github.com/rumtop/rumtop/internal/agg/slo"
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// Config bounds an Aggregator.
type Config struct {
	Memory int64         // bytes for the history; 0: 512 MiB
	Retain time.Duration // length of the history; 0: as far as Memory lasts, 14 days at most

	Objectives  []slo.Objective // at most 16; further ones are ignored
	Alert       slo.Alert       // of all objectives; zero values are defaults
	Maintenance []slo.Span      // no objective is in breach then
	// MutedErrors are rules of errors to ignore, see [NewMute].
	MutedErrors []*filter.Term
	Apdex       float64 // target of LCP in milliseconds; 0: compute no Apdex
}

const (
	defaultMemory = 512 << 20
	maxRetain     = 14 * 24 * time.Hour
)

// Aggregator turns beacons into frames. It is not safe for concurrent use: a
// [Loop] owns one.
//
// A number in a frame counts the beacons that pass the query's filter, as if
// there were no others. A segment's row is what the total would be with the
// segment's value in the filter. A beacon without a page view counts by itself:
// as a view if it is a navigation, as an errored view if it has an error, and
// with each of its metrics. A receive time ahead of the viewer's clock is read as
// now. The state of a page view is kept while any of its beacons is retained; if
// its first ones were evicted, it is not counted again.
type Aggregator struct {
	cfg         Config
	log         *store.Log
	intake      store.Intake
	translation store.Translation

	lens        *lens // nil before the first query
	lensOf      lensSubject
	now         *window // what the frame shows
	before      *window // the baseline
	charts      *series
	watch       *detect.Watch // nil before the first query
	lastDiffers differsMemo
	lastVerdict verdictMemo

	slo      *slo.Tracker
	markers  markers
	appeared releases
	mute     mute
	silences *detect.Silences

	started  int64 // when the first batch was read, Unix milliseconds
	newest   int64 // largest receive time
	lag      int64 // delay of the newest live beacon when it was read, in milliseconds
	late     int64
	evicted  int64 // rows evicted to fit the memory
	overflow int64 // rows that did not fit the dictionaries
}

// lensSubject is what a lens shows: texts that are equal if the lens is.
type lensSubject struct{ filter, by, traffic string }

// New returns an empty aggregator.
func New(cfg Config) *Aggregator {
	if cfg.Memory <= 0 {
		cfg.Memory = defaultMemory
	}
	if cfg.Retain <= 0 || cfg.Retain > maxRetain {
		cfg.Retain = maxRetain
	}
	a := &Aggregator{cfg: cfg, log: store.NewLog(), mute: mute{rules: cfg.MutedErrors}}
	a.silences = detect.NewSilences(a.log)
	a.slo = slo.NewTracker(a.log, cfg.Objectives, cfg.Alert, cfg.Maintenance)
	return a
}

// setLens makes the lens, the windows and the charts those of a filter, a
// grouping and the traffic that counts. A new lens reads the whole log.
func (a *Aggregator) setLens(q *frame.Query) {
	of := lensSubject{q.Filter.String(), q.By, q.CountedTraffic()}
	if a.lens != nil && a.lensOf == of {
		return
	}
	filterChanged := a.lensOf.filter != of.filter || a.lensOf.traffic != of.traffic
	a.lensOf = of
	a.lens = newLens(a.log, q.Filter, of.by, of.traffic)
	a.lens.assignAll()
	a.now, a.before = newWindow(a.log, a.lens), newWindow(a.log, a.lens)
	a.charts = &series{log: a.log, lens: a.lens}
	if a.watch == nil || filterChanged {
		a.watch = detect.NewWatch(a.log)
	}
	a.lens.retract = func(c *store.Chunk, i int, total, segment uint8) {
		t := c.ReceivedAt(i)
		if a.now.covers(t) {
			a.now.countRoles(c, i, total, segment, -1)
		}
		if a.before.covers(t) {
			a.before.countRoles(c, i, total, segment, -1)
		}
		a.charts.countRoles(c, i, total, segment, -1)
	}
	a.lens.retractLeftOut = func(c *store.Chunk, i int, roles uint8) {
		for _, w := range [...]*window{a.now, a.before} {
			if w.covers(c.ReceivedAt(i)) {
				w.countLeftOut(c, i, roles, -1)
			}
		}
	}
}
