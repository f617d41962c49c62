package agg

import (
	"math"
	"math/bits"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
)

// Export is a walk over the retained beacons that were received in [From, To),
// Unix milliseconds, in the order in which they arrived. Its zero value with a
// span stands at the oldest. It may be taken up again after it has reached the
// end, to go on with what came since.
type Export struct {
	From, To int64
	Only     filter.Expr // what beacons must pass; the zero value is all of them
	// Missed is how many beacons were evicted before the walk came to them,
	// whether they were received in the span or not.
	Missed int64

	begun  bool
	number uint32 // of the chunk
	row    int
	passed int64 // rows of the log before it, since the beginning
	ids    batchWriter
	only   *Matcher
}

// newExport makes an Export of what was received from from up to to; zero times
// are without bound.
func newExport(from, to time.Time) *Export {
	e := &Export{From: math.MinInt64, To: math.MaxInt64}
	if !from.IsZero() {
		e.From = from.UnixMilli()
	}
	if !to.IsZero() {
		e.To = to.UnixMilli()
	}
	return e
}

// exportStep is how many rows one step of an export reads: a millisecond or two.
const exportStep = chunkRows / 2

// Read makes b the next beacons of the walk, a few thousand at most and perhaps
// none. It reports whether there is more to read at once. Values come back with
// the precision that the log keeps (skews to 6 %, durations of requests to 0.4 %),
// and a log that stores the batches is equal to this one. The log keeps no ids of
// beacons, and trace ids only of failures.
func (e *Export) Read(l *Log, b *beacon.Batch) (more bool) {
	b.Reset()
	if len(l.chunks) == 0 {
		return false
	}
	at := (e.number - l.first) & (1<<(32-chunkBits) - 1)
	if !e.begun {
		e.begun, e.number, at = true, l.first, 0
	} else if int(at) >= len(l.chunks) { // what it stood at has been evicted
		e.Missed += l.evicted - e.passed
		e.number, e.row, e.passed, at = l.first, 0, l.evicted, 0
	}
	if e.only == nil {
		e.only = newMatcher(l, e.Only)
	}
	e.ids.start(l, b)
	c := l.chunks[at]
	for end := min(e.row+exportStep, c.rows); e.row < end; e.row++ {
		if t := c.receivedAt(e.row); t >= e.From && t < e.To && e.only.passes(c, e.row) {
			e.ids.appendRow(c, e.row)
		}
		e.passed++
	}
	if e.row < c.rows {
		return true
	}
	if at++; int(at) == len(l.chunks) {
		return false
	}
	e.number, e.row = (l.first+at)&(1<<(32-chunkBits)-1), 0
	return true
}

// batchWriter turns the log's numbers for strings and sets of tags into a
// batch's: a translation the other way.
type batchWriter struct {
	log   *Log
	batch *beacon.Batch
	round uint32 // of text and tags: entries of another round are not of this batch

	text, tags []exportID
	vitals     [len(beacon.Vitals)]exportID
}

type exportID struct{ round, id uint32 }

func (x *batchWriter) start(l *Log, b *beacon.Batch) {
	x.log, x.batch = l, b
	x.round++
	x.text = append(x.text, make([]exportID, max(0, len(l.strings.text)-len(x.text)))...)
	x.tags = append(x.tags, make([]exportID, max(0, len(l.origins.tagSets)-len(x.tags)))...)
	b.Strings = append(b.Strings, "")
	b.TagSets = append(b.TagSets, nil)
	x.text[noString] = exportID{x.round, 0}
	x.tags[0] = exportID{x.round, 0}
}

func (x *batchWriter) stringID(text uint32) uint32 {
	e := &x.text[text]
	if e.round != x.round {
		*e = exportID{x.round, x.newString(x.log.strings.text[text])}
	}
	return e.id
}

func (x *batchWriter) newString(s string) uint32 {
	x.batch.Strings = append(x.batch.Strings, s)
	return uint32(len(x.batch.Strings) - 1)
}

func (x *batchWriter) vitalName(m int) uint32 {
	e := &x.vitals[m]
	if e.round != x.round {
		*e = exportID{x.round, x.newString(beacon.Vitals[m])}
	}
	return e.id
}

