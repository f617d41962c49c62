package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

func stored(t *testing.T, c *Conn) uint64 {
	t.Helper()
	info, err := lookup(testContext(t), c)
	if err != nil {
		t.Fatal(err)
	}
	return info.State.Msgs
}

func TestPublishSameIDStoresOnce(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	f := newFeed(t, dial(t, e.ClientURL()), PublisherOptions{Create: &Limits{}})
	var done sync.WaitGroup
	for range 3 {
		done.Add(1)
		if err := f.p.Publish(beacon.Subject("shop", "eu", 0), "same", payload(t, 1), func(err error) {
			if err != nil {
				t.Error(err)
			}
			done.Done()
		}); err != nil {
			t.Fatal(err)
		}
	}
	done.Wait()
	if n := stored(t, f.p.conn); n != 1 {
		t.Errorf("stored %d times, want 1", n)
	}
	if st := f.p.Status(); st.Published != 3 || st.Duplicates != 2 || st.Pending != 0 || st.PendingBytes != 0 {
		t.Errorf("%+v", st)
	}
}

// The bounds on pending batches limit memory while the server is away.
func TestPublishBoundsPending(t *testing.T) {
	c, err := ConnectLazily(ConnectOptions{Servers: "nats://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	calls := map[string]int{}
	publish := func(p *Publisher, id string, size int) error {
		return p.Publish("rum.v1.shop.eu.00", id, make([]byte, size), func(err error) {
			if !errors.Is(err, ErrClosed) {
				t.Errorf("%s: %v", id, err)
			}
			calls[id]++
		})
	}
	byCount, err := NewPublisher(c, PublisherOptions{MaxPending: 3})
	if err != nil {
		t.Fatal(err)
	}
	byBytes, err := NewPublisher(c, PublisherOptions{MaxBytes: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []error{nil, nil, nil, ErrFull, ErrFull} {
		if err := publish(byCount, fmt.Sprint("count", i), 1); !errors.Is(err, want) {
			t.Errorf("batch %d: %v", i, err)
		}
	}
	for i, want := range []error{nil, ErrFull, nil} {
		if err := publish(byBytes, fmt.Sprint("bytes", i), []int{900, 200, 100}[i]); !errors.Is(err, want) {
			t.Errorf("batch %d: %v", i, err)
		}
	}
	if st := byBytes.Status(); st.Pending != 2 || st.PendingBytes != 1000 || st.Note == "" {
		t.Errorf("%+v", st)
	}
	if err := byCount.Close(expired()); err == nil {
		t.Error("Close dropped three batches without an error")
	}
	if err := byBytes.Close(expired()); err == nil {
		t.Error("Close dropped two batches without an error")
	}
	if err := publish(byCount, "late", 1); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if len(calls) != 5 {
		t.Errorf("done was called for %v", calls)
	}
	for id, n := range calls {
		if n != 1 {
			t.Errorf("%s: done was called %d times", id, n)
		}
	}
}

func TestPublishOverServerLimit(t *testing.T) {
	srv := serve(t, &server.Options{MaxPayload: 1 << 10})
	f := newFeed(t, dial(t, srv.ClientURL()), PublisherOptions{Create: &Limits{}})
	err := f.p.Publish("rum.v1.shop.eu.00", "x", make([]byte, 2<<10), func(error) { t.Error("done was called") })
	if err == nil || !strings.Contains(err.Error(), "over the server's limit of 1024") {
		t.Error(err)
	}
}

// The stream's limit can be lower than the server's.
func TestPublishOverStreamLimit(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	js, err := c.jetStream()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(testContext(t), jetstream.StreamConfig{Name: StreamName, Subjects: []string{"rum.v1.>"}, MaxMsgSize: 512}); err != nil {
		t.Fatal(err)
	}
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
	refusal := make(chan error, 1)
	if err := f.p.Publish("rum.v1.shop.eu.00", "x", make([]byte, 4<<10), func(err error) { refusal <- err }); err != nil {
		t.Fatal(err)
	}
	if err := <-refusal; err == nil || !strings.Contains(err.Error(), "refuses a batch of this size") {
		t.Error(err)
	}
}

// A full stream that discards new messages refuses them; the publisher keeps
// them until it has space.
func TestPublishToFullStream(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	js, err := c.jetStream()
	if err != nil {
		t.Fatal(err)
	}
	cfg := jetstream.StreamConfig{Name: StreamName, Subjects: []string{"rum.v1.>"}, MaxMsgs: 5, Discard: jetstream.DiscardNew}
	if _, err := js.CreateStream(testContext(t), cfg); err != nil {
		t.Fatal(err)
	}
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
	f.send(8)
	testwait.Until(t, "the refusal is seen", func() bool {
		st := f.p.Status()
		return st.Pending == 3 && strings.HasPrefix(st.Note, "the stream refuses batches: ")
	})
	cfg.MaxMsgs = 100
	if _, err := js.UpdateStream(testContext(t), cfg); err != nil {
		t.Fatal(err)
	}
	f.settled()
	if n := stored(t, c); n != 8 {
		t.Errorf("%d stored", n)
	}
	if st := f.p.Status(); st.Note != "" {
		t.Errorf("%+v", st)
	}
}

func TestPublisherCloseWaitsForAcks(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	f := newFeed(t, dial(t, e.ClientURL()), PublisherOptions{Create: &Limits{}})
	f.send(2000)
	if err := f.p.Close(testContext(t)); err != nil {
		t.Fatal(err)
	}
	f.settled()
	if n := stored(t, f.p.conn); n != 2000 {
		t.Errorf("%d stored", n)
	}
	if err := f.p.Close(testContext(t)); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

// A server that stops reading must not block the caller.
func TestPublishNeverWaits(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	valve := newValve(t, strings.TrimPrefix(e.ClientURL(), "nats://"))
	c := dial(t, "nats://"+valve.addr())
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}, MaxPending: 1 << 16, MaxBytes: 64 << 20})
	valve.shut()
	data := make([]byte, 32<<10) // far more than the sockets between can hold
	before := time.Now()
	for i := range 1500 {
		f.left.Add(1)
		if err := f.p.Publish("rum.v1.shop.eu.00", fmt.Sprint(i), data, func(err error) {
			if err != nil {
				f.bad.Add(1)
			}
			f.left.Add(-1)
		}); err != nil {
			t.Fatal(err)
		}
	}
	if d := time.Since(before); d > time.Second {
		t.Errorf("Publish took %v", d)
	}
	f.p.Status()
	valve.open()
	f.settled()
	if n := stored(t, c); n != 1500 {
		t.Errorf("%d stored", n)
	}
}

// Batches in flight when the connection breaks arrive over the next one, once.
func TestPublishOverBrokenConnections(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	valve := newValve(t, strings.TrimPrefix(e.ClientURL(), "nats://"))
	c := dial(t, "nats://"+valve.addr())
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}, MaxPending: 1 << 16})
	s := subscribe(t, dial(t, "nats://"+valve.addr()), SubscribeOptions{Since: time.Hour})
	for range 5 {
		f.send(500)
		valve.cut()
		f.send(500)
	}
	f.settled()
	got := map[int]int{}
	for _, n := range receive(t, s, 5000) {
		got[n]++
	}
	for n := range 5000 {
		if got[n] != 1 {
			t.Fatalf("got batch %d %d times, want once", n, got[n])
		}
	}
	quiet(t, s)
	if st := s.Status(); st.Gaps != 0 || st.Rereads != 0 {
		t.Errorf("%+v", st)
	}
	if n := stored(t, dial(t, e.ClientURL())); n != 5000 {
		t.Errorf("%d stored", n)
	}
}

