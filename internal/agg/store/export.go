package store

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

// NewExport makes an Export of what was received from from up to to; zero times
// are without bound.
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

// exportStep is how many rows one step of an export reads: a millisecond or two.
const exportStep = ChunkRows / 2

// Read makes b the next beacons of the walk, a few thousand at most and perhaps
// none. It reports whether there is more to read at once. Values come back with
// the precision that the log keeps (skews to 6 %, durations of requests to 0.4 %),
// and a log that stores the batches is equal to this one. The log keeps no ids of
// beacons, and trace ids only of failures.
func (e *Export) Read(l *Log, b *beacon.Batch) (more bool) {
	b.Reset()
	if len(l.Chunks) == 0 {
		return false
	}
	at := (e.number - l.first) & (1<<(32-chunkBits) - 1)
	if !e.begun {
		e.begun, e.number, at = true, l.first, 0
	} else if int(at) >= len(l.Chunks) { // what it stood at has been evicted
		e.Missed += l.Evicted - e.passed
		e.number, e.row, e.passed, at = l.first, 0, l.Evicted, 0
	}
	if e.only == nil {
		e.only = NewMatcher(l, e.Only)
	}
	e.ids.start(l, b)
	c := l.Chunks[at]
	for end := min(e.row+exportStep, c.Rows); e.row < end; e.row++ {
		if t := c.ReceivedAt(e.row); t >= e.From && t < e.To && e.only.Passes(c, e.row) {
			e.ids.appendRow(c, e.row)
		}
		e.passed++
	}
	if e.row < c.Rows {
		return true
	}
	if at++; int(at) == len(l.Chunks) {
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
	x.text = append(x.text, make([]exportID, max(0, len(l.Strings.Text)-len(x.text)))...)
	x.tags = append(x.tags, make([]exportID, max(0, len(l.Origins.tagSets)-len(x.tags)))...)
	b.Strings = append(b.Strings, "")
	b.TagSets = append(b.TagSets, nil)
	x.text[NoString] = exportID{x.round, 0}
	x.tags[0] = exportID{x.round, 0}
}

func (x *batchWriter) stringID(text uint32) uint32 {
	e := &x.text[text]
	if e.round != x.round {
		*e = exportID{x.round, x.newString(x.log.Strings.Text[text])}
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
		refs := make([]beacon.TagRef, 0, len(x.log.Origins.tagSets[set]))
		for _, r := range x.log.Origins.tagSets[set] {
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
	o := &l.Origins.List[c.Origin[i]]
	user, session := l.Identities.Identifiers(c.Identity[i])
	received := c.ReceivedAt(i)
	b.Received = append(b.Received, received)
	b.Time = append(b.Time, browserTime(received, c.Skew[i]))
	b.ID = append(b.ID, 0)
	b.View = append(b.View, beacon.ID(*l.Views.keys.Elem(c.View[i])))
	b.Session = append(b.Session, session)
	b.User = append(b.User, user)
	for d := range b.Dims {
		text := o.Dims[d]
		if beacon.Dim(d) == beacon.Page {
			text = l.Pages.Text[c.Page[i]]
		}
		b.Dims[d] = append(b.Dims[d], x.stringID(text))
	}
	b.TagSet = append(b.TagSet, x.tagSetID(o.tags))
	b.Flags = append(b.Flags, c.Flags[i]&(beacon.FlagNavigation|beacon.FlagUnsampled))
	b.SampleRate = append(b.SampleRate, rateOf(l.Origins.Weights[c.Origin[i]]))
	b.Trace = append(b.Trace, 0)
	for m := c.VitalMask[i]; m != 0; m &= m - 1 {
		k := bits.TrailingZeros8(m)
		x.appendMetric(row, x.vitalName(k), c.Vital(i, k))
	}
	if c.Flags[i]&HasCustoms != 0 {
		for _, e := range c.RowCustoms(i) {
			x.appendMetric(row, x.stringID(e.Name), e.Value)
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
	if c.Flags[i]&HasErrors != 0 {
		for _, e := range c.RowErrors(i) {
			kind := &l.Errors.Kinds[e.Kind]
			b.ErrorRow = append(b.ErrorRow, row)
			b.ErrorType = append(b.ErrorType, x.stringID(kind.TypeName))
			b.ErrorMessage = append(b.ErrorMessage, x.stringID(kind.Message))
			b.ErrorStack = append(b.ErrorStack, x.stringID(kind.Stack))
			b.ErrorHandled = append(b.ErrorHandled, kind.Handled)
		}
	}
	first := len(b.RequestRow)
	if c.Flags[i]&HasRequests != 0 {
		for _, r := range c.RowRequests(i) {
			endpoint := *l.Endpoints.keys.Elem(uint32(r.Endpoint))
			b.RequestRow = append(b.RequestRow, row)
			b.RequestURL = append(b.RequestURL, x.stringID(uint32(endpoint>>32)))
			b.RequestMethod = append(b.RequestMethod, x.stringID(uint32(endpoint)))
			b.RequestStatus = append(b.RequestStatus, r.Status)
			b.RequestDuration = append(b.RequestDuration, UnpackDuration(r.Duration))
			b.RequestTrace = append(b.RequestTrace, 0)
		}
	}
	if c.Flags[i]&HasEvents != 0 {
		for _, e := range c.RowEvents(i) {
			b.EventRow = append(b.EventRow, row)
			b.EventName = append(b.EventName, x.stringID(e.Name))
			b.EventValue = append(b.EventValue, e.Value)
		}
	}
	if c.Flags[i]&(HasErrors|hasFailed) != 0 {
		for k, traces := 0, c.RowTraces(i); k < len(traces); k++ {
			id := x.newString(l.TraceID(&traces[k]))
			if of := int(traces[k].Source &^ TraceIsText); of == TraceOfLoad {
				b.Trace[row] = id
			} else if at := first + of; at < len(b.RequestTrace) {
				b.RequestTrace[at] = id
			}
		}
	}
}
