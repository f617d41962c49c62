package agg

import (
	"math"

	"github.com/rumtop/rumtop/internal/beacon"
)

// translation turns a batch's own numbers for strings and tag sets into the
// log's, each once, and then hands out its rows.
type translation struct {
	log   *log
	batch *beacon.Batch

	// By the batch's strings; untranslated at first.
	text, stack, page []uint32
	vital             []int8 // see vitalOf

	tagSets []uint32
	refs    []beacon.TagRef
	fits    bool // nothing of the current row went to (other)
	full    bool // something of the batch went to (other)

	origins []uint64 // by row: what its origin is looked up by

	// Where the side tables stand: entries of the current row.
	metrics, errors, requests, events cursor
}

// cursor runs over the rows of a side table.
type cursor struct{ from, to int }

func (c *cursor) advance(rows []uint32, row uint32) {
	c.from = c.to
	for c.from < len(rows) && rows[c.from] < row {
		c.from++
	}
	c.to = c.from
	for c.to < len(rows) && rows[c.to] == row {
		c.to++
	}
}

const untranslated = math.MaxUint32

// What vital holds of a name that is not one of beacon.Vitals.
const (
	vitalUnknown = iota - 2
	vitalNone
)

func (t *translation) start(l *log, b *beacon.Batch) {
	*t = translation{log: l, batch: b, refs: t.refs,
		origins: fill(t.origins, b.Len(), 0),
		text:    fill(t.text, len(b.Strings), untranslated),
		stack:   fill(t.stack, len(b.Strings), untranslated),
		page:    fill(t.page, len(b.Strings), untranslated),
		vital:   fill(t.vital, len(b.Strings), vitalUnknown),
		tagSets: fill(t.tagSets, len(b.TagSets), untranslated)}
	for i := range t.origins {
		t.origins[i] = t.hashOrigin(i)
	}
}

func fill[T any](s []T, n int, v T) []T {
	if cap(s) < n {
		s = make([]T, n)
	}
	s = s[:n]
	for i := range s {
		s[i] = v
	}
	return s
}

// lineID is a string of the batch in the log.
func (t *translation) lineID(i uint32) uint32 {
	if id := t.text[i]; id != untranslated {
		return id
	}
	return t.internString(i)
}

func (t *translation) internString(i uint32) uint32 {
	id := t.log.strings.internLine(t.batch.Strings[i])
	t.text[i] = id
	if id == otherString {
		t.full = true
	}
	return id
}

// complete reports whether the dimensions and tags of a row fitted the dictionaries.
func (t *translation) complete(row int) bool {
	if t.tagSetID(t.batch.TagSet[row]) == otherTags {
		return false
	}
	for d := range t.batch.Dims {
		if t.lineID(t.batch.Dims[d][row]) == otherString {
			return false
		}
	}
	return true
}

// stackID is a string of the batch as several lines.
func (t *translation) stackID(i uint32) uint32 {
	if t.stack[i] == untranslated {
		t.stack[i] = t.log.strings.internStack(t.batch.Strings[i])
	}
	return t.stack[i]
}

// pageID is a string of the batch as a page.
func (t *translation) pageID(i uint32) uint16 {
	if t.page[i] == untranslated {
		t.page[i] = uint32(t.log.pages.intern(t.lineID(i)))
	}
	if t.page[i] == otherPage {
		t.fits = false
	}
	return uint16(t.page[i])
}

// tagSetID is a set of tags of the batch in the log.
func (t *translation) tagSetID(i uint32) uint32 {
	if id := t.tagSets[i]; id != untranslated {
		return id
	}
	t.refs = t.refs[:0]
	for _, r := range t.batch.TagSets[i] {
		if k, v := t.lineID(r.Key), t.lineID(r.Value); k != noString && v != noString {
			t.refs = append(t.refs, beacon.TagRef{Key: k, Value: v})
		}
	}
	id := t.log.origins.internTags(t.refs)
	if id == otherTags {
		t.full = true
	}
	t.tagSets[i] = id
	return id
}

// vitalIndex is a metric's place in beacon.Vitals, or vitalNone.
func (t *translation) vitalIndex(name uint32) int8 {
	v := t.vital[name]
	if v == vitalUnknown {
		v = int8(beacon.VitalIndex(t.batch.Strings[name]))
		t.vital[name] = v
	}
	return v
}

// advance moves to a row's side entries. Rows must be visited in order.
func (t *translation) advance(row int) {
	b, r := t.batch, uint32(row)
	t.metrics.advance(b.MetricRow, r)
	t.errors.advance(b.ErrorRow, r)
	t.requests.advance(b.RequestRow, r)
	t.events.advance(b.EventRow, r)
}

