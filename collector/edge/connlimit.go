package edge

import (
	"bytes"
	"container/list"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// ConnLimiter limits the connections that are open at one time: all together,
// per client, and in the bytes of request headers that have not ended.
//
// When all places are taken, a new connection replaces another. In this order:
//
//  1. the one that has been idle the longest (between requests, or before its
//     first), if that is more than replaceAfter
//  2. the one whose request has been arriving the longest, if that is more than
//     replaceAfter
//  3. any idle one
//  4. the longest request, if the new one's client has less than a quarter of the
//     average number of connections
//
// Clients with fewer connections than average keep theirs. If there is none to
// replace, the new connection is closed.
type ConnLimiter struct {
	max       int
	perClient int
	proxies   Proxies // not limited per client, and never replaced

	mu          sync.Mutex
	open        int
	clients     map[netip.Addr]int // open connections of each
	clientConns int                // sum of clients
	idle        list.List          // of *conn, the longest idle in front
	active      list.List          // of *conn with a request, the longest in front
	headerBytes int                // of headers that have not ended

	closed [NumCloseReasons]atomic.Int64
}

// replaceAfter is how long a connection may be idle, and a request take to
// arrive and be answered, before another connection may replace it. An answer
// takes a few milliseconds.
const replaceAfter = 250 * time.Millisecond

// maxPendingHeaders limits the bytes of headers, and of TLS handshakes, that
// have not ended: decoded, short fields take some forty times as much memory.
const maxPendingHeaders = 1 << 20

// MaxHeaderFields is how many fields a request's header may have. SDKs and
// browsers send twenty, proxies add some.
const MaxHeaderFields = 100

// maxHeaderLines is how many lines an unfinished header may have. It is well
// over MaxHeaderFields, since what is read with the end of a header may hold
// lines of the body.
const maxHeaderLines = 4 * MaxHeaderFields

// CloseReason is why a ConnLimiter closed a connection.
type CloseReason int

// The reasons to close a connection.
const (
	ClosedFull   CloseReason = iota // a new one, while all were active
	ClosedClient                    // a new one, while all of its client were active
	ClosedIdle                      // replaced by a new one
	ClosedSlow                      // replaced by a new one, while its request was arriving
	ClosedHeader                    // began a header and did not finish it
	NumCloseReasons

	notClosed CloseReason = -1
)

// String is the reason's label in metrics.
func (r CloseReason) String() string {
	return [NumCloseReasons]string{
		ClosedFull: "full", ClosedClient: "client", ClosedIdle: "quiet", ClosedSlow: "slow", ClosedHeader: "header",
	}[r]
}

// NewConnLimiter allows max open connections, and perClient of one client
// (IPv6: one /64) that is not one of the proxies.
func NewConnLimiter(max, perClient int, proxies Proxies) *ConnLimiter {
	return &ConnLimiter{max: max, perClient: perClient, proxies: proxies, clients: map[netip.Addr]int{}}
}

// Listener accepts the connections of l that the limits allow. The server that
// serves it must report their states to ConnState.
func (l *ConnLimiter) Listener(inner net.Listener) net.Listener {
	return &limitedListener{inner, l}
}

type limitedListener struct {
	net.Listener
	limiter *ConnLimiter
}

// Accept implements net.Listener.
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c := l.limiter.admit(accepted); c != nil {
			return c, nil
		}
		_ = accepted.Close() // nothing was written to it
	}
}

// admit finds a place for a connection, or returns nil.
func (l *ConnLimiter) admit(accepted net.Conn) *conn {
	c := &conn{Conn: accepted, limiter: l}
	if peer, ok := accepted.RemoteAddr().(*net.TCPAddr); ok {
		if a := peer.AddrPort().Addr().Unmap().WithZone(""); !l.proxies.Contain(a) {
			c.client = Network(a)
		}
	}
	l.mu.Lock()
	reason, replaced := l.makeRoom(c)
	if reason != notClosed {
		l.closed[reason].Add(1)
	}
	if replaced != nil {
		l.release(replaced)
	}
	if reason != notClosed && replaced == nil {
		c = nil
	} else {
		l.open++
		if c.client.IsValid() {
			l.clients[c.client]++
			l.clientConns++
		}
	}
	l.mu.Unlock()
	if replaced != nil {
		_ = replaced.Conn.Close() // its server finds out
	}
	return c
}

