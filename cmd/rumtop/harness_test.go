package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/rumtop/rumtop/internal/stream"
	"github.com/rumtop/rumtop/internal/testwait"
)

// harness is a NATS server and rumtop collect in this process.
type harness struct {
	t      *testing.T
	server string // of NATS
	url    string // the collector's address: http://…
}

// startNATS starts a server until the test ends, and returns its address. It
// chooses the port.
func startNATS(t *testing.T, options server.Options) (address string) {
	t.Helper()
	options.Host, options.Port, options.NoLog, options.NoSigs = "127.0.0.1", server.RANDOM_PORT, true, true
	s, err := server.NewServer(&options)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(testwait.Patience) {
		t.Fatal("nats-server does not start")
	}
	return s.Addr().String()
}

// newHarness collects for sites that are named NAME=KEY.
func newHarness(t *testing.T, flags ...string) *harness {
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
	h := &harness{t: t, server: nats.ClientURL()}
	ctx, cancel := context.WithCancel(context.Background())
	var log testwait.Output
	ended := make(chan int, 1)
	args := append([]string{"collect", "--server", h.server, "--listen", "127.0.0.1:0", "--linger", "1ms", "--rate-limit", "off", "--grace", "0s"}, flags...)
	go func() { ended <- run(ctx, args, strings.NewReader(""), io.Discard, &log) }()
	t.Cleanup(func() {
		cancel()
		if status := <-ended; status != exitOK {
			t.Errorf("rumtop collect ended with %d:\n%s", status, log.String())
		}
	})
	address := regexp.MustCompile(`address=(\S+)`)
	testwait.Until(h.t, "the collector listens", func() bool {
		m := address.FindStringSubmatch(log.String())
		if m != nil {
			h.url = "http://" + m[1]
		}
		return m != nil
	})
	return h
}

// post is one request to the collector.
type post struct {
	path   string // with the key; "" is /v1/beacons
	body   string
	header [2]string // name and value, if any
	status int       // what it must be answered; 0 is 202
}

// send posts for a site's key and wants the answer that the post names.
func (h *harness) send(key string, p post) string {
	h.t.Helper()
	path := p.path
	if path == "" {
		path = "/v1/beacons"
	}
	req, err := http.NewRequest(http.MethodPost, h.url+path+"?key="+key, strings.NewReader(p.body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	if p.header[0] != "" {
		req.Header.Set(p.header[0], p.header[1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	want := p.status
	if want == 0 {
		want = http.StatusAccepted
	}
	if resp.StatusCode != want {
		h.t.Fatalf("POST %s %s = %d %s, want %d", path, p.body, resp.StatusCode, answer, want)
	}
	return string(answer)
}

// settle waits until NATS has acknowledged all that was accepted.
func (h *harness) settle() {
	h.t.Helper()
	testwait.Until(h.t, "the collector's queue is empty", func() bool {
		resp, err := http.Get(h.url + "/metrics")
		if err != nil {
			h.t.Fatal(err)
		}
		defer resp.Body.Close()
		metrics, err := io.ReadAll(resp.Body)
		return err == nil && bytes.Contains(metrics, []byte("\nrumtop_collector_beacons_queued 0\n"))
	})
}

// rumtop runs a command against the harness's server and wants it to end well.
func (h *harness) rumtop(args ...string) string {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testwait.Patience)
	defer cancel()
	var out, problems bytes.Buffer
	if status := run(ctx, append(args, "--server", h.server), strings.NewReader(""), &out, &problems); status != exitOK {
		h.t.Fatalf("rumtop %q ended with %d: %s", args, status, &problems)
	}
	return out.String()
}

// frame is the JSON document of one site, as scripts read it.
func (h *harness) frame(site string, args ...string) document {
	h.t.Helper()
	return parse(h.t, h.rumtop(append([]string{"--once", "--format", "json", "--site", site}, args...)...))
}
