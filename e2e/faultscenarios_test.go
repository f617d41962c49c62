//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// TestFaults breaks NATS and the connections to it in the ways that happen in
// production.
func TestFaults(t *testing.T) {
	e := buildPrograms(t)
	for _, scenario := range []struct {
		name string
		play func(*testing.T, *env)
	}{
		{"a three-node cluster loses its leader", leaderKilled},
		{"NATS is down for long", longOutage},
		{"NATS is slow", slowServer},
		{"NATS is stopped", stalledServer},
		{"packets are lost between collector and NATS", blackHole},
		{"network partition between collector and NATS", partitioned},
		{"NATS restarts with its store", restartFull},
		{"NATS restarts with an empty store", restartEmpty},
		{"the permission to publish is lost", permissionLost},
		{"the disk of the stream is full", diskFull},
		{"the viewer's link is slow", slowViewer},
		{"a collector and a viewer are killed", killed},
		{"collectors that share a key agree on users", sharedIdentity},
	} {
		t.Run(scenario.name, func(t *testing.T) {
			t.Parallel()
			scenario.play(t, e)
		})
	}
}

const rate = 60 // requests per second, ten beacons each

// slowServer: the link is slower than the load. It has one toxic per direction:
// toxiproxy removes a toxic only after those behind it have passed their data,
// which takes minutes on a link of 4 kB/s.
func slowServer(t *testing.T, e *env) {
	f := newFaultHarness(t, e, "", "", "")
	addToxics(t, f.near,
		`{"type":"latency","stream":"downstream","attributes":{"latency":300}}`,
		`{"type":"bandwidth","stream":"upstream","attributes":{"rate":4}}`)
	f.collector.load(rate, 6*time.Second)
	if b := f.collector.counters(); b.queued < rate*beaconsPerBody {
		t.Errorf("the link was not saturated: %+v", b)
	}
	removeToxics(f.near)
	f.checkRecovery(time.Now())
}

func stalledServer(t *testing.T, e *env) {
	f := newFaultHarness(t, e, "", "", "")
	f.servers[0].signal(syscall.SIGSTOP)
	f.collector.load(rate, 8*time.Second)
	f.servers[0].signal(syscall.SIGCONT)
	f.checkRecovery(time.Now())
}

// blackHole: the connection is open but passes nothing.
func blackHole(t *testing.T, e *env) {
	f := newFaultHarness(t, e, "", "", "")
	addToxics(t, f.near, `{"type":"timeout","stream":"upstream","attributes":{"timeout":0}}`, `{"type":"timeout","stream":"downstream","attributes":{"timeout":0}}`)
	f.collector.load(rate, 6*time.Second)
	removeToxics(f.near) // which cuts the connections
	f.checkRecovery(time.Now())
}

func partitioned(t *testing.T, e *env) {
	f := newFaultHarness(t, e, "", "", "")
	f.near.Stop()
	f.collector.load(rate, 6*time.Second)
	if err := f.near.Start(); err != nil {
		t.Fatal(err)
	}
	f.checkRecovery(time.Now())
	if last := f.viewer.last(); last.Health.Reconnects != 0 {
		t.Errorf("the viewer lost its connection, too: %+v", last.Health)
	}
}

func restartFull(t *testing.T, e *env) {
	f := newFaultHarness(t, e, "", "", "")
	f.servers[0].signal(syscall.SIGKILL)
	f.collector.load(rate, 5*time.Second)
	f.servers[0].start()
	f.checkRecovery(time.Now())
	if !f.viewer.down || f.viewer.last().Health.Gaps != 0 {
		t.Errorf("the viewer said down: %v; %+v", f.viewer.down, f.viewer.last().Health)
	}
}

func restartEmpty(t *testing.T, e *env) {
	f := newFaultHarness(t, e, "", "", "")
	f.servers[0].signal(syscall.SIGKILL)
	f.collector.load(rate, 4*time.Second)
	f.servers[0].store = t.TempDir()
	f.servers[0].start()
	f.checkRecovery(time.Now())
}

// longOutage overflows the queue: it drops the oldest beacons without errors.
func longOutage(t *testing.T, e *env) {
	f := newFaultHarness(t, e, "", "", "", "--max-queue", "1MiB")
	f.near.Stop()
	const away = 15 * time.Second
	f.collector.load(4*rate, away)
	b := f.collector.counters()
	if b.shed == 0 {
		t.Errorf("nothing was shed in %v: %+v", away, b)
	}
	if err := f.near.Start(); err != nil {
		t.Fatal(err)
	}
	healed := time.Now()
	f.checkRecovery(healed)
	last := f.viewer.last()
	if lost := f.collector.errors.Load() - int64(last.Total.Errors); lost != 0 {
		t.Errorf("%d beacons with errors are lost, though others could make room", lost)
	}
	f.viewer.waitFor("what the collector lost", func(fr *frame.Frame) bool { return fr.Health.CollectorsLost == b.shed+f.collector.denied.Load() })
}

