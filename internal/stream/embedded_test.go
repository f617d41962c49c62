package stream

import (
	"net"
	"os"
	"strings"
	"testing"
)

func TestEmbeddedRemovesTempDir(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	e, err := StartEmbedded(EmbeddedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(e.ClientURL(), "nats://127.0.0.1:") {
		t.Errorf("ClientURL = %s", e.ClientURL())
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) != 0 {
		t.Errorf("after Close the temporary directory has %v, %v", left, err)
	}
	if err := e.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestEmbeddedKeepsDir(t *testing.T) {
	dir := t.TempDir()
	e := embed(t, EmbeddedOptions{Dir: dir})
	f := newFeed(t, dial(t, e.ClientURL()), PublisherOptions{Create: &Limits{}})
	f.send(10)
	f.settled()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = embed(t, EmbeddedOptions{Dir: dir})
	if n := stored(t, dial(t, e.ClientURL())); n != 10 {
		t.Errorf("%d messages stored, want 10", n)
	}
}

func TestEmbeddedPortTaken(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	port := e.server.Addr().(*net.TCPAddr).Port
	if _, err := StartEmbedded(EmbeddedOptions{Port: port}); err == nil || !strings.Contains(err.Error(), "set another port, or use the server on this one") {
		t.Errorf("%v", err)
	}
}
