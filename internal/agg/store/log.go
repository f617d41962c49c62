package store

import (
	"math/bits"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Ref is a reference to a row of the log, valid while the row is retained: the
// number of its chunk and its index in it. It wraps around after four billion
// rows, long after the row it referred to was evicted. 0 refers to no row.
type Ref = uint32

// Log retains beacons in order of arrival in a ring of chunks, with the
// dictionaries that its columns refer to and an index by receive time. The
// oldest chunk is evicted first.
type Log struct {
	Chunks  []*Chunk
	Rows    int   // retained
	Evicted int64 // rows, since the start

	Strings    StringTable
	Origins    OriginTable
	Pages      PageTable
	Errors     ErrorTable
	Endpoints  KeyTable // URL << 32 | method, both in Strings
	Views      KeyTable // by the view's id; index 0: none
	Identities IdentityTable

	first       uint32 // number of Chunks[0]; numbers start at 1, so that no Ref is 0
	sealedBytes int    // of all chunks but the last
	slots       slotIndex
	viewOwner   Paged[uint32] // by view: the first identity that its rows named, or its own; 0: none
	lastChunk   Paged[uint16] // by view: the number of the chunk with its last row, lower half

	traceStrings map[uint32]struct{} // the strings that are trace ids
}

// NewLog returns an empty log.
func NewLog() *Log {
	l := &Log{first: 1, traceStrings: map[uint32]struct{}{}}
	l.Strings.init()
	l.Origins.init()
	l.Pages.init()
	l.Errors.init()
	l.Endpoints.intern(OtherString<<32 | OtherString)
	l.Views.intern(0)
	l.viewOwner.push(0)
	l.lastChunk.push(0)
	l.Identities.init()
	return l
}

// stagedRow holds the columns of a row that is about to be appended.
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

// append adds a row and returns where it is. The caller may then append to the
// chunk's side tables.
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
	r := number<<chunkBits | uint32(i)
	l.slots.addRow(s.received, r)
	return c, i, r
}

// maxChunkSpan limits how far the receive times of a chunk are from its first
// one, in milliseconds, so that the chunks of a quiet site can expire.
const maxChunkSpan = int64(10 * time.Minute / time.Millisecond)

// openChunk returns the chunk that the next row goes to.
func (l *Log) openChunk(received int64) *Chunk {
	if n := len(l.Chunks); n > 0 {
		c := l.Chunks[n-1]
		if c.Rows < ChunkRows && received-c.base < maxChunkSpan && c.base-received < 1<<31-1 {
			return c
		}
		c.seal()
		l.sealedBytes += c.bytes()
	}
	c := &Chunk{base: received, Newest: received}
	l.Chunks = append(l.Chunks, c)
	return c
}

// chunkNumbers masks the number of a chunk in a Ref.
const chunkNumbers = 1<<(32-chunkBits) - 1

// Has reports whether the row is still retained.
func (l *Log) Has(r Ref) bool {
	return r != 0 && (r>>chunkBits-l.first)&chunkNumbers < uint32(len(l.Chunks))
}

// Row returns the chunk of a retained row and its index there.
func (l *Log) Row(r Ref) (*Chunk, int) {
	return l.Chunks[(r>>chunkBits-l.first)&chunkNumbers], int(r & chunkMask)
}

// ChunkRef returns the reference to the first row of Chunks[k].
func (l *Log) ChunkRef(k int) Ref { return (l.first + uint32(k)) << chunkBits }

// Evict removes the oldest chunk. It calls released with each view that has no
// row left.
func (l *Log) Evict(released func(view uint32)) {
	c := l.Chunks[0]
	l.Chunks[0] = nil
	l.Chunks = l.Chunks[1:]
	number := l.first
	l.slots.dropChunk(c, number)
	l.first = (l.first + 1) & chunkNumbers
	l.Rows -= c.Rows
	l.Evicted += int64(c.Rows)
	if len(l.Chunks) > 0 {
		l.sealedBytes -= c.bytes()
	}
	for _, v := range c.View[:c.Rows] {
		// The lower half is enough: a chunk is evicted long before it repeats.
		if last := l.lastChunk.Elem(v); *last == uint16(number) && v != 0 && l.Views.Key(v) != 0 {
			l.Views.remove(v)
			owner := l.viewOwner.Elem(v)
			l.Identities.release(*owner)
			*owner, *last = 0, 0
			released(v)
		}
	}
	for _, id := range c.Identity[:c.Rows] {
		l.Identities.release(id)
	}
}

// viewIndex returns the index of a page view, a new one if it has none; 0 if the
// beacon belongs to no view.
func (l *Log) viewIndex(id beacon.ID) uint32 {
	if id == 0 {
		return 0
	}
	v, _ := l.Views.intern(uint64(id))
	l.viewOwner.Grow(int(v) + 1)
	l.lastChunk.Grow(int(v) + 1)
	return v
}

// Endpoint returns the strings of an endpoint.
func (l *Log) Endpoint(id uint32) (url, method uint32) {
	key := l.Endpoints.Key(id)
	return uint32(key >> 32), uint32(key)
}

// EndpointURL returns the URL of an endpoint.
func (l *Log) EndpointURL(id uint32) string {
	url, _ := l.Endpoint(id)
	return l.Strings.Text[url]
}

// PageText returns the text of a page.
func (l *Log) PageText(page uint16) string { return l.Strings.Text[l.Pages.Text[page]] }

// DimText returns an origin's value of a dimension other than the page.
func (l *Log) DimText(origin uint32, d beacon.Dim) string {
	return l.Strings.Text[l.Origins.List[origin].Dims[d]]
}

// Bytes returns the memory that the log and its dictionaries take.
func (l *Log) Bytes() int {
	n := l.sealedBytes + l.slots.bytes() + l.Strings.Bytes + l.Origins.bytes + l.Origins.byHash.bytes() + l.Errors.bytes +
		l.Endpoints.bytes() + l.Views.bytes() + 4*l.viewOwner.Room() + 2*l.lastChunk.Room() + l.Identities.bytes()
	if len(l.Chunks) > 0 {
		n += l.Chunks[len(l.Chunks)-1].bytes()
	}
	return n
}
