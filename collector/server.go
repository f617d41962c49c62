package collector

import (
	"log"
	"net/http"
	"time"
)

// maxHeaderFields is how many fields a request's header may have. SDKs and
// browsers send twenty, proxies add some.
const maxHeaderFields = 100

// Server returns a server for the collector, with time limits for header, body,
// answer and idle connections, and a share of HTTP/2 that fits them. What the
// server itself has to say goes to the collector's log. Where TLSConfig is set
// (see Config.CertFile), serve with ServeTLS and no files.
func (c *Collector) Server() *http.Server {
	l := c.cfg.Limits
	return &http.Server{
		Handler:           c.handler,
		ReadHeaderTimeout: l.HeaderTimeout,
		ReadTimeout:       max(l.BodyTimeout, l.HeaderTimeout),
		WriteTimeout:      max(l.BodyTimeout, l.HeaderTimeout),
		IdleTimeout:       l.IdleTimeout,
		MaxHeaderBytes:    l.Header,
		TLSConfig:         c.tlsConfig(),
		ConnState:         c.door.moved,
		ErrorLog:          log.New(serverLog{c}, "", 0),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          16,
			MaxDecoderHeaderTableSize:     4 << 10,
			MaxEncoderHeaderTableSize:     4 << 10,
			MaxReadFrameSize:              16 << 10,
			MaxReceiveBufferPerConnection: 64 << 10,
			MaxReceiveBufferPerStream:     64 << 10,
			SendPingTimeout:               30 * time.Second,
			PingTimeout:                   15 * time.Second,
			WriteByteTimeout:              15 * time.Second,
		},
	}
}
