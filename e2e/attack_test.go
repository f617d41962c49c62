//go:build e2e

package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/testwait"
)

// What the collector may take in all, and how long each attack lasts.
const (
	maxMemory      = 128 << 20
	attackDuration = 1500 * time.Millisecond
	attackerNets   = 32                     // addresses that attackers come from: a small botnet
	reconnectDelay = 300 * time.Millisecond // until a connection that was lost is opened again
)

// TestAttacks lets strangers do their worst to a collector of default limits,
// while an honest client goes on reporting.
func TestAttacks(t *testing.T) {
	t.Parallel()
	k := buildPrograms(t)
	r := newHarness(t, k, "--rate-limit", "100", "--trusted-proxies", proxyNet+".0.0/16", "--max-queue", "48MiB")
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
		{"headers of many fields that never end", endlessHeaders},
		{"idle connections", idleConnections},
		{"slow bodies", slowBodies},
		{"slow bodies behind large headers", largeHeaders},
		{"decompression bombs", bombs},
		{"bodies without an end", endlessBodies},
		{"deep JSON", deepJSON},
		{"headers of a megabyte", hugeHeaders},
		{"made-up keys", wrongKeys},
		{"made-up users, pages, tags and releases from many addresses", madeUpNames},
		{"a hundred large bodies at a time", largeBodies},
	} {
		t.Run(attack.name, func(t *testing.T) { a.checkAttack(t, attack.play) })
	}
	t.Run("large bodies while NATS stands still", func(t *testing.T) {
		if err := r.nats.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		a.checkAttack(t, largeBodies)
		if err := r.nats.cmd.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		testwait.Until(t, "what waited is published", func() bool { return a.metric("beacons_queued") == 0 })
	})
	if sum := a.metric("beacons_published_total") + a.sum("beacons_refused_total") + a.sum("beacons_dropped_total"); sum != a.metric("beacons_received_total") {
		t.Errorf("received %.0f, accounted for %.0f", a.metric("beacons_received_total"), sum)
	}
	if status := r.collector.stop(); status != 0 {
		t.Errorf("the collector ended with %d", status)
	}
}

// TestAttacksOverTLS does what is dearer there: connections that are held.
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
		{"handshakes that never end", func(ctx context.Context, a *attackTarget) {
			holdConnections(ctx, &attackTarget{harness: a.harness, address: a.address}, 2000, "\x16\x03\x01\x01\x00\x01", "\x00")
		}},
	} {
		t.Run(attack.name, func(t *testing.T) { a.checkAttack(t, attack.play) })
	}
}

