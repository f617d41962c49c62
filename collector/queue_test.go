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
)

func withError(i int) string {
	return fmt.Sprintf(`{"view":"v%d","user":"u%d","errors":[{"type":"TypeError","message":"boom","stack":"at f (a.js:1:%d)"}]}`, i, i, i)
}

func withoutError(i int) string {
	return fmt.Sprintf(`{"view":"v%d","user":"u%d","navigation":true,"metrics":{"lcp":%d}}`, i, i, i)
}

// eventually waits for a condition that other goroutines bring about.
func (r *rig) eventually(what string, ok func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for !ok() {
		select {
		case <-r.c.queue.settled:
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			r.t.Fatalf("never came: %s: %+v", what, r.c.Stats())
		}
	}
}

func TestBatching(t *testing.T) {
	var now atomic.Int64
	now.Store(1763647652_000)
	r := newRig(t, func(c *Config) {
		c.Linger = 100 * time.Millisecond
		c.BatchBeacons = 3
		c.Now = func() time.Time { return time.UnixMilli(now.Load()) }
	})
	one := `{"user":"u1","navigation":true}`
	r.post(one)
	r.post(one)
	if s := r.balanced(); s.Queued != 2 || s.Published != 0 {
		t.Errorf("two gather: %+v", s)
	}
	r.post(one)
	r.eventually("the full batch", func() bool { return r.c.Stats().Published == 3 })
	r.post(one)
	now.Add(100)
	r.post(one)
	r.eventually("the batch that lingered, under a clock of its own", func() bool { return r.c.Stats().Published >= 4 })
	all := r.settle()
	if len(all) != 5 {
		t.Errorf("%d beacons", len(all))
	}
	ids := map[string]bool{}
	for _, b := range r.nat.batches {
		if len(b.id) != 32 || ids[b.id] {
			t.Errorf("message id %q", b.id)
		}
		ids[b.id] = true
	}
}

// Without anybody calling Flush, a beacon is published once it has lingered.
func TestLinger(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Linger = 20 * time.Millisecond })
	for i := range 3 {
		r.post(withoutError(i))
		r.eventually("the beacon", func() bool { return r.c.Stats().Published == int64(i+1) })
	}
}

// One user's beacons share a shard, whatever else they carry.
func TestShards(t *testing.T) {
	r := newRig(t, nil)
	for i := range 40 {
		r.post(fmt.Sprintf(`[{"user":"u%d","view":"a%d","navigation":true},{"user":"u%d","session":"s%d","view":"b%d","errors":[{"message":"x"}]}]`, i, i, i, i, i))
	}
	r.settle()
	shardOf := map[beacon.ID]string{}
	shards := map[string]bool{}
	for _, p := range r.nat.batches {
		var b beacon.Batch
		if err := beacon.Decode(p.payload, &b); err != nil {
			t.Fatal(err)
		}
		shards[p.subject] = true
		for _, user := range b.User {
			if old := shardOf[user]; old != "" && old != p.subject {
				t.Errorf("user %x in %s and %s", user, old, p.subject)
			}
			shardOf[user] = p.subject
		}
	}
	if len(shardOf) != 40 || len(shards) < 8 {
		t.Errorf("%d users in %d shards", len(shardOf), len(shards))
	}
}

