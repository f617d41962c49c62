package stream

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

// markers follows a site's markers for the test.
type markers struct {
	mu   sync.Mutex
	seen map[string]beacon.Marker // by ID
}

func follow(t *testing.T, c *Conn) *markers {
	t.Helper()
	m := &markers{seen: map[string]beacon.Marker{}}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = FollowMarkers(ctx, c, "shop", time.Hour, func(x beacon.Marker) {
			m.mu.Lock()
			m.seen[x.ID] = x
			m.mu.Unlock()
		})
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return m
}

func (m *markers) texts() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for _, x := range m.seen {
		out = append(out, x.Text)
	}
	return strings.Join(out, ",")
}

func (m *markers) has(text string) func() bool {
	return func() bool { return strings.Contains(m.texts(), text) }
}

func annotate(t *testing.T, c *Conn, id, text string, stored bool) {
	t.Helper()
	got, err := Annotate(testContext(t), c, "shop", beacon.Marker{ID: id, Text: text, Kind: beacon.MarkerDeploy, At: time.Now().UnixMilli()})
	if err != nil || got != stored {
		t.Fatalf("Annotate: stored %v, %v", got, err)
	}
}

func TestMarkersHistoryAndLive(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	if _, err := EnsureStream(testContext(t), c, Limits{}); err != nil {
		t.Fatal(err)
	}
	annotate(t, c, "1", "before", true)
	publishRaw(t, c, beacon.AnnotationSubject("shop"), []byte(`{"text":"by hand"}`))
	publishRaw(t, c, beacon.AnnotationSubject("shop"), []byte(`{"text":`))
	publishRaw(t, c, beacon.AnnotationSubject("bank"), []byte(`{"text":"of another site"}`))
	m := follow(t, dial(t, e.ClientURL()))
	testwait.Until(t, "history", m.has("by hand"))
	testwait.Until(t, "history", m.has("before"))
	annotate(t, c, "2", "after", true)
	testwait.Until(t, "live", m.has("after"))
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.seen) != 3 {
		t.Errorf("%+v", m.seen)
	}
	for _, x := range m.seen {
		if age := time.Since(time.UnixMilli(x.At)); x.ID == "" || age < -time.Second || age > time.Minute {
			t.Errorf("%+v", x)
		}
	}
}

func TestMarkersNoJetStream(t *testing.T) {
	srv := serve(t, &server.Options{})
	c := dial(t, srv.ClientURL())
	annotate(t, c, "1", "no viewer", false)
	m := follow(t, dial(t, srv.ClientURL()))
	testwait.Until(t, "live", func() bool {
		annotate(t, c, "2", "a viewer", false)
		return m.has("a viewer")()
	})
}

func TestMarkersAcrossRestart(t *testing.T) {
	port, dir := freePort(t), t.TempDir()
	start := func() *Embedded {
		e, err := StartEmbedded(EmbeddedOptions{Dir: dir, Port: port})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := start()
	c := dial(t, e.ClientURL())
	if _, err := EnsureStream(testContext(t), c, Limits{}); err != nil {
		t.Fatal(err)
	}
	m := follow(t, dial(t, e.ClientURL()))
	annotate(t, c, "1", "before the restart", true)
	testwait.Until(t, "live", m.has("before the restart"))
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = start()
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	testwait.Until(t, "the connection is back", func() bool { return c.State().Connected })
	annotate(t, c, "2", "after the restart", true)
	testwait.Until(t, "live", m.has("after the restart"))
}

func TestMarkersByPermission(t *testing.T) {
	as := guarded(t, true)
	if _, err := EnsureStream(testContext(t), as("operator"), Limits{}); err != nil {
		t.Fatal(err)
	}
	_, err := Annotate(testContext(t), as("viewer"), "shop", beacon.Marker{Text: "deploy"})
	if err == nil || !strings.Contains(err.Error(), "may not publish to rum.v1.shop.annotations") {
		t.Errorf("Annotate without permission: %v", err)
	}
	annotate(t, as("marker"), "1", "deploy 2.4.1", true)
	for _, name := range []string{"viewer", "site-viewer"} {
		m := follow(t, as(name))
		testwait.Until(t, name+" sees it", m.has("deploy 2.4.1"))
	}
	for _, bad := range []beacon.Marker{{}, {Kind: beacon.MarkerDeploy}} {
		if _, err := Annotate(testContext(t), as("marker"), "shop", bad); err == nil {
			t.Errorf("Annotate(%+v) succeeded, want an error", bad)
		}
	}
}

// All markers of the history are read, in as many requests as they need: what a
// viewer keeps are the newest.
func TestMarkersOfLongHistoryAreRead(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	makeStream(t, c, jetstream.StreamConfig{})
	js := api(t, c)
	const n = markersBatch + markersBatch/2
	for i := range n {
		data, err := beacon.Marker{ID: fmt.Sprint(i), At: int64(i + 1), Kind: beacon.MarkerNote, Text: "x"}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := js.PublishAsync(beacon.AnnotationSubject("shop"), data); err != nil {
			t.Fatal(err)
		}
	}
	<-js.PublishAsyncComplete()
	m := follow(t, c)
	testwait.Until(t, "all markers", func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		return len(m.seen) == n
	})
}
