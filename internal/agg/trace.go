package agg

import "strconv"

// traceEntry is the trace id of what failed: a person goes on from it to what
// the servers saw. Ids of what went well are not retained.
type traceEntry struct {
	row    uint16
	of     uint16 // ofLoad, or which of the row's requests; with traceIsText
	hi, lo uint64 // the halves of the id; lo alone is an index into log.texts
}

const traceBytes = 24

const (
	// traceIsText marks ids that are not the 32 lower-case hexadecimal digits of
	// a W3C trace context.
	traceIsText = 1 << 15
	// ofLoad marks the trace of the page load.
	ofLoad = traceIsText - 1
	// maxTraceTexts is how many ids of other forms are kept; further ones read (other).
	maxTraceTexts = 20_000
)

// trace retains a trace id of the current row; none where the batch has none.
func (t *translation) trace(c *chunk, row uint16, of int, text uint32) {
	id := t.batch.Strings[text]
	if id == "" {
		return
	}
	e := traceEntry{row: row, of: uint16(min(of, ofLoad))}
	var ok bool
	if e.hi, e.lo, ok = packTrace(id); !ok {
		e.of |= traceIsText
		e.lo = uint64(t.traceText(id))
	}
	c.traces = append(c.traces, e)
}

func (t *translation) traceText(id string) uint32 {
	l := t.log
	known, ok := l.texts.ids[id]
	if ok {
		if _, ok = l.traceTexts[known]; ok {
			return known
		}
	}
	if len(l.traceTexts) >= maxTraceTexts {
		t.fits = false
		return otherString
	}
	text := l.texts.line(id)
	l.traceTexts[text] = struct{}{}
	return text
}

// packTrace reads 32 lower-case hexadecimal digits.
func packTrace(id string) (hi, lo uint64, ok bool) {
	if len(id) != 32 {
		return 0, 0, false
	}
	for i := range len(id) {
		if 'A' <= id[i] && id[i] <= 'F' {
			return 0, 0, false
		}
	}
	hi, err := strconv.ParseUint(id[:16], 16, 64)
	if err != nil {
		return 0, 0, false
	}
	lo, err = strconv.ParseUint(id[16:], 16, 64)
	return hi, lo, err == nil
}

// trace is an entry's id as it was sent.
func (l *log) trace(e *traceEntry) string {
	if e.of&traceIsText == 0 {
		return hex(e.hi) + hex(e.lo)
	}
	return l.texts.text[e.lo]
}
