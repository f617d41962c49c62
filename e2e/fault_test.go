//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/rs/zerolog"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// What is promised under every fault. The recovery is promised in 5 s; a
// machine that plays all scenarios side by side gets a little more, and the log
// says what it took.
const (
	maxQueue       = 4 << 20
	maxRecovery    = 8 * time.Second
	sampleEvery    = 50 * time.Millisecond
	loadClients    = 4
	beaconsPerBody = 10
)

// faultHarness is one server, or a few, one collector behind a proxy that can be
// spoilt, and a viewer behind another one.
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

func newServer(t *testing.T, k *env, config string) *natsServer {
	t.Helper()
	n := &natsServer{t: t, program: k.nats, port: freePort(t), store: t.TempDir()}
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

// newProxy can slow, stall or cut what goes through it.
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

// newFaultHarness starts a server, a collector and a viewer; config is the server's,
// "" for one with JetStream and no permissions. user and other are the
// credentials of the collector and the viewer, as in a URL.
func newFaultHarness(t *testing.T, k *env, config, user, other string, flags ...string) *faultHarness {
	t.Helper()
	f := &faultHarness{t: t, env: k}
	f.servers = []*natsServer{newServer(t, k, config)}
	f.near, f.far = newProxy(t, f.servers[0].address()), newProxy(t, f.servers[0].address())
	f.collector = newLoadedCollector(t, k, "nats://"+user+f.near.Listen, flags...)
	f.startViewer("nats://" + other + f.far.Listen)
	return f
}

// startViewer starts the viewer once there is something to see.
func (f *faultHarness) startViewer(server string) {
	f.t.Helper()
	f.collector.load(50, 200*time.Millisecond)
	testwait.Until(f.t, "the first beacons are published", func() bool { return f.collector.counters().queued == 0 })
	f.viewer = newFrameReader(f.t, f.env, server)
	f.viewer.waitFor("the first beacons", func(fr *frame.Frame) bool { return int64(fr.Total.Beacons) == f.collector.counters().published })
}

// checkRecovery ends a scenario: everything queued is published, and the viewer has it, once.
func (f *faultHarness) checkRecovery(healed time.Time) {
	f.t.Helper()
	took := f.collector.waitRecovered(healed)
	b := f.collector.counters()
	f.viewer.waitFor(fmt.Sprintf("all %d published beacons", b.published), func(fr *frame.Frame) bool {
		return int64(fr.Total.Beacons) >= b.published
	})
	seen := f.viewer.last()
	if int64(seen.Total.Beacons) != b.published || seen.Health.Duplicates != 0 {
		f.t.Errorf("%d were published; the viewer counts %d and %d twice", b.published, seen.Total.Beacons, seen.Health.Duplicates)
	}
	f.collector.checkTotals()
	f.t.Logf("recovered in %v; viewer: %d beacons %v after, %d reconnects, %d gaps",
		took.Round(time.Millisecond), seen.Total.Beacons, time.Since(healed).Round(time.Millisecond), seen.Health.Reconnects, seen.Health.Gaps)
}

// loadedCollector is a collector process, what was sent to it, and what it says.
type loadedCollector struct {
	t    *testing.T
	p    *process
	url  string
	stop chan struct{}
	done sync.WaitGroup

	accepted, denied, errors atomic.Int64 // beacons
	mu                       sync.Mutex
	took                     []time.Duration // of requests
	samples                  int
	queueBytes               float64 // most seen
}

func newLoadedCollector(t *testing.T, k *env, server string, flags ...string) *loadedCollector {
	t.Helper()
	l := &loadedCollector{t: t, stop: make(chan struct{})}
	l.p = start(t, nil, k.rumtop, append([]string{
		"collect", "--server", server, "--listen", "127.0.0.1:0", "--site", "shop=" + siteKey, "--region", "eu-west", "--rate-limit", "off",
		"--max-queue", fmt.Sprint(maxQueue),
	}, flags...)...)
	address := regexp.MustCompile(`address=(\S+)`)
	testwait.Until(t, "the collector listens", func() bool {
		m := address.FindStringSubmatch(l.p.lines.String())
		if m != nil {
			l.url = "http://" + m[1]
		}
		return m != nil
	})
	l.done.Go(func() {
		tick := time.NewTicker(sampleEvery)
		defer tick.Stop()
		for {
			select {
			case <-l.stop:
				return
			case <-tick.C:
				l.sample()
			}
		}
	})
	t.Cleanup(l.stopSampling)
	return l
}

func (l *loadedCollector) stopSampling() {
	select {
	case <-l.stop:
	default:
		close(l.stop)
	}
	l.done.Wait()
}

// counters are what /metrics says at one moment.
type counters struct {
	received, published, refused, dropped, queued int64
	shed                                          int64
	queueBytes, queueMax                          float64
}

func (l *loadedCollector) scrape() (counters, error) {
	resp, err := http.Get(l.url + "/metrics")
	if err != nil {
		return counters{}, err
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		return counters{}, err
	}
	sum := func(name, reason string) (total int64) {
		for _, m := range families["rumtop_collector_"+name].GetMetric() {
			if reason == "" || m.GetLabel()[0].GetValue() == reason {
				total += int64(m.GetCounter().GetValue() + m.GetGauge().GetValue())
			}
		}
		return total
	}
	return counters{
		received: sum("beacons_received_total", ""), published: sum("beacons_published_total", ""),
		refused: sum("beacons_refused_total", ""), dropped: sum("beacons_dropped_total", ""), queued: sum("beacons_queued", ""),
		shed: sum("beacons_dropped_total", "shed"), queueBytes: float64(sum("queue_bytes", "")), queueMax: float64(sum("queue_max_bytes", "")),
	}, nil
}

// sample holds the account to its promises at this moment.
func (l *loadedCollector) sample() {
	a, err := l.scrape()
	if err != nil {
		l.t.Errorf("the metrics cannot be read: %v", err)
		return
	}
	if a.received != a.published+a.refused+a.dropped+a.queued {
		l.t.Errorf("the account does not add up: %+v", a)
	}
	if a.queueBytes > a.queueMax {
		l.t.Errorf("the queue holds %.0f bytes of at most %.0f", a.queueBytes, a.queueMax)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.samples++
	l.queueBytes = max(l.queueBytes, a.queueBytes)
}

func (l *loadedCollector) counters() counters {
	l.t.Helper()
	a, err := l.scrape()
	if err != nil {
		l.t.Fatal(err)
	}
	return a
}

// load sends so many requests a second for a while, each with some beacons, one
// of them with an error. Every one of them must be answered.
func (l *loadedCollector) load(perSecond int, length time.Duration) {
	l.loadWithNoise(perSecond, length, 0)
}

// loadWithNoise is load with so many bytes of noise in each beacon.
func (l *loadedCollector) loadWithNoise(perSecond int, length time.Duration, noise int) {
	l.t.Helper()
	end := time.Now().Add(length)
	pace := time.Duration(loadClients) * time.Second / time.Duration(perSecond)
	var hands sync.WaitGroup
	for range loadClients {
		hands.Go(func() {
			tick := time.NewTicker(pace)
			defer tick.Stop()
			for time.Now().Before(end) {
				l.post(noise)
				<-tick.C
			}
		})
	}
	hands.Wait()
}

func (l *loadedCollector) post(noise int) {
	var body strings.Builder
	for i := range beaconsPerBody {
		id := rand.Uint64()
		errors := ""
		if i == 0 {
			errors = `,"errors":[{"type":"TypeError","message":"reading 'total'"}]`
		}
		fmt.Fprintf(&body, `{"id":"%x","view":"%x","user":"u%d","navigation":true,"release":"1.0","metrics":{"lcp":%d}%s`,
			id, id, id%5000, 500+id%4000, errors)
		for n := 0; n < noise; n += 60 {
			fmt.Fprintf(&body, `%s{"url":"https://api.shop.example/%s","status":200,"duration":%d,"method":"GET"}`,
				map[bool]string{true: `,"requests":[`, false: ","}[n == 0], randomPath(5), n)
		}
		if noise > 0 {
			body.WriteByte(']')
		}
		body.WriteString("}\n")
	}
	began := time.Now()
	resp, err := http.Post(l.url+"/v1/beacons?key="+siteKey, "application/x-ndjson", strings.NewReader(body.String()))
	if err != nil {
		l.t.Errorf("the collector does not answer: %v", err)
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	took := time.Since(began)
	switch resp.StatusCode {
	case http.StatusAccepted:
		l.accepted.Add(beaconsPerBody)
		l.errors.Add(1)
	case http.StatusServiceUnavailable:
		l.denied.Add(beaconsPerBody)
	default:
		l.t.Errorf("answered %d", resp.StatusCode)
	}
	l.mu.Lock()
	l.took = append(l.took, took)
	l.mu.Unlock()
}

// randomPath is a path that no compression makes small, and no scrubbing shorter.
func randomPath(n int) string {
	syllables := [...]string{"ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va"}
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte('/')
		}
		for range 3 {
			b.WriteString(syllables[rand.IntN(len(syllables))])
		}
	}
	return b.String()
}

// waitRecovered waits until nothing is queued any more.
func (l *loadedCollector) waitRecovered(healed time.Time) time.Duration {
	l.t.Helper()
	testwait.Until(l.t, "the queue is published", func() bool { return l.counters().queued == 0 })
	took := time.Since(healed)
	if took > maxRecovery {
		l.t.Errorf("what was queued took %v to be published", took)
	}
	return took
}

// checkTotals checks what holds over the whole of a scenario.
func (l *loadedCollector) checkTotals() {
	l.t.Helper()
	l.stopSampling()
	a := l.counters()
	if sent := l.accepted.Load() + l.denied.Load(); a.received != sent || a.refused != l.denied.Load() {
		l.t.Errorf("%d beacons were sent, %d of them turned away: %+v", sent, l.denied.Load(), a)
	}
	if a.published+a.dropped+a.queued != l.accepted.Load() {
		l.t.Errorf("%d beacons were accepted: %+v", l.accepted.Load(), a)
	}
	if a.dropped != a.shed {
		l.t.Errorf("lost by more than making room: %+v", a)
	}
	memory := peakMemory(l.t, l.p.cmd.Process.Pid)
	if memory > maxMemory {
		l.t.Errorf("the collector took %d bytes", memory)
	}
	slices.Sort(l.took)
	l.t.Logf("%d accepted, %d published, %d shed, %d turned away; p50 %v p99 %v of %d requests; queue at most %.1f MiB; VmHWM %d MiB; %d samples",
		l.accepted.Load(), a.published, a.shed, l.denied.Load(),
		l.took[len(l.took)/2].Round(10*time.Microsecond), l.took[len(l.took)*99/100].Round(10*time.Microsecond), len(l.took),
		l.queueBytes/(1<<20), memory>>20, l.samples)
}

// frameReader is a viewer process that prints what it would show.
type frameReader struct {
	t *testing.T
	p *process

	mu    sync.Mutex
	rest  []byte
	frame frame.Frame
	down  bool    // it said that it was not connected
	lag   float64 // the most that it admitted, in milliseconds
}

func newFrameReader(t *testing.T, k *env, server string) *frameReader {
	t.Helper()
	v := &frameReader{t: t}
	t.Cleanup(func() {
		if f := v.last(); t.Failed() {
			t.Logf("the viewer's last frame: %d beacons, %+v", f.Total.Beacons, f.Health)
		}
	})
	v.p = start(t, v, k.rumtop, "--server", server, "--site", "shop", "--count", "1000000", "--format", "json", "--interval", "200ms", "--window", "30m")
	return v
}

// Write takes what the viewer prints.
func (v *frameReader) Write(b []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.rest = append(v.rest, b...)
	for {
		i := slices.Index(v.rest, '\n')
		if i < 0 {
			return len(b), nil
		}
		var f frame.Frame
		if err := json.Unmarshal(v.rest[:i], &f); err != nil {
			v.t.Errorf("%v in %s", err, v.rest[:i])
		}
		v.rest = v.rest[i+1:]
		v.frame = f
		v.down = v.down || !f.Health.Connected
		v.lag = max(v.lag, f.Health.LagMS)
	}
}

func (v *frameReader) last() frame.Frame {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.frame
}

func (v *frameReader) waitFor(what string, holds func(*frame.Frame) bool) {
	v.t.Helper()
	testwait.Until(v.t, "the viewer shows "+what, func() bool { f := v.last(); return holds(&f) })
}
