package stream

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.uber.org/goleak"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func testContext(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*testwait.Patience)
	t.Cleanup(cancel)
	return ctx
}

// serve runs a NATS server until the end of the test.
func serve(t testing.TB, opts *server.Options) *server.Server {
	t.Helper()
	if opts.Host == "" {
		opts.Host = "127.0.0.1"
	}
	if opts.Port == 0 {
		opts.Port = server.RANDOM_PORT
	}
	opts.NoLog, opts.NoSigs = true, true
	s, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(testwait.Patience) {
		t.Fatal("nats-server does not start")
	}
	t.Cleanup(func() { stopServer(s) })
	return s
}

func stopServer(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

func embed(t testing.TB, opts EmbeddedOptions) *Embedded {
	t.Helper()
	e, err := StartEmbedded(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func dial(t testing.TB, url string) *Conn {
	t.Helper()
	c, err := Connect(testContext(t), ConnectOptions{Servers: url, Name: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// freePort returns a port without a listener.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// payload is a batch of one beacon that carries a number.
func payload(t testing.TB, n int) []byte {
	t.Helper()
	var b beacon.Batch
	b.Append(&beacon.Beacon{ID: beacon.ID(n + 1), Received: int64(n), Navigation: true, View: beacon.ID(n + 1)})
	data, err := b.Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// feed publishes numbered batches and waits for their acknowledgements.
type feed struct {
	t    testing.TB
	p    *Publisher
	next int
	left atomic.Int64
	bad  atomic.Int64
}

func newFeed(t testing.TB, c *Conn, opts PublisherOptions) *feed {
	t.Helper()
	opts.searchWait, opts.ensureEvery = cmp.Or(opts.searchWait, 200*time.Millisecond), 500*time.Millisecond
	p, err := NewPublisher(c, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close(expired()) })
	if opts.Create != nil {
		// A batch that is refused before the stream exists arrives out of order.
		testwait.Until(t, "the publisher knows whether there is a stream", func() bool { return p.Status().History || p.Status().Note != "" })
	}
	return &feed{t: t, p: p}
}

func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func (f *feed) send(n int) {
	f.t.Helper()
	for range n {
		number := f.next
		f.next++
		f.left.Add(1)
		err := f.p.Publish(beacon.Subject("shop", "eu", uint8(number)), fmt.Sprintf("%p-%d", f, number), payload(f.t, number), func(err error) {
			if err != nil {
				f.bad.Add(1)
			}
			f.left.Add(-1)
		})
		if err != nil {
			f.t.Fatal(err)
		}
	}
}

func (f *feed) settled() {
	f.t.Helper()
	testwait.Until(f.t, "all batches are settled", func() bool { return f.left.Load() == 0 })
	if f.bad.Load() != 0 {
		f.t.Fatalf("%d batches failed", f.bad.Load())
	}
}

func subscribe(t testing.TB, c *Conn, opts SubscribeOptions) *Subscription {
	t.Helper()
	if opts.Site == "" {
		opts.Site = "shop"
	}
	opts.lookupEvery = 100 * time.Millisecond
	s, err := Subscribe(context.Background(), c, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// receive returns the numbers of the next n batches.
func receive(t testing.TB, s *Subscription, n int) []int {
	t.Helper()
	timeout := time.After(testwait.Patience)
	var got []int
	for len(got) < n {
		select {
		case b, ok := <-s.Batches():
			if !ok {
				t.Fatalf("the subscription ended after %d of %d batches", len(got), n)
			}
			got = append(got, int(b.Received[0]))
			s.Recycle(b)
		case <-timeout:
			t.Fatalf("got %d of %d batches; status %+v", len(got), n, s.Status())
		}
	}
	return got
}

// expect receives exactly the numbers from … to-1, in order.
func expect(t testing.TB, s *Subscription, from, to int) {
	t.Helper()
	for i, n := range receive(t, s, to-from) {
		if n != from+i {
			t.Fatalf("got batch %d, want %d", n, from+i)
		}
	}
}

// quiet checks that no further batch has arrived.
func quiet(t testing.TB, s *Subscription) {
	t.Helper()
	select {
	case b := <-s.Batches():
		t.Fatalf("got batch %d, want none", b.Received[0])
	default:
	}
}
