package store

import "strconv"

// TraceEntry is the trace id of what failed: a person goes on from it to what
// the servers saw. Ids of what went well are not retained.
type TraceEntry struct {
	row    uint16
	Source uint16 // ofLoad, or which of the row's requests; with traceIsText
	hi, lo uint64 // the halves of the id; lo alone is an index into log.texts
}

const traceEntryBytes = 24

const (
	// traceIsText marks ids that are not the 32 lower-case hexadecimal digits of
	// a W3C trace context.
	TraceIsText = 1 << 15
	// traceOfLoad marks the trace of the page load.
	TraceOfLoad = TraceIsText - 1
	// maxTraceTexts is how many ids of other forms are kept; further ones read (other).
	maxTraceTexts = 20_000
)

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

// TraceID is an entry's id as it was sent.
func (l *Log) TraceID(e *TraceEntry) string {
	if e.Source&TraceIsText == 0 {
		return hexID(e.hi) + hexID(e.lo)
	}
	return l.Strings.Text[e.lo]
}