func (x *batchWriter) tagSetID(set uint32) uint32 {
	e := &x.tags[set]
	if e.round != x.round {
		refs := make([]beacon.TagRef, 0, len(x.log.origins.tagSets[set]))
		for _, r := range x.log.origins.tagSets[set] {
			refs = append(refs, beacon.TagRef{Key: x.stringID(r.Key), Value: x.stringID(r.Value)})
		}
		x.batch.TagSets = append(x.batch.TagSets, refs)
		*e = exportID{x.round, uint32(len(x.batch.TagSets) - 1)}
	}
	return e.id
}

// appendRow appends a row of the log to the batch.
func (x *batchWriter) appendRow(c *Chunk, i int) {
	l, b := x.log, x.batch
	row := uint32(b.Len())
	o := &l.origins.list[c.origin[i]]
	user, session := l.identities.identifiers(c.identity[i])
	received := c.receivedAt(i)
	b.Received = append(b.Received, received)
	b.Time = append(b.Time, browserTime(received, c.skew[i]))
	b.ID = append(b.ID, 0)
	b.View = append(b.View, beacon.ID(*l.views.keys.elem(c.view[i])))
	b.Session = append(b.Session, session)
	b.User = append(b.User, user)
	for d := range b.Dims {
		text := o.dims[d]
		if beacon.Dim(d) == beacon.Page {
			text = l.pages.text[c.page[i]]
		}
		b.Dims[d] = append(b.Dims[d], x.stringID(text))
	}
	b.TagSet = append(b.TagSet, x.tagSetID(o.tags))
	b.Flags = append(b.Flags, c.flags[i]&(beacon.FlagNavigation|beacon.FlagUnsampled))
	b.SampleRate = append(b.SampleRate, rateOf(l.origins.weights[c.origin[i]]))
	b.Trace = append(b.Trace, 0)
	for m := c.vitalMask[i]; m != 0; m &= m - 1 {
		k := bits.TrailingZeros8(m)
		x.appendMetric(row, x.vitalName(k), c.vital(i, k))
	}
	if c.flags[i]&hasCustoms != 0 {
		for _, e := range c.rowCustoms(i) {
			x.appendMetric(row, x.stringID(e.name), e.value)
		}
	}
	x.appendSideEntries(c, i, row)
}

func (x *batchWriter) appendMetric(row, name uint32, value float32) {
	b := x.batch
	b.MetricRow = append(b.MetricRow, row)
	b.MetricName = append(b.MetricName, name)
	b.MetricValue = append(b.MetricValue, value)
}

// appendSideEntries appends the row's errors, requests, events and the trace ids of them.
func (x *batchWriter) appendSideEntries(c *Chunk, i int, row uint32) {
	l, b := x.log, x.batch
	if c.flags[i]&hasErrors != 0 {
		for _, e := range c.rowErrors(i) {
			kind := &l.errors.kinds[e.kind]
			b.ErrorRow = append(b.ErrorRow, row)
			b.ErrorType = append(b.ErrorType, x.stringID(kind.typeName))
			b.ErrorMessage = append(b.ErrorMessage, x.stringID(kind.message))
			b.ErrorStack = append(b.ErrorStack, x.stringID(kind.stack))
			b.ErrorHandled = append(b.ErrorHandled, kind.handled)
		}
	}
	first := len(b.RequestRow)
	if c.flags[i]&hasRequests != 0 {
		for _, r := range c.rowRequests(i) {
			endpoint := *l.endpoints.keys.elem(uint32(r.endpoint))
			b.RequestRow = append(b.RequestRow, row)
			b.RequestURL = append(b.RequestURL, x.stringID(uint32(endpoint>>32)))
			b.RequestMethod = append(b.RequestMethod, x.stringID(uint32(endpoint)))
			b.RequestStatus = append(b.RequestStatus, r.status)
			b.RequestDuration = append(b.RequestDuration, unpackDuration(r.duration))
			b.RequestTrace = append(b.RequestTrace, 0)
		}
	}
	if c.flags[i]&hasEvents != 0 {
		for _, e := range c.rowEvents(i) {
			b.EventRow = append(b.EventRow, row)
			b.EventName = append(b.EventName, x.stringID(e.name))
			b.EventValue = append(b.EventValue, e.value)
		}
	}
	if c.flags[i]&(hasErrors|hasFailed) != 0 {
		for k, traces := 0, c.rowTraces(i); k < len(traces); k++ {
			id := x.newString(l.traceID(&traces[k]))
			if of := int(traces[k].source &^ traceIsText); of == traceOfLoad {
				b.Trace[row] = id
			} else if at := first + of; at < len(b.RequestTrace) {
				b.RequestTrace[at] = id
			}
		}
	}
}