const guardedConfig = `
jetstream {}
authorization { users [
  { user: collector, password: c, permissions: { publish: [%s], subscribe: ["_INBOX.>"] } }
  { user: viewer, password: v, permissions: {
      publish: ["$JS.API.STREAM.INFO.RUM", "$JS.API.CONSUMER.CREATE.RUM.>", "$JS.API.CONSUMER.MSG.NEXT.RUM.*", "$JS.API.CONSUMER.INFO.RUM.*"]
      subscribe: ["_INBOX.>", "rum.v1.>"] } }
] }`

func permissionLost(t *testing.T, e *env) {
	const creator = `"rum.v1.>", "$JS.API.INFO", "$JS.API.STREAM.INFO.RUM", "$JS.API.STREAM.CREATE.RUM"`
	f := newFaultHarness(t, e, fmt.Sprintf(guardedConfig, creator), "collector:c@", "viewer:v@")
	reload := func(publish string) {
		f.servers[0].configure(fmt.Sprintf(guardedConfig, publish))
		f.servers[0].signal(syscall.SIGHUP)
	}
	reload(`"nothing"`)
	f.collector.load(rate, 5*time.Second)
	testwait.Until(t, "the collector reports the missing permission", func() bool { return strings.Contains(f.collector.p.lines.String(), "NATS permission violations") })
	reload(creator)
	f.checkRecovery(time.Now())
	if last := f.viewer.last(); last.Health.Violations != 0 {
		t.Errorf("the documented permissions of a viewer are insufficient: %+v", last.Health)
	}
}

// diskFull: the server has no space for the stream.
func diskFull(t *testing.T, e *env) {
	f := &faultHarness{t: t, env: e, servers: []*natsServer{newServer(t, e, "jetstream { max_file_store: 256KB }")}}
	conn, js := operator(t, f.servers[0].address())
	defer conn.Close()
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "RUM", Subjects: []string{"rum.v1.>"}, Storage: jetstream.FileStorage, Duplicates: 2 * time.Minute}); err != nil {
		t.Fatal(err)
	}
	f.near, f.far = newProxy(t, f.servers[0].address()), newProxy(t, f.servers[0].address())
	f.collector = newLoadedCollector(t, e, "nats://"+f.near.Listen)
	f.startViewer("nats://" + f.far.Listen)
	f.collector.loadWithNoise(rate, 6*time.Second, 1000)
	b := f.collector.counters()
	if b.queued == 0 {
		t.Fatalf("the disk did not fill: %+v", b)
	}
	f.viewer.waitFor("what was stored", func(fr *frame.Frame) bool { return int64(fr.Total.Beacons) == f.collector.counters().published })
	// An operator frees space until the queue is empty.
	stream, err := js.Stream(t.Context(), "RUM")
	if err != nil {
		t.Fatal(err)
	}
	healed := time.Now()
	for f.collector.counters().queued > 0 && time.Since(healed) < testwait.Patience {
		before := f.collector.counters().published
		f.viewer.waitFor("what is to be removed", func(fr *frame.Frame) bool { return int64(fr.Total.Beacons) >= before })
		if err := stream.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
		healed = time.Now()
		for deadline := time.Now().Add(2 * time.Second); f.collector.counters().queued > 0 && time.Now().Before(deadline); {
			time.Sleep(20 * time.Millisecond)
		}
	}
	f.checkRecovery(healed)
}

func operator(t *testing.T, address string) (*nats.Conn, jetstream.JetStream) {
	t.Helper()
	conn, err := nats.Connect("nats://" + address)
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return conn, js
}

// leaderKilled: three servers, three replicas, and the leader is killed.
func leaderKilled(t *testing.T, e *env) {
	f := &faultHarness{t: t, env: e}
	var routes, urls []string
	for range 3 {
		n := &natsServer{t: t, program: e.nats, port: freePort(t), store: t.TempDir()}
		f.servers = append(f.servers, n)
		urls = append(urls, "nats://"+n.address())
	}
	ports := []string{freePort(t), freePort(t), freePort(t)}
	for _, p := range ports {
		routes = append(routes, `"nats://127.0.0.1:`+p+`"`)
	}
	for i, n := range f.servers {
		n.config = n.store + "/server.conf"
		n.configure(fmt.Sprintf("server_name: n%d\njetstream {}\ncluster { name: c, listen: \"127.0.0.1:%s\", routes: [%s] }", i, ports[i], strings.Join(routes, ", ")))
		n.process = start(t, nil, n.program, "-a", "127.0.0.1", "-p", n.port, "-sd", n.store, "-c", n.config)
	}
	var conn *nats.Conn
	var js jetstream.JetStream
	testwait.Until(t, "the cluster has a leader and a stream", func() bool {
		if conn == nil {
			var err error
			if conn, err = nats.Connect(strings.Join(urls, ","), nats.MaxReconnects(-1)); err != nil {
				conn = nil
				return false
			}
			if js, err = jetstream.New(conn); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "RUM", Subjects: []string{"rum.v1.>"}, Replicas: 3, Duplicates: 2 * time.Minute, MaxAge: time.Hour})
		return err == nil
	})
	defer conn.Close()
	f.collector = newLoadedCollector(t, e, strings.Join(urls, ","))
	f.startViewer(strings.Join(urls, ","))
	leader := func() string {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		s, err := js.Stream(ctx, "RUM")
		if err != nil || s.CachedInfo().Cluster == nil {
			return ""
		}
		return s.CachedInfo().Cluster.Leader
	}
	name := leader()
	if len(name) != 2 {
		t.Fatalf("leader %q", name)
	}
	loaded := make(chan struct{})
	go func() { defer close(loaded); f.collector.load(rate, 8*time.Second) }()
	killed := f.servers[name[1]-'0']
	killed.signal(syscall.SIGKILL)
	began := time.Now()
	testwait.Until(t, "another leader", func() bool { next := leader(); return next != "" && next != name })
	t.Logf("a new leader after %v", time.Since(began).Round(time.Millisecond))
	<-loaded
	f.checkRecovery(time.Now())
}

