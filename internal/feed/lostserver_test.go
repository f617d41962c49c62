package feed

import (
	"errors"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/stream"
)

// A server that goes away while the history is read, and stays away, ends the
// wait for it.
func TestCompleteLostConnection(t *testing.T) {
	nats, err := stream.StartEmbedded(stream.EmbeddedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := stream.Connect(t.Context(), stream.ConnectOptions{Servers: nats.ClientURL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	f := NewPrepared(conn).Start(t.Context(), LiveOptions{Site: "shop", Since: time.Minute, Interval: 10 * time.Millisecond})
	f.Patience = 20 * time.Millisecond
	if err := nats.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Complete(t.Context(), frame.Query{Site: "shop", By: "region", Window: time.Minute}, nil); !errors.Is(err, errLost) {
		t.Errorf("got %v, want %v", err, errLost)
	}
}
