package agg

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// chunkRows is how many beacons a chunk holds: a few seconds of a busy site.
// Offsets into a chunk fit 16 bits, its vitals included.
const chunkRows = 1 << chunkBits

const (
	chunkBits = 13
	chunkMask = chunkRows - 1
)

// Chunk is a run of the log in order of arrival, by column. The verdicts are
// not the beacons' own: the current lens writes them.
type Chunk struct {
	base   int64 // received holds milliseconds after it
	newest int64
	rows   int

	offset    [chunkRows]int32
	origin    [chunkRows]uint32 // log.origins
	view      [chunkRows]uint32 // log.views, 0: none
	identity  [chunkRows]uint32 // log.visitors, 0: none
	page      [chunkRows]uint16 // log.pages
	flags     [chunkRows]uint8
	vitalMask [chunkRows]uint8 // which vitals the row has, bit i for beacon.Vitals[i]
	skew      [chunkRows]uint8 // see packSkew

	totalRoles   [chunkRows]uint8 // verdict for the total
	segmentRoles [chunkRows]uint8 // verdict for the row's segment

	valueStart [chunkRows / 8]uint16 // where the vitals of every eighth row begin in values

	// Side tables, each in order of rows.
	values   []float32
	errors   []ErrorEntry
	requests []RequestEntry
	customs  []NamedEntry
	events   []NamedEntry
	traces   []TraceEntry
}

type ErrorEntry struct {
	row  uint16
	kind uint32 // log.errorKinds
}

type RequestEntry struct {
	row, status uint16
	endpoint    uint16 // log.endpoints
	duration    uint16 // see packDuration
}

type NamedEntry struct {
	row   uint16
	name  uint32 // log.texts
	value float32
}

// The bits of chunk.flags; the first two are beacon.FlagNavigation and
// beacon.FlagUnsampled.
const (
	hasErrors       = 1 << (iota + 2)
	hasRequests     // at least one
	hasManyRequests // more than one request
	hasFailed       // at least one failed request
	hasCustoms
	hasEvents
)

func (c *Chunk) receivedAt(i int) int64 { return c.base + int64(c.offset[i]) }

// vital is the row's value of the m-th vital, which it must have.
func (c *Chunk) vital(i, m int) float32 {
	// The bits of the masks before it, in its group of eight rows, are the values before it.
	masks := binary.LittleEndian.Uint64(c.vitalMask[i&^7:])
	return c.values[int(c.valueStart[i>>3])+bits.OnesCount64(masks&(1<<(i&7*8+m)-1))]
}

func (c *Chunk) rowErrors(i int) []ErrorEntry {
	return rowEntries(c.errors, i, func(e ErrorEntry) uint16 { return e.row })
}

func (c *Chunk) rowRequests(i int) []RequestEntry {
	return rowEntries(c.requests, i, func(e RequestEntry) uint16 { return e.row })
}

func (c *Chunk) rowCustoms(i int) []NamedEntry {
	return rowEntries(c.customs, i, func(e NamedEntry) uint16 { return e.row })
}

func (c *Chunk) rowEvents(i int) []NamedEntry {
	return rowEntries(c.events, i, func(e NamedEntry) uint16 { return e.row })
}

func (c *Chunk) rowTraces(i int) []TraceEntry {
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
	c.errors = slices.Clone(c.errors)
	c.requests = slices.Clone(c.requests)
	c.customs = slices.Clone(c.customs)
	c.events = slices.Clone(c.events)
	c.traces = slices.Clone(c.traces)
}

// chunkBytes is the memory of a chunk's columns.
const chunkBytes = chunkRows*(4*4+2+5) + chunkRows/4 + 200

func (c *Chunk) bytes() int {
	return chunkBytes + 4*cap(c.values) + 8*(cap(c.errors)+cap(c.requests)) + 12*(cap(c.customs)+cap(c.events)) + traceEntryBytes*cap(c.traces)
}

// failed reports whether the request got no response or one with an error.
func (r RequestEntry) failed() bool { return isFailure(r.status) }

func isFailure(status uint16) bool { return status == 0 || status >= 400 }

// requestCounts is how many requests a row has, and how many of them failed.
func (c *Chunk) requestCounts(i int) (n, failed int) {
	f := c.flags[i]
	if f&hasManyRequests == 0 {
		if f&hasFailed != 0 {
			return 1, 1
		}
		return 1, 0
	}
	for _, r := range c.rowRequests(i) {
		n++
		if r.failed() {
			failed++
		}
	}
	return n, failed
}
