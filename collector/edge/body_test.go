package edge

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

func gzipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

func deflated(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

func TestBodyReaderLimits(t *testing.T) {
	limits := BodyLimits{Wire: 1000, Inflated: 4000, Memory: 1 << 20}
	zeros := func(n int) string { return strings.Repeat("0", n) }
	bare := func(s string) string { z := deflated(s); return z[2 : len(z)-4] }
	br := NewBodyReader(limits)
	for _, tc := range []struct {
		name, body, encoding string
		length               int64 // as declared; 0: chunked
		want                 error
		n                    int
	}{
		{"fits", zeros(1000), "", 1000, nil, 1000},
		{"fits, chunked", zeros(1000), "", -1, nil, 1000},
		{"declared too large", "", "", 1001, ErrTooLarge, 0},
		{"chunked and too large", zeros(1001), "", -1, ErrTooLarge, 0},
		{"identity", zeros(10), "identity", 10, nil, 10},
		{"gzip", gzipped(zeros(4000)), "gzip", -1, nil, 4000},
		{"GZIP", gzipped(zeros(10)), "GZIP", -1, nil, 10},
		{"gzip bomb", gzipped(zeros(1 << 20)), "gzip", -1, ErrTooLarge, 0},
		{"zlib bomb", deflated(zeros(100_000)), "deflate", -1, ErrTooLarge, 0},
		{"gzip too large on the wire", gzipped(zeros(10)) + zeros(2000), "gzip", -1, ErrTooLarge, 0},
		{"deflate without a wrapper", bare(zeros(4000)), "deflate", -1, nil, 4000},
		{"deflate without a wrapper, cut", bare(zeros(4000))[:10], "deflate", -1, ErrDecompress, 0},
		{"deflate of nothing", "", "deflate", 0, ErrDecompress, 0},
		{"gzip in pieces", gzipped(zeros(10)) + gzipped(zeros(20)), "gzip", -1, nil, 30},
		{"gzip cut", gzipped(zeros(4000))[:30], "gzip", -1, ErrDecompress, 0},
		{"gzip of nothing", "", "gzip", 0, ErrDecompress, 0},
		{"unknown", "x", "br", 1, ErrEncoding, 0},
		{"two", "x", "gzip, gzip", 1, ErrEncoding, 0},
	} {
		r := httptest.NewRequest("POST", "/", io.NopCloser(strings.NewReader(tc.body)))
		r.ContentLength = tc.length
		b, err := br.ReadBody(httptest.NewRecorder(), r, tc.encoding)
		if !errors.Is(err, tc.want) || tc.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
		if err == nil && len(b.Bytes) != tc.n {
			t.Errorf("%s: %d bytes", tc.name, len(b.Bytes))
		}
		b.Release()
		if held := br.HeldBytes(); held != 0 {
			t.Errorf("%s: %d bytes are still held", tc.name, held)
		}
	}
}

// A client that begins a compressed body and stalls holds only a small buffer.
func TestBodyReaderStalledHoldsLittle(t *testing.T) {
	br := NewBodyReader(BodyLimits{Wire: 64 << 10, Inflated: 256 << 10, Memory: 1 << 20})
	in, out := io.Pipe()
	read := make(chan error)
	go func() {
		_, err := br.ReadBody(httptest.NewRecorder(), httptest.NewRequest("POST", "/", in), "gzip")
		read <- err
	}()
	if _, err := out.Write([]byte(gzipped("hello")[:20])); err != nil {
		t.Fatal(err)
	}
	if held := br.HeldBytes(); held != 0 {
		t.Errorf("%d bytes are held", held)
	}
	out.CloseWithError(io.ErrUnexpectedEOF)
	if err := <-read; !errors.Is(err, ErrIncomplete) {
		t.Errorf("%v", err)
	}
}

func TestBodyReaderMemoryLimit(t *testing.T) {
	br := NewBodyReader(BodyLimits{Wire: 100_000, Inflated: 100_000, Memory: 64 << 10})
	read := func() (Body, error) {
		return br.ReadBody(httptest.NewRecorder(), httptest.NewRequest("POST", "/", bytes.NewReader(make([]byte, 30_000))), "")
	}
	first, err := read()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(); !errors.Is(err, ErrBusy) {
		t.Errorf("two bodies at once: %v", err)
	}
	first.Release()
	again, err := read()
	if err != nil {
		t.Errorf("after the first was done: %v", err)
	}
	again.Release()
}
