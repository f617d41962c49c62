package collector

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
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
type bodies struct {
	limits  Limits
	held    atomic.Int64 // bytes of buffers in use
	buffers sync.Pool    // *[]byte
}

const firstBuffer = 4 << 10

func newBodies(l Limits) *bodies {
	b := &bodies{limits: l}
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

// read reads and inflates a body.
func (bs *bodies) read(w http.ResponseWriter, r *http.Request, encoding string) (body, error) {
	if r.ContentLength > int64(bs.limits.Body) {
		return body{}, errTooLarge
	}
	wire := http.MaxBytesReader(w, r.Body, int64(bs.limits.Body))
	limit := bs.limits.Body
	var source io.Reader = wire
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(wire)
		if err != nil {
			return body{}, unzipError(err)
		}
		source, limit = z, bs.limits.Inflated
	case "deflate":
		z, err := newInflater(wire)
		if err != nil {
			return body{}, unzipError(err)
		}
		source, limit = z, bs.limits.Inflated
	default:
		return body{}, errEncoding
	}
	buf := bs.buffers.Get().(*[]byte)
	b := body{bytes: (*buf)[:0], buf: buf, from: bs}
	err := b.fill(source, limit)
	if err != nil {
		b.release()
		if source != wire {
			err = unzipError(err)
		}
	}
	return b, err
}

func (b *body) fill(source io.Reader, limit int) error {
	for {
		if grown := int64(cap(b.bytes)) - b.held; grown > 0 {
			b.held += grown
			if b.from.held.Add(grown) > int64(b.from.limits.BodyMemory) {
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
			return readError(err)
		}
		if len(b.bytes) == cap(b.bytes) {
			b.bytes = append(b.bytes, 0)[:len(b.bytes)]
		}
	}
}

func readError(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return errTooLarge
	}
	return errRead
}

// unzipError keeps what is said about size, and calls the rest undecodable.
func unzipError(err error) error {
	if errors.Is(err, errBusy) || errors.Is(err, errTooLarge) {
		return err
	}
	if errors.Is(readError(err), errTooLarge) {
		return errTooLarge
	}
	return errUnzip
}

// newInflater reads deflate as RFC 9110 has it (in a zlib wrapper), and the bare
// stream that some clients send by that name.
func newInflater(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	head, err := b.Peek(2)
	if err != nil {
		return nil, err
	}
	if head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		return zlib.NewReader(b)
	}
	return flate.NewReader(b), nil
}
