package store

import "strconv"

// TraceEntry is the trace id of a failure, which leads to what the servers
// recorded. Trace ids of successes are not retained.
type TraceEntry struct {
	row    uint16
	source uint16 // the index of the row's request or TraceOfLoad, with traceIsText
	hi, lo uint64 // the halves of the id; with traceIsText, lo is in Log.Strings
}

const traceEntryBytes = 24

const (
	// traceIsText marks ids that are not the 32 lower-case hexadecimal digits of
	// a W3C trace context.
	traceIsText = 1 << 15
	// TraceOfLoad is the source of a page load's trace.
	TraceOfLoad = traceIsText - 1
	// maxTraceTexts limits the ids of other forms; further ones become OtherKey.
	maxTraceTexts = 20_000
)

// Source returns the index of the row's request that the id belongs to, or
// TraceOfLoad.
func (e *TraceEntry) Source() int { return int(e.source &^ traceIsText) }

// packTrace parses 32 lower-case hexadecimal digits.
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

// TraceID returns the id of an entry as it was sent.
func (l *Log) TraceID(e *TraceEntry) string {
	if e.source&traceIsText == 0 {
		return HexID(e.hi) + HexID(e.lo)
	}
	return l.Strings.Text[e.lo]
}