// While the server stalls, the oldest beacons without errors go first; when
// only errors are left, requests are refused and nothing more is lost.
func TestShedOrder(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.QueueBytes = 32 << 10
		c.BatchBeacons = 4
		c.Linger = time.Hour
	})
	r.nat.set(func(s *server) { s.stall = true })
	refused := 0
	for i := 0; refused == 0 && i < 5000; i++ {
		a := r.post("[" + withError(i) + "," + withoutError(i) + "]")
		switch {
		case a.status == 503:
			refused++
			if a.header.Get("Retry-After") == "" {
				t.Error("503 without Retry-After")
			}
		case a.status != 202:
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		if s := r.balanced(); s.QueueBytes > 32<<10 {
			t.Fatalf("queue holds %d bytes", s.QueueBytes)
		}
	}
	s := r.balanced()
	if refused == 0 || s.Dropped["shed"] == 0 || s.Refused["queue_full"] != 2 {
		t.Fatalf("never full: %+v", s)
	}
	if a := r.do("GET", "/metrics", ""); !strings.Contains(a.body, `beacons_dropped_total{reason="shed"} `+fmt.Sprint(s.Dropped["shed"])) {
		t.Error("metrics do not tell of shedding")
	}
	r.nat.resume(nil)
	all := r.settle()
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
	end := r.balanced()
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

// A resend of what was refused must go through later: it was never taken.
func TestRefusedMayComeAgain(t *testing.T) {
	payload := `{"meta":{"session":{"id":"s"}},"exceptions":[{"type":"Error","value":"x","timestamp":"2026-11-20T14:00:00Z"}]}`
	r := newRig(t, func(c *Config) { c.QueueBytes = 1000; c.Linger = time.Hour })
	send := func(attempt int) int {
		return r.do("POST", "/collect?key="+testKey, payload, "Idempotency-Key", fmt.Sprint(attempt)).status
	}
	r.nat.set(func(s *server) { s.stall = true })
	last := 0
	for send(last) != 503 {
		if last++; last > 100 {
			t.Fatal("never full")
		}
	}
	r.nat.resume(nil)
	r.settle()
	if got := send(last); got != 202 {
		t.Fatalf("status %d", got)
	}
	n := len(r.settle())
	if got := send(last); got != 202 {
		t.Fatalf("status %d", got)
	}
	if after := len(r.settle()); after != n {
		t.Errorf("%d beacons, %d after the resend", n, after)
	}
	if s := r.balanced(); s.Dropped["resend"] != 1 {
		t.Errorf("%+v", s)
	}
}

// Batches that fail are tried again under the same id until they get through.
func TestRetry(t *testing.T) {
	for name, broken := range map[string]func(*server){
		"not taken":        func(s *server) { s.refuse = errors.New("nats: connection closed") },
		"not acknowledged": func(s *server) { s.fail = errors.New("nats: timeout") },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.BatchBeacons = 2 })
			r.nat.set(broken)
			for i := range 50 {
				if a := r.post(withoutError(i)); a.status != 202 {
					t.Fatalf("status %d", a.status)
				}
				r.balanced()
			}
			r.c.Flush()
			r.eventually("failures", func() bool { return r.c.queue.status().failures > 2 })
			if s := r.balanced(); s.Queued != 50 {
				t.Errorf("%+v", s)
			}
			r.nat.set(func(s *server) { s.refuse, s.fail = nil, nil })
			if got := len(r.settle()); got != 50 {
				t.Errorf("%d published", got)
			}
		})
	}
}

// A batch that the server never takes, while it takes others, is given up.
func TestPoisonBatch(t *testing.T) {
	q := newQueue(nil, &ledger{}, 1<<20, 10)
	pub := &server{}
	q.pub = picky{pub}
	q.ledger.add(&entry{received: 20, queued: 20})
	q.push(&parcel{subject: "rum.v1.poison.x.00", id: "p", payload: []byte("p"), beacons: 10}, 0)
	for i := range maxAttempts + 1 {
		q.notBefore = time.Time{}
		q.dispatch()
		if i == 2 {
			q.push(&parcel{subject: "rum.v1.shop.x.00", id: "g", payload: []byte("g"), beacons: 10}, 0)
		}
	}
	e := q.ledger.snapshot()
	if e.published != 10 || e.lost[droppedFailed] != 10 || e.queued != 0 || q.bytes != 0 {
		t.Errorf("%+v, %d bytes", e, q.bytes)
	}
}

type picky struct{ Publisher }

func (p picky) Publish(subject, id string, payload []byte, done func(error)) error {
	if strings.Contains(subject, "poison") {
		return errors.New("nats: permissions violation")
	}
	return p.Publisher.Publish(subject, id, payload, done)
}

