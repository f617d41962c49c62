package collector

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

// door bounds the connections that are open at one time: all together, of one
// client, and in the bytes of requests whose header has not ended.
//
// Who comes when there is no room takes the place of another: of the one that
// has been quiet the longest, which is between two requests or has still to send
// its first, if that is long; else of the one whose request takes the longest to
// arrive, if that is too long; else of any that is quiet; else, if the new one's
// client has next to nothing and others have much, of the longest request.
// Clients with less than their share of the connections are left in peace. Where
// nobody is found the new one is shed.
type door struct {
	max       int
	perClient int
	proxies   proxies // may have as many as they like, and keep them

	mu      sync.Mutex
	open    int
	clients map[netip.Addr]int
	counted int       // open connections of clients
	quiet   list.List // of *guest, who has been quiet the longest in front
	busy    list.List // of *guest with a request, the longest in front
	unheard int       // bytes of headers that have not ended

	turned [numTurns]atomic.Int64
}

// patience is how long a connection may be quiet, and a request take to arrive and be
// answered, before its place is given to somebody else. Answering takes a few milliseconds.
const patience = 250 * time.Millisecond

// maxUnheard bounds the bytes of headers, and of TLS handshakes, that have not
// ended: decoded, short fields take some forty times as much memory.
const maxUnheard = 1 << 20

// maxLines is how many lines a header may have that has not ended. It is well
// over maxHeaderFields, since what is read with the end of a header may hold
// lines of the body.
const maxLines = 4 * maxHeaderFields

// Why a connection was closed by the door.
const (
	turnedFull    = iota // all connections were busy
	turnedClient         // all of its client's were
	turnedQuiet          // made room for a new one
	turnedSlow           // sent its request so slowly that it had to make room
	turnedUnheard        // began a header and left it at that
	numTurns
)

var turnNames = [numTurns]string{"full", "client", "quiet", "slow", "header"}

func newDoor(l Limits, p proxies) *door {
	return &door{max: l.Connections, perClient: l.ClientConnections, proxies: p, clients: map[netip.Addr]int{}}
}

// guest is an open connection.
type guest struct {
	net.Conn
	door    *door
	client  netip.Addr    // zero: a proxy
	place   *list.Element // in
	in      *list.List    // nil, quiet or busy
	since   time.Time     // it is quiet or busy
	unheard int           // bytes since it became quiet
	lines   int           // in them
	gone    bool
}

// Listener lets in as many connections as the limits allow.
func (c *Collector) Listener(l net.Listener) net.Listener { return &doorway{l, c.door} }

type doorway struct {
	net.Listener
	door *door
}

// Accept implements net.Listener.
func (l *doorway) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if g := l.door.admit(conn); g != nil {
			return g, nil
		}
		_ = conn.Close() // nothing was written to it
	}
}

// admit finds a place for a connection, or returns nil.
func (d *door) admit(conn net.Conn) *guest {
	g := &guest{Conn: conn, door: d}
	if peer, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		if a := peer.AddrPort().Addr().Unmap().WithZone(""); !d.proxies.trust(a) {
			g.client = network(a)
		}
	}
	d.mu.Lock()
	why, leaves := -1, (*guest)(nil)
	switch {
	case g.client.IsValid() && d.clients[g.client] >= d.perClient:
		why, leaves = d.replaceable(turnedClient, func(q *guest) bool { return q.client == g.client })
	case d.open >= d.max:
		share := d.share()
		large := func(q *guest) bool { return q.client.IsValid() && d.clients[q.client] >= share }
		why, leaves = d.replaceable(turnedFull, large)
		if leaves == nil && d.clients[g.client] < share/4 {
			if leaves = first(&d.busy, large); leaves != nil {
				why = turnedSlow
			}
		}
	}
	if why >= 0 {
		d.turned[why].Add(1)
	}
	if leaves != nil {
		d.forget(leaves)
	}
	if why >= 0 && leaves == nil {
		g = nil
	} else {
		d.open++
		if g.client.IsValid() {
			d.clients[g.client]++
			d.counted++
		}
	}
	d.mu.Unlock()
	if leaves != nil {
		_ = leaves.Conn.Close() // its server finds out
	}
	return g
}

// replaceable is a guest of a kind whose place can be given to another, and
// why; full and nil if there is none.
func (d *door) replaceable(full int, fits func(*guest) bool) (why int, leaves *guest) {
	late := time.Now().Add(-patience)
	long := func(q *guest) bool { return fits(q) && q.since.Before(late) }
	if q := first(&d.quiet, long); q != nil {
		return turnedQuiet, q
	}
	if q := first(&d.busy, long); q != nil {
		return turnedSlow, q
	}
	if q := first(&d.quiet, fits); q != nil { // who has only just come may be about to speak
		return turnedQuiet, q
	}
	return full, nil
}

// share is how many connections a client has on average.
func (d *door) share() int { return d.counted / max(len(d.clients), 1) }

func first(l *list.List, fits func(*guest) bool) *guest {
	for e := l.Front(); e != nil; e = e.Next() {
		if g := e.Value.(*guest); fits(g) {
			return g
		}
	}
	return nil
}

// forget gives a place back. The door must be locked.
func (d *door) forget(g *guest) {
	if g.gone {
		return
	}
	g.gone = true
	d.stir(g)
	d.open--
	if g.client.IsValid() {
		d.counted--
		if d.clients[g.client]--; d.clients[g.client] == 0 {
			delete(d.clients, g.client)
		}
	}
}

// stir takes a guest out of its line. The door must be locked.
func (d *door) stir(g *guest) {
	if g.in != nil {
		g.in.Remove(g.place)
		g.in, g.place = nil, nil
	}
	d.unheard -= g.unheard
	g.unheard, g.lines = 0, 0
}

// moved is the server's word on what a connection does.
func (d *door) moved(conn net.Conn, state http.ConnState) {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	g, ok := conn.(*guest)
	if !ok {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stir(g)
	if g.gone {
		return
	}
	switch state {
	case http.StateNew, http.StateIdle:
		g.in = &d.quiet
	case http.StateActive:
		g.in = &d.busy
	default:
		return
	}
	g.since, g.place = time.Now(), g.in.PushBack(g)
}

// Read counts what belongs to no request yet.
func (g *guest) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	if n > 0 {
		g.door.heard(g, p[:n])
	}
	return n, err
}

var newline = []byte{'\n'}

func (d *door) heard(g *guest, p []byte) {
	d.mu.Lock()
	if g.in != &d.quiet {
		d.mu.Unlock()
		return
	}
	g.unheard += len(p)
	d.unheard += len(p)
	g.lines += bytes.Count(p, newline)
	var leaves *guest
	if g.lines > maxLines {
		leaves = g
	} else if d.unheard > maxUnheard {
		share, bytes := d.share(), d.unheard/d.quiet.Len()
		leaves = first(&d.quiet, func(q *guest) bool { return q.unheard >= bytes && d.clients[q.client] >= share })
		if leaves == nil {
			leaves = g
		}
	}
	if leaves != nil {
		d.turned[turnedUnheard].Add(1)
		d.forget(leaves)
	}
	d.mu.Unlock()
	if leaves != nil {
		_ = leaves.Conn.Close() // its server finds out
	}
}

// Close gives the place back.
func (g *guest) Close() error {
	g.door.mu.Lock()
	g.door.forget(g)
	g.door.mu.Unlock()
	return g.Conn.Close()
}

// CloseWrite lets the server end an answer before it hangs up, so that a client
// that is still sending reads why.
func (g *guest) CloseWrite() error {
	if half, ok := g.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// standing is how many connections are open.
func (d *door) standing() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.open
}
