package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/stream"
)

// patience is how long anything that must come may take. Little of it is used.
const patience = 30 * time.Second

// world is a NATS server and rumtop collect in this process.
type world struct {
	t      *testing.T
	server string // of NATS
	edge   string // the collector's address: http://…
}

// newWorld collects for sites that are named NAME=KEY.
func newWorld(t *testing.T, flags ...string) *world {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	nats, err := stream.StartEmbedded(stream.EmbeddedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := nats.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, server: nats.ClientURL()}
	ctx, cancel := context.WithCancel(context.Background())
	var log lines
	ended := make(chan int, 1)
	args := append([]string{"collect", "--server", w.server, "--listen", "127.0.0.1:0", "--linger", "1ms", "--rate-limit", "off", "--grace", "0s"}, flags...)
	go func() { ended <- run(ctx, args, strings.NewReader(""), io.Discard, &log) }()
	t.Cleanup(func() {
		cancel()
		if status := <-ended; status != exitOK {
			t.Errorf("rumtop collect ended with %d:\n%s", status, log.String())
		}
	})
	address := regexp.MustCompile(`address=(\S+)`)
	w.until("the collector listens", func() bool {
		m := address.FindStringSubmatch(log.String())
		if m != nil {
			w.edge = "http://" + m[1]
		}
		return m != nil
	})
	return w
}

func (w *world) until(what string, holds func() bool) {
	w.t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// post is one request to the collector.
type post struct {
	path   string // with the key; "" is /v1/beacons
	body   string
	header [2]string // name and value, if any
	status int       // what it must be answered; 0 is 202
}

// send posts for a site's key and wants the answer that the post names.
func (w *world) send(key string, p post) string {
	w.t.Helper()
	path := p.path
	if path == "" {
		path = "/v1/beacons"
	}
	req, err := http.NewRequest(http.MethodPost, w.edge+path+"?key="+key, strings.NewReader(p.body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	if p.header[0] != "" {
		req.Header.Set(p.header[0], p.header[1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	want := p.status
	if want == 0 {
		want = http.StatusAccepted
	}
	if resp.StatusCode != want {
		w.t.Fatalf("POST %s %s = %d %s, want %d", path, p.body, resp.StatusCode, answer, want)
	}
	return string(answer)
}

// settle waits until NATS has acknowledged all that was accepted.
func (w *world) settle() {
	w.t.Helper()
	w.until("the collector's queue is empty", func() bool {
		resp, err := http.Get(w.edge + "/metrics")
		if err != nil {
			w.t.Fatal(err)
		}
		defer resp.Body.Close()
		metrics, err := io.ReadAll(resp.Body)
		return err == nil && bytes.Contains(metrics, []byte("\nrumtop_collector_beacons_queued 0\n"))
	})
}

// rumtop runs a command against the world's server and wants it to end well.
func (w *world) rumtop(args ...string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out, problems bytes.Buffer
	if status := run(ctx, append(args, "--server", w.server), strings.NewReader(""), &out, &problems); status != exitOK {
		w.t.Fatalf("rumtop %q ended with %d: %s", args, status, &problems)
	}
	return out.String()
}

// frame is the JSON document of one site, as scripts read it.
func (w *world) frame(site string, args ...string) document {
	w.t.Helper()
	return parse(w.t, w.rumtop(append([]string{"--once", "--format", "json", "--site", site}, args...)...))
}

// lines gathers what a process writes while another goroutine reads it.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
