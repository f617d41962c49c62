package collector

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"
)

// For any body, the status is a documented one and the accounting balances.
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
	h := newHarness(f, nil)
	f.Fuzz(func(t *testing.T, path, encoding int, body []byte) {
		req := httptest.NewRequest("POST", paths[uint(path)%uint(len(paths))], bytes.NewReader(body))
		req.Header.Set("X-Rum-Key", testKey)
		req.Header.Set("Content-Type", "application/json")
		if e := encodings[uint(encoding)%uint(len(encodings))]; e != "" {
			req.Header.Set("Content-Encoding", e)
		}
		w := httptest.NewRecorder()
		h.c.Handler().ServeHTTP(w, req)
		switch w.Code {
		case 202, 204, 400, 413, 415:
		default:
			t.Errorf("status %d", w.Code)
		}
		h.t = t
		h.settle()
		h.publisher.configure(func(s *fakePublisher) { s.batches = nil })
	})
}
