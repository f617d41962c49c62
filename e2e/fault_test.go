//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// Limits under every fault. The limit of the recovery is 5 s; a machine that runs
// all scenarios in parallel gets a little more, and the log has the time.
const (
	maxQueue       = 4 << 20
	maxRecovery    = 8 * time.Second
	sampleEvery    = 50 * time.Millisecond
	loadClients    = 4
	beaconsPerBody = 10
)

// faultHarness is one or more servers, a collector behind a fault-injecting proxy,
// and a viewer behind another one.
type faultHarness struct {
	t         *testing.T
	env       *env
	servers   []*natsServer
	near      *toxiproxy.Proxy // between the collector and NATS
	far       *toxiproxy.Proxy // between the viewer and NATS
	collector *loadedCollector
	viewer    *frameReader
}

// natsServer is a nats-server process that can be stopped and started again.
type natsServer struct {
	*process
	t       *testing.T
	program string
	port    string
	store   string
	config  string
}

func (n *natsServer) start() {
	n.t.Helper()
	args := []string{"-a", "127.0.0.1", "-p", n.port, "-sd", n.store}
	if n.config != "" {
		args = append(args, "-c", n.config)
	} else {
		args = append(args, "-js")
	}
	n.process = start(n.t, nil, n.program, args...)
	testwait.Until(n.t, "nats-server is ready", func() bool { return strings.Contains(n.lines.String(), "Server is ready") })
}

func (n *natsServer) signal(s syscall.Signal) {
	n.t.Helper()
	if err := n.cmd.Process.Signal(s); err != nil {
		n.t.Fatal(err)
	}
	if s == syscall.SIGKILL {
		n.status()
	}
}

func (n *natsServer) address() string { return "127.0.0.1:" + n.port }

func newServer(t *testing.T, e *env, config string) *natsServer {
	t.Helper()
	n := &natsServer{t: t, program: e.nats, port: freePort(t), store: t.TempDir()}
	if config != "" {
		n.config = filepath.Join(n.store, "server.conf")
		n.configure(config)
	}
	n.start()
	return n
}

func (n *natsServer) configure(config string) {
	n.t.Helper()
	if err := os.WriteFile(n.config, []byte(config), 0o600); err != nil {
		n.t.Fatal(err)
	}
}

// newProxy starts a proxy that can slow, stall or cut connections.
func newProxy(t *testing.T, upstream string) *toxiproxy.Proxy {
	t.Helper()
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := toxiproxy.NewProxy(api, t.Name(), "127.0.0.1:0", upstream)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}

func addToxics(t *testing.T, p *toxiproxy.Proxy, toxics ...string) {
	t.Helper()
	for _, toxic := range toxics {
		if _, err := p.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			t.Fatal(err)
		}
	}
}

func removeToxics(p *toxiproxy.Proxy) { p.Toxics.ResetToxics(context.Background()) }

// newFaultHarness starts a server, a collector and a viewer. config is the server's;
// "" means JetStream without permissions. user and other are the credentials of
// the collector and the viewer, as in a URL.
func newFaultHarness(t *testing.T, e *env, config, user, other string, flags ...string) *faultHarness {
	t.Helper()
	f := &faultHarness{t: t, env: e}
	f.servers = []*natsServer{newServer(t, e, config)}
	f.near, f.far = newProxy(t, f.servers[0].address()), newProxy(t, f.servers[0].address())
	f.collector = newLoadedCollector(t, e, "nats://"+user+f.near.Listen, flags...)
	f.startViewer("nats://" + other + f.far.Listen)
	return f
}

// startViewer starts the viewer after the first beacons.
func (f *faultHarness) startViewer(server string) {
	f.t.Helper()
	f.collector.load(50, 200*time.Millisecond)
	testwait.Until(f.t, "the first beacons are published", func() bool { return f.collector.counters().queued == 0 })
	f.viewer = newFrameReader(f.t, f.env, server)
	f.viewer.waitFor("the first beacons", func(fr *frame.Frame) bool { return int64(fr.Total.Beacons) == f.collector.counters().published })
}

// checkRecovery ends a scenario: the queue is published, and the viewer has every
// beacon once.
func (f *faultHarness) checkRecovery(healed time.Time) {
	f.t.Helper()
	took := f.collector.waitRecovered(healed)
	b := f.collector.counters()
	f.viewer.waitFor(fmt.Sprintf("all %d published beacons", b.published), func(fr *frame.Frame) bool {
		return int64(fr.Total.Beacons) >= b.published
	})
	seen := f.viewer.last()
	if int64(seen.Total.Beacons) != b.published || seen.Health.Duplicates != 0 {
		f.t.Errorf("%d published; the viewer counts %d and %d duplicates", b.published, seen.Total.Beacons, seen.Health.Duplicates)
	}
	f.collector.checkTotals()
	f.t.Logf("recovered in %v; viewer: %d beacons %v after, %d reconnects, %d gaps",
		took.Round(time.Millisecond), seen.Total.Beacons, time.Since(healed).Round(time.Millisecond), seen.Health.Reconnects, seen.Health.Gaps)
}
