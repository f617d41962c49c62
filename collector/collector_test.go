package collector

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestMain(m *testing.M) {
	// net/http gives a client half a second to read why its connection is closed.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// fakePublisher is a Publisher that keeps the batches. It can stall or refuse
// them.
type fakePublisher struct {
	mu      sync.Mutex
	batches []published
	stalled []func(error)
	stall   bool
	refuse  error // returned by Publish
	fail    error // given to done
}

type published struct {
	subject, id string
	payload     []byte
}

func (s *fakePublisher) Publish(subject, id string, payload []byte, done func(error)) error {
	s.mu.Lock()
	if s.refuse != nil {
		defer s.mu.Unlock()
		return s.refuse
	}
	if s.stall {
		defer s.mu.Unlock()
		s.stalled = append(s.stalled, func(err error) {
			if err == nil {
				s.mu.Lock()
				s.batches = append(s.batches, published{subject, id, payload})
				s.mu.Unlock()
			}
			done(err)
		})
		return nil
	}
	err := s.fail
	if err == nil {
		s.batches = append(s.batches, published{subject, id, payload})
	}
	s.mu.Unlock()
	done(err)
	return nil
}

func (s *fakePublisher) configure(change func(*fakePublisher)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// resume ends a stall: the batches that were held are acknowledged, or fail with
// err.
func (s *fakePublisher) resume(err error) {
	s.mu.Lock()
	held := s.stalled
	s.stalled, s.stall = nil, false
	s.mu.Unlock()
	for _, done := range held {
		done(err)
	}
}

// beacons are all that was published, in order.
func (s *fakePublisher) beacons(t testing.TB) []beacon.Beacon {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []beacon.Beacon
	for _, p := range s.batches {
		var b beacon.Batch
		if err := beacon.Decode(p.payload, &b); err != nil {
			t.Fatalf("decode batch: %v", err)
		}
		site, region, _, ok := beacon.ParseSubject(p.subject)
		if !ok {
			t.Fatalf("subject %q", p.subject)
		}
		b.Site = site
		for _, c := range b.Beacons() {
			if c.Dims[beacon.Region] != region {
				t.Errorf("beacon of region %q in %s", c.Dims[beacon.Region], p.subject)
			}
			all = append(all, c)
		}
	}
	return all
}

// harness is a collector behind a real HTTP server, with a fake publisher.
type harness struct {
	t         testing.TB
	c         *Collector
	publisher *fakePublisher
	url       string

	client *http.Client // its own: another test's server closes the idle connections of the default one
}

const testKey = "pk_shop"

func newHarness(t testing.TB, change func(*Config)) *harness {
	t.Helper()
	cfg := Config{Sites: map[string]string{"shop": testKey}, RateLimit: -1, Linger: time.Millisecond}
	if change != nil {
		change(&cfg)
	}
	pub := &fakePublisher{}
	c, err := New(cfg, pub)
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewServer(c.Handler())
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		ts.Close()
		pub.resume(nil)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		c.Drain(ctx) // an error here if the test has drained it
	})
	return &harness{t, c, pub, ts.URL, client}
}

// answer is an HTTP answer of the collector.
type answer struct {
	status int
	header http.Header
	body   string
}

func (h *harness) do(method, path, body string, header ...string) answer {
	h.t.Helper()
	req, err := http.NewRequest(method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		} else if header[i+1] == "" {
			req.Header.Del(header[i])
		} else {
			req.Header.Set(header[i], header[i+1])
		}
	}
	res, err := h.client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(text)}
}

// post sends beacons with the right key.
func (h *harness) post(body string, header ...string) answer {
	h.t.Helper()
	return h.do("POST", "/v1/beacons", body, append([]string{"X-Rum-Key", testKey}, header...)...)
}

// settle waits until every accepted beacon is published, and returns all that
// were.
func (h *harness) settle() []beacon.Beacon {
	h.t.Helper()
	h.c.Flush()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := h.c.queue.waitUntil(ctx, func() bool { return h.c.Stats().Queued == 0 }); err != nil {
		h.t.Fatalf("waiting for the queue: %v: %+v", err, h.c.Stats())
	}
	h.balanced()
	return h.publisher.beacons(h.t)
}

