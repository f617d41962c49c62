package stream

import (
	"net"
	"os"
	"strings"
	"testing"
)

func TestEmbeddedCleansUp(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	e, err := StartEmbedded(EmbeddedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(e.ClientURL(), "nats://127.0.0.1:") {
		t.Errorf("listens at %s", e.ClientURL())
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := e.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestEmbeddedKeepsItsDirectory(t *testing.T) {
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
		t.Errorf("%d kept", n)
	}
}

func TestEmbeddedOnAPortThatIsTaken(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	port := e.server.Addr().(*net.TCPAddr).Port
	if _, err := StartEmbedded(EmbeddedOptions{Port: port}); err == nil || !strings.Contains(err.Error(), "choose another port, or use the server that is there") {
		t.Errorf("%v", err)
	}
}
