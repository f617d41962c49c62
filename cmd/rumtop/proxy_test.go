package main

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/stream"
)

// proxy is on the way to a NATS server. One that stalls lets clients connect,
// and passes on no request to JetStream.
type proxy struct {
	address string
	stalls  bool
	asked   atomic.Int64 // requests to JetStream
}

func startProxy(t *testing.T, url string, stalls bool) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &proxy{address: "nats://" + l.Addr().String(), stalls: stalls}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", strings.TrimPrefix(url, "nats://"))
			if err != nil {
				_ = client.Close()
				continue
			}
			go func() { _, _ = io.Copy(client, server); _ = client.Close() }()
			go func() { s.forward(server, client); _ = server.Close() }()
		}
	}()
	return s
}

// forward passes on what a client sends.
func (s *proxy) forward(to io.Writer, from io.Reader) {
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if bytes.Contains(b[:n], []byte("$JS.API")) {
			s.asked.Add(1)
			if s.stalls {
				n = 0
			}
		}
		if _, failed := to.Write(b[:n]); err != nil || failed != nil {
			return
		}
	}
}

// publishBeacon stores one page view of a site.
func publishBeacon(t *testing.T, pub *stream.Publisher, site string) {
	t.Helper()
	var batch beacon.Batch
	batch.Append(&beacon.Beacon{Received: noon.UnixMilli(), Navigation: true, View: 1})
	data, err := batch.Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pub.Publish(beacon.Subject(site, "eu-west", 0), site, data, func(error) {}); err != nil {
		t.Fatal(err)
	}
}