// balanced checks that the counts add up, and returns them.
func (h *harness) balanced() Stats {
	h.t.Helper()
	s := h.c.Stats()
	sum := s.Published + s.Queued
	for _, n := range s.Refused {
		sum += n
	}
	for _, n := range s.Dropped {
		sum += n
	}
	if sum != s.Received {
		h.t.Errorf("counts do not balance: received %d, accounted %d: %+v", s.Received, sum, s)
	}
	return s
}

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

const sample = `{
  "id": "01J9Z", "time": 1763647652123, "release": "2.4.1", "environment": "production",
  "url": "https://shop.example/users/8412/orders?x=1", "route": "/users/:id/orders",
  "view": "v-1", "session": "s-1", "user": "jane.doe@example.com",
  "navigation": true, "sample_rate": 0.1, "consent": "full", "device": "mobile", "connection": "4g",
  "tags": {"tier": "paid", "flag": "new-payment-flow"},
  "metrics": {"lcp": 2412.5, "inp": 184, "cls": 0.04, "fcp": 901, "ttfb": 212},
  "errors": [{"type": "TypeError", "message": "x is undefined", "stack": "at f (https://shop.example/a.js:1:2)", "handled": false}],
  "requests": [{"url": "https://api.shop.example/cart?id=7", "method": "POST", "status": 500, "duration": 812, "trace": "4bf92f3577b34da6a3ce929d0e0e4736"}],
  "events": [{"name": "checkout_completed", "value": 1}],
  "trace": "4bf92f3577b34da6a3ce929d0e0e4736", "unknown": {"deep": [1, 2, {"x": null}]}
}`

// view is the smallest beacon.
const view = `{"navigation":true,"url":"/a"}`

func TestPostBeaconPublished(t *testing.T) {
	now := time.UnixMilli(1763647653000)
	h := newHarness(t, func(c *Config) {
		c.Region = "eu-west"
		c.Now = func() time.Time { return now }
	})
	a := h.post(sample, "User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1")
	if a.status != 202 || a.body != `{"accepted": 1, "rejected": 0}`+"\n" {
		t.Fatalf("answer %d %q", a.status, a.body)
	}
	all := h.settle()
	if len(all) != 1 {
		t.Fatalf("%d beacons published, want 1", len(all))
	}
	b := all[0]
	want := [beacon.NumDims]string{
		beacon.Region: "eu-west", beacon.Release: "2.4.1", beacon.Environment: "production",
		beacon.Page: "/users/:id/orders", beacon.Device: "mobile", beacon.Browser: "Safari",
		beacon.BrowserVersion: "Safari 19", beacon.OS: "iOS", beacon.Connection: "4g", beacon.SDK: "beacons",
	}
	if b.Dims != want {
		t.Errorf("dims\n got %q\nwant %q", b.Dims, want)
	}
	if b.Site != "shop" || b.Received != now.UnixMilli() || b.Time != 1763647652123 || !b.Navigation || float32(b.SampleRate) != 0.1 {
		t.Errorf("beacon %+v", b)
	}
	if b.ID == 0 || b.View == 0 || b.Session == 0 || b.User == 0 || b.User == b.Session {
		t.Errorf("identities %x %x %x %x", b.ID, b.View, b.Session, b.User)
	}
	if len(b.Tags) != 2 || len(b.Metrics) != 5 || len(b.Errors) != 1 || len(b.Requests) != 1 || len(b.Events) != 1 {
		t.Errorf("beacon %+v", b)
	}
	if q := b.Requests[0]; q.Method != "POST" || q.Status != 500 || q.Duration != 812 || q.Trace == "" || strings.Contains(q.URL, "?") {
		t.Errorf("request %+v", q)
	}
	if b.Errors[0].Type != "TypeError" || b.Errors[0].Message != "x is undefined" || b.Errors[0].Stack == "" {
		t.Errorf("error %+v", b.Errors[0])
	}
}

