package collector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

func withError(i int) string {
	return fmt.Sprintf(`{"view":"v%d","user":"u%d","errors":[{"type":"TypeError","message":"boom","stack":"at f (a.js:1:%d)"}]}`, i, i, i)
}

func withoutError(i int) string {
	return fmt.Sprintf(`{"view":"v%d","user":"u%d","navigation":true,"metrics":{"lcp":%d}}`, i, i, i)
}

func TestBatchFullOrLingered(t *testing.T) {
	var now atomic.Int64
	now.Store(1763647652_000)
	h := newHarness(t, func(c *Config) {
		c.Linger = 100 * time.Millisecond
		c.BatchBeacons = 3
		c.Now = func() time.Time { return time.UnixMilli(now.Load()) }
	})
	one := `{"user":"u1","navigation":true}`
	h.post(one)
	h.post(one)
	if s := h.balanced(); s.Queued != 2 || s.Published != 0 {
		t.Errorf("two gather: %+v", s)
	}
	h.post(one)
	testwait.Until(t, "the full batch is published", func() bool { return h.c.Stats().Published == 3 })
	h.post(one)
	now.Add(100)
	h.post(one)
	testwait.Until(t, "the batch that lingered by its own clock is published", func() bool { return h.c.Stats().Published >= 4 })
	all := h.settle()
	if len(all) != 5 {
		t.Errorf("%d beacons, want 5", len(all))
	}
	ids := map[string]bool{}
	for _, b := range h.publisher.batches {
		if len(b.id) != 32 || ids[b.id] {
			t.Errorf("message id %q", b.id)
		}
		ids[b.id] = true
	}
}

// Without a call of Flush, a beacon is published once it has lingered.
func TestLingerPublishes(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Linger = 20 * time.Millisecond })
	for i := range 3 {
		h.post(withoutError(i))
		testwait.Until(t, "the beacon is published", func() bool { return h.c.Stats().Published == int64(i+1) })
	}
}

// One session's beacons share a shard, before and after its user is known.
func TestShardPerSession(t *testing.T) {
	h := newHarness(t, nil)
	for i := range 40 {
		h.post(fmt.Sprintf(`[{"session":"s%d","view":"a%d","navigation":true},{"user":"u%d","session":"s%d","view":"b%d","errors":[{"message":"x"}]}]`, i, i, i, i, i))
	}
	h.settle()
	shardOf := map[beacon.ID]string{}
	shards := map[string]bool{}
	for _, p := range h.publisher.batches {
		var b beacon.Batch
		if err := beacon.Decode(p.payload, &b); err != nil {
			t.Fatal(err)
		}
		shards[p.subject] = true
		for _, session := range b.Session {
			if old := shardOf[session]; old != "" && old != p.subject {
				t.Errorf("session %x in %s and %s", session, old, p.subject)
			}
			shardOf[session] = p.subject
		}
	}
	if len(shardOf) != 40 || len(shards) < 8 {
		t.Errorf("%d sessions in %d shards, want 40 in at least 8", len(shardOf), len(shards))
	}
}

// While the server stalls, the oldest beacons without errors are shed first; when
// only errors are left, requests are denied and nothing more is lost.
func TestQueueShedsOldestFirst(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.QueueBytes = 32 << 10
		c.BatchBeacons = 4
		c.Linger = time.Hour
	})
	h.publisher.configure(func(s *fakePublisher) { s.stall = true })
	refused := 0
	for i := 0; refused == 0 && i < 5000; i++ {
		a := h.post("[" + withError(i) + "," + withoutError(i) + "]")
		switch {
		case a.status == 503:
			refused++
			if a.header.Get("Retry-After") == "" {
				t.Error("503 without Retry-After")
			}
		case a.status != 202:
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		if s := h.balanced(); s.QueueBytes > 32<<10 {
			t.Fatalf("queue holds %d bytes", s.QueueBytes)
		}
	}
	s := h.balanced()
	if refused == 0 || s.Dropped["shed"] == 0 || s.Refused["queue_full"] != 2 {
		t.Fatalf("the queue was never full: %+v", s)
	}
	if a := h.do("GET", "/metrics", ""); !strings.Contains(a.body, `beacons_dropped_total{reason="shed"} `+fmt.Sprint(s.Dropped["shed"])) {
		t.Error("shedding is not in the metrics")
	}
	h.publisher.resume(nil)
	all := h.settle()
	errored, plain := 0, 0
	oldestPlain := 1 << 30
	for _, b := range all {
		if len(b.Errors) > 0 {
			errored++
		} else {
			plain++
			oldestPlain = min(oldestPlain, int(b.Metrics[0].Value))
		}
	}
	end := h.balanced()
	if int64(plain+errored) != end.Published || end.Dropped["shed"] != s.Dropped["shed"] {
		t.Errorf("published %d and %d: %+v", plain, errored, end)
	}
	if accepted := (end.Received - 2) / 2; int64(errored) != accepted {
		t.Errorf("%d of %d errors were published", errored, accepted)
	}
	if int64(plain)+end.Dropped["shed"] != int64(errored) {
		t.Errorf("%d plain published, %d shed, of %d", plain, end.Dropped["shed"], errored)
	}
}

