package agg

import (
	"math/bits"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// A ref names a row of the log for as long as the row is retained: the number
// of its chunk since the beginning, and its place in it. It wraps around after
// four thousand million rows, long after what it referred to has gone. 0 is no row.
type Ref = uint32

// Log retains beacons in order of arrival, as a ring of chunks from which the
// oldest go first, with the dictionaries that its columns point into and an
// index by receive time.
type Log struct {
	chunks      []*Chunk
	first       uint32 // number of chunks[0]; numbers begin at 1, so that no ref is 0
	rows        int
	sealedBytes int   // bytes of all chunks but the last
	evicted     int64 // rows, since the beginning
	slots       slotIndex

	strings   StringTable
	origins   OriginTable
	pages     PageTable
	errors    ErrorTable
	endpoints KeyTable // url << 32 | method

	views      KeyTable      // index 0 is no view
	lastChunk  Paged[uint16] // number of the chunk with the view's last row, its lower half
	identities IdentityTable

	traceStrings map[uint32]struct{} // those of texts that are trace ids
}

func newLog() *Log {
	l := &Log{first: 1, traceStrings: map[uint32]struct{}{}}
	l.strings.init()
	l.origins.init()
	l.pages.init()
	l.errors.init()
	l.endpoints.intern(otherString<<32 | otherString)
	l.views.intern(0)
	l.lastChunk.push(0)
	l.identities.init()
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
	i := c.rows
	c.rows++
	l.rows++
	c.newest = max(c.newest, s.received)
	c.offset[i] = int32(s.received - c.base)
	c.origin[i], c.view[i], c.identity[i], c.page[i] = s.origin, s.view, s.identity, s.page
	c.flags[i], c.vitalMask[i], c.skew[i] = s.flags, s.vitalMask, s.skew
	c.totalRoles[i], c.segmentRoles[i] = 0, 0
	if i&7 == 0 {
		c.valueStart[i>>3] = uint16(len(c.values))
	}
	for m := s.vitalMask; m != 0; m &= m - 1 {
		c.values = append(c.values, s.vitals[bits.TrailingZeros8(m)])
	}
	number := l.first + uint32(len(l.chunks)) - 1
	*l.lastChunk.elem(s.view) = uint16(number)
	l.identities.list.elem(s.identity).rows++
	r := number<<chunkBits | uint32(i)
	l.slots.addRow(s.received, r)
	return c, i, r
}

// maxSpread is how far from a chunk's first beacon the receive times of the
// others may be, in milliseconds: so that a chunk of a quiet site can expire.
const maxSpread = int64(10 * time.Minute / time.Millisecond)

// openChunk is the chunk that takes the next row.
func (l *Log) openChunk(received int64) *Chunk {
	if n := len(l.chunks); n > 0 {
		c := l.chunks[n-1]
		if c.rows < chunkRows && received-c.base < maxSpread && c.base-received < 1<<31-1 {
			return c
		}
		c.seal()
		l.sealedBytes += c.bytes()
	}
	c := &Chunk{base: received, newest: received}
	l.chunks = append(l.chunks, c)
	return c
}

// has reports whether the row is still retained.
func (l *Log) has(r Ref) bool {
	return r != 0 && (r>>chunkBits-l.first)&(1<<(32-chunkBits)-1) < uint32(len(l.chunks))
}

func (l *Log) row(r Ref) (*Chunk, int) {
	return l.chunks[(r>>chunkBits-l.first)&(1<<(32-chunkBits)-1)], int(r & chunkMask)
}

// chunkRef is the ref of the first row of chunks[k].
func (l *Log) chunkRef(k int) Ref { return (l.first + uint32(k)) << chunkBits }

// endpoint returns the strings of an endpoint.
func (l *Log) endpoint(id uint32) (url, method uint32) {
	key := l.endpoints.key(id)
	return uint32(key >> 32), uint32(key)
}

func (l *Log) endpointURL(id uint32) string {
	url, _ := l.endpoint(id)
	return l.strings.text[url]
}

// evict forgets the oldest chunk. released is told each view that has no row left.
func (l *Log) evict(released func(view uint32)) {
	c := l.chunks[0]
	l.chunks[0] = nil
	l.chunks = l.chunks[1:]
	number := l.first
	l.slots.dropChunk(c, number)
	l.first = (l.first + 1) & (1<<(32-chunkBits) - 1)
	l.rows -= c.rows
	l.evicted += int64(c.rows)
	if len(l.chunks) > 0 {
		l.sealedBytes -= c.bytes()
	}
	for _, v := range c.view[:c.rows] {
		// A chunk is evicted long before its number's lower half comes again.
		if last := l.lastChunk.elem(v); *last == uint16(number) && v != 0 && *l.views.keys.elem(v) != 0 {
			l.views.remove(v)
			released(v)
		}
	}
	for _, w := range c.identity[:c.rows] {
		l.identities.release(w)
	}
}

// viewIndex gives a page view its index; 0 stands for none.
func (l *Log) viewIndex(id beacon.ID) uint32 {
	if id == 0 {
		return 0
	}
	v, _ := l.views.intern(uint64(id))
	l.lastChunk.grow(int(v) + 1)
	return v
}

// bytes is the memory that the log and its dictionaries take.
func (l *Log) bytes() int {
	n := l.sealedBytes + l.slots.bytes() + l.strings.bytes + l.origins.bytes + l.origins.byHash.bytes() + l.errors.bytes +
		l.endpoints.bytes() + l.views.bytes() + 2*l.lastChunk.room() + l.identities.bytes()
	if len(l.chunks) > 0 {
		n += l.chunks[len(l.chunks)-1].bytes()
	}
	return n
}

// oldest is the receive time of the oldest beacon retained, to the slot.
func (l *Log) oldest() (int64, bool) { return l.slots.first * slotMS, l.rows > 0 }

// earliest is the receive time of the oldest beacon retained.
func (l *Log) earliest() int64 {
	earliest := (l.slots.first + 1) * slotMS
	l.each(l.slots.first*slotMS, earliest, func(c *Chunk, i int) { earliest = min(earliest, c.receivedAt(i)) })
	return earliest
}
