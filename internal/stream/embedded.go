package stream

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// EmbeddedOptions describe a NATS server inside this process.
type EmbeddedOptions struct {
	Dir      string // of JetStream's files; "": a temporary directory, removed by Close
	Port     int    // on 127.0.0.1; 0: any free one
	MaxBytes int64  // of all streams; 0: 4 GiB
}

// Embedded is a NATS server with JetStream inside this process. It listens on
// the loopback interface: reading a stream over it is twice as fast as over an
// in-process pipe.
type Embedded struct {
	server  *server.Server
	tempDir string
}

const embeddedStart = 20 * time.Second // recovering a large store takes some of it

// StartEmbedded starts a server and waits until it accepts connections.
func StartEmbedded(opts EmbeddedOptions) (*Embedded, error) {
	e := &Embedded{}
	if opts.Port != 0 { // the server itself would retry without an error
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(opts.Port)))
		if err != nil {
			return nil, fmt.Errorf("start NATS: %w: set another port, or use the server on this one", err)
		}
		if err := l.Close(); err != nil {
			return nil, fmt.Errorf("start NATS: %w", err)
		}
	}
	if opts.Dir == "" {
		dir, err := os.MkdirTemp("", "rumtop-nats-")
		if err != nil {
			return nil, fmt.Errorf("start NATS: create a directory: %w", err)
		}
		opts.Dir, e.tempDir = dir, dir
	}
	if opts.Port == 0 {
		opts.Port = server.RANDOM_PORT
	}
	if opts.MaxBytes <= 0 {
		opts.MaxBytes = DefaultMaxBytes
	}
	s, err := server.NewServer(&server.Options{
		ServerName: "rumtop", Host: "127.0.0.1", Port: opts.Port,
		JetStream: true, StoreDir: opts.Dir, JetStreamMaxStore: opts.MaxBytes, JetStreamMaxMemory: 64 << 20,
		NoLog: true, NoSigs: true, DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start NATS: %w", err), e.Close())
	}
	e.server = s
	s.Start()
	if !s.ReadyForConnections(embeddedStart) || !s.JetStreamEnabled() {
		return nil, errors.Join(fmt.Errorf("start NATS on 127.0.0.1:%d with files in %s: not ready: stop any other server there, or set another port", max(opts.Port, 0), opts.Dir), e.Close())
	}
	return e, nil
}

// ClientURL is the URL for clients.
func (e *Embedded) ClientURL() string { return e.server.ClientURL() }

// Close stops the server, waits for it, and removes a temporary directory.
func (e *Embedded) Close() error {
	if e.server != nil {
		e.server.Shutdown()
		e.server.WaitForShutdown()
	}
	if e.tempDir == "" {
		return nil
	}
	if err := os.RemoveAll(e.tempDir); err != nil {
		return fmt.Errorf("remove the files of NATS: %w", err)
	}
	return nil
}