// A denied request can be sent again later: it was never accepted.
func TestDeniedRequestResendAccepted(t *testing.T) {
	payload := `{"meta":{"session":{"id":"s"}},"exceptions":[{"type":"Error","value":"x","timestamp":"2026-11-20T14:00:00Z"}]}`
	h := newHarness(t, func(c *Config) { c.QueueBytes = 1000; c.Linger = time.Hour })
	send := func(attempt int) int {
		return h.do("POST", "/collect?key="+testKey, payload, "Idempotency-Key", fmt.Sprint(attempt)).status
	}
	h.publisher.configure(func(s *fakePublisher) { s.stall = true })
	last := 0
	for send(last) != 503 {
		if last++; last > 100 {
			t.Fatal("never full")
		}
	}
	h.publisher.resume(nil)
	h.settle()
	if got := send(last); got != 202 {
		t.Fatalf("status %d", got)
	}
	n := len(h.settle())
	if got := send(last); got != 202 {
		t.Fatalf("status %d", got)
	}
	if after := len(h.settle()); after != n {
		t.Errorf("%d beacons, %d after the resend", n, after)
	}
	if s := h.balanced(); s.Dropped["resend"] != 1 {
		t.Errorf("stats %+v", s)
	}
}

// Failed batches are tried again under the same id until they succeed.
func TestQueueRetries(t *testing.T) {
	for name, broken := range map[string]func(*fakePublisher){
		"refused":          func(s *fakePublisher) { s.refuse = errors.New("nats: connection closed") },
		"not acknowledged": func(s *fakePublisher) { s.fail = errors.New("nats: timeout") },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, func(c *Config) { c.BatchBeacons = 2 })
			h.publisher.configure(broken)
			for i := range 50 {
				if a := h.post(withoutError(i)); a.status != 202 {
					t.Fatalf("status %d", a.status)
				}
				h.balanced()
			}
			h.c.Flush()
			testwait.Until(t, "attempts fail", func() bool { return h.c.queue.status().failures > 2 })
			if s := h.balanced(); s.Queued != 50 {
				t.Errorf("stats %+v", s)
			}
			h.publisher.configure(func(s *fakePublisher) { s.refuse, s.fail = nil, nil })
			if got := len(h.settle()); got != 50 {
				t.Errorf("%d published, want 50", got)
			}
		})
	}
}

// A batch that the server never takes, while it takes others, is dropped.
func TestQueuePoisonBatchDropped(t *testing.T) {
	q := newQueue(nil, &accounting{}, 1<<20, 10)
	pub := &fakePublisher{}
	q.pub = poisonPublisher{pub}
	q.accounts.record(&beaconCounts{received: 20, queued: 20})
	q.enqueue(&encodedBatch{subject: "rum.v1.poison.x.00", id: "p", payload: []byte("p"), beacons: 10}, 0)
	for i := range maxAttempts + 1 {
		q.notBefore = time.Time{}
		q.dispatch()
		if i == 2 {
			q.enqueue(&encodedBatch{subject: "rum.v1.shop.x.00", id: "g", payload: []byte("g"), beacons: 10}, 0)
		}
	}
	e := q.accounts.snapshot()
	if e.published != 10 || e.lost[droppedFailed] != 10 || e.queued != 0 || q.bytes != 0 {
		t.Errorf("counts %+v, %d bytes", e, q.bytes)
	}
}

// poisonPublisher refuses batches of the subject poison.
type poisonPublisher struct{ Publisher }

func (p poisonPublisher) Publish(subject, id string, payload []byte, done func(error)) error {
	if strings.Contains(subject, "poison") {
		return errors.New("nats: permissions violation")
	}
	return p.Publisher.Publish(subject, id, payload, done)
}

