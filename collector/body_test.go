package collector

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/collector/wire"
)

// wireBeacon is a raw beacon with an error on a page, as Faro would give it.
func wireBeacon(url string) *wire.Beacon {
	return &wire.Beacon{URL: url, ViewHints: wire.ViewHints{Infer: true}, Errors: []wire.Error{{Message: "m"}}}
}

func TestBodies(t *testing.T) {
	limits := Limits{Body: 1000, Inflated: 4000, BodyMemory: 1 << 20}
	zeros := func(n int) string { return strings.Repeat("0", n) }
	bare := func(s string) string { z := deflated(s); return z[2 : len(z)-4] }
	bs := newBodies(limits)
	for _, tc := range []struct {
		name, body, encoding string
		length               int64 // as declared; 0: chunked
		want                 error
		n                    int
	}{
		{"fits", zeros(1000), "", 1000, nil, 1000},
		{"fits, chunked", zeros(1000), "", -1, nil, 1000},
		{"declared too large", "", "", 1001, errTooLarge, 0},
		{"chunked and too large", zeros(1001), "", -1, errTooLarge, 0},
		{"identity", zeros(10), "identity", 10, nil, 10},
		{"gzip", gzipped(zeros(4000)), "gzip", -1, nil, 4000},
		{"GZIP", gzipped(zeros(10)), "GZIP", -1, nil, 10},
		{"gzip bomb", gzipped(zeros(1 << 20)), "gzip", -1, errTooLarge, 0},
		{"zlib bomb", deflated(zeros(100_000)), "deflate", -1, errTooLarge, 0},
		{"gzip too large on the wire", gzipped(zeros(10)) + zeros(2000), "gzip", -1, errTooLarge, 0},
		{"deflate without a wrapper", bare(zeros(4000)), "deflate", -1, nil, 4000},
		{"deflate without a wrapper, cut", bare(zeros(4000))[:10], "deflate", -1, errUnzip, 0},
		{"deflate of nothing", "", "deflate", 0, errUnzip, 0},
		{"gzip in pieces", gzipped(zeros(10)) + gzipped(zeros(20)), "gzip", -1, nil, 30},
		{"gzip cut", gzipped(zeros(4000))[:30], "gzip", -1, errUnzip, 0},
		{"gzip of nothing", "", "gzip", 0, errUnzip, 0},
		{"unknown", "x", "br", 1, errEncoding, 0},
		{"two", "x", "gzip, gzip", 1, errEncoding, 0},
	} {
		r := httptest.NewRequest("POST", "/", io.NopCloser(strings.NewReader(tc.body)))
		r.ContentLength = tc.length
		b, err := bs.read(httptest.NewRecorder(), r, tc.encoding)
		if !errors.Is(err, tc.want) || tc.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
		if err == nil && len(b.bytes) != tc.n {
			t.Errorf("%s: %d bytes", tc.name, len(b.bytes))
		}
		b.release()
		if held := bs.held.Load(); held != 0 {
			t.Errorf("%s: %d bytes are still held", tc.name, held)
		}
	}
}

// One who begins a compressed body and stalls holds a small buffer alone.
func TestStalledBodyHoldsLittle(t *testing.T) {
	bs := newBodies(Limits{Body: 64 << 10, Inflated: 256 << 10, BodyMemory: 1 << 20})
	in, out := io.Pipe()
	read := make(chan error)
	go func() {
		_, err := bs.read(httptest.NewRecorder(), httptest.NewRequest("POST", "/", in), "gzip")
		read <- err
	}()
	if _, err := out.Write([]byte(gzipped("hello")[:20])); err != nil {
		t.Fatal(err)
	}
	if held := bs.held.Load(); held != 0 {
		t.Errorf("%d bytes are held", held)
	}
	out.CloseWithError(io.ErrUnexpectedEOF)
	if err := <-read; !errors.Is(err, errRead) {
		t.Errorf("%v", err)
	}
}

func TestBodyMemory(t *testing.T) {
	bs := newBodies(Limits{Body: 100_000, Inflated: 100_000, BodyMemory: 64 << 10})
	read := func() (body, error) {
		return bs.read(httptest.NewRecorder(), httptest.NewRequest("POST", "/", bytes.NewReader(make([]byte, 30_000))), "")
	}
	first, err := read()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(); !errors.Is(err, errBusy) {
		t.Errorf("two bodies at once: %v", err)
	}
	first.release()
	again, err := read()
	if err != nil {
		t.Errorf("after the first was done: %v", err)
	}
	again.release()
	if d := denials[bodyDenial(errBusy)]; d.status != http.StatusServiceUnavailable || d.retry == 0 {
		t.Errorf("answer %+v", d)
	}
}

// Whatever comes in, the answer is one of the contract's, and the books balance.
func FuzzRequest(f *testing.F) {
	paths := []string{"/v1/beacons", "/collect", "/web-vitals", "/k/" + testKey + "/v1/beacons"}
	encodings := []string{"", "gzip", "deflate", "br"}
	f.Add(0, 0, []byte(sample))
	f.Add(0, 1, []byte(gzipped(sample)))
	f.Add(0, 2, []byte(deflated("["+sample+"]")))
	for _, name := range []string{"faro-2.12.1", "faro-1.19.0", "web-vitals-6.2.3"} {
		for _, rec := range fixture(f, name) {
			f.Add(map[bool]int{true: 1, false: 2}[strings.HasPrefix(rec.Path, "/collect")], 0, []byte(rec.Body))
		}
	}
	r := newRig(f, nil)
	f.Fuzz(func(t *testing.T, path, encoding int, body []byte) {
		req := httptest.NewRequest("POST", paths[uint(path)%uint(len(paths))], bytes.NewReader(body))
		req.Header.Set("X-Rum-Key", testKey)
		req.Header.Set("Content-Type", "application/json")
		if e := encodings[uint(encoding)%uint(len(encodings))]; e != "" {
			req.Header.Set("Content-Encoding", e)
		}
		w := httptest.NewRecorder()
		r.c.Handler().ServeHTTP(w, req)
		switch w.Code {
		case 202, 204, 400, 413, 415:
		default:
			t.Errorf("status %d", w.Code)
		}
		r.t = t
		r.settle()
		r.nat.set(func(s *server) { s.batches = nil })
	})
}