// makeRoom finds the connection that a new one may replace. Below the limits it
// returns notClosed and nil; if none may be replaced, the limit that was reached
// and nil.
func (l *ConnLimiter) makeRoom(c *conn) (CloseReason, *conn) {
	if c.client.IsValid() && l.clients[c.client] >= l.perClient {
		return l.replaceable(ClosedClient, func(o *conn) bool { return o.client == c.client })
	}
	if l.open < l.max {
		return notClosed, nil
	}
	average := l.averagePerClient()
	large := func(o *conn) bool { return o.client.IsValid() && l.clients[o.client] >= average }
	reason, replaced := l.replaceable(ClosedFull, large)
	if replaced == nil && l.clients[c.client] < average/4 {
		if replaced = firstOf(&l.active, large); replaced != nil {
			reason = ClosedSlow
		}
	}
	return reason, replaced
}

// replaceable is the connection that another may replace, of those that fit,
// and the reason to close it; limit and nil if there is none.
func (l *ConnLimiter) replaceable(limit CloseReason, fits func(*conn) bool) (CloseReason, *conn) {
	before := time.Now().Add(-replaceAfter)
	long := func(c *conn) bool { return fits(c) && c.since.Before(before) }
	if c := firstOf(&l.idle, long); c != nil {
		return ClosedIdle, c
	}
	if c := firstOf(&l.active, long); c != nil {
		return ClosedSlow, c
	}
	// One that became idle just now may be about to send: it comes last.
	if c := firstOf(&l.idle, fits); c != nil {
		return ClosedIdle, c
	}
	return limit, nil
}

// averagePerClient is how many connections a client has on average.
func (l *ConnLimiter) averagePerClient() int { return l.clientConns / max(len(l.clients), 1) }

func firstOf(conns *list.List, fits func(*conn) bool) *conn {
	for e := conns.Front(); e != nil; e = e.Next() {
		if c := e.Value.(*conn); fits(c) {
			return c
		}
	}
	return nil
}

// release gives a connection's place back. The limiter must be locked.
func (l *ConnLimiter) release(c *conn) {
	if c.released {
		return
	}
	c.released = true
	l.detach(c)
	l.open--
	if c.client.IsValid() {
		l.clientConns--
		if l.clients[c.client]--; l.clients[c.client] == 0 {
			delete(l.clients, c.client)
		}
	}
}

// detach takes a connection out of its list. The limiter must be locked.
func (l *ConnLimiter) detach(c *conn) {
	if c.list != nil {
		c.list.Remove(c.elem)
		c.list, c.elem = nil, nil
	}
	l.headerBytes -= c.headerBytes
	c.headerBytes, c.headerLines = 0, 0
}

// ConnState is an http.Server's ConnState hook: it follows which connections
// are idle and which have a request.
func (l *ConnLimiter) ConnState(changed net.Conn, state http.ConnState) {
	if t, ok := changed.(*tls.Conn); ok {
		changed = t.NetConn()
	}
	c, ok := changed.(*conn)
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.detach(c)
	if c.released {
		return
	}
	switch state {
	case http.StateNew, http.StateIdle:
		c.list = &l.idle
	case http.StateActive:
		c.list = &l.active
	default:
		return
	}
	c.since, c.elem = time.Now(), c.list.PushBack(c)
}

var newline = []byte{'\n'}

// countHeader counts what an idle connection has sent. If that is too much it
// closes a connection: this one if its header has too many lines, else the oldest
// one that holds more than the average.
func (l *ConnLimiter) countHeader(c *conn, p []byte) {
	l.mu.Lock()
	if c.list != &l.idle {
		l.mu.Unlock()
		return
	}
	c.headerBytes += len(p)
	l.headerBytes += len(p)
	c.headerLines += bytes.Count(p, newline)
	var excess *conn
	if c.headerLines > maxHeaderLines {
		excess = c
	} else if l.headerBytes > maxPendingHeaders {
		conns, bytes := l.averagePerClient(), l.headerBytes/l.idle.Len()
		excess = firstOf(&l.idle, func(o *conn) bool { return o.headerBytes >= bytes && l.clients[o.client] >= conns })
		if excess == nil {
			excess = c
		}
	}
	if excess != nil {
		l.closed[ClosedHeader].Add(1)
		l.release(excess)
	}
	l.mu.Unlock()
	if excess != nil {
		_ = excess.Conn.Close() // its server finds out
	}
}

// OpenCount is how many connections are open.
func (l *ConnLimiter) OpenCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open
}

// ClosedCount is how many connections were closed for a reason.
func (l *ConnLimiter) ClosedCount(r CloseReason) int64 { return l.closed[r].Load() }
