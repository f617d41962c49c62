package stitch

import "sync/atomic"

// evictions counts the entries that a table forgot because it was full. Each
// table embeds one.
type evictions struct{ n atomic.Int64 }

// EvictedCount is how many entries were forgotten because the table was full, the
// oldest first. A table of n entries that loses r of them in a second remembers
// for about n/r seconds.
func (e *evictions) EvictedCount() int64 { return e.n.Load() }

// countIf counts one entry if adding another evicted it.
func (e *evictions) countIf(evicted bool) {
	if evicted {
		e.n.Add(1)
	}
}
