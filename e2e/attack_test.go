//go:build e2e

package e2e

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/testwait"
)

// Limits of the attacks: the collector's memory, and their duration.
const (
	maxMemory      = 128 << 20
	attackDuration = 1500 * time.Millisecond
	attackerNets   = 32                     // source addresses of attackers: a small botnet
	reconnectDelay = 300 * time.Millisecond // pause before a lost connection is opened again
)

// TestAttacks attacks a collector with default limits while an honest client keeps
// sending beacons.
func TestAttacks(t *testing.T) {
	t.Parallel()
	e := buildPrograms(t)
	r := newHarness(t, e, "--rate-limit", "100", "--trusted-proxies", proxyNet+".0.0/16", "--max-queue", "48MiB")
	a := &attackTarget{harness: r, address: strings.TrimPrefix(r.url, "http://")}
	for range 20 {
		if answer := a.postHonest(); answer != "202" {
			t.Fatalf("before any attack: %s", answer)
		}
	}
	for _, attack := range []struct {
		name string
		play func(context.Context, *attackTarget)
	}{
		{"slow headers", slowHeaders},
		{"endless headers of many fields", endlessHeaders},
		{"idle connections", idleConnections},
		{"slow bodies", slowBodies},
		{"slow bodies behind large headers", largeHeaders},
		{"decompression bombs", bombs},
		{"endless bodies", endlessBodies},
		{"deep JSON", deepJSON},
		{"headers of a megabyte", hugeHeaders},
		{"made-up keys", wrongKeys},
		{"made-up users, pages, tags and releases from many addresses", madeUpNames},
		{"a hundred large bodies at a time", largeBodies},
	} {
		t.Run(attack.name, func(t *testing.T) { a.checkAttack(t, attack.play) })
	}
	t.Run("large bodies while NATS is stopped", func(t *testing.T) {
		if err := r.nats.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		a.checkAttack(t, largeBodies)
		if err := r.nats.cmd.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		testwait.Until(t, "the queue is published", func() bool { return a.metric("beacons_queued") == 0 })
	})
	if sum := a.metric("beacons_published_total") + a.sum("beacons_refused_total") + a.sum("beacons_dropped_total"); sum != a.metric("beacons_received_total") {
		t.Errorf("received %.0f, accounted for %.0f", a.metric("beacons_received_total"), sum)
	}
	if status := r.collector.stop(); status != 0 {
		t.Errorf("the collector ended with %d", status)
	}
}

// TestAttacksOverTLS holds connections open, which costs more with TLS.
func TestAttacksOverTLS(t *testing.T) {
	t.Parallel()
	certFile, keyFile := certificateFiles(t)
	r := newHarness(t, buildPrograms(t), "--listen-cert", certFile, "--listen-key", keyFile)
	r.url = strings.Replace(r.url, "http://", "https://", 1)
	a := &attackTarget{harness: r, address: strings.TrimPrefix(r.url, "https://"), tls: &tls.Config{InsecureSkipVerify: true}}
	for _, attack := range []struct {
		name string
		play func(context.Context, *attackTarget)
	}{
		{"slow headers", slowHeaders},
		{"idle connections", idleConnections},
		{"slow bodies", slowBodies},
		{"unfinished handshakes", func(ctx context.Context, a *attackTarget) {
			holdConnections(ctx, &attackTarget{harness: a.harness, address: a.address}, 2000, "\x16\x03\x01\x01\x00\x01", "\x00")
		}},
	} {
		t.Run(attack.name, func(t *testing.T) { a.checkAttack(t, attack.play) })
	}
}

// TestDrain stops collectors that cannot publish their queue.
func TestDrain(t *testing.T) {
	t.Parallel()
	e := buildPrograms(t)
	for _, signals := range []int{1, 2} {
		r := newHarness(t, e)
		if err := r.nats.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		r.post(`[{"navigation":true,"url":"/a"},{"navigation":true,"url":"/b"}]`)
		began := time.Now()
		for range signals {
			if err := r.collector.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			testwait.Until(t, "the collector is not ready", func() bool {
				resp, err := http.Get(r.url + "/readyz")
				if err != nil {
					return true // it has ended
				}
				_ = resp.Body.Close()
				return resp.StatusCode == http.StatusServiceUnavailable
			})
		}
		status := r.collector.status()
		took := time.Since(began)
		switch signals {
		case 1:
			if said := r.collector.lines.String(); status != 1 || !strings.Contains(said, "2 beacons were not published") {
				t.Errorf("status %d, said %s", status, said)
			}
			if took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		case 2:
			if status != 128+int(syscall.SIGTERM) || took > 5*time.Second {
				t.Errorf("after a second signal: status %d in %s", status, took)
			}
		}
		t.Logf("%d signals: %s", signals, took.Round(10*time.Millisecond))
	}
}

