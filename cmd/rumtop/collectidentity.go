package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/stream"
)

// How often a collector that hashes under a key of its own looks for the shared
// one, and the size of a new one in bytes.
const (
	identityRetry = 5 * time.Second
	identitySize  = 32
)

// share takes the key that identifiers are hashed under from a bucket in NATS.
// Beacons must flow: where the bucket is out of reach the collector begins
// with a key of its own, says so, is counted so by viewers, and goes on trying
// until ctx ends.
func (e *edge) share(ctx context.Context, conn *stream.Conn, bucket string, log *slog.Logger) {
	fresh := make([]byte, identitySize)
	rand.Read(fresh)
	try := func() error {
		secret, err := stream.SharedSecret(ctx, conn, bucket, fresh)
		if err == nil {
			err = e.collector.SetIdentityKey(secret)
		}
		if err == nil {
			e.reporter.setIdentity(beacon.IdentityShared)
		}
		return err
	}
	err := try()
	if err == nil {
		return
	}
	e.reporter.setIdentity(beacon.IdentityAlone)
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
