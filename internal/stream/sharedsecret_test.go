package stream

import (
	"bytes"
	"sync"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"
)

const bucket = "RUM_IDENTITY"

// The lists of docs/nats.md, verbatim.
var (
	sharerPublish = []string{
		"rum.v1.>", "$JS.API.STREAM.INFO.KV_RUM_IDENTITY", "$JS.API.DIRECT.GET.KV_RUM_IDENTITY.$KV.RUM_IDENTITY.identity", "$KV.RUM_IDENTITY.identity",
	}
	bucketMakerPublish = append([]string{"$JS.API.STREAM.CREATE.KV_RUM_IDENTITY", "$JS.API.INFO"}, sharerPublish...)
)

func fresh(n byte) []byte { return bytes.Repeat([]byte{n}, minSecret) }

func TestSharedSecretConcurrentStart(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	secrets := make([][]byte, 8)
	var starting sync.WaitGroup
	for i := range secrets {
		c := dial(t, e.ClientURL())
		starting.Go(func() {
			var err error
			if secrets[i], err = SharedSecret(testContext(t), c, bucket, fresh(byte(i+1))); err != nil {
				t.Error(err)
			}
		})
	}
	starting.Wait()
	for _, s := range secrets {
		if len(s) < minSecret || !bytes.Equal(s, secrets[0]) {
			t.Errorf("secrets %x and %x differ", s, secrets[0])
		}
	}
	again, err := SharedSecret(testContext(t), dial(t, e.ClientURL()), bucket, fresh(99))
	if err != nil || !bytes.Equal(again, secrets[0]) {
		t.Errorf("after a restart %x, %v", again, err)
	}
}

func TestSharedSecretLeastPrivilege(t *testing.T) {
	srv := serve(t, &server.Options{
		JetStream: true, StoreDir: t.TempDir(),
		Users: []*server.User{
			user("maker", bucketMakerPublish, collectorSubscribe),
			user("sharer", sharerPublish, collectorSubscribe),
			user("viewer", viewerPublish, viewerSubscribe),
			user("collector", collectorPublish, collectorSubscribe),
		},
	})
	as := func(name string) *Conn { return dial(t, "nats://"+name+":secret@"+srv.Addr().String()) }
	if _, err := SharedSecret(testContext(t), as("sharer"), bucket, fresh(1)); err == nil {
		t.Error("SharedSecret created a bucket without permission")
	}
	want, err := SharedSecret(testContext(t), as("maker"), bucket, fresh(2))
	if err != nil {
		t.Fatal(err)
	}
	sharer := as("sharer")
	got, err := SharedSecret(testContext(t), sharer, bucket, fresh(3))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%x, %v", got, err)
	}
	forbids(t, sharer, "$JS.API.STREAM.DELETE.KV_RUM_IDENTITY", "$JS.API.STREAM.PURGE.KV_RUM_IDENTITY", "$KV.RUM_IDENTITY.other", "$JS.API.STREAM.CREATE.KV_OTHER")
	for _, name := range []string{"viewer", "collector"} {
		if s, err := SharedSecret(testContext(t), as(name), bucket, fresh(4)); err == nil {
			t.Errorf("user %s read the key %x, want an error", name, s)
		}
	}
}

func TestSharedSecretInvalid(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	js, err := c.jetStream()
	if err != nil {
		t.Fatal(err)
	}
	kv, err := js.CreateKeyValue(testContext(t), jetstream.KeyValueConfig{Bucket: bucket})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "abc", "00ff"} {
		if _, err := kv.PutString(testContext(t), secretKey, bad); err != nil {
			t.Fatal(err)
		}
		if s, err := SharedSecret(testContext(t), c, bucket, fresh(1)); err == nil {
			t.Errorf("stored %q: got the key %x, want an error", bad, s)
		}
	}
	plain := serve(t, &server.Options{})
	if _, err := SharedSecret(testContext(t), dial(t, plain.ClientURL()), bucket, fresh(1)); err == nil {
		t.Error("SharedSecret without JetStream succeeded")
	}
}
