package collector

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// caller is a connection from an address, as a listener would accept it.
type caller struct {
	net.Conn
	from   *net.TCPAddr
	sends  int
	says   string
	closed bool
}

func (c *caller) RemoteAddr() net.Addr { return c.from }
func (c *caller) Close() error         { c.closed = true; return nil }
func (c *caller) Read(p []byte) (int, error) {
	return min(copy(p, strings.Repeat(c.says, len(p))), c.sends), nil
}

func callFrom(address string) *caller {
	return &caller{from: &net.TCPAddr{IP: net.ParseIP(address), Port: 1}}
}

func newTestDoor(t *testing.T, most, perClient int) *door {
	t.Helper()
	p, err := newProxies([]string{"10.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	return newDoor(Limits{Connections: most, ClientConnections: perClient}, p)
}

func TestDoorPrefersTheBusy(t *testing.T) {
	d := newTestDoor(t, 3, 2)
	come := func(address string, state http.ConnState) (*guest, *caller) {
		t.Helper()
		c := callFrom(address)
		g := d.admit(c)
		if g != nil {
			d.moved(g, http.StateNew)
			d.moved(g, state)
		}
		return g, c
	}
	busy, busyConn := come("198.51.100.1", http.StateActive)
	_, idleConn := come("198.51.100.1", http.StateIdle)
	// A third one of this client takes the place of its own idle one.
	if g, _ := come("198.51.100.1", http.StateActive); g == nil || !idleConn.closed {
		t.Errorf("the client's idle connection made no room: %v", idleConn.closed)
	}
	// A fourth one finds both busy.
	if g, _ := come("198.51.100.1", http.StateActive); g != nil {
		t.Error("a client has three busy connections")
	}
	other, otherConn := come("198.51.100.2", http.StateActive)
	if other == nil {
		t.Fatal("there was room for another client")
	}
	if g, _ := come("198.51.100.3", http.StateActive); g != nil {
		t.Error("a fourth connection while three are busy")
	}
	// Between two requests a connection may go, the longest quiet first.
	d.moved(busy, http.StateIdle)
	d.moved(other, http.StateIdle)
	if g, _ := come("198.51.100.3", http.StateActive); g == nil || !busyConn.closed || otherConn.closed {
		t.Errorf("who was quiet the longest should leave: %v %v", busyConn.closed, otherConn.closed)
	}
	// Its server closes it late; that must not free a second place.
	if err := busy.Close(); err != nil {
		t.Fatal(err)
	}
	d.moved(busy, http.StateClosed)
	if n := d.standing(); n != 3 {
		t.Errorf("%d are open", n)
	}
	for reason, want := range map[int]int64{turnedClient: 1, turnedFull: 1, turnedQuiet: 2, turnedUnheard: 0} {
		if got := d.turned[reason].Load(); got != want {
			t.Errorf("%s: %d, want %d", turnNames[reason], got, want)
		}
	}
}

// A few that fill every place with requests in good time don't keep out who has
// none; where everybody has one, nobody is cut short.
func TestDoorSharesAmongTheBusy(t *testing.T) {
	d := newTestDoor(t, 16, 100)
	come := func(address string) (*guest, *caller) {
		c := callFrom(address)
		g := d.admit(c)
		if g != nil {
			d.moved(g, http.StateNew)
			d.moved(g, http.StateActive)
		}
		return g, c
	}
	var many []*caller
	for i := range 16 {
		_, c := come(fmt.Sprintf("198.51.100.%d", i%2))
		many = append(many, c)
	}
	if g, _ := come("203.0.113.1"); g == nil || !many[0].closed {
		t.Errorf("a client without a connection was let in: %t, the longest request left: %t", g != nil, many[0].closed)
	}
	if g, _ := come("198.51.100.1"); g != nil {
		t.Error("one of the many got another place")
	}
	d = newTestDoor(t, 3, 100)
	for i := range 3 {
		come(fmt.Sprintf("198.51.100.%d", i))
	}
	if g, _ := come("203.0.113.1"); g != nil {
		t.Error("a request was cut short though nobody had more than one")
	}
}

func TestDoorCountsNetworksAndTrustsProxies(t *testing.T) {
	d := newTestDoor(t, 100, 1)
	for _, tc := range []struct {
		address string
		ok      bool
	}{
		{"2001:db8:1:1::1", true}, {"2001:db8:1:1::2", false}, {"2001:db8:1:2::1", true},
		{"198.51.100.1", true}, {"::ffff:198.51.100.1", false},
		{"10.0.0.1", true}, {"10.0.0.1", true}, {"10.0.0.1", true},
	} {
		g := d.admit(callFrom(tc.address))
		if (g != nil) != tc.ok {
			t.Errorf("%s: let in %v", tc.address, g != nil)
		}
	}
	if n := len(d.clients); n != 3 {
		t.Errorf("%d clients are counted", n)
	}
}

func TestDoorForgetsEverything(t *testing.T) {
	d := newTestDoor(t, 10, 10)
	var all []*guest
	for range 10 {
		g := d.admit(callFrom("198.51.100.1"))
		d.moved(g, http.StateNew)
		all = append(all, g)
	}
	for _, g := range all {
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if d.open != 0 || len(d.clients) != 0 || d.quiet.Len() != 0 || d.unheard != 0 {
		t.Errorf("left behind: %d open, %v, %d quiet, %d bytes", d.open, d.clients, d.quiet.Len(), d.unheard)
	}
}

// Headers that do not end are bounded together; who finished one is left alone.
func TestDoorBoundsUnfinishedHeaders(t *testing.T) {
	const each = 8 << 10
	d := newTestDoor(t, 1000, 1000)
	send := func(address string) *caller {
		c := callFrom(address)
		c.sends, c.says = each, "x"
		g := d.admit(c)
		d.moved(g, http.StateNew)
		if _, err := g.Read(make([]byte, each)); err != nil {
			t.Fatal(err)
		}
		if address == "198.51.100.1" {
			d.moved(g, http.StateActive)
		}
		return c
	}
	honest := send("198.51.100.1")
	var slow []*caller
	for range 2 * maxUnheard / each {
		slow = append(slow, send("198.51.100.2"))
	}
	if honest.closed || !slow[0].closed || slow[len(slow)-1].closed {
		t.Errorf("closed: honest %v, first %v, last %v", honest.closed, slow[0].closed, slow[len(slow)-1].closed)
	}
	if d.unheard > maxUnheard {
		t.Errorf("%d bytes of headers", d.unheard)
	}
}

func TestDoorBoundsHeaderLines(t *testing.T) {
	d := newTestDoor(t, 10, 10)
	c := callFrom("198.51.100.1")
	c.sends, c.says = 1000, "x:\r\n"
	g := d.admit(c)
	d.moved(g, http.StateNew)
	for range 10 {
		if _, err := g.Read(make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	if !c.closed || d.standing() != 0 || d.turned[turnedUnheard].Load() != 1 {
		t.Errorf("closed %v, %d open", c.closed, d.standing())
	}
}

// serve runs the collector's own server behind its own listener.
func (r *rig) serve() (address string) {
	r.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	s := r.c.Server()
	ended := make(chan error)
	go func() { ended <- s.Serve(r.c.Listener(l)) }()
	r.t.Cleanup(func() {
		s.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			r.t.Error(err)
		}
	})
	return l.Addr().String()
}

func (r *rig) dial(address string) net.Conn {
	r.t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		r.t.Fatal(err)
	}
	return conn
}

// request is a whole request as it goes over the wire.
func request(body string) string {
	return fmt.Sprintf("POST /v1/beacons?key=%s HTTP/1.1\r\nHost: rum\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", testKey, len(body), body)
}

// exchange sends a request and gives the status of the answer, 0 if the
// connection ended.
func exchange(t *testing.T, conn net.Conn, text string) int {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		return 0
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

// With a full house of idle connections an honest client is served at once, and
// connections with a request under way live through it.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Limits = Limits{Connections: 8, ClientConnections: 8} })
	address := r.serve()
	slow := r.dial(address)
	text := request(view)
	if _, err := io.WriteString(slow, text[:len(text)-1]); err != nil { // its last byte comes later
		t.Fatal(err)
	}
	r.until("the slow request is under way", func() bool { return r.reading() == 1 })
	for i := range 40 {
		conn := r.dial(address)
		if status := exchange(t, conn, text); status != http.StatusAccepted {
			t.Fatalf("client %d: %d", i, status)
		}
	}
	if n := r.c.door.standing(); n > 8 {
		t.Errorf("%d connections are open", n)
	}
	if status := exchange(t, slow, text[len(text)-1:]); status != http.StatusAccepted {
		t.Errorf("the slow request: %d", status)
	}
}

// reading is how many bodies are on their way in.
func (r *rig) reading() int {
	r.c.bodies.mu.Lock()
	defer r.c.bodies.mu.Unlock()
	return r.c.bodies.reading.Len()
}

func (r *rig) until(what string, holds func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			r.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// While slow bodies hold nearly all the memory, those who send at once are
// served: the slowest is cut off.
func TestSlowBodiesMakeRoom(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Limits = Limits{BodyMemory: 256 << 10, ClientConnections: 200} })
	address := r.serve()
	text, large := request(view), request(view+strings.Repeat(" ", 5<<10))
	var slow []net.Conn
	for r.c.bodies.held.Load() <= 192<<10 {
		conn := r.dial(address)
		if _, err := io.WriteString(conn, large[:len(large)-1]); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, conn)
		r.until("the next one has its room", func() bool { return r.c.bodies.held.Load() > int64(len(slow)-1)<<10 })
	}
	r.until("the first is cut off", func() bool {
		for what, body := range map[string]string{"a beacon": text, "many": large} {
			conn := r.dial(address)
			if status := exchange(t, conn, body); status != http.StatusAccepted {
				t.Errorf("a client with %s: %d", what, status)
			}
			_ = conn.Close() // or the door would make room for these
		}
		return r.c.bodies.hurried.Load() > 0
	})
	if status := exchange(t, slow[0], ""); status != http.StatusBadRequest {
		t.Errorf("the slowest: %d", status)
	}
	if a := r.do("GET", "/metrics", ""); strings.Contains(a.body, "bodies_cut_off_total 0") {
		t.Error("not in the metrics")
	}
}

func TestHeaderLimits(t *testing.T) {
	r := newRig(t, nil)
	address := r.serve()
	long := strings.Replace(request(view), "Host: rum", "Host: rum\r\nCookie: "+strings.Repeat("c", 30<<10), 1)
	if status := exchange(t, r.dial(address), long); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 30 kB: %d", status)
	}
	var many strings.Builder
	for i := range maxHeaderFields {
		fmt.Fprintf(&many, "X-%d: y\r\n", i)
	}
	if status := exchange(t, r.dial(address), strings.Replace(request(view), "Content-Type", many.String()+"Content-Type", 1)); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of %d fields: %d", maxHeaderFields, status)
	}
}
