package store

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// ChunkRows is how many beacons a chunk holds: a few seconds of a busy site.
// Offsets into a chunk fit 16 bits, its vitals included.
const ChunkRows = 1 << chunkBits

const (
	chunkBits = 13
	chunkMask = ChunkRows - 1
)

// Chunk is a run of the log in order of arrival, by column. The verdicts are
// not the beacons' own: the current lens writes them.
type Chunk struct {
	base   int64 // received holds milliseconds after it
	Newest int64
	Rows   int

	offset    [ChunkRows]int32
	Origin    [ChunkRows]uint32 // log.origins
	View      [ChunkRows]uint32 // log.views, 0: none
	Identity  [ChunkRows]uint32 // log.visitors, 0: none
	Page      [ChunkRows]uint16 // log.pages
	Flags     [ChunkRows]uint8
	VitalMask [ChunkRows]uint8 // which vitals the row has, bit i for beacon.Vitals[i]
	Skew      [ChunkRows]uint8 // see packSkew

	TotalRoles   [ChunkRows]uint8 // verdict for the total
	SegmentRoles [ChunkRows]uint8 // verdict for the row's segment

	valueStart [ChunkRows / 8]uint16 // where the vitals of every eighth row begin in values

	// Side tables, each in order of rows.
	values   []float32
	Errors   []ErrorEntry
	requests []RequestEntry
	customs  []NamedEntry
	events   []NamedEntry
	traces   []TraceEntry
}

type ErrorEntry struct {
	Row  uint16
	Kind uint32 // log.errorKinds
}

type RequestEntry struct {
	row, Status uint16
	Endpoint    uint16 // log.endpoints
	Duration    uint16 // see packDuration
}

type NamedEntry struct {
	row   uint16
	Name  uint32 // log.texts
	Value float32
}

// The bits of chunk.flags; the first two are beacon.FlagNavigation and
// beacon.FlagUnsampled.
const (
	HasErrors       = 1 << (iota + 2)
	HasRequests     // at least one
	hasManyRequests // more than one request
	hasFailed       // at least one failed request
	HasCustoms
	HasEvents
)

func (c *Chunk) ReceivedAt(i int) int64 { return c.base + int64(c.offset[i]) }

// Vital is the row's value of the m-th vital, which it must have.
func (c *Chunk) Vital(i, m int) float32 {
	// The bits of the masks before it, in its group of eight rows, are the values before it.
	masks := binary.LittleEndian.Uint64(c.VitalMask[i&^7:])
	return c.values[int(c.valueStart[i>>3])+bits.OnesCount64(masks&(1<<(i&7*8+m)-1))]
}

func (c *Chunk) RowErrors(i int) []ErrorEntry {
	return rowEntries(c.Errors, i, func(e ErrorEntry) uint16 { return e.Row })
}

func (c *Chunk) RowRequests(i int) []RequestEntry {
	return rowEntries(c.requests, i, func(e RequestEntry) uint16 { return e.row })
}

func (c *Chunk) RowCustoms(i int) []NamedEntry {
	return rowEntries(c.customs, i, func(e NamedEntry) uint16 { return e.row })
}

func (c *Chunk) RowEvents(i int) []NamedEntry {
	return rowEntries(c.events, i, func(e NamedEntry) uint16 { return e.row })
}

func (c *Chunk) RowTraces(i int) []TraceEntry {
	return rowEntries(c.traces, i, func(e TraceEntry) uint16 { return e.row })
}

func rowEntries[E any](entries []E, row int, of func(E) uint16) []E {
	from, _ := slices.BinarySearchFunc(entries, row, func(e E, row int) int { return int(of(e)) - row })
	to := from
	for to < len(entries) && int(of(entries[to])) == row {
		to++
	}
	return entries[from:to]
}

// seal gives back what the side tables reserved.
func (c *Chunk) seal() {
	c.values = slices.Clone(c.values)
	c.Errors = slices.Clone(c.Errors)
	c.requests = slices.Clone(c.requests)
	c.customs = slices.Clone(c.customs)
	c.events = slices.Clone(c.events)
	c.traces = slices.Clone(c.traces)
}

// chunkBytes is the memory of a chunk's columns.
const chunkBytes = ChunkRows*(4*4+2+5) + ChunkRows/4 + 200

func (c *Chunk) bytes() int {
	return chunkBytes + 4*cap(c.values) + 8*(cap(c.Errors)+cap(c.requests)) + 12*(cap(c.customs)+cap(c.events)) + traceEntryBytes*cap(c.traces)
}

// Failed reports whether the request got no response or one with an error.
func (r RequestEntry) Failed() bool { return isFailure(r.Status) }

func isFailure(status uint16) bool { return status == 0 || status >= 400 }

// RequestCounts is how many requests a row has, and how many of them failed.
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
