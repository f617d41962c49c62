package edge

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// fakeConn is a connection from an address, as a listener would accept it. Every
// read returns up to size bytes of text, repeated.
type fakeConn struct {
	net.Conn
	from   *net.TCPAddr
	size   int
	text   string
	closed bool
}

func (c *fakeConn) RemoteAddr() net.Addr { return c.from }
func (c *fakeConn) Close() error         { c.closed = true; return nil }
func (c *fakeConn) Read(p []byte) (int, error) {
	return min(copy(p, strings.Repeat(c.text, len(p))), c.size), nil
}

func newFakeConn(address string) *fakeConn {
	return &fakeConn{from: &net.TCPAddr{IP: net.ParseIP(address), Port: 1}}
}

func newTestConnLimiter(t *testing.T, max, perClient int) *ConnLimiter {
	t.Helper()
	p, err := ParseProxies([]string{"10.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	return NewConnLimiter(max, perClient, p)
}

// connect opens a connection that then has a state. The first result is nil if
// the limiter closed it.
func connect(l *ConnLimiter, address string, state http.ConnState) (*conn, *fakeConn) {
	f := newFakeConn(address)
	c := l.admit(f)
	if c != nil {
		l.ConnState(c, http.StateNew)
		l.ConnState(c, state)
	}
	return c, f
}

func TestConnLimiterReplacesIdle(t *testing.T) {
	l := newTestConnLimiter(t, 3, 2)
	active, activeConn := connect(l, "198.51.100.1", http.StateActive)
	_, idleConn := connect(l, "198.51.100.1", http.StateIdle)
	// A third one of this client replaces its own idle one.
	if c, _ := connect(l, "198.51.100.1", http.StateActive); c == nil || !idleConn.closed {
		t.Errorf("the client's idle connection made no room: closed %v", idleConn.closed)
	}
	// A fourth one finds both active.
	if c, _ := connect(l, "198.51.100.1", http.StateActive); c != nil {
		t.Error("a client has three active connections")
	}
	other, otherConn := connect(l, "198.51.100.2", http.StateActive)
	if other == nil {
		t.Fatal("another client was refused though there was room")
	}
	if c, _ := connect(l, "198.51.100.3", http.StateActive); c != nil {
		t.Error("a fourth connection was admitted while three are active")
	}
	// Idle connections may be replaced, the longest idle first.
	l.ConnState(active, http.StateIdle)
	l.ConnState(other, http.StateIdle)
	if c, _ := connect(l, "198.51.100.3", http.StateActive); c == nil || !activeConn.closed || otherConn.closed {
		t.Errorf("closed: longest idle %v, want true; other %v, want false", activeConn.closed, otherConn.closed)
	}
	// Its server closes it late; that must not free a second place.
	if err := active.Close(); err != nil {
		t.Fatal(err)
	}
	l.ConnState(active, http.StateClosed)
	if n := l.OpenCount(); n != 3 {
		t.Errorf("%d are open, want 3", n)
	}
	for reason, want := range map[CloseReason]int64{ClosedClient: 1, ClosedFull: 1, ClosedIdle: 2, ClosedHeader: 0} {
		if got := l.ClosedCount(reason); got != want {
			t.Errorf("%s: %d, want %d", reason, got, want)
		}
	}
}

// A few clients that fill every place with requests do not keep out a client
// without a connection; if each has one, no request is cut short.
func TestConnLimiterSharesActive(t *testing.T) {
	l := newTestConnLimiter(t, 16, 100)
	var many []*fakeConn
	for i := range 16 {
		_, f := connect(l, fmt.Sprintf("198.51.100.%d", i%2), http.StateActive)
		many = append(many, f)
	}
	if c, _ := connect(l, "203.0.113.1", http.StateActive); c == nil || !many[0].closed {
		t.Errorf("a client without a connection was admitted: %t; the longest request was closed: %t", c != nil, many[0].closed)
	}
	if c, _ := connect(l, "198.51.100.1", http.StateActive); c != nil {
		t.Error("a client with many connections got another place")
	}
	l = newTestConnLimiter(t, 3, 100)
	for i := range 3 {
		connect(l, fmt.Sprintf("198.51.100.%d", i), http.StateActive)
	}
	if c, _ := connect(l, "203.0.113.1", http.StateActive); c != nil {
		t.Error("a request was cut short though each client has one")
	}
}

func TestConnLimiterCountsNetworks(t *testing.T) {
	l := newTestConnLimiter(t, 100, 1)
	for _, tc := range []struct {
		address string
		ok      bool
	}{
		{"2001:db8:1:1::1", true}, {"2001:db8:1:1::2", false}, {"2001:db8:1:2::1", true},
		{"198.51.100.1", true}, {"::ffff:198.51.100.1", false},
		{"10.0.0.1", true}, {"10.0.0.1", true}, {"10.0.0.1", true}, // a proxy
	} {
		if c := l.admit(newFakeConn(tc.address)); (c != nil) != tc.ok {
			t.Errorf("%s: admitted %v, want %v", tc.address, c != nil, tc.ok)
		}
	}
	if n := len(l.clients); n != 3 {
		t.Errorf("%d clients are counted, want 3", n)
	}
}

func TestConnLimiterReleasesAll(t *testing.T) {
	l := newTestConnLimiter(t, 10, 10)
	var all []*conn
	for range 10 {
		c := l.admit(newFakeConn("198.51.100.1"))
		l.ConnState(c, http.StateNew)
		all = append(all, c)
	}
	for _, c := range all {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if l.open != 0 || len(l.clients) != 0 || l.idle.Len() != 0 || l.headerBytes != 0 {
		t.Errorf("left behind: %d open, %v, %d idle, %d bytes", l.open, l.clients, l.idle.Len(), l.headerBytes)
	}
}

// Unfinished headers are bounded together; a client that finished its header
// keeps its connection.
func TestConnLimiterBoundsHeaderBytes(t *testing.T) {
	const each = 8 << 10
	l := newTestConnLimiter(t, 1000, 1000)
	send := func(address string) *fakeConn {
		f := newFakeConn(address)
		f.size, f.text = each, "x"
		c := l.admit(f)
		l.ConnState(c, http.StateNew)
		if _, err := c.Read(make([]byte, each)); err != nil {
			t.Fatal(err)
		}
		if address == "198.51.100.1" {
			l.ConnState(c, http.StateActive)
		}
		return f
	}
	finished := send("198.51.100.1")
	var slow []*fakeConn
	for range 2 * maxPendingHeaders / each {
		slow = append(slow, send("198.51.100.2"))
	}
	if finished.closed || !slow[0].closed || slow[len(slow)-1].closed {
		t.Errorf("closed: finished %v, first %v, last %v", finished.closed, slow[0].closed, slow[len(slow)-1].closed)
	}
	if l.headerBytes > maxPendingHeaders {
		t.Errorf("%d bytes of headers, limit %d", l.headerBytes, maxPendingHeaders)
	}
}

func TestConnLimiterBoundsHeaderLines(t *testing.T) {
	l := newTestConnLimiter(t, 10, 10)
	f := newFakeConn("198.51.100.1")
	f.size, f.text = 1000, "x:\r\n"
	c := l.admit(f)
	l.ConnState(c, http.StateNew)
	for range 10 {
		if _, err := c.Read(make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	if !f.closed || l.OpenCount() != 0 || l.ClosedCount(ClosedHeader) != 1 {
		t.Errorf("closed %v, %d open", f.closed, l.OpenCount())
	}
}
