package stream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/natscontext"

	"github.com/rumtop/rumtop/internal/secret"
)

// DefaultServer is where a server is looked for when none is named.
const DefaultServer = nats.DefaultURL

// How long one server may take to answer, and how soon a dead connection is
// noticed: two pings unanswered.
const (
	dialTimeout   = 2 * time.Second
	pingInterval  = 10 * time.Second
	writeDeadline = 10 * time.Second
)

// ConnectOptions say which server, as whom. The zero value is DefaultServer,
// anonymously. What is set here goes before what the context says.
type ConnectOptions struct {
	Servers string // URLs, separated by commas
	Context string // name of a context of the nats command, or the path of its file; "" is none
	Creds   string // file with a user JWT and its seed
	NKey    string // file with a seed
	TLSCA   string // PEM file
	TLSCert string // PEM file
	TLSKey  string // PEM file
	Name    string // what the server lists this connection as
}

// Conn is a connection that keeps itself up and knows how it is. All of its
// methods are safe for concurrent use.
type Conn struct {
	*nats.Conn
	apiPrefix string // of JetStream's API, with the final dot
	servers   string // as asked for, without passwords

	connected  atomic.Bool
	reconnects atomic.Int64
	violations atomic.Int64
	maxPayload atomic.Int64 // bytes, 0 before the first connection
	ready      atomic.Bool  // Conn is set: callbacks may come before
	changed    broadcast

	mu       sync.Mutex
	server   string
	lastErr  error
	denied   map[string]struct{} // "publish subject" and "subscription subject", since connected
	requests map[*pendingRequest]struct{}
}

// Connect connects, or says in one sentence why it cannot and what to do. The
// connection is then kept up until it is closed, however long the server is away.
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

// Await waits until the server is there, or ctx ends.
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
// it takes; [Conn.State] says how it goes. An error is one that trying again
// cannot mend, such as a credentials file that is not there.
func ConnectLazily(opts ConnectOptions) (*Conn, error) { return connect(opts, true) }

func connect(opts ConnectOptions, lazily bool) (*Conn, error) {
	c := &Conn{apiPrefix: jetstream.DefaultAPIPrefix, denied: map[string]struct{}{}}
	nopts, err := opts.natsOptions()
	if err != nil {
		return nil, err
	}
	var dialer *gatedDialer
	if lazily {
		dialer = &gatedDialer{}
		nopts = append(nopts, dialer.option, nats.RetryOnFailedConnect(true))
	}
	nopts = append(nopts, c.options()...)

	var settings natscontext.Settings
	if opts.Context != "" {
		c.Conn, settings, err = natscontext.Connect(opts.Context, nopts...)
	} else {
		c.Conn, err = nats.Connect(opts.servers(), nopts...)
	}
	if err != nil {
		return nil, connectError(err, opts, c.servers)
	}
	switch {
	case settings.JSAPIPrefix != "":
		c.apiPrefix = strings.TrimSuffix(settings.JSAPIPrefix, ".") + "."
	case settings.JSDomain != "":
		c.apiPrefix = "$JS." + settings.JSDomain + ".API."
	}
	c.ready.Store(true)
	if dialer != nil {
		dialer.open.Store(true)
	} else {
		c.onConnect(c.Conn)
	}
	return c, nil
}

// onConnect notes who the server is. It is also the callback of nats.go, which comes
// from a goroutine of its own and may be late: hence the question at the end.
func (c *Conn) onConnect(nc *nats.Conn) {
	c.mu.Lock()
	c.server, c.lastErr = nc.ConnectedUrlRedacted(), nil
	clear(c.denied)
	c.mu.Unlock()
	c.maxPayload.Store(nc.MaxPayload())
	c.connected.Store(nc.IsConnected())
	c.changed.notify()
}