// TestDrain ends collectors that cannot get rid of what they have.
func TestDrain(t *testing.T) {
	t.Parallel()
	k := buildPrograms(t)
	for _, signals := range []int{1, 2} {
		r := newHarness(t, k)
		if err := r.nats.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		r.post(`[{"navigation":true,"url":"/a"},{"navigation":true,"url":"/b"}]`)
		began := time.Now()
		for range signals {
			if err := r.collector.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			testwait.Until(t, "the collector says that it is not ready", func() bool {
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

// attackTarget is where a collector is attacked.
type attackTarget struct {
	*harness
	address string
	tls     *tls.Config // nil: none
}

// Attackers and the proxy that is believed have loopback addresses of their own.
const (
	attackerNet = "127.66"
	proxyNet    = "127.99"
)

// checkAttack plays an attack and sees that the collector keeps its promises.
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
		time.Sleep(5 * time.Millisecond) // people are not that quick
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
	testwait.Until(t, "files and goroutines are given back", func() bool {
		return openFiles(t, pid) <= files+2 && a.metric("go_goroutines") <= routines+5
	})
}

// postHonest posts a beacon on a connection of its own, and gives the answer.
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
	client   string // for whom a proxy speaks
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

// attacker is the address of the i-th attacker.
func attacker(i int) string { return fmt.Sprintf("%s.%d.%d", attackerNet, i%attackerNets, 1) }

// holdConnections opens connections from many addresses, as many as it is let, sends
// something on each, then a drop of more every now and then, and opens new ones
// for those that were closed.
func holdConnections(ctx context.Context, a *attackTarget, connections int, first string, drop string) {
	var wg sync.WaitGroup
	for i := range connections {
		wg.Go(func() {
			for ctx.Err() == nil {
				conn, err := dialFrom(attacker(i)).DialContext(ctx, "tcp", a.address)
				if err != nil {
					return
				}
				if a.tls != nil {
					conn = tls.Client(conn, a.tls)
				}
				_, err = io.WriteString(conn, first)
				for err == nil && ctx.Err() == nil {
					select {
					case <-time.After(time.Second):
						_, err = io.WriteString(conn, drop)
					case <-ctx.Done():
					}
				}
				_ = conn.Close() // the attack is over, or the collector closed it
				select {
				case <-time.After(reconnectDelay):
				case <-ctx.Done():
				}
			}
		})
	}
	wg.Wait()
}

// flood does something from many hands until the attack is over.
func flood(ctx context.Context, hands int, what func(hand, round int)) {
	var wg sync.WaitGroup
	for hand := range hands {
		wg.Go(func() {
			for round := 0; ctx.Err() == nil; round++ {
				what(hand, round)
			}
		})
	}
	wg.Wait()
}

const line = "POST /v1/beacons?key=" + siteKey + " HTTP/1.1\r\nHost: rum\r\n"

func slowHeaders(ctx context.Context, a *attackTarget) {
	holdConnections(ctx, a, 2000, line, "X: y\r\n")
}

func endlessHeaders(ctx context.Context, a *attackTarget) {
	var fields strings.Builder
	for i := 0; fields.Len() < 19<<10; i++ {
		fmt.Fprintf(&fields, "%s:\r\n", strconv.FormatInt(int64(i), 36))
	}
	holdConnections(ctx, a, 2000, line+fields.String(), "Z:\r\n")
}

func idleConnections(ctx context.Context, a *attackTarget) {
	holdConnections(ctx, a, 2000, "GET /healthz HTTP/1.1\r\nHost: rum\r\n\r\n", "")
}

const slowly = "Content-Type: text/plain\r\nContent-Length: 60000\r\n\r\n"

func slowBodies(ctx context.Context, a *attackTarget) {
	holdConnections(ctx, a, 2000, line+slowly+`[{"navigation":true},`, " ")
}

func largeHeaders(ctx context.Context, a *attackTarget) {
	holdConnections(ctx, a, 2000, line+"Cookie: "+strings.Repeat("c", 15<<10)+"\r\n"+slowly+strings.Repeat(" ", 4<<10), " ")
}

func bombs(ctx context.Context, a *attackTarget) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(make([]byte, 60<<20))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		a.t.Error(err)
	}
	flood(ctx, 50, func(hand, round int) {
		if status, err := a.post(request{from: attacker(hand), encoding: "gzip", body: b.String()}); err == nil && status == http.StatusAccepted {
			a.t.Error("a bomb was accepted")
		}
	})
}

// blanks is a body without an end.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func endlessBodies(ctx context.Context, a *attackTarget) {
	flood(ctx, 50, func(hand, round int) {
		if status, err := a.post(request{from: attacker(hand), stream: blanks{}}); err == nil && status != http.StatusRequestEntityTooLarge && status != http.StatusTooManyRequests {
			a.t.Errorf("a body without an end: %d", status)
		}
	})
}

func deepJSON(ctx context.Context, a *attackTarget) {
	deep := []string{strings.Repeat("[", 64<<10), strings.Repeat(`{"a":`, 12<<10), strings.Repeat(`[{"x":`, 5<<10) + "1" + strings.Repeat("}]", 5<<10)}
	flood(ctx, 50, func(hand, round int) {
		_, _ = a.post(request{from: attacker(hand), body: deep[round%len(deep)]})
	})
}

func hugeHeaders(ctx context.Context, a *attackTarget) {
	huge := line + "X: " + strings.Repeat("x", 1<<20)
	flood(ctx, 50, func(hand, round int) {
		conn, err := dialFrom(attacker(hand)).DialContext(ctx, "tcp", a.address)
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, huge)
		_ = conn.Close()
	})
}