// stage fills in what is known of a row by translation. It reports whether all of it
// fitted the dictionaries.
func (t *translation) stage(row int, s *stagedRow) bool {
	b := t.batch
	t.fits = true
	s.origin = t.originID(row)
	s.page = t.pageID(b.Dims[beacon.Page][row])
	s.flags = b.Flags[row] & (beacon.FlagNavigation | beacon.FlagUnsampled)
	if t.errors.from < t.errors.to {
		s.flags |= hasErrors
	}
	if t.events.from < t.events.to {
		s.flags |= hasEvents
	}
	s.flags |= t.requestFlags()
	s.vitalMask = 0
	for k := t.metrics.from; k < t.metrics.to; k++ {
		v := b.MetricValue[k]
		if !usable(v) {
			continue
		}
		if m := t.vitalIndex(b.MetricName[k]); m != vitalNone {
			s.vitalMask |= 1 << m
			s.vitals[m] = v
		} else {
			s.flags |= hasCustoms
		}
	}
	s.skew = 0
	if b.Time[row] != 0 {
		s.skew = packSkew(b.Time[row] - b.Received[row])
	}
	return t.fits && (!t.full || t.complete(row))
}

// usable refuses what is no measurement.
func usable(v float32) bool { return v >= 0 && v <= math.MaxFloat32 }

func (t *translation) requestFlags() (f uint8) {
	b := t.batch
	n := t.requests.to - t.requests.from
	if n > 0 {
		f = hasRequests
	}
	if n > 1 {
		f |= hasManyRequests
	}
	for k := t.requests.from; k < t.requests.to; k++ {
		if s := b.RequestStatus[k]; s == 0 || s >= 400 {
			f |= hasFailed
		}
	}
	return f
}

// hashOrigin mixes what a row has in common with others.
func (t *translation) hashOrigin(row int) uint64 {
	b := t.batch
	h := uint64(math.Float32bits(b.SampleRate[row]))*spread + uint64(t.tagSetID(b.TagSet[row]))
	for d := range b.Dims {
		if d != int(beacon.Page) {
			h = (h ^ h>>29) * spread
			h += uint64(t.lineID(b.Dims[d][row]))
		}
	}
	return h
}

// originID interns what a row has in common with others.
func (t *translation) originID(row int) uint32 {
	b := t.batch
	id, ok := t.log.origins.intern(t.origins[row], func(o *origin) (weight int64) {
		for d := range b.Dims {
			if d != int(beacon.Page) {
				o.dims[d] = t.lineID(b.Dims[d][row])
			}
		}
		o.tags = t.tagSetID(b.TagSet[row])
		return weightOf(b.SampleRate[row])
	})
	if !ok {
		t.fits = false
	}
	return id
}

// appendSideEntries appends the side entries of a row of the batch to its row of a chunk.
// It reports whether they fitted the dictionaries.
func (t *translation) appendSideEntries(source int, c *chunk, row int) bool {
	b, l := t.batch, t.log
	t.fits = true
	at := uint16(row)
	if c.flags[row]&hasErrors != 0 {
		t.appendTrace(c, at, traceOfLoad, b.Trace[source])
	}
	if c.flags[row]&hasCustoms != 0 {
		for k := t.metrics.from; k < t.metrics.to; k++ {
			if v := b.MetricValue[k]; usable(v) && t.vitalIndex(b.MetricName[k]) == vitalNone {
				c.customs = append(c.customs, namedEntry{at, t.lineID(b.MetricName[k]), v})
			}
		}
	}
	for k := t.errors.from; k < t.errors.to; k++ {
		kind, ok := l.errors.intern(&l.strings, errorKind{typ: t.lineID(b.ErrorType[k]), message: t.lineID(b.ErrorMessage[k]),
			stack: t.stackID(b.ErrorStack[k]), handled: b.ErrorHandled[k]})
		if !ok {
			t.fits = false
		}
		c.errors = append(c.errors, errorEntry{at, kind})
	}
	for k := t.requests.from; k < t.requests.to; k++ {
		c.requests = append(c.requests, requestEntry{
			row: at, status: b.RequestStatus[k], duration: packDuration(b.RequestDuration[k]),
			endpoint: t.endpointID(b.RequestURL[k], b.RequestMethod[k]),
		})
		if s := b.RequestStatus[k]; s == 0 || s >= 400 {
			t.appendTrace(c, at, k-t.requests.from, b.RequestTrace[k])
		}
	}
	for k := t.events.from; k < t.events.to; k++ {
		c.events = append(c.events, namedEntry{at, t.lineID(b.EventName[k]), b.EventValue[k]})
	}
	return t.fits
}

func (t *translation) endpointID(url, method uint32) uint16 {
	key := uint64(t.lineID(url))<<32 | uint64(t.lineID(method))
	if id, ok := t.log.endpoints.find(key); ok {
		return uint16(id)
	}
	if t.log.endpoints.len() >= maxEndpoints {
		t.fits = false
		return 0
	}
	id, _ := t.log.endpoints.intern(key)
	return uint16(id)
}
