// Package agg is the core: it retains beacons in a compact log, and computes
// from them the frames that screens and scripts show. It is pure: it knows
// neither the network nor the clock, and time comes in as a parameter.
package agg

import (
	"time"

	"github.com/rumtop/rumtop/internal/agg/detect"
	"github.com/rumtop/rumtop/internal/agg/slo"
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
)

// Config bounds an Aggregator.
type Config struct {
	Memory int64         // bytes that history may take; 0 is 512 MiB
	Retain time.Duration // how far back history reaches; 0 is as far as Memory lasts, 14 days at most

	Objectives  []slo.Objective // at most 16; more are left out
	Alert       slo.Alert       // of all objectives; zero values stand for defaults
	Maintenance []slo.Span      // no objective is in breach then
	// MutedErrors are rules of errors that count nowhere, see [NewMute].
	MutedErrors []*filter.Term
	Apdex       float64 // milliseconds of LCP that satisfy; 0: no Apdex is asked for
}

const (
	defaultMemory = 512 << 20
	maxRetain     = 14 * 24 * time.Hour
	// lateAfter is how long after its end a slot still takes beacons before
	// they are called late: collectors gather beacons for a moment, and their
	// clocks differ a little. It is measured by the newest receive time.
	lateAfter = 5 * store.SlotMS
)

// Aggregator turns beacons into frames. It is not safe for concurrent use: a
// [Loop] owns one.
//
// A number in a frame is over the beacons that pass the query's filter, as if
// there were no others, and a segment's row is what the total would be if its
// value were in the filter. Beacons that belong to no page view stand for
// themselves: they count a view if they are a navigation, an errored view if
// they carry an error, and each of their metrics. A receive time ahead of the
// viewer's clock is read as now. What is known of a page view is kept while any
// of its beacons is retained: one whose beginning has left the log is not
// counted again.
type Aggregator struct {
	cfg    Config
	log    *store.Log
	intake store.Intake
	lens   *lens // nil before the first question

	lensOf      struct{ filter, by string }
	now         *window // what the frame shows
	before      *window // what it compares with
	charts      *series
	watch       *detect.Watch // nil before the first question
	lastDiffers differsMemo
	lastVerdict verdictMemo

	slo      *slo.Tracker
	markers  markers
	appeared releases
	mute     mute
	silences *detect.Silences

	translation store.Translation

	started  int64 // when the first batch was read
	newest   int64 // largest receive time
	lag      int64 // milliseconds, of the newest beacon since it began when that was read
	evicted  int64
	late     int64
	overflow int64
}

// New makes an empty aggregator.
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

// Add takes a decoded batch in, read at now. It keeps nothing of b, and takes
// muted errors out of it. Beacons
// from before the retained history are counted as late, and left out.
func (a *Aggregator) Add(b *beacon.Batch, now time.Time) { a.AddAll([]*beacon.Batch{b}, now) }

// AddAll is Add for several batches, in order. Small ones are taken in faster
// together: what has to be fetched from memory for one is on its way while
// another is looked at.
func (a *Aggregator) AddAll(batches []*beacon.Batch, now time.Time) {
	nowMS := now.UnixMilli()
	if a.started == 0 {
		a.started = nowMS
	}
	oldest := nowMS - a.cfg.Retain.Milliseconds()
	rows := a.intake.LookUp(a.log, batches, min(oldest, nowMS))
	for _, b := range batches {
		a.mute.strip(b)
		n := b.Len()
		a.append(b, rows[:n], nowMS)
		rows = rows[n:]
	}
	a.expire(oldest)
}

// append adds the rows of a batch that are to be counted to the log.
func (a *Aggregator) append(b *beacon.Batch, rows []store.RowIDs, nowMS int64) {
	a.translation.Start(a.log, b)
	t := &a.translation
	for i := range rows {
		if !rows[i].IsNew {
			continue
		}
		received := min(b.Received[i], nowMS)
		if received < a.newest-lateAfter && received/store.SlotMS < (a.newest-lateAfter)/store.SlotMS {
			a.late++
		}
		if received >= a.newest {
			a.newest = received
			if received >= a.started { // what is read as history is no late news
				a.lag = nowMS - b.Received[i]
			}
		}
		c, row, r, complete := t.AppendRow(i, received, &rows[i])
		if !complete {
			a.overflow++
		}
		a.appeared.count(a.log, c.Origin[row], received)
		a.slo.CountRow(c, row, r)
		if a.lens == nil {
			continue
		}
		a.lens.assignRoles(c, row, r)
		if a.now.covers(received) {
			a.now.countRow(c, row, 1)
		}
		if a.before.covers(received) {
			a.before.countRow(c, row, 1)
		}
		a.charts.countRow(c, row, 1)
	}
}

// expire forgets what is too old, and what is too much.
func (a *Aggregator) expire(oldest int64) {
	for len(a.log.Chunks) > 1 {
		c := a.log.Chunks[0]
		tooMuch := int64(a.log.Bytes()+a.intake.Bytes()+a.slo.Bytes()+a.watch.Bytes()+a.silences.Bytes()) > a.cfg.Memory
		if c.Newest >= oldest && !tooMuch {
			return
		}
		if c.Newest >= oldest {
			a.evicted += int64(c.Rows)
		}
		if a.lens != nil {
			for i := range c.Rows {
				t := c.ReceivedAt(i)
				if a.now.covers(t) {
					a.now.countRow(c, i, -1)
				}
				if a.before.covers(t) {
					a.before.countRow(c, i, -1)
				}
				a.charts.countRow(c, i, -1)
			}
		}
		a.log.Evict(func(view uint32) {
			if a.lens != nil {
				a.lens.release(view)
			}
			a.slo.ReleaseView(view)
		})
		oldest, _ := a.log.Oldest()
		a.slo.DropBefore(oldest)
	}
}

// setLens makes the lens answer for a filter and a grouping.
func (a *Aggregator) setLens(e filter.Expr, by string) {
	if a.lens != nil && a.lensOf.filter == e.String() && a.lensOf.by == by {
		return
	}
	filterChanged := a.lensOf.filter != e.String()
	a.lensOf.filter, a.lensOf.by = e.String(), by
	a.lens = newLens(a.log, e, by)
	a.lens.rebuild()
	a.now, a.before = newWindow(a.log, a.lens), newWindow(a.log, a.lens)
	a.charts = &series{log: a.log, lens: a.lens}
	if a.watch == nil || filterChanged {
		a.watch = detect.NewWatch(a.log)
	}
	a.lens.retract = func(c *store.Chunk, i int, total, own uint8) {
		t := c.ReceivedAt(i)
		if a.now.covers(t) {
			a.now.countRoles(c, i, total, own, -1)
		}
		if a.before.covers(t) {
			a.before.countRoles(c, i, total, own, -1)
		}
		a.charts.countRoles(c, i, total, own, -1)
	}
}