func wrongKeys(ctx context.Context, a *attackTarget) {
	flood(ctx, 50, func(hand, round int) {
		status, err := a.post(request{from: attacker(hand), path: fmt.Sprintf("/k/%d-%d/v1/beacons", hand, round), body: "{}"})
		if err == nil && status != http.StatusUnauthorized && status != http.StatusTooManyRequests {
			a.t.Errorf("a made-up key: %d", status)
		}
	})
}

func madeUpNames(ctx context.Context, a *attackTarget) {
	var n atomic.Int64
	flood(ctx, 50, func(hand, round int) {
		var b strings.Builder
		for range 40 {
			i := n.Add(1)
			fmt.Fprintf(&b, `{"user":"u%d","session":"s%d","view":"v%d","navigation":true,"url":"/p%s%d","release":"r%d","environment":"e%d",`+
				`"tags":{"k%d":"v%d","request":"%d"},"metrics":{"m%d":1},"events":[{"name":"n%d"}],"requests":[{"url":"https://h%d.example/%d"}]}`+"\n",
				i, i, i, strings.Repeat("/long", 200), i, i, i, i, i, i, i, i, i, i)
		}
		client := net.IPv4(byte(1+rand.IntN(200)), byte(rand.IntN(256)), byte(rand.IntN(256)), 7)
		_, _ = a.post(request{from: fmt.Sprintf("%s.0.%d", proxyNet, 1+hand), client: client.String(), body: b.String()})
	})
}

func largeBodies(ctx context.Context, a *attackTarget) {
	var bodies []string
	for _, last := range []string{"", `,"errors":[{"type":"TypeError","message":"m","stack":"%s"}]`} {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		for i := range 50 {
			extra := last
			if extra != "" {
				extra = fmt.Sprintf(last, strings.Repeat(fmt.Sprintf("at f%d (https://shop.example/a%d.js:1:%d)\\n", rand.Int(), i, rand.Int()), 50))
			}
			fmt.Fprintf(z, `{"navigation":true,"view":"%d","user":"%d","url":"/p%d"%s}`+"\n", rand.Int(), rand.Int(), i, extra)
		}
		if err := z.Close(); err != nil {
			a.t.Error(err)
		}
		bodies = append(bodies, b.String())
	}
	flood(ctx, 100, func(hand, round int) {
		client := net.IPv4(byte(1+rand.IntN(200)), byte(rand.IntN(256)), byte(rand.IntN(256)), 7)
		_, _ = a.post(request{from: fmt.Sprintf("%s.0.%d", proxyNet, 1+hand), client: client.String(), encoding: "gzip", body: bodies[round%len(bodies)]})
	})
}

// metric is one of the collector's own metrics, or of its process.
func (a *attackTarget) metric(name string) float64 {
	a.t.Helper()
	values := a.metrics(name + " ")
	if len(values) != 1 {
		a.t.Fatalf("%s: %v", name, values)
	}
	return values[0]
}

// sum is that of a metric over its labels.
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

// certificateFiles makes a certificate that only this test believes.
func certificateFiles(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(crand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

func openFiles(t *testing.T, pid int) int {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(pid), "fd"))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// peakMemory is the most resident memory since resetPeak, in bytes.
func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no VmHWM in %s", status)
	}
	kb, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}

func resetPeak(t *testing.T, pid int) {
	t.Helper()
	if err := os.WriteFile(filepath.Join("/proc", strconv.Itoa(pid), "clear_refs"), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
}
