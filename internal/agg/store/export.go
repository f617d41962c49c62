package store

import (
	"math"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
)

// Export is a walk over the beacons received in [From, To), Unix milliseconds, in
// order of arrival. It starts at the oldest row. After it has reached the end it
// can go on later with rows that arrived since.
type Export struct {
	From, To int64
	Only     filter.Expr // beacons must pass it; zero: all of them
	// Missed counts the rows that were evicted before the walk reached them, in
	// [From, To) or not.
	Missed int64

	started bool
	number  uint32 // of the current chunk
	row     int    // in the current chunk
	passed  int64  // rows of the log before the current one, evicted ones included
	writer  batchWriter
	only    *Matcher
}

// NewExport returns an Export of what was received in [from, to); a zero time
// means no bound.
func NewExport(from, to time.Time) *Export {
	e := &Export{From: math.MinInt64, To: math.MaxInt64}
	if !from.IsZero() {
		e.From = from.UnixMilli()
	}
	if !to.IsZero() {
		e.To = to.UnixMilli()
	}
	return e
}

// exportStep is the number of rows that a call of Read reads at most: it takes a
// millisecond or two.
const exportStep = ChunkRows / 2

// Read makes b the next beacons of the walk, a few thousand at most and perhaps
// none. It reports whether there is more to read at once. Values have the
// precision of the log (skews 6 %, durations of requests 0.4 %), and a log that
// stores the batches is equal to this one. The log keeps no ids of beacons, and
// trace ids only of failures.
func (e *Export) Read(l *Log, b *beacon.Batch) (more bool) {
	b.Reset()
	if len(l.Chunks) == 0 {
		return false
	}
	at := e.locate(l)
	if e.only == nil {
		e.only = NewMatcher(l, e.Only)
	}
	e.writer.start(l, b)
	c := l.Chunks[at]
	for end := min(e.row+exportStep, c.Rows); e.row < end; e.row++ {
		if t := c.ReceivedAt(e.row); t >= e.From && t < e.To && e.only.Passes(c, e.row) {
			e.writer.appendRow(c, e.row)
		}
		e.passed++
	}
	if e.row < c.Rows {
		return true
	}
	if at++; int(at) == len(l.Chunks) {
		return false
	}
	e.number, e.row = (l.first+at)&chunkNumbers, 0
	return true
}

// locate returns the index of the current chunk in l.Chunks. If that chunk was
// evicted, the walk continues at the oldest one.
func (e *Export) locate(l *Log) uint32 {
	at := (e.number - l.first) & chunkNumbers
	switch {
	case !e.started:
		e.started, e.number = true, l.first
		return 0
	case int(at) >= len(l.Chunks):
		e.Missed += l.Evicted - e.passed
		e.number, e.row, e.passed = l.first, 0, l.Evicted
		return 0
	}
	return at
}
