package store

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// ChunkRows is the capacity of a chunk: a few seconds of a busy site. Indexes of
// rows, and of their vitals, fit 16 bits.
const ChunkRows = 1 << chunkBits

const (
	chunkBits = 13
	chunkMask = ChunkRows - 1
)

// Chunk is a run of rows in order of arrival, stored by column. The roles do not
// come from the beacons: the current lens writes them, see [RoleView].
type Chunk struct {
	Newest int64 // largest receive time, Unix milliseconds
	Rows   int
	base   int64 // receive time of the first row

	offset    [ChunkRows]int32  // receive time - base, in milliseconds
	Origin    [ChunkRows]uint32 // in Log.Origins
	View      [ChunkRows]uint32 // in Log.Views; 0: none
	Identity  [ChunkRows]uint32 // in Log.Identities; 0: none
	Page      [ChunkRows]uint16 // in Log.Pages
	Flags     [ChunkRows]uint8
	VitalMask [ChunkRows]uint8 // bit i: the row has beacon.Vitals[i]
	Skew      [ChunkRows]uint8 // see UnpackSkew

	TotalRoles   [ChunkRows]uint8 // in the total
	SegmentRoles [ChunkRows]uint8 // in the row's segment

	valueStart [ChunkRows / 8]uint16 // index in values of every eighth row's first vital

	// Side tables, each in order of rows.
	values   []float32
	Errors   []ErrorEntry
	requests []RequestEntry
	customs  []NamedEntry
	events   []NamedEntry
	traces   []TraceEntry
}

// ErrorEntry is an error of a row.
type ErrorEntry struct {
	Row  uint16
	Kind uint32 // in Log.Errors.Kinds
}

// RequestEntry is a request of a row.
type RequestEntry struct {
	row, Status uint16
	Endpoint    uint16 // in Log.Endpoints
	Duration    uint16 // see UnpackDuration; 0: unknown
}

// NamedEntry is a custom metric or an event of a row.
type NamedEntry struct {
	row   uint16
	Name  uint32 // in Log.Strings
	Value float32
}

// The bits of Chunk.Flags. The first two are beacon.FlagNavigation and
// beacon.FlagUnsampled.
const (
	HasErrors       = 1 << (iota + 2)
	HasRequests     // at least one
	hasManyRequests // more than one
	hasFailed       // at least one failed request
	HasCustoms
	HasEvents
)

// ReceivedAt returns the receive time of a row, Unix milliseconds.
func (c *Chunk) ReceivedAt(i int) int64 { return c.base + int64(c.offset[i]) }

// Vital returns the row's value of beacon.Vitals[m]. The row must have one.
func (c *Chunk) Vital(i, m int) float32 {
	// The values before it are as many as the bits before its own in the masks of
	// its group of eight rows.
	masks := binary.LittleEndian.Uint64(c.VitalMask[i&^7:])
	return c.values[int(c.valueStart[i>>3])+bits.OnesCount64(masks&(1<<(i&7*8+m)-1))]
}

// RowErrors returns the errors of a row.
func (c *Chunk) RowErrors(i int) []ErrorEntry {
	return rowEntries(c.Errors, i, func(e ErrorEntry) uint16 { return e.Row })
}

// RowRequests returns the requests of a row.
func (c *Chunk) RowRequests(i int) []RequestEntry {
	return rowEntries(c.requests, i, func(e RequestEntry) uint16 { return e.row })
}

// RowCustoms returns the custom metrics of a row.
func (c *Chunk) RowCustoms(i int) []NamedEntry {
	return rowEntries(c.customs, i, func(e NamedEntry) uint16 { return e.row })
}

// RowEvents returns the events of a row.
func (c *Chunk) RowEvents(i int) []NamedEntry {
	return rowEntries(c.events, i, func(e NamedEntry) uint16 { return e.row })
}

// RowTraces returns the trace ids of a row.
func (c *Chunk) RowTraces(i int) []TraceEntry {
	return rowEntries(c.traces, i, func(e TraceEntry) uint16 { return e.row })
}

func rowEntries[E any](entries []E, row int, rowOf func(E) uint16) []E {
	from, _ := slices.BinarySearchFunc(entries, row, func(e E, row int) int { return int(rowOf(e)) - row })
	to := from
	for to < len(entries) && int(rowOf(entries[to])) == row {
		to++
	}
	return entries[from:to]
}

// seal frees the spare capacity of the side tables.
func (c *Chunk) seal() {
	c.values = slices.Clone(c.values)
	c.Errors = slices.Clone(c.Errors)
	c.requests = slices.Clone(c.requests)
	c.customs = slices.Clone(c.customs)
	c.events = slices.Clone(c.events)
	c.traces = slices.Clone(c.traces)
}

// chunkBytes is the memory of a chunk without its side tables.
const chunkBytes = ChunkRows*(4*4+2+5) + ChunkRows/4 + 200

func (c *Chunk) bytes() int {
	return chunkBytes + 4*cap(c.values) + 8*(cap(c.Errors)+cap(c.requests)) + 12*(cap(c.customs)+cap(c.events)) + traceEntryBytes*cap(c.traces)
}

// Failed reports whether the request got no response, or an error.
func (r RequestEntry) Failed() bool { return isFailure(r.Status) }

func isFailure(status uint16) bool { return status == 0 || status >= 400 }

// RequestCounts returns the number of a row's requests, at least 1, and of the
// failed ones. The row must have HasRequests.
func (c *Chunk) RequestCounts(i int) (n, failed int) {
	f := c.Flags[i]
	if f&hasManyRequests == 0 {
		if f&hasFailed != 0 {
			return 1, 1
		}
		return 1, 0
	}
	for _, r := range c.RowRequests(i) {
		n++
		if r.Failed() {
			failed++
		}
	}
	return n, failed
}
