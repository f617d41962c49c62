package collector

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"container/list"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var (
	errTooLarge = errors.New("body is too large")
	errEncoding = errors.New("unknown content encoding")
	errUnzip    = errors.New("body cannot be decompressed")
	errBusy     = errors.New("too many bodies at once")
	errRead     = errors.New("body broke off")
)

// bodies reads request bodies, bounded on the wire, after decompression, and
// all together. The bounds are checked while reading: a declared length is
// believed only if it is too large.
//
// When the memory for all of them becomes scarce, those who send slowly are cut
// off, so that they do not keep out those who come with everything in their
// hands. The first buffer is given to everybody: there are no more of them than
// connections, and a beacon fits into it.
type bodies struct {
	limits    Limits
	held      atomic.Int64 // bytes of buffers in use, beyond everybody's first
	hurried   atomic.Int64 // clients that were cut off
	buffers   sync.Pool    // *[]byte
	inflaters sync.Pool    // *inflater

	mu      sync.Mutex
	reading list.List // of *reading, who began first in front
}

// reading is a body on its way in.
type reading struct {
	began time.Time
	w     http.ResponseWriter
}

// unhurried is how long a client may send in peace, whatever the others do.
const unhurried = time.Second

const firstBuffer = 4 << 10

func newBodies(l Limits) *bodies {
	b := &bodies{limits: l}
	b.inflaters.New = func() any { return new(inflater) }
	b.buffers.New = func() any { buf := make([]byte, 0, firstBuffer); return &buf }
	return b
}

// body is a request's body in a buffer that must be released.
type body struct {
	bytes []byte
	buf   *[]byte
	from  *bodies
	held  int64
}

func (b *body) release() {
	if b.buf == nil {
		return
	}
	b.from.held.Add(-b.held)
	if cap(b.bytes) <= b.from.limits.Body {
		*b.buf = b.bytes[:0]
		b.from.buffers.Put(b.buf)
	}
	*b = body{}
}

// read reads and inflates a body. What a client sends is read to its end before
// anything is inflated, so that one who sends slowly holds a small buffer and no
// inflater.
func (bs *bodies) read(w http.ResponseWriter, r *http.Request, encoding string) (body, error) {
	if r.ContentLength > int64(bs.limits.Body) {
		return body{}, errTooLarge
	}
	coding := strings.ToLower(strings.TrimSpace(encoding))
	switch coding {
	case "", "identity", "gzip", "x-gzip", "deflate":
	default:
		return body{}, errEncoding
	}
	sent := bs.borrow()
	place := bs.begin(w)
	defer bs.end(place)
	if err := sent.fill(http.MaxBytesReader(w, r.Body, int64(bs.limits.Body)), bs.limits.Body); err != nil {
		sent.release()
		return body{}, readError(err)
	}
	if coding == "" || coding == "identity" {
		return sent, nil
	}
	defer sent.release()
	return bs.inflate(coding, sent.bytes)
}

func (bs *bodies) borrow() body {
	buf := bs.buffers.Get().(*[]byte)
	return body{bytes: (*buf)[:0], buf: buf, from: bs}
}

// fill reads to the end.
func (b *body) fill(source io.Reader, limit int) error {
	for {
		if grown := int64(cap(b.bytes)-firstBuffer) - b.held; grown > 0 {
			b.held += grown
			held, most := b.from.held.Add(grown), int64(b.from.limits.BodyMemory)
			if held > most/4*3 {
				b.from.hurry()
			}
			if held > most {
				return errBusy
			}
		}
		n, err := source.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		if len(b.bytes) > limit {
			return errTooLarge
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if len(b.bytes) == cap(b.bytes) {
			b.bytes = append(b.bytes, 0)[:len(b.bytes)]
		}
	}
}

func (bs *bodies) begin(w http.ResponseWriter) *list.Element {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	return bs.reading.PushBack(&reading{time.Now(), w})
}

func (bs *bodies) end(place *list.Element) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	bs.reading.Remove(place) // does nothing if it was hurried
}

// hurry cuts off the clients that have been sending for too long.
func (bs *bodies) hurry() {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	late := time.Now().Add(-unhurried)
	for e := bs.reading.Front(); e != nil && e.Value.(*reading).began.Before(late); e = bs.reading.Front() {
		slow := bs.reading.Remove(e).(*reading)
		bs.hurried.Add(1)
		// A server that knows no deadlines goes by its own.
		_ = http.NewResponseController(slow.w).SetReadDeadline(time.Unix(1, 0))
	}
}

// inflaterMemory is about what an inflater holds, in bytes.
const inflaterMemory = 44 << 10

// inflate decompresses what was sent.
func (bs *bodies) inflate(coding string, sent []byte) (body, error) {
	defer bs.held.Add(-inflaterMemory)
	if bs.held.Add(inflaterMemory) > int64(bs.limits.BodyMemory) {
		return body{}, errBusy
	}
	z := bs.inflaters.Get().(*inflater)
	defer bs.inflaters.Put(z)
	source, err := z.open(coding, sent)
	if err != nil {
		return body{}, errUnzip
	}
	b := bs.borrow()
	if err := b.fill(source, bs.limits.Inflated); err != nil {
		b.release()
		if errors.Is(err, errBusy) || errors.Is(err, errTooLarge) {
			return body{}, err
		}
		return body{}, errUnzip
	}
	return b, nil
}

// inflater decompresses one body after the other.
type inflater struct {
	sent bytes.Reader
	gzip gzip.Reader
	zlib io.Reader // nil until needed
	bare io.Reader // nil until needed
}

func (z *inflater) open(coding string, sent []byte) (io.Reader, error) {
	z.sent.Reset(sent)
	switch {
	case coding != "deflate":
		return &z.gzip, z.gzip.Reset(&z.sent)
	case isZlib(sent):
		if z.zlib == nil {
			r, err := zlib.NewReader(&z.sent)
			if err != nil {
				return nil, err
			}
			z.zlib = r
			return r, nil
		}
		return z.zlib, z.zlib.(zlib.Resetter).Reset(&z.sent, nil)
	case z.bare == nil:
		z.bare = flate.NewReader(&z.sent)
		return z.bare, nil
	}
	return z.bare, z.bare.(flate.Resetter).Reset(&z.sent, nil)
}

// isZlib tells deflate as RFC 9110 has it (in a zlib wrapper) from the bare
// stream that some clients send by that name.
func isZlib(sent []byte) bool {
	return len(sent) >= 2 && sent[0]&0x0f == 8 && (int(sent[0])<<8|int(sent[1]))%31 == 0
}

// readError is what a body that could not be read to its end is refused for.
func readError(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return errTooLarge
	}
	if errors.Is(err, errTooLarge) || errors.Is(err, errBusy) {
		return err
	}
	return errRead
}