func TestDrainPublishesAll(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Linger = time.Hour })
	h.publisher.configure(func(s *fakePublisher) { s.stall = true })
	for i := range 10 {
		h.post(withoutError(i))
	}
	drained := make(chan error)
	go func() { drained <- h.c.Drain(context.Background()) }()
	testwait.Until(t, "all batches are in flight", func() bool { return h.c.draining.Load() && h.c.queue.status().inFlight > 0 })
	if a := h.post(withoutError(11)); a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("while draining: %d", a.status)
	}
	if a := h.do("GET", "/readyz", ""); a.status != 503 {
		t.Errorf("readyz while draining: %d", a.status)
	}
	if a := h.do("GET", "/healthz", ""); a.status != 200 {
		t.Errorf("healthz while draining: %d", a.status)
	}
	h.publisher.resume(nil)
	if err := <-drained; err != nil {
		t.Error(err)
	}
	if got := len(h.publisher.beacons(t)); got != 10 {
		t.Errorf("%d published, want 10", got)
	}
	h.balanced()
	if err := h.c.Drain(context.Background()); err == nil {
		t.Error("drained twice")
	}
}

func TestDrainTimeoutCounts(t *testing.T) {
	h := newHarness(t, nil)
	h.publisher.configure(func(s *fakePublisher) { s.stall = true })
	for i := range 10 {
		h.post(withoutError(i))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	err := h.c.Drain(ctx)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "10 beacons") {
		t.Errorf("error %v", err)
	}
	if s := h.balanced(); s.Dropped["shutdown"] != 10 || s.Queued != 0 {
		t.Errorf("stats %+v", s)
	}
	h.publisher.resume(nil) // late acknowledgements change nothing
	if s := h.balanced(); s.Dropped["shutdown"] != 10 || s.Published != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestBatchListOrder(t *testing.T) {
	var l batchList
	for i := range 3000 {
		l.push(&encodedBatch{seq: uint64(2*i + 2)})
	}
	for range 2000 {
		l.pop()
	}
	for i := range 3000 {
		l.push(&encodedBatch{seq: uint64(2*(i+3000) + 2)})
	}
	l.insert(&encodedBatch{seq: 1})
	l.insert(&encodedBatch{seq: 4007})
	l.insert(&encodedBatch{seq: 100000})
	last, n := uint64(0), 0
	for p := l.pop(); p != nil; p = l.pop() {
		if p.seq <= last {
			t.Fatalf("%d after %d", p.seq, last)
		}
		last, n = p.seq, n+1
	}
	if n != 4003 {
		t.Errorf("%d batches, want 4003", n)
	}
}

// While nothing can be sent, batchers go on gathering: after an outage a few
// large batches wait instead of many small ones. Beacons with errors stay apart
// from those that may be shed.
func TestOutageGathersLargeBatches(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.Linger = time.Millisecond
		c.InFlight = 4
		c.QueueBytes = 1 << 20
	})
	h.publisher.configure(func(s *fakePublisher) { s.stall = true })
	for i := 0; !h.c.queue.backlog.Load(); i++ {
		h.post(withoutError(i))
		if i == 1000 {
			t.Fatal("there is never a backlog")
		}
	}
	before := int(h.c.Stats().Queued)
	const posts = 2000
	for i := range posts {
		if a := h.post("[" + withError(i) + "," + withoutError(i) + "]"); a.status != 202 {
			t.Fatalf("status %d", a.status)
		}
		if s := h.c.Stats(); s.QueueBytes > 1<<20 {
			t.Fatalf("%d bytes", s.QueueBytes)
		}
	}
	h.publisher.resume(nil)
	all := h.settle()
	if len(all) != before+2*posts {
		t.Errorf("%d published of %d", len(all), before+2*posts)
	}
	mixed := 0
	for _, p := range h.publisher.batches {
		var b beacon.Batch
		if err := beacon.Decode(p.payload, &b); err != nil {
			t.Fatal(err)
		}
		errored := 0
		for _, c := range b.Beacons() {
			errored += min(1, len(c.Errors))
		}
		if errored > 0 && errored < b.Len() {
			mixed++
		}
	}
	if n := len(h.publisher.batches); n > 300 {
		t.Errorf("%d batches of %d beacons", n, len(all))
	}
	if mixed > beacon.Shards {
		t.Errorf("%d batches mix beacons with and without errors", mixed)
	}
}
