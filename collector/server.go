package collector

import (
	"crypto/tls"
	"log"
	"net"
	"net/http"
	"time"
)

// Server returns a server for the collector, with time limits for header, body,
// answer and idle connections, and HTTP/2 settings that fit them. The server's
// own messages go to the collector's log. If TLSConfig is set (see
// Config.CertFile), serve with ServeTLS and no files.
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
		ConnState:         c.conns.ConnState,
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

// Listener accepts the connections of l that the limits allow, for Server.
func (c *Collector) Listener(l net.Listener) net.Listener { return c.conns.Listener(l) }

// tlsConfig is nil without a certificate.
func (c *Collector) tlsConfig() *tls.Config {
	if c.certificate == nil {
		return nil
	}
	return c.certificate.TLSConfig(c.warnOldCertificate)
}

// warnOldCertificate logs an error of edge.Certificate.Refresh.
func (c *Collector) warnOldCertificate(err error) {
	c.warn("cannot use the changed TLS certificate: keeping the old one", err)
}