func TestDrain(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Linger = time.Hour })
	r.nat.set(func(s *server) { s.stall = true })
	for i := range 10 {
		r.post(withoutError(i))
	}
	drained := make(chan error)
	go func() { drained <- r.c.Drain(context.Background()) }()
	r.eventually("all batches in flight", func() bool { return r.c.draining.Load() && r.c.queue.status().flying > 0 })
	if a := r.post(withoutError(11)); a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("while draining: %d", a.status)
	}
	if a := r.do("GET", "/readyz", ""); a.status != 503 {
		t.Errorf("readyz while draining: %d", a.status)
	}
	if a := r.do("GET", "/healthz", ""); a.status != 200 {
		t.Errorf("healthz while draining: %d", a.status)
	}
	r.nat.resume(nil)
	if err := <-drained; err != nil {
		t.Error(err)
	}
	if got := len(r.nat.beacons(t)); got != 10 {
		t.Errorf("%d published", got)
	}
	r.balanced()
	if err := r.c.Drain(context.Background()); err == nil {
		t.Error("drained twice")
	}
}

func TestDrainGivesUp(t *testing.T) {
	r := newRig(t, nil)
	r.nat.set(func(s *server) { s.stall = true })
	for i := range 10 {
		r.post(withoutError(i))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	err := r.c.Drain(ctx)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "10 beacons") {
		t.Errorf("error %v", err)
	}
	if s := r.balanced(); s.Dropped["shutdown"] != 10 || s.Queued != 0 {
		t.Errorf("%+v", s)
	}
	r.nat.resume(nil) // late acknowledgements change nothing
	if s := r.balanced(); s.Dropped["shutdown"] != 10 || s.Published != 0 {
		t.Errorf("%+v", s)
	}
}

func TestParcels(t *testing.T) {
	var l parcels
	for i := range 3000 {
		l.push(&parcel{seq: uint64(2*i + 2)})
	}
	for range 2000 {
		l.pop()
	}
	for i := range 3000 {
		l.push(&parcel{seq: uint64(2*(i+3000) + 2)})
	}
	l.insert(&parcel{seq: 1})
	l.insert(&parcel{seq: 4007})
	l.insert(&parcel{seq: 100000})
	last, n := uint64(0), 0
	for p := l.pop(); p != nil; p = l.pop() {
		if p.seq <= last {
			t.Fatalf("%d after %d", p.seq, last)
		}
		last, n = p.seq, n+1
	}
	if n != 4003 {
		t.Errorf("%d parcels", n)
	}
}

// While nothing can be sent, lanes go on gathering: after an outage a few large
// batches wait and not a great many small ones. Beacons with errors stay apart
// from those that may be shed.
func TestOutageGathers(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Linger = time.Millisecond
		c.InFlight = 4
		c.QueueBytes = 1 << 20
	})
	r.nat.set(func(s *server) { s.stall = true })
	for i := 0; !r.c.queue.crowded.Load(); i++ {
		r.post(withoutError(i))
		if i == 1000 {
			t.Fatal("never crowded")
		}
	}
	before := int(r.c.Stats().Queued)
	const posts = 2000
	for i := range posts {
		if a := r.post("[" + withError(i) + "," + withoutError(i) + "]"); a.status != 202 {
			t.Fatalf("status %d", a.status)
		}
		if s := r.c.Stats(); s.QueueBytes > 1<<20 {
			t.Fatalf("%d bytes", s.QueueBytes)
		}
	}
	r.nat.resume(nil)
	all := r.settle()
	if len(all) != before+2*posts {
		t.Errorf("%d published of %d", len(all), before+2*posts)
	}
	mixed := 0
	for _, p := range r.nat.batches {
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
	if n := len(r.nat.batches); n > 300 {
		t.Errorf("%d batches of %d beacons", n, len(all))
	}
	if mixed > beacon.Shards {
		t.Errorf("%d batches hold beacons with errors and such without", mixed)
	}
}
