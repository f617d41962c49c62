package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/secret"
)

// DefaultServer is the server to use if none is named.
const DefaultServer = nats.DefaultURL

// Timeouts of a connection. After two unanswered pings it counts as lost.
const (
	dialTimeout   = 2 * time.Second
	pingInterval  = 10 * time.Second
	writeDeadline = 10 * time.Second
)

// Conn is a connection that reconnects for as long as it is open. Its methods
// are safe for concurrent use.
type Conn struct {
	*nats.Conn
	apiPrefix string // of JetStream's API, with the final dot
	servers   string // as configured, by [secret.Server]
	overrides string // see [ConnectOptions.Overrides]

	connected  atomic.Bool
	reconnects atomic.Int64
	violations atomic.Int64
	maxPayload atomic.Int64 // bytes, 0 before the first connection
	ready      atomic.Bool  // Conn is set; callbacks may run before
	changed    broadcast

	mu       sync.Mutex
	server   string
	lastErr  error
	denied   map[string]struct{} // "publish subject" and "subscription subject", since connected
	requests map[*pendingRequest]struct{}

	deniedMore bool  // more subjects than denied holds
	asyncErr   error // the last one that the server reported by itself
}

// Connect connects. The connection then reconnects until it is closed, however
// long the server is away. An error says in one sentence why connecting failed
// and what to do.
func Connect(ctx context.Context, opts ConnectOptions) (*Conn, error) {
	type result struct {
		conn *Conn
		err  error
	}
	done := make(chan result, 1)
	go func() {
		c, err := connect(opts, false)
		done <- result{c, err}
	}()
	select {
	case r := <-done:
		return r.conn, r.err
	case <-ctx.Done():
		go func() {
			if r := <-done; r.conn != nil {
				r.conn.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// Await waits until the connection is up, or ctx ends.
func (c *Conn) Await(ctx context.Context) error {
	for {
		changed := c.changed.wait()
		if c.connected.Load() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ConnectLazily returns at once and connects in the background, for as long as
// it takes; see [Conn.State]. It fails only if retrying cannot help, such as on
// a missing credentials file.
func ConnectLazily(opts ConnectOptions) (*Conn, error) { return connect(opts, true) }

func connect(opts ConnectOptions, lazily bool) (*Conn, error) {
	chosen, err := opts.choose()
	if err != nil {
		return nil, err
	}
	settings, err := chosen.natsOptions()
	if err != nil {
		return nil, err
	}
	c := &Conn{
		apiPrefix: jetstream.DefaultAPIPrefix, denied: map[string]struct{}{},
		servers: secret.Server(cmp.Or(chosen.server.Servers, DefaultServer)), overrides: chosen.overrides,
	}
	if chosen.context != nil && chosen.context.APIPrefix != "" {
		c.apiPrefix = chosen.context.APIPrefix
	}
	nopts := append(settings, nats.Name(opts.Name), nats.Timeout(cmp.Or(opts.timeout, dialTimeout)))
	var dialer *gatedDialer
	if lazily {
		dialer = &gatedDialer{}
		nopts = append(nopts, dialer.option, nats.RetryOnFailedConnect(true))
	}
	if c.Conn, err = nats.Connect("", append(nopts, c.options()...)...); err != nil {
		return nil, connectError(err, c.servers)
	}
	c.ready.Store(true)
	if dialer != nil {
		dialer.open.Store(true)
	} else {
		c.onConnect(c.Conn)
	}
	return c, nil
}

// onConnect records the server. nats.go also calls it, from a goroutine of its
// own and perhaps late: hence IsConnected.
func (c *Conn) onConnect(nc *nats.Conn) {
	c.mu.Lock()
	c.server, c.lastErr = secret.Server(nc.ConnectedUrl()), nil
	clear(c.denied)
	c.deniedMore = false
	c.mu.Unlock()
	c.maxPayload.Store(nc.MaxPayload())
	c.connected.Store(nc.IsConnected())
	c.changed.notify()
}

// options make the connection reconnect for ever and report to c.
func (c *Conn) options() []nats.Option {
	down := func(_ *nats.Conn, err error) {
		c.connected.Store(false)
		c.setErr(err)
		c.cancelRequests(errDisconnected)
		c.changed.notify()
	}
	return []nats.Option{
		nats.PingInterval(pingInterval), nats.MaxPingsOutstanding(2), nats.FlusherTimeout(writeDeadline),
		nats.MaxReconnects(-1), nats.CustomReconnectDelay(c.onFailedAttempts), nats.IgnoreAuthErrorAbort(),
		nats.ConnectHandler(c.onConnect),
		nats.ReconnectHandler(func(nc *nats.Conn) { c.reconnects.Add(1); c.onConnect(nc) }),
		nats.DisconnectErrHandler(down),
		nats.ReconnectErrHandler(down),
		nats.ClosedHandler(func(nc *nats.Conn) { down(nc, nats.ErrConnectionClosed) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { c.onAsyncError(err) }),
	}
}

// onFailedAttempts runs after each round of failed attempts and returns the
// delay before the next. No other callback learns of a server that responds
// but denies the user.
func (c *Conn) onFailedAttempts(attempts int) time.Duration {
	if c.ready.Load() {
		c.setErr(c.LastError())
	}
	return reconnectDelay(attempts)
}

// reconnectDelay is short after the first failure and grows to one second, so
// that collectors empty their queues within seconds of a server's return. The
// random part keeps many viewers from reconnecting at once.
func reconnectDelay(attempts int) time.Duration {
	base := min(20*time.Millisecond<<min(attempts-1, 7), time.Second)
	return base + time.Duration(time.Now().UnixNano())%(base/2)
}

// State is the state of a connection.
type State struct {
	Connected  bool
	Server     string // by [secret.Server]; while disconnected the configured ones
	Overrides  string // one sentence, see [ConnectOptions.Overrides]
	Note       string // one sentence while something is wrong, else ""
	Reconnects int64
	Violations int64 // requests that the server denied, since the start
}

// State returns the current state. It never waits for the network.
func (c *Conn) State() State {
	s := State{Connected: c.connected.Load(), Overrides: c.overrides, Reconnects: c.reconnects.Load(), Violations: c.violations.Load()}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.Connected {
		s.Server = c.server
		return s
	}
	s.Server = c.servers
	s.Note = "no connection to " + c.servers + ": retrying"
	if c.lastErr != nil && !errors.Is(c.lastErr, nats.ErrNoServers) && !isUnreachable(c.lastErr) {
		s.Note = refusalText(c.lastErr, c.servers) + ": retrying"
	}
	return s
}

func (c *Conn) setErr(err error) {
	if err == nil || errors.Is(err, errNotYet) {
		return
	}
	c.mu.Lock()
	c.lastErr = err
	c.mu.Unlock()
}

// jetStream returns the JetStream API of the context's domain.
func (c *Conn) jetStream() (jetstream.JetStream, error) {
	js, err := jetstream.NewWithAPIPrefix(c.Conn, c.apiPrefix)
	if err != nil {
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	return js, nil
}

// gatedDialer refuses to dial until it is open. nats.Connect dials every server
// once before it continues in the background; an unresponsive name server or
// firewall would block the caller. With the gate the first attempt ends at once.
type gatedDialer struct {
	open  atomic.Bool
	inner nats.CustomDialer
}

var errNotYet = errors.New("connecting")

func (d *gatedDialer) option(o *nats.Options) error {
	d.inner = o.CustomDialer
	if d.inner == nil {
		d.inner = &net.Dialer{Timeout: o.Timeout}
	}
	o.CustomDialer = d
	o.SkipHostLookup = true // the dialer resolves names and tries every address
	return nil
}

func (d *gatedDialer) Dial(network, address string) (net.Conn, error) {
	if !d.open.Load() {
		return nil, errNotYet
	}
	return d.inner.Dial(network, address)
}

// broadcast wakes all goroutines that wait for a change.
type broadcast struct {
	mu sync.Mutex
	ch chan struct{}
}

// wait returns a channel that is closed at the next change.
func (b *broadcast) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *broadcast) notify() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