// slowViewer: a viewer that falls behind reports it and catches up.
func slowViewer(t *testing.T, e *env) {
	f := newFaultHarness(t, e, "", "", "")
	addToxics(t, f.far, `{"type":"bandwidth","stream":"downstream","attributes":{"rate":8}}`)
	f.collector.loadWithNoise(rate, 7*time.Second, 600)
	f.viewer.waitFor("that it is behind", func(fr *frame.Frame) bool { return fr.Health.LagMS > 2000 })
	removeToxics(f.far)
	f.checkRecovery(time.Now())
	f.viewer.waitFor("the present", func(fr *frame.Frame) bool { return fr.Health.Dropped == 0 && fr.Health.Gaps == 0 })
}

// killed: a collector and a viewer are killed.
func killed(t *testing.T, e *env) {
	f := newFaultHarness(t, e, "", "", "")
	server := "nats://" + f.servers[0].address()
	victim := newLoadedCollector(t, e, server)
	victim.load(20, time.Second)
	testwait.Until(t, "the victim's beacons are published", func() bool { return victim.counters().queued == 0 })
	theirs := victim.counters().published
	other := newFrameReader(t, e, server)
	other.waitFor("both collectors", func(fr *frame.Frame) bool { return fr.Health.Collectors == 2 })
	victim.stopSampling()
	for _, p := range []*process{victim.p, other.p} {
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		p.status()
	}
	f.collector.load(rate, 3*time.Second)
	took := f.collector.waitRecovered(time.Now())
	b := f.collector.counters()
	f.viewer.waitFor("the beacons of both", func(fr *frame.Frame) bool { return int64(fr.Total.Beacons) == b.published+theirs })
	f.collector.checkTotals()
	f.viewer.waitFor("that one collector is silent", func(fr *frame.Frame) bool {
		return fr.Health.Collectors == 1 && fr.Health.CollectorsSilent == 1
	})
	t.Logf("published within %v; the viewer misses the collector", took.Round(time.Millisecond))
}

// sharedIdentity: collectors in parallel and after a restart count a user once; a
// collector that cannot share the key reports it.
func sharedIdentity(t *testing.T, e *env) {
	n := newServer(t, e, "")
	server := "nats://" + n.address()
	visit := func(flags ...string) *loadedCollector {
		l := newLoadedCollector(t, e, server, flags...)
		resp, err := http.Post(l.url+"/v1/beacons?key="+siteKey, "application/json", strings.NewReader(`{"navigation":true,"user":"jane","url":"/"}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		testwait.Until(t, "the beacon is published", func() bool { return l.counters().published == 1 })
		return l
	}
	const bucket = "RUM_IDENTITY"
	first := visit("--identity-bucket", bucket)
	visit("--identity-bucket", bucket)
	first.stopSampling()
	first.p.stop()
	visit("--identity-bucket", bucket)
	v := newFrameReader(t, e, server)
	v.waitFor("three views of one user", func(f *frame.Frame) bool { return f.Total.Views == 3 })
	if last := v.last(); last.Total.Users != 1 || last.Health.CollectorsAlone != 0 {
		t.Errorf("%d users, %+v", last.Total.Users, last.Health)
	}
	// The bucket has another value under the key's name.
	conn, js := operator(t, n.address())
	defer conn.Close()
	kv, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "TAKEN"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.PutString(t.Context(), "identity", "something else"); err != nil {
		t.Fatal(err)
	}
	alone := visit("--identity-bucket", "TAKEN")
	v.waitFor("that one counts users apart", func(f *frame.Frame) bool { return f.Health.CollectorsAlone == 1 && f.Total.Users == 2 })
	if !strings.Contains(alone.p.lines.String(), "users are counted apart") {
		t.Errorf("it said %s", alone.p.lines.String())
	}
	if err := kv.Delete(t.Context(), "identity"); err != nil {
		t.Fatal(err)
	}
	v.waitFor("that it has found the key", func(f *frame.Frame) bool { return f.Health.CollectorsAlone == 0 })
}
