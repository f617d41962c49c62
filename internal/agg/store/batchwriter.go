package store

import (
	"math/bits"

	"github.com/rumtop/rumtop/internal/beacon"
)

// batchWriter writes rows of the log to a batch, the reverse of a Translation: it
// translates the log's numbers for strings and sets of tags into the batch's.
type batchWriter struct {
	log   *Log
	batch *beacon.Batch
	round uint32 // number of the batch: ids of other rounds are of other batches

	text, tags []batchID
	vitals     [len(beacon.Vitals)]batchID
}

type batchID struct{ round, id uint32 }

// start begins the next batch, which must be empty.
func (w *batchWriter) start(l *Log, b *beacon.Batch) {
	w.log, w.batch = l, b
	w.round++
	w.text = append(w.text, make([]batchID, max(0, len(l.Strings.Text)-len(w.text)))...)
	w.tags = append(w.tags, make([]batchID, max(0, len(l.Origins.tagSets)-len(w.tags)))...)
	b.Strings = append(b.Strings, "")
	b.TagSets = append(b.TagSets, nil)
	w.text[NoString] = batchID{w.round, 0}
	w.tags[0] = batchID{w.round, 0}
}

func (w *batchWriter) stringID(text uint32) uint32 {
	e := &w.text[text]
	if e.round != w.round {
		*e = batchID{w.round, w.newString(w.log.Strings.Text[text])}
	}
	return e.id
}

func (w *batchWriter) newString(s string) uint32 {
	w.batch.Strings = append(w.batch.Strings, s)
	return uint32(len(w.batch.Strings) - 1)
}

// vitalName returns the string of beacon.Vitals[m].
func (w *batchWriter) vitalName(m int) uint32 {
	e := &w.vitals[m]
	if e.round != w.round {
		*e = batchID{w.round, w.newString(beacon.Vitals[m])}
	}
	return e.id
}

func (w *batchWriter) tagSet(set uint32) uint32 {
	e := &w.tags[set]
	if e.round != w.round {
		refs := make([]beacon.TagRef, 0, len(w.log.Origins.tagSets[set]))
		for _, r := range w.log.Origins.tagSets[set] {
			refs = append(refs, beacon.TagRef{Key: w.stringID(r.Key), Value: w.stringID(r.Value)})
		}
		w.batch.TagSets = append(w.batch.TagSets, refs)
		*e = batchID{w.round, uint32(len(w.batch.TagSets) - 1)}
	}
	return e.id
}

// appendRow appends a row of the log to the batch.
func (w *batchWriter) appendRow(c *Chunk, i int) {
	l, b := w.log, w.batch
	row := uint32(b.Len())
	o := &l.Origins.List[c.Origin[i]]
	user, session := l.Identities.Identifiers(c.Identity[i])
	received := c.ReceivedAt(i)
	b.Received = append(b.Received, received)
	b.Time = append(b.Time, browserTime(received, c.Skew[i]))
	b.ID = append(b.ID, 0)
	b.View = append(b.View, beacon.ID(l.Views.Key(c.View[i])))
	b.Session = append(b.Session, session)
	b.User = append(b.User, user)
	for d := range b.Dims {
		text := o.Dims[d]
		if beacon.Dim(d) == beacon.Page {
			text = l.Pages.Text[c.Page[i]]
		}
		b.Dims[d] = append(b.Dims[d], w.stringID(text))
	}
	b.TagSet = append(b.TagSet, w.tagSet(o.tags))
	b.Flags = append(b.Flags, c.Flags[i]&(beacon.FlagNavigation|beacon.FlagUnsampled))
	b.SampleRate = append(b.SampleRate, rateOf(l.Origins.Weights[c.Origin[i]]))
	b.Trace = append(b.Trace, 0)
	for m := c.VitalMask[i]; m != 0; m &= m - 1 {
		k := bits.TrailingZeros8(m)
		w.appendMetric(row, w.vitalName(k), c.Vital(i, k))
	}
	if c.Flags[i]&HasCustoms != 0 {
		for _, e := range c.RowCustoms(i) {
			w.appendMetric(row, w.stringID(e.Name), e.Value)
		}
	}
	w.appendErrors(c, i, row)
	firstRequest := len(b.RequestRow)
	w.appendRequests(c, i, row)
	w.appendEvents(c, i, row)
	w.appendTraces(c, i, row, firstRequest)
}

func (w *batchWriter) appendMetric(row, name uint32, value float32) {
	b := w.batch
	b.MetricRow = append(b.MetricRow, row)
	b.MetricName = append(b.MetricName, name)
	b.MetricValue = append(b.MetricValue, value)
}

func (w *batchWriter) appendErrors(c *Chunk, i int, row uint32) {
	if c.Flags[i]&HasErrors == 0 {
		return
	}
	b := w.batch
	for _, e := range c.RowErrors(i) {
		kind := &w.log.Errors.Kinds[e.Kind]
		b.ErrorRow = append(b.ErrorRow, row)
		b.ErrorType = append(b.ErrorType, w.stringID(kind.TypeName))
		b.ErrorMessage = append(b.ErrorMessage, w.stringID(kind.Message))
		b.ErrorStack = append(b.ErrorStack, w.stringID(kind.Stack))
		b.ErrorHandled = append(b.ErrorHandled, kind.Handled)
	}
}

func (w *batchWriter) appendRequests(c *Chunk, i int, row uint32) {
	if c.Flags[i]&HasRequests == 0 {
		return
	}
	b := w.batch
	for _, r := range c.RowRequests(i) {
		url, method := w.log.Endpoint(uint32(r.Endpoint))
		b.RequestRow = append(b.RequestRow, row)
		b.RequestURL = append(b.RequestURL, w.stringID(url))
		b.RequestMethod = append(b.RequestMethod, w.stringID(method))
		b.RequestStatus = append(b.RequestStatus, r.Status)
		b.RequestDuration = append(b.RequestDuration, UnpackDuration(r.Duration))
		b.RequestTrace = append(b.RequestTrace, 0)
	}
}

func (w *batchWriter) appendEvents(c *Chunk, i int, row uint32) {
	if c.Flags[i]&HasEvents == 0 {
		return
	}
	b := w.batch
	for _, e := range c.RowEvents(i) {
		b.EventRow = append(b.EventRow, row)
		b.EventName = append(b.EventName, w.stringID(e.Name))
		b.EventValue = append(b.EventValue, e.Value)
	}
}

// appendTraces writes the trace ids of the row's page load and of its requests,
// which start at firstRequest.
func (w *batchWriter) appendTraces(c *Chunk, i int, row uint32, firstRequest int) {
	if c.Flags[i]&(HasErrors|hasFailed) == 0 {
		return
	}
	b := w.batch
	for k, traces := 0, c.RowTraces(i); k < len(traces); k++ {
		id := w.newString(w.log.TraceID(&traces[k]))
		if source := traces[k].Source(); source == TraceOfLoad {
			b.Trace[row] = id
		} else if at := firstRequest + source; at < len(b.RequestTrace) {
			b.RequestTrace[at] = id
		}
	}
}
