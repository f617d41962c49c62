package edge

import (
	"container/list"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Why a body could not be read.
var (
	ErrTooLarge   = errors.New("body is too large")
	ErrEncoding   = errors.New("unknown content encoding")
	ErrDecompress = errors.New("body cannot be decompressed")
	ErrBusy       = errors.New("too many bodies at once")
	ErrIncomplete = errors.New("incomplete body")
)

// BodyLimits bound request bodies, in bytes.
type BodyLimits struct {
	Wire     int // as sent
	Inflated int // after decompression
	Memory   int // of all bodies that are being read
}

// BodyReader reads request bodies, bounded on the wire, after decompression,
// and all together. It checks the bounds while it reads: a declared length is
// believed only if it is too large.
//
// When the memory for all of them becomes scarce, slow clients are cut off, so
// that they do not keep out clients that send everything at once. The first
// buffer of each body does not count: there are no more of them than
// connections, and a beacon fits into it.
type BodyReader struct {
	limits    BodyLimits
	held      atomic.Int64 // bytes of buffers in use, beyond the first of each body
	cutOff    atomic.Int64 // clients that were cut off
	buffers   sync.Pool    // *[]byte
	inflaters sync.Pool    // *inflater

	mu      sync.Mutex
	reading list.List // of *arrival, the oldest in front
}

// arrival is a body that is being received.
type arrival struct {
	began time.Time
	w     http.ResponseWriter
}

// cutOffAfter is how long a client may send before it can be cut off.
const cutOffAfter = time.Second

const firstBuffer = 4 << 10

// NewBodyReader returns a reader with these limits.
func NewBodyReader(l BodyLimits) *BodyReader {
	br := &BodyReader{limits: l}
	br.inflaters.New = func() any { return new(inflater) }
	br.buffers.New = func() any { buf := make([]byte, 0, firstBuffer); return &buf }
	return br
}

// HeldBytes is the memory that bodies hold, beyond the first buffer of each.
func (br *BodyReader) HeldBytes() int64 { return br.held.Load() }

// CutOffCount is how many slow clients were cut off.
func (br *BodyReader) CutOffCount() int64 { return br.cutOff.Load() }

// Body is a request's body in a buffer that must be released.
type Body struct {
	Bytes  []byte
	buf    *[]byte
	reader *BodyReader
	held   int64
}

// Release gives the buffer back. Bytes must not be used afterwards.
func (b *Body) Release() {
	if b.buf == nil {
		return
	}
	b.reader.held.Add(-b.held)
	if cap(b.Bytes) <= b.reader.limits.Wire {
		*b.buf = b.Bytes[:0]
		b.reader.buffers.Put(b.buf)
	}
	*b = Body{}
}

// ReadBody reads and decompresses the body of r. encoding is the name of its
// compression: gzip, deflate, identity or nothing. The error wraps none of the
// client's bytes and is one of this package's.
//
// The body is received to its end before anything is decompressed, so that a
// client that sends slowly holds a small buffer and no inflater.
func (br *BodyReader) ReadBody(w http.ResponseWriter, r *http.Request, encoding string) (Body, error) {
	if r.ContentLength > int64(br.limits.Wire) {
		return Body{}, ErrTooLarge
	}
	coding := strings.ToLower(strings.TrimSpace(encoding))
	switch coding {
	case "", "identity", "gzip", "x-gzip", "deflate":
	default:
		return Body{}, ErrEncoding
	}
	sent := br.newBody()
	elem := br.trackArrival(w)
	defer br.untrackArrival(elem)
	if err := sent.fill(http.MaxBytesReader(w, r.Body, int64(br.limits.Wire)), br.limits.Wire); err != nil {
		sent.Release()
		return Body{}, readError(err)
	}
	if coding == "" || coding == "identity" {
		return sent, nil
	}
	defer sent.Release()
	return br.inflate(coding, sent.Bytes)
}

func (br *BodyReader) newBody() Body {
	buf := br.buffers.Get().(*[]byte)
	return Body{Bytes: (*buf)[:0], buf: buf, reader: br}
}

// fill reads source to its end.
func (b *Body) fill(source io.Reader, limit int) error {
	for {
		if grown := int64(cap(b.Bytes)-firstBuffer) - b.held; grown > 0 {
			b.held += grown
			held, most := b.reader.held.Add(grown), int64(b.reader.limits.Memory)
			if held > most/4*3 {
				b.reader.cutOffSlow()
			}
			if held > most {
				return ErrBusy
			}
		}
		n, err := source.Read(b.Bytes[len(b.Bytes):cap(b.Bytes)])
		b.Bytes = b.Bytes[:len(b.Bytes)+n]
		if len(b.Bytes) > limit {
			return ErrTooLarge
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if len(b.Bytes) == cap(b.Bytes) {
			b.Bytes = append(b.Bytes, 0)[:len(b.Bytes)]
		}
	}
}

func (br *BodyReader) trackArrival(w http.ResponseWriter) *list.Element {
	br.mu.Lock()
	defer br.mu.Unlock()
	return br.reading.PushBack(&arrival{time.Now(), w})
}

func (br *BodyReader) untrackArrival(elem *list.Element) {
	br.mu.Lock()
	defer br.mu.Unlock()
	br.reading.Remove(elem) // does nothing if it was cut off
}

// cutOffSlow cuts off the clients that have been sending for too long.
func (br *BodyReader) cutOffSlow() {
	br.mu.Lock()
	defer br.mu.Unlock()
	before := time.Now().Add(-cutOffAfter)
	for e := br.reading.Front(); e != nil && e.Value.(*arrival).began.Before(before); e = br.reading.Front() {
		slow := br.reading.Remove(e).(*arrival)
		br.cutOff.Add(1)
		// A server without deadlines goes by its own.
		_ = http.NewResponseController(slow.w).SetReadDeadline(time.Unix(1, 0))
	}
}

// readError is the reason why a body could not be received.
func readError(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return ErrTooLarge
	}
	if errors.Is(err, ErrTooLarge) || errors.Is(err, ErrBusy) {
		return err
	}
	return ErrIncomplete
}
