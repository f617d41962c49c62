package edge

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
)

// inflaterMemory is about what an inflater holds, in bytes.
const inflaterMemory = 44 << 10

// inflate decompresses what was sent.
func (br *BodyReader) inflate(coding string, sent []byte) (Body, error) {
	defer br.held.Add(-inflaterMemory)
	if br.held.Add(inflaterMemory) > int64(br.limits.Memory) {
		return Body{}, ErrBusy
	}
	z := br.inflaters.Get().(*inflater)
	defer br.inflaters.Put(z)
	source, err := z.open(coding, sent)
	if err != nil {
		return Body{}, ErrDecompress
	}
	b := br.newBody()
	if err := b.fill(source, br.limits.Inflated); err != nil {
		b.Release()
		if errors.Is(err, ErrBusy) || errors.Is(err, ErrTooLarge) {
			return Body{}, err
		}
		return Body{}, ErrDecompress
	}
	return b, nil
}

// inflater decompresses one body after the other.
type inflater struct {
	sent bytes.Reader
	gzip gzip.Reader
	zlib io.Reader // nil until needed
	raw  io.Reader // nil until needed
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
	case z.raw == nil:
		z.raw = flate.NewReader(&z.sent)
		return z.raw, nil
	}
	return z.raw, z.raw.(flate.Resetter).Reset(&z.sent, nil)
}

// isZlib distinguishes deflate as RFC 9110 defines it (in a zlib wrapper) from
// the raw stream that some clients send under that name.
func isZlib(sent []byte) bool {
	return len(sent) >= 2 && sent[0]&0x0f == 8 && (int(sent[0])<<8|int(sent[1]))%31 == 0
}
