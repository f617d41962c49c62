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
	secretAttempts  = 3 // to be the first, or to read what the first one wrote
	secretTextLimit = 2 * maxSecret
)

// SharedSecret gives the secret that a key-value bucket holds, putting fresh
// there if nobody has before: of several that start at once one is the first, and
// all get what it wrote. The bucket is made where it is missing and this user
// may; otherwise the least that is needed is to look it up, to read it and to
// publish to its one key, see docs/nats.md. Nothing is ever overwritten.
func SharedSecret(ctx context.Context, c *Conn, bucket string, fresh []byte) ([]byte, error) {
	fail := func(err error) ([]byte, error) {
		return nil, fmt.Errorf("share the identity key in the bucket %s: %w", bucket, err)
	}
	js, err := c.jetStream()
	if err != nil {
		return fail(err)
	}
	ctx, cancel := c.request(ctx, "") // whatever of it is forbidden
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
	return fail(errors.New("it is written and removed again and again: see who else uses it"))
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
	return nil, fmt.Errorf("the bucket %s holds no identity key under %s: remove what is there to have one made", bucket, secretKey)
}
