package stream

import (
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

func TestSubscribeHistoryThenLive(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	f := newFeed(t, dial(t, e.ClientURL()), PublisherOptions{Create: &Limits{}, MaxPending: 1 << 20, MaxBytes: 1 << 30})
	f.send(3000)
	f.settled()
	const total = 9000
	done := make(chan struct{})
	go func() { // during the switch from history to live
		defer close(done)
		for range 60 {
			f.send(100)
			time.Sleep(time.Millisecond)
		}
	}()
	s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour})
	expect(t, s, 0, total)
	<-done
	quiet(t, s)
	testwait.Until(t, "the counters", func() bool { return s.Status().Messages == total && s.Status().Loading == 1 })
	st := s.Status()
	if !st.Connected || st.History != beacon.HistoryKept || st.Note != "" || st.Gaps != 0 || st.Dropped != 0 || st.Malformed != 0 {
		t.Errorf("status %+v", st)
	}
	if st.Newest.IsZero() || st.Skew > time.Minute || st.Skew < -time.Minute {
		t.Errorf("newest %v, skew %v", st.Newest, st.Skew)
	}
}

func TestSubscribeSkipsBeforeSince(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	f := newFeed(t, dial(t, e.ClientURL()), PublisherOptions{Create: &Limits{}})
	f.send(10)
	f.settled()
	s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{})
	testwait.Until(t, "the subscription is live", func() bool { return s.Status().Loading == 1 && s.Status().History == beacon.HistoryKept })
	f.send(5)
	expect(t, s, 10, 15)
}

func TestSubscribeShards(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	f := newFeed(t, dial(t, e.ClientURL()), PublisherOptions{Create: &Limits{}})
	f.send(64)
	f.settled()
	s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour, Shards: []string{"03", "0f"}})
	for i, n := range receive(t, s, 8) {
		if want := i/2*16 + []int{3, 15}[i%2]; n != want {
			t.Errorf("got batch %d, want %d", n, want)
		}
	}
	quiet(t, s)
}

func TestSubscribeSkipsForeignSubjects(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
	f.send(1)
	f.settled()
	s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour}) // alone in the stream: unfiltered
	expect(t, s, 0, 1)
	publishRaw(t, c, beacon.Subject("bank", "eu", 1), payload(t, 100))
	publishRaw(t, c, "rum.v1.shop.eu.zz", payload(t, 101))
	publishRaw(t, c, "rum.v1.shop.eu.00.deeper", payload(t, 102))
	publishRaw(t, c, "rum.v1.shop.\x1b[2J.00", payload(t, 103))
	publishRaw(t, c, "rum.v1.SHOP.eu.00", payload(t, 104))
	publishRaw(t, c, beacon.AnnotationSubject("shop"), []byte(`{"text":"deploy"}`))
	publishRaw(t, c, beacon.Subject("shop", "eu", 1), []byte("no batch at all"))
	publishRaw(t, c, beacon.Subject("shop", "eu", 1), nil)
	f.send(1)
	expect(t, s, 1, 2)
	if st := s.Status(); st.Foreign != 2 || st.Malformed != 5 || st.Gaps != 0 {
		t.Errorf("status %+v", st)
	}
	// A second viewer finds two sites, and reads with a filter.
	s2 := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour})
	expect(t, s2, 0, 2)
	if st := s2.Status(); st.Foreign != 0 || st.Malformed != 4 || st.Gaps != 0 {
		t.Errorf("status of the filtered viewer %+v", st)
	}
	sites, err := Sites(testContext(t), c)
	if err != nil || len(sites) != 2 || sites[0] != "bank" || sites[1] != "shop" {
		t.Errorf("sites %q, %v", sites, err)
	}
}

// A viewer alone in a stream reads unfiltered, until another site fills it.
func TestSubscribeFiltersCrowdedStream(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
	f.send(1)
	f.settled()
	s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour})
	expect(t, s, 0, 1)
	data := payload(t, 0)
	for range 3000 {
		publishRaw(t, c, beacon.Subject("bank", "eu", 1), data)
	}
	f.send(1)
	expect(t, s, 1, 2)
	if st := s.Status(); st.Foreign > 1100 || st.Gaps != 0 {
		t.Errorf("status %+v", st)
	}
}

// publishRaw publishes without a Publisher.
func publishRaw(t testing.TB, c *Conn, subject string, data []byte) {
	t.Helper()
	if _, err := c.Request(subject, data, testwait.Patience); err != nil {
		t.Fatal(err)
	}
}

func TestSubscribeNoJetStream(t *testing.T) {
	srv := serve(t, &server.Options{})
	s := subscribe(t, dial(t, srv.ClientURL()), SubscribeOptions{Since: time.Hour})
	testwait.Until(t, "listening", func() bool { return s.Status().Note != "" && srv.NumSubscriptions() > 0 })
	if st := s.Status(); st.History != beacon.HistoryOff || st.Loading != 1 || !st.Connected || st.Note != "the server keeps no history (JetStream is off): live batches only" {
		t.Errorf("status %+v", st)
	}
	f := newFeed(t, dial(t, srv.ClientURL()), PublisherOptions{Create: &Limits{}})
	f.send(500)
	f.settled()
	expect(t, s, 0, 500)
	if f.p.Status().History || f.p.Status().Note == "" {
		t.Errorf("publisher %+v", f.p.Status())
	}
}