func TestPostBodyForms(t *testing.T) {
	one := `{"navigation":true,"url":"/a"}`
	for _, tc := range []struct {
		name, body         string
		header             []string
		status             int
		accepted, rejected int
	}{
		{"object", one, nil, 202, 1, 0},
		{"pretty object", "{\n  \"navigation\": true\n}\n", nil, 202, 1, 0},
		{"array", "[" + one + "," + one + "]", nil, 202, 2, 0},
		{"array over lines", " [\n" + one + "\n,\n" + one + "\n]\n ", nil, 202, 2, 0},
		{"ndjson", one + "\n" + one + "\r\n\n" + one + "\n", []string{"Content-Type", "application/x-ndjson"}, 202, 3, 0},
		{"ndjson as text", one + "\n" + one, []string{"Content-Type", "text/plain;charset=UTF-8"}, 202, 2, 0},
		{"gzip", gzipped(one), []string{"Content-Encoding", "gzip"}, 202, 1, 0},
		{"deflate", deflated("[" + one + "]"), []string{"Content-Encoding", "deflate"}, 202, 1, 0},
		{"one of three malformed", "[" + one + `,{"metrics":5},` + one + "]", nil, 202, 2, 1},
		{"one of three not JSON", "[" + one + `,{"metrics":},` + one + "]", nil, 202, 2, 1},
		{"duplicate names", "[" + one + `,{"url":"/a","url":"/b","navigation":true}]`, nil, 202, 1, 1},
		{"invalid UTF-8", "[" + one + ",{\"url\":\"\xff\",\"navigation\":true}]", nil, 202, 2, 0},
		{"scalar in array", "[" + one + `,7,"x",null]`, nil, 202, 1, 3},
		{"broken line", one + "\n{\"navigation\":tr\n" + one, nil, 202, 2, 1},
		{"unclosed line", one + "\n{\"navigation\":true\n" + one, nil, 202, 2, 1},
		{"array breaks off", "[" + one + "," + one, nil, 202, 2, 1},
		{"too deep in what is not read", "[" + one + `,{"navigation":true,"x":` + strings.Repeat("[", 20) + strings.Repeat("]", 20) + "}]", nil, 202, 2, 0},
		{"byte order mark", "\ufeff" + one, nil, 202, 1, 0},
		{"too many", "[" + strings.Repeat(one+",", 59) + one + "]", nil, 202, 50, 10},
		{"trailing data", one + "garbage", nil, 400, 0, 0},
		{"nothing usable", `{"url":"/a"}`, nil, 400, 0, 0},
		{"empty array", `[]`, nil, 400, 0, 0},
		{"empty body", ` `, nil, 400, 0, 0},
		{"only bad values", `{"metrics":{"lcp":-1}}`, nil, 400, 0, 0},
		{"not JSON", "hello", nil, 400, 0, 0},
		{"not gzip", one, []string{"Content-Encoding", "gzip"}, 400, 0, 0},
		{"cut gzip", gzipped(one)[:20], []string{"Content-Encoding", "gzip"}, 400, 0, 0},
		{"unknown encoding", one, []string{"Content-Encoding", "br"}, 415, 0, 0},
		{"unknown type", one, []string{"Content-Type", "application/xml"}, 415, 0, 0},
		{"no type", one, []string{"Content-Type", ""}, 415, 0, 0},
		{"too large", strings.Repeat(" ", 65<<10) + one, nil, 413, 0, 0},
		{"inflates too far", gzipped(strings.Repeat(" ", 257<<10) + one), []string{"Content-Encoding", "gzip"}, 413, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t, nil)
			a := h.post(tc.body, tc.header...)
			if a.status != tc.status {
				t.Fatalf("status %d, want %d: %s", a.status, tc.status, a.body)
			}
			var counts struct{ Accepted, Rejected int }
			if a.status == 202 {
				if err := json.Unmarshal([]byte(a.body), &counts); err != nil {
					t.Fatal(err)
				}
			}
			if counts.Accepted != tc.accepted || counts.Rejected != tc.rejected {
				t.Errorf("answer %+v, want %d accepted and %d rejected", counts, tc.accepted, tc.rejected)
			}
			if got := len(h.settle()); got != tc.accepted {
				t.Errorf("%d published, want %d", got, tc.accepted)
			}
		})
	}
}