// valve is a TCP proxy that can stop reading and cut its connections.
type valve struct {
	t      *testing.T
	l      net.Listener
	target string
	closed atomic.Bool
	turn   *sync.Cond

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	wg    sync.WaitGroup
}

func newValve(t *testing.T, target string) *valve {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &valve{t: t, l: l, target: target, conns: map[net.Conn]struct{}{}}
	v.turn = sync.NewCond(&v.mu)
	v.wg.Go(v.accept)
	t.Cleanup(func() {
		_ = l.Close()
		v.open()
		v.cut()
		v.wg.Wait()
	})
	return v
}

func (v *valve) addr() string { return v.l.Addr().String() }
func (v *valve) shut()        { v.closed.Store(true) }

func (v *valve) open() {
	v.closed.Store(false)
	v.turn.Broadcast()
}

func (v *valve) cut() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for c := range v.conns {
		_ = c.Close()
		delete(v.conns, c)
	}
}

func (v *valve) accept() {
	for {
		in, err := v.l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", v.target)
		if err != nil {
			_ = in.Close()
			continue
		}
		v.mu.Lock()
		v.conns[in], v.conns[out] = struct{}{}, struct{}{}
		v.mu.Unlock()
		v.wg.Go(func() { v.pump(out, in) })
		v.wg.Go(func() { v.pump(in, out) })
	}
}

func (v *valve) pump(dst, src net.Conn) {
	defer func() { _, _ = dst.Close(), src.Close() }()
	buf := make([]byte, 32<<10)
	for {
		v.mu.Lock()
		for v.closed.Load() {
			v.turn.Wait()
		}
		v.mu.Unlock()
		n, err := src.Read(buf)
		if _, werr := dst.Write(buf[:n]); werr != nil || err != nil {
			if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
				v.t.Log(err)
			}
			return
		}
	}
}

func TestEnsureStream(t *testing.T) {
	ctx := testContext(t)
	small := serve(t, &server.Options{JetStream: true, StoreDir: t.TempDir(), JetStreamMaxStore: 100 << 20})
	c := dial(t, small.ClientURL())
	if created, err := EnsureStream(ctx, c, Limits{MaxAge: time.Hour}); err != nil || !created {
		t.Fatalf("created %v, %v", created, err)
	}
	info, err := lookup(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	cfg := info.Config
	if cfg.MaxAge != time.Hour || cfg.MaxBytes < minBytes || cfg.MaxBytes > 100<<20 || cfg.Storage != jetstream.FileStorage ||
		cfg.Discard != jetstream.DiscardOld || cfg.Duplicates != duplicateWindow || !cfg.AllowDirect || !takes(&cfg, "") {
		t.Errorf("%+v", cfg)
	}
	if created, err := EnsureStream(ctx, c, Limits{MaxAge: 2 * time.Hour}); err != nil || created {
		t.Errorf("again: created %v, %v", created, err)
	}
	if info, err = lookup(ctx, c); err != nil || info.Config.MaxAge != time.Hour {
		t.Errorf("the stream was changed: %+v, %v", info, err)
	}
	none := serve(t, &server.Options{})
	if _, err := EnsureStream(ctx, dial(t, none.ClientURL()), Limits{}); !errors.Is(err, ErrNoJetStream) {
		t.Errorf("without JetStream: %v", err)
	}
	if _, err := Sites(ctx, dial(t, none.ClientURL())); !errors.Is(err, ErrNoJetStream) {
		t.Errorf("sites without JetStream: %v", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := EnsureStream(ctx, c, Limits{}); err == nil {
		t.Error("EnsureStream with a cancelled context succeeded")
	}
}