// options are the connection's own: it never gives up, and reports to c.
func (c *Conn) options() []nats.Option {
	down := func(_ *nats.Conn, err error) {
		c.connected.Store(false)
		c.setErr(err)
		c.cancelRequests(errDisconnected)
		c.changed.notify()
	}
	return []nats.Option{
		func(o *nats.Options) error {
			if o.Url == "" && len(o.Servers) == 0 {
				o.Servers = []string{DefaultServer}
			}
			c.servers = redact(o)
			return nil
		},
		nats.Timeout(dialTimeout), nats.PingInterval(pingInterval), nats.MaxPingsOutstanding(2), nats.FlusherTimeout(writeDeadline),
		nats.MaxReconnects(-1), nats.CustomReconnectDelay(c.onFailedAttempts), nats.IgnoreAuthErrorAbort(),
		nats.ConnectHandler(c.onConnect),
		nats.ReconnectHandler(func(nc *nats.Conn) { c.reconnects.Add(1); c.onConnect(nc) }),
		nats.DisconnectErrHandler(down),
		nats.ReconnectErrHandler(down),
		nats.ClosedHandler(func(nc *nats.Conn) { down(nc, nats.ErrConnectionClosed) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { c.onAsyncError(err) }),
	}
}

// onFailedAttempts is called after a round of attempts, and answers when to try again. It
// is the only place that learns of a server that answers but does not let us in.
func (c *Conn) onFailedAttempts(attempts int) time.Duration {
	if c.ready.Load() {
		c.setErr(c.LastError())
	}
	return reconnectDelay(attempts)
}

// reconnectDelay is short after the first failure, then grows to one second:
// what collectors have queued should be out within seconds of a server's return.
// The spread keeps a crowd of viewers from arriving at once.
func reconnectDelay(attempts int) time.Duration {
	base := min(20*time.Millisecond<<min(attempts-1, 7), time.Second)
	return base + time.Duration(time.Now().UnixNano())%(base/2)
}

// State is how a connection is.
type State struct {
	Connected  bool
	Server     string // URL without password; the one asked for while not connected
	Note       string // one sentence while something is wrong, else ""
	Reconnects int64
	Violations int64 // times that the server forbade something, since the start
}

// State returns how the connection is. It never waits for the network.
func (c *Conn) State() State {
	s := State{Connected: c.connected.Load(), Reconnects: c.reconnects.Load(), Violations: c.violations.Load()}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.Connected {
		s.Server = c.server
		return s
	}
	s.Server = c.servers
	s.Note = "no connection to " + c.servers + ": trying again"
	if c.lastErr != nil && !errors.Is(c.lastErr, nats.ErrNoServers) && !unreachable(c.lastErr) {
		s.Note = refusalText(c.lastErr, c.servers) + "; trying again"
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

// jetStream gives the API of the context's domain.
func (c *Conn) jetStream() (jetstream.JetStream, error) {
	js, err := jetstream.NewWithAPIPrefix(c.Conn, c.apiPrefix)
	if err != nil {
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	return js, nil
}

// gatedDialer refuses to dial until it is open. nats.Connect dials every server
// once before it goes to the background, and a name server or a firewall that
// does not answer would hold up the caller; this way the first attempt is over
// at once.
type gatedDialer struct {
	open  atomic.Bool
	inner nats.CustomDialer
}

var errNotYet = errors.New("connecting")

func (d *gatedDialer) option(o *nats.Options) error {
	d.inner = o.CustomDialer
	if d.inner == nil {
		d.inner = &net.Dialer{Timeout: dialTimeout}
	}
	o.CustomDialer = d
	o.SkipHostLookup = true // the dialer resolves names, and tries every address
	return nil
}

func (d *gatedDialer) Dial(network, address string) (net.Conn, error) {
	if !d.open.Load() {
		return nil, errNotYet
	}
	return d.inner.Dial(network, address)
}

// broadcast wakes everybody who waits for a change.
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

func (o ConnectOptions) servers() string {
	if o.Servers == "" {
		return DefaultServer
	}
	return o.Servers
}

// natsOptions checks the files that are named, because nats.go opens some of
// them only while connecting, and turns everything into options.
func (o ConnectOptions) natsOptions() ([]nats.Option, error) {
	opts := []nats.Option{nats.Name(o.Name)}
	if o.Servers != "" && o.Context != "" {
		opts = append(opts, func(no *nats.Options) error {
			no.Url, no.Servers = "", splitServers(o.Servers)
			return nil
		})
	}
	if o.Creds != "" && o.NKey != "" {
		return nil, errors.New("both a credentials file and an nkey are given: give one of them")
	}
	if (o.TLSCert == "") != (o.TLSKey == "") {
		return nil, errors.New("a TLS certificate and its key go together: give both or none")
	}
	if o.Creds != "" || o.NKey != "" {
		opts = append(opts, forgetUser)
	}
	if o.Creds != "" {
		if err := checkCreds(o.Creds); err != nil {
			return nil, err
		}
		opts = append(opts, nats.UserCredentials(o.Creds))
	}
	if o.NKey != "" {
		if _, err := secret.Check("nkey file", o.NKey); err != nil {
			return nil, err
		}
		opt, err := nats.NkeyOptionFromSeed(o.NKey)
		if err != nil {
			return nil, fmt.Errorf("%s holds no nkey seed: expected a line that begins with SU", o.NKey)
		}
		opts = append(opts, opt)
	}
	if o.TLSCA != "" {
		if err := checkCA(o.TLSCA); err != nil {
			return nil, err
		}
		opts = append(opts, nats.RootCAs(o.TLSCA))
	}
	if o.TLSCert != "" {
		if err := checkKeyPair(o.TLSCert, o.TLSKey); err != nil {
			return nil, err
		}
		opts = append(opts, nats.ClientCert(o.TLSCert, o.TLSKey))
	}
	return opts, nil
}

// forgetUser drops who the context says we are.
func forgetUser(o *nats.Options) error {
	o.User, o.Password, o.Token, o.Nkey = "", "", "", ""
	o.UserJWT, o.SignatureCB = nil, nil
	return nil
}

func splitServers(s string) []string {
	servers := strings.Split(s, ",")
	for i := range servers {
		servers[i] = strings.TrimSpace(servers[i])
	}
	return slices.DeleteFunc(servers, func(s string) bool { return s == "" })
}
