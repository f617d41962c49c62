package edge

import (
	"container/list"
	"net"
	"net/netip"
	"time"
)

// conn is an open connection of a ConnLimiter.
type conn struct {
	net.Conn
	limiter *ConnLimiter
	client  netip.Addr // zero: a proxy

	list        *list.List // nil, idle or active
	elem        *list.Element
	since       time.Time // it is in list
	headerBytes int       // read since it became idle
	headerLines int       // in them
	released    bool
}

// Read implements net.Conn. It counts what belongs to an unfinished header.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.limiter.countHeader(c, p[:n])
	}
	return n, err
}

// Close implements net.Conn. It gives the place back.
func (c *conn) Close() error {
	c.limiter.mu.Lock()
	c.limiter.release(c)
	c.limiter.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite lets the server end an answer before it closes the connection, so
// that a client that is still sending can read the reason.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
