package collector

import (
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
)

// How long a client may take. Beacons are small: who needs longer is not a browser.
const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 15 * time.Second
	writeTimeout   = 15 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 16 << 10
)

// Server returns a server for the collector, with time limits for header, body,
// answer and idle connections. What the server itself has to say goes to the
// collector's log.
func (c *Collector) Server() *http.Server {
	return &http.Server{
		Handler:           c.handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(plainHandler{c.log.Handler()}, slog.LevelWarn),
	}
}

// Listener bounds the connections that are open at one time; further clients
// wait in the system's backlog.
func (c *Collector) Listener(l net.Listener) net.Listener {
	return netutil.LimitListener(l, c.cfg.Limits.Connections)
}