// attackTarget is a collector under attack.
type attackTarget struct {
	*harness
	address string
	tls     *tls.Config // nil: no TLS
}

// Loopback networks of the attackers and of the trusted proxy.
const (
	attackerNet = "127.66"
	proxyNet    = "127.99"
)

// checkAttack runs an attack and checks the honest client, memory, files and
// goroutines.
func (a *attackTarget) checkAttack(t *testing.T, attack func(context.Context, *attackTarget)) {
	pid := a.collector.cmd.Process.Pid
	files, routines := openFiles(t, pid), a.metric("go_goroutines")
	resetPeak(t, pid)
	ctx, cancel := context.WithTimeout(context.Background(), attackDuration)
	defer cancel()
	over := make(chan struct{})
	go func() { defer close(over); attack(ctx, a) }()
	var took []time.Duration
	refused := map[string]int{}
	for ctx.Err() == nil {
		began := time.Now()
		if answer := a.postHonest(); answer != "202" {
			refused[answer]++
		}
		took = append(took, time.Since(began))
		time.Sleep(5 * time.Millisecond) // users are not faster
	}
	<-over
	peak := peakMemory(t, pid)
	slices.Sort(took)
	t.Logf("peak %.0f MiB; honest client: %d requests, p50 %s, p99 %s", float64(peak)/(1<<20), len(took),
		took[len(took)/2].Round(10*time.Microsecond), took[len(took)*99/100].Round(10*time.Microsecond))
	if len(refused) > 0 {
		t.Errorf("the honest client got %v", refused)
	}
	if peak > maxMemory {
		t.Errorf("%d MiB of memory", peak>>20)
	}
	testwait.Until(t, "files and goroutines are released", func() bool {
		return openFiles(t, pid) <= files+2 && a.metric("go_goroutines") <= routines+5
	})
}

// postHonest posts a beacon on its own connection and returns the answer.
func (a *attackTarget) postHonest() string {
	status, err := a.post(request{from: "127.0.0.1", body: `{"navigation":true,"url":"/cart","release":"2.4.1"}`})
	if err != nil {
		return err.Error()
	}
	return strconv.Itoa(status)
}

// request is one POST from an address.
type request struct {
	from     string
	path     string // "" is /v1/beacons with the site's key
	encoding string
	client   string // address that a proxy reports
	body     string
	stream   io.Reader // instead of body: sent in chunks
}

func (a *attackTarget) post(q request) (status int, err error) {
	transport := &http.Transport{DialContext: dialFrom(q.from).DialContext, DisableKeepAlives: true, TLSClientConfig: a.tls}
	client := http.Client{Transport: transport, Timeout: 10 * time.Second}
	if q.path == "" {
		q.path = "/v1/beacons?key=" + siteKey
	}
	if q.stream == nil {
		q.stream = strings.NewReader(q.body)
	}
	req, err := http.NewRequest(http.MethodPost, a.url+q.path, q.stream)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if q.encoding != "" {
		req.Header.Set("Content-Encoding", q.encoding)
	}
	if q.client != "" {
		req.Header.Set("X-Forwarded-For", q.client)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

func dialFrom(address string) *net.Dialer {
	return &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}, Timeout: 5 * time.Second}
}

// attacker returns the address of the i-th attacker.
func attacker(i int) string { return fmt.Sprintf("%s.%d.%d", attackerNet, i%attackerNets, 1) }

// metric returns a metric of the collector or its process.
func (a *attackTarget) metric(name string) float64 {
	a.t.Helper()
	values := a.metrics(name + " ")
	if len(values) != 1 {
		a.t.Fatalf("%s: %v", name, values)
	}
	return values[0]
}

// sum adds up a metric over its labels.
func (a *attackTarget) sum(name string) (total float64) {
	a.t.Helper()
	for _, v := range a.metrics(name + "{") {
		total += v
	}
	return total
}

func (a *attackTarget) metrics(prefix string) (values []float64) {
	a.t.Helper()
	client := http.Client{Transport: &http.Transport{TLSClientConfig: a.tls, DisableKeepAlives: true}}
	resp, err := client.Get(a.url + "/metrics")
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		a.t.Fatal(resp.StatusCode, err)
	}
	for _, row := range regexp.MustCompile(`(?m)^(?:rumtop_collector_)?`+regexp.QuoteMeta(prefix)+`.*$`).FindAllString(string(text), -1) {
		v, err := strconv.ParseFloat(row[strings.LastIndexByte(row, ' ')+1:], 64)
		if err != nil {
			a.t.Fatal(err)
		}
		values = append(values, v)
	}
	return values
}
