// Package store retains beacons in a compact columnar log: chunks of rows,
// dictionaries of what rows share, and an index of the seconds in which they were
// received. It reads batches into the log and back, and matches rows with filters
// and segments. It counts nothing: that is for package agg.
package store

import (
	"math/bits"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Ref names a row of the log for as long as the row is retained: the number
// of its chunk since the beginning, and its place in it. It wraps around after
// four thousand million rows, long after what it referred to has gone. 0 is no row.
type Ref = uint32

// Log retains beacons in order of arrival, as a ring of chunks from which the
// oldest go first, with the dictionaries that its columns point into and an
// index by receive time.
type Log struct {
	Chunks      []*Chunk
	first       uint32 // number of chunks[0]; numbers begin at 1, so that no ref is 0
	Rows        int
	sealedBytes int   // bytes of all chunks but the last
	Evicted     int64 // rows, since the beginning
	slots       slotIndex

	Strings   StringTable
	Origins   OriginTable
	Pages     PageTable
	Errors    ErrorTable
	Endpoints KeyTable // url << 32 | method

	Views      KeyTable      // index 0 is no view
	lastChunk  Paged[uint16] // number of the chunk with the view's last row, its lower half
	Identities IdentityTable

	traceStrings map[uint32]struct{} // those of texts that are trace ids
}

func NewLog() *Log {
	l := &Log{first: 1, traceStrings: map[uint32]struct{}{}}
	l.Strings.init()
	l.Origins.init()
	l.Pages.init()
	l.Errors.init()
	l.Endpoints.intern(OtherString<<32 | OtherString)
	l.Views.intern(0)
	l.lastChunk.push(0)
	l.Identities.init()
	return l
}

// stagedRow is a beacon on its way into the log.
type stagedRow struct {
	received     int64
	origin, view uint32
	identity     uint32
	page         uint16
	flags        uint8
	vitalMask    uint8
	skew         uint8
	vitals       [len(beacon.Vitals)]float32
}

// append adds a row and returns where it stands. Its side entries may be
// appended to the chunk's side tables next.
func (l *Log) append(s *stagedRow) (*Chunk, int, Ref) {
	c := l.openChunk(s.received)
	i := c.Rows
	c.Rows++
	l.Rows++
	c.Newest = max(c.Newest, s.received)
	c.offset[i] = int32(s.received - c.base)
	c.Origin[i], c.View[i], c.Identity[i], c.Page[i] = s.origin, s.view, s.identity, s.page
	c.Flags[i], c.VitalMask[i], c.Skew[i] = s.flags, s.vitalMask, s.skew
	c.TotalRoles[i], c.SegmentRoles[i] = 0, 0
	if i&7 == 0 {
		c.valueStart[i>>3] = uint16(len(c.values))
	}
	for m := s.vitalMask; m != 0; m &= m - 1 {
		c.values = append(c.values, s.vitals[bits.TrailingZeros8(m)])
	}
	number := l.first + uint32(len(l.Chunks)) - 1
	*l.lastChunk.Elem(s.view) = uint16(number)
	l.Identities.list.Elem(s.identity).rows++
	r := number<<chunkBits | uint32(i)
	l.slots.addRow(s.received, r)
	return c, i, r
}

// maxSpread is how far from a chunk's first beacon the receive times of the
// others may be, in milliseconds: so that a chunk of a quiet site can expire.
const maxSpread = int64(10 * time.Minute / time.Millisecond)

// openChunk is the chunk that takes the next row.
func (l *Log) openChunk(received int64) *Chunk {
	if n := len(l.Chunks); n > 0 {
		c := l.Chunks[n-1]
		if c.Rows < ChunkRows && received-c.base < maxSpread && c.base-received < 1<<31-1 {
			return c
		}
		c.seal()
		l.sealedBytes += c.bytes()
	}
	c := &Chunk{base: received, Newest: received}
	l.Chunks = append(l.Chunks, c)
	return c
}

// Has reports whether the row is still retained.
func (l *Log) Has(r Ref) bool {
	return r != 0 && (r>>chunkBits-l.first)&(1<<(32-chunkBits)-1) < uint32(len(l.Chunks))
}

func (l *Log) Row(r Ref) (*Chunk, int) {
	return l.Chunks[(r>>chunkBits-l.first)&(1<<(32-chunkBits)-1)], int(r & chunkMask)
}

// ChunkRef is the ref of the first row of chunks[k].
func (l *Log) ChunkRef(k int) Ref { return (l.first + uint32(k)) << chunkBits }

// Endpoint returns the strings of an endpoint.
func (l *Log) Endpoint(id uint32) (url, method uint32) {
	key := l.Endpoints.key(id)
	return uint32(key >> 32), uint32(key)
}

func (l *Log) EndpointURL(id uint32) string {
	url, _ := l.Endpoint(id)
	return l.Strings.Text[url]
}

// Evict forgets the oldest chunk. released is told each view that has no row left.
func (l *Log) Evict(released func(view uint32)) {
	c := l.Chunks[0]
	l.Chunks[0] = nil
	l.Chunks = l.Chunks[1:]
	number := l.first
	l.slots.dropChunk(c, number)
	l.first = (l.first + 1) & (1<<(32-chunkBits) - 1)
	l.Rows -= c.Rows
	l.Evicted += int64(c.Rows)
	if len(l.Chunks) > 0 {
		l.sealedBytes -= c.bytes()
	}
	for _, v := range c.View[:c.Rows] {
		// A chunk is evicted long before its number's lower half comes again.
		if last := l.lastChunk.Elem(v); *last == uint16(number) && v != 0 && *l.Views.keys.Elem(v) != 0 {
			l.Views.remove(v)
			released(v)
		}
	}
	for _, w := range c.Identity[:c.Rows] {
		l.Identities.release(w)
	}
}

// viewIndex gives a page view its index; 0 stands for none.
func (l *Log) viewIndex(id beacon.ID) uint32 {
	if id == 0 {
		return 0
	}
	v, _ := l.Views.intern(uint64(id))
	l.lastChunk.Grow(int(v) + 1)
	return v
}

// Bytes is the memory that the log and its dictionaries take.
func (l *Log) Bytes() int {
	n := l.sealedBytes + l.slots.bytes() + l.Strings.Bytes + l.Origins.bytes + l.Origins.byHash.bytes() + l.Errors.bytes +
		l.Endpoints.bytes() + l.Views.bytes() + 2*l.lastChunk.Room() + l.Identities.bytes()
	if len(l.Chunks) > 0 {
		n += l.Chunks[len(l.Chunks)-1].bytes()
	}
	return n
}

// Oldest is the receive time of the oldest beacon retained, to the slot.
func (l *Log) Oldest() (int64, bool) { return l.slots.first * SlotMS, l.Rows > 0 }

// Earliest is the receive time of the oldest beacon retained.
func (l *Log) Earliest() int64 {
	earliest := (l.slots.first + 1) * SlotMS
	l.Each(l.slots.first*SlotMS, earliest, func(c *Chunk, i int) { earliest = min(earliest, c.ReceivedAt(i)) })
	return earliest
}
