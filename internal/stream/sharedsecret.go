package stream

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	secretKey       = "identity"
	minSecret       = 32 // bytes
	maxSecret       = 256
	secretAttempts  = 3 // to write it, or to read what another process wrote
	secretTextLimit = 2 * maxSecret
)

// SharedSecret returns the secret in a key-value bucket, and stores fresh if the
// bucket has none. If several processes start at once, one of them stores its
// own and all return that. It creates a missing bucket if permitted; an existing
// one needs permission to look it up, to read it and to publish to its one key,
// see docs/nats.md. It never overwrites a secret.
func SharedSecret(ctx context.Context, c *Conn, bucket string, fresh []byte) ([]byte, error) {
	fail := func(err error) ([]byte, error) {
		return nil, fmt.Errorf("share the identity key in the bucket %s: %w", bucket, err)
	}
	js, err := c.jetStream()
	if err != nil {
		return fail(err)
	}
	ctx, cancel := c.request(ctx, "") // any of the requests can be denied
	defer cancel()
	kv, err := js.KeyValue(ctx, bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: bucket, Description: "rumtop: the key that identifiers are hashed under", History: 1})
		if errors.Is(err, jetstream.ErrBucketExists) {
			kv, err = js.KeyValue(ctx, bucket)
		}
	}
	if err != nil {
		return fail(bucketError(ctx, err))
	}
	for range secretAttempts {
		entry, err := kv.Get(ctx, secretKey)
		if err == nil {
			return parseSecret(bucket, entry.Value())
		}
		if !errors.Is(err, jetstream.ErrKeyNotFound) {
			return fail(bucketError(ctx, err))
		}
		_, err = kv.Create(ctx, secretKey, []byte(hex.EncodeToString(fresh)))
		if err != nil && !errors.Is(err, jetstream.ErrKeyExists) {
			return fail(bucketError(ctx, err))
		}
	}
	return fail(errors.New("another process keeps removing it: check who else uses the bucket"))
}

func bucketError(ctx context.Context, err error) error {
	switch {
	case errors.Is(context.Cause(ctx), ErrDenied):
		return ErrDenied
	case errors.Is(context.Cause(ctx), errDisconnected):
		return errDisconnected
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return ErrNoJetStream
	case errors.Is(err, context.DeadlineExceeded):
		return errNoAnswer
	}
	return err
}

func parseSecret(bucket string, text []byte) ([]byte, error) {
	if len(text) <= secretTextLimit {
		if secret, err := hex.DecodeString(strings.TrimSpace(string(text))); err == nil && len(secret) >= minSecret {
			return secret, nil
		}
	}
	return nil, fmt.Errorf("bucket %s: invalid identity key under %s: delete it to create a new one", bucket, secretKey)
}
