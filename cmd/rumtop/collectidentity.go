package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/stream"
)

const (
	// identityRetry is how often a collector with a key of its own looks for
	// the shared one.
	identityRetry = 5 * time.Second
	// identitySize is the size of a new key in bytes.
	identitySize = 32
)

// shareIdentity gets the key that identifiers are hashed under from a bucket in
// NATS. If the bucket is out of reach, the collector starts with a key of its
// own, so that beacons flow; it logs and reports that, and retries until ctx
// ends.
func (s *collectorServer) shareIdentity(ctx context.Context, conn *stream.Conn, bucket string, log *slog.Logger) {
	fresh := make([]byte, identitySize)
	rand.Read(fresh)
	try := func() error {
		secret, err := stream.SharedSecret(ctx, conn, bucket, fresh)
		if err == nil {
			err = s.collector.SetIdentityKey(secret)
		}
		if err == nil {
			s.reporter.setIdentity(beacon.IdentityShared)
		}
		return err
	}
	err := try()
	if err == nil {
		return
	}
	s.reporter.setIdentity(beacon.IdentityAlone)
	log.Warn("users are counted apart from other collectors' until the identity key can be shared", "error", err)
	go func() {
		tick := time.NewTicker(identityRetry)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := try(); err == nil {
				log.Info("identity key is shared now: users seen before count again today")
				return
			}
		}
	}()
}