func TestSubscribeSlowReaderNoJetStream(t *testing.T) {
	// The server buffers what the viewer has not read and never disconnects it.
	srv := serve(t, &server.Options{MaxPayload: 8 << 20, MaxPending: 1 << 30})
	s := subscribe(t, dial(t, srv.ClientURL()), SubscribeOptions{Buffer: 1})
	testwait.Until(t, "listening", func() bool { return srv.NumSubscriptions() > 0 && s.Status().Note != "" })
	c := dial(t, srv.ClientURL())
	data := make([]byte, 4<<20) // 64 MiB may wait
	publishBatch := payload(t, 0)
	for range 3 {
		if err := c.Publish(beacon.Subject("shop", "eu", 0), publishBatch); err != nil {
			t.Fatal(err)
		}
	}
	testwait.Until(t, "the buffer is full", func() bool { return len(s.out) == 1 })
	for range 40 {
		if err := c.Publish(beacon.Subject("shop", "eu", 0), data); err != nil {
			t.Fatal(err)
		}
	}
	testwait.Until(t, "drops are counted", func() bool { return s.Status().Dropped > 0 })
	receive(t, s, 3)
	testwait.Until(t, "all are counted", func() bool {
		st := s.Status()
		return st.Malformed+st.Dropped == 40
	})
}

func TestSubscribeBeforeStreamExists(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour})
	testwait.Until(t, "listening", func() bool { return s.Status().Note != "" })
	if st := s.Status(); st.History != beacon.HistoryNoStream || st.Note != "the server has no stream RUM yet: live batches only until rumtop collect creates it" {
		t.Errorf("status %+v", st)
	}
	c := dial(t, e.ClientURL())
	f := newFeed(t, c, PublisherOptions{})
	f.send(10) // not stored
	expect(t, s, 0, 10)
	f.settled()
	if _, err := EnsureStream(testContext(t), c, Limits{}); err != nil {
		t.Fatal(err)
	}
	for range 100 { // during the switch
		f.send(10)
		time.Sleep(5 * time.Millisecond)
	}
	f.settled()
	expect(t, s, 10, 1010)
	testwait.Until(t, "history", func() bool { return s.Status().History == beacon.HistoryKept })
	quiet(t, s)
	testwait.Until(t, "the status is clear", func() bool { return s.Status().Note == "" && s.Status().Loading == 1 })
	if !f.p.Status().History {
		t.Errorf("publisher %+v", f.p.Status())
	}
}

func TestSubscribeRejectsBadNames(t *testing.T) {
	for _, o := range []SubscribeOptions{{Site: ""}, {Site: "*"}, {Site: "a.b"}, {Site: "shop", Shards: []string{"10"}}, {Site: "shop", Shards: []string{"*"}}} {
		if _, err := Subscribe(testContext(t), nil, o); err == nil {
			t.Errorf("Subscribe(%+v) succeeded, want an error", o)
		}
	}
}

func TestSubscriptionCloseWithoutReader(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	f := newFeed(t, dial(t, e.ClientURL()), PublisherOptions{Create: &Limits{}})
	f.send(100)
	f.settled()
	s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour, Buffer: 1})
	testwait.Until(t, "the buffer is full", func() bool { return len(s.out) == 1 })
	s.Close()
	if _, ok := <-s.Batches(); !ok {
		t.Error("Close dropped the delivered batch")
	}
	for range s.Batches() {
		t.Error("Batches delivers more than the buffer")
	}
}

func TestRecentIDsBounded(t *testing.T) {
	r := newRecentIDs()
	for i := range 3 * maxRecent {
		r.remember(strconv.Itoa(i))
		r.remember(strconv.Itoa(i))
		r.remember("")
	}
	if len(r.known) != maxRecent || r.contains("") || r.contains("0") || !r.contains(strconv.Itoa(2*maxRecent)) {
		t.Errorf("%d ids", len(r.known))
	}
}

// A message larger than one pull must not block those behind it.
func TestSubscribeMessageLargerThanPull(t *testing.T) {
	srv := serve(t, &server.Options{JetStream: true, StoreDir: t.TempDir(), MaxPayload: 16 << 20, MaxPending: 64 << 20})
	c := dial(t, srv.ClientURL())
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
	f.send(1)
	f.settled()
	publishRaw(t, c, beacon.Subject("shop", "eu", 0), make([]byte, pullBytes+pullBytes/2))
	f.send(1)
	s := subscribe(t, dial(t, srv.ClientURL()), SubscribeOptions{Since: time.Hour})
	expect(t, s, 0, 2)
	if st := s.Status(); st.Malformed != 1 {
		t.Errorf("status %+v", st)
	}
}
