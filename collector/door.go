package collector

import (
	"container/list"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
)

// door bounds the connections that are open at one time: all together, of one
// client, and in the bytes of requests whose header has not ended.
//
// Who comes when there is no room takes the place of the connection that has
// been quiet the longest, which is one between two requests or one that has
// still to send its first. A connection whose request is being answered keeps
// its place: where all of them are busy, the new one is shed. Before it comes to
// that, those who send slowly are hurried.
type door struct {
	max       int
	perClient int
	proxies   proxies // may have as many as they like
	hurry     func()  // cuts off the slowest of the busy ones

	mu      sync.Mutex
	open    int
	clients map[netip.Addr]int
	quiet   list.List // of *guest, who has been quiet the longest in front
	unheard int       // bytes of headers that have not ended

	turned [numTurns]atomic.Int64
}

// maxUnheard bounds the bytes of headers that have not ended: decoded, short
// ones take some forty times as much memory.
const maxUnheard = 512 << 10

// Why a connection was closed by the door.
const (
	turnedFull    = iota // all connections were busy
	turnedClient         // all of its client's were
	turnedQuiet          // made room for a new one
	turnedUnheard        // began a header and left it at that
	numTurns
)

var turnNames = [numTurns]string{"full", "client", "quiet", "header"}

func newDoor(l Limits, p proxies, hurry func()) *door {
	return &door{max: l.Connections, perClient: l.ClientConnections, proxies: p, hurry: hurry, clients: map[netip.Addr]int{}}
}

// guest is an open connection.
type guest struct {
	net.Conn
	door    *door
	client  netip.Addr    // zero: not counted
	place   *list.Element // among the quiet ones, nil if it is not
	unheard int           // bytes since it became quiet
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
	var leaves *guest
	switch {
	case g.client.IsValid() && d.clients[g.client] >= d.perClient:
		if leaves = d.quietest(func(q *guest) bool { return q.client == g.client }); leaves == nil {
			d.turned[turnedClient].Add(1)
			g = nil
		}
	case d.open >= d.max:
		if leaves = d.quietest(func(*guest) bool { return true }); leaves == nil {
			d.turned[turnedFull].Add(1)
			g = nil
		}
	}
	if leaves != nil {
		d.turned[turnedQuiet].Add(1)
		d.forget(leaves)
	}
	if g != nil {
		d.open++
		if g.client.IsValid() {
			d.clients[g.client]++
		}
	}
	crowded := d.open-d.quiet.Len() > d.max/4*3
	d.mu.Unlock()
	if leaves != nil {
		_ = leaves.Conn.Close() // its server finds out
	}
	if crowded {
		d.hurry()
	}
	return g
}

// quietest is the guest of a kind who has been quiet the longest, or nil.
func (d *door) quietest(fits func(*guest) bool) *guest {
	for e := d.quiet.Front(); e != nil; e = e.Next() {
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
		if d.clients[g.client]--; d.clients[g.client] == 0 {
			delete(d.clients, g.client)
		}
	}
}

// stir ends a guest's quiet. The door must be locked.
func (d *door) stir(g *guest) {
	if g.place != nil {
		d.quiet.Remove(g.place)
		g.place = nil
	}
	d.unheard -= g.unheard
	g.unheard = 0
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
	if (state == http.StateNew || state == http.StateIdle) && !g.gone {
		g.place = d.quiet.PushBack(g)
	}
}

// Read counts what belongs to no request yet.
func (g *guest) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	if n > 0 {
		g.door.heard(g, n)
	}
	return n, err
}

func (d *door) heard(g *guest, n int) {
	d.mu.Lock()
	if g.place == nil {
		d.mu.Unlock()
		return
	}
	g.unheard += n
	d.unheard += n
	var leaves *guest
	if d.unheard > maxUnheard {
		leaves = d.quietest(func(q *guest) bool { return q.unheard > 0 })
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
