package store

import "github.com/rumtop/rumtop/internal/beacon"

// cursor steps through a side table of a batch, which is in order of rows:
// [from, to) are the entries of the current row.
type cursor struct{ from, to int }

func (c *cursor) seek(rows []uint32, row uint32) {
	c.from = c.to
	for c.from < len(rows) && rows[c.from] < row {
		c.from++
	}
	c.to = c.from
	for c.to < len(rows) && rows[c.to] == row {
		c.to++
	}
}

// AppendRow adds a row of the batch to the log, without the errors of
// extensions. It returns where the row is, and whether all of its strings fitted
// the dictionaries. Rows must come in order.
func (t *Translation) AppendRow(row int, received int64, ids *RowIDs) (c *Chunk, i int, r Ref, complete bool) {
	b, n := t.batch, uint32(row)
	t.metrics.seek(b.MetricRow, n)
	t.errors.seek(b.ErrorRow, n)
	t.requests.seek(b.RequestRow, n)
	t.events.seek(b.EventRow, n)
	t.findExtensions(row)
	s := &t.row
	s.received, s.view, s.identity = received, ids.view, ids.identity
	t.fits = true
	t.fillRow(row, s)
	complete = t.fits && (!t.full || t.isComplete(row))
	c, i, r = t.log.append(s)
	t.fits = true
	t.appendSideEntries(row, c, i)
	return c, i, r, complete && t.fits
}

// fillRow translates the columns of a row.
func (t *Translation) fillRow(row int, s *stagedRow) {
	b := t.batch
	s.origin = t.originID(row, false)
	s.page = t.pageID(b.Dims[beacon.Page][row])
	s.flags = b.Flags[row]&(beacon.FlagNavigation|beacon.FlagUnsampled) | t.requestFlags()
	if t.errors.to-t.errors.from > t.ofExtensions {
		s.flags |= HasErrors
	}
	if t.events.from < t.events.to {
		s.flags |= HasEvents
	}
	s.vitalMask = 0
	for k := t.metrics.from; k < t.metrics.to; k++ {
		v := b.MetricValue[k]
		if !isUsable(v) {
			continue
		}
		if m := t.vitalIndex(b.MetricName[k]); m != vitalNone {
			s.vitalMask |= 1 << m
			s.vitals[m] = v
		} else {
			s.flags |= HasCustoms
		}
	}
	s.skew = 0
	if b.Time[row] != 0 {
		s.skew = packSkew(b.Time[row] - b.Received[row])
	}
}

func (t *Translation) requestFlags() (flags uint8) {
	n := t.requests.to - t.requests.from
	if n > 0 {
		flags = HasRequests
	}
	if n > 1 {
		flags |= hasManyRequests
	}
	for _, status := range t.batch.RequestStatus[t.requests.from:t.requests.to] {
		if isFailure(status) {
			flags |= hasFailed
		}
	}
	return flags
}

// appendSideEntries adds the side entries of a row of the batch to its row i of
// a chunk.
func (t *Translation) appendSideEntries(row int, c *Chunk, i int) {
	b, at := t.batch, uint16(i)
	if c.Flags[i]&HasErrors != 0 {
		t.appendTrace(c, at, TraceOfLoad, b.Trace[row])
	}
	if c.Flags[i]&HasCustoms != 0 {
		t.appendCustoms(c, at)
	}
	for k := t.errors.from; k < t.errors.to; k++ {
		if t.ofExtensions == 0 || !t.isExtension(k) {
			c.Errors = append(c.Errors, ErrorEntry{at, t.errorKindID(k)})
		}
	}
	for k := t.requests.from; k < t.requests.to; k++ {
		c.requests = append(c.requests, RequestEntry{
			row: at, Status: b.RequestStatus[k], Duration: packDuration(b.RequestDuration[k]),
			Endpoint: t.endpointID(b.RequestURL[k], b.RequestMethod[k]),
		})
		if isFailure(b.RequestStatus[k]) {
			t.appendTrace(c, at, k-t.requests.from, b.RequestTrace[k])
		}
	}
	for k := t.events.from; k < t.events.to; k++ {
		c.events = append(c.events, NamedEntry{at, t.lineID(b.EventName[k]), b.EventValue[k]})
	}
}

// appendCustoms adds the metrics that are not vitals.
func (t *Translation) appendCustoms(c *Chunk, row uint16) {
	b := t.batch
	for k := t.metrics.from; k < t.metrics.to; k++ {
		if v := b.MetricValue[k]; isUsable(v) && t.vitalIndex(b.MetricName[k]) == vitalNone {
			c.customs = append(c.customs, NamedEntry{row, t.lineID(b.MetricName[k]), v})
		}
	}
}

// appendTrace adds the trace id of a request or of the page load, if the batch
// has one.
func (t *Translation) appendTrace(c *Chunk, row uint16, source int, text uint32) {
	id := t.batch.Strings[text]
	if id == "" {
		return
	}
	e := TraceEntry{row: row, source: uint16(min(source, TraceOfLoad))}
	var ok bool
	if e.hi, e.lo, ok = packTrace(id); !ok {
		e.source |= traceIsText
		e.lo = uint64(t.traceStringID(id))
	}
	c.traces = append(c.traces, e)
}
