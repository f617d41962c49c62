//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/rumtop/rumtop/internal/testwait"
)

// loadedCollector is a collector process under load, with counts of what it was
// sent and samples of its metrics.
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
	queueBytes               float64 // peak
}

func newLoadedCollector(t *testing.T, e *env, server string, flags ...string) *loadedCollector {
	t.Helper()
	l := &loadedCollector{t: t, stop: make(chan struct{})}
	l.p = start(t, nil, e.rumtop, append([]string{
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

// counters are the metrics at one moment.
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

// sample checks that the counters add up and the queue is within its limit.
func (l *loadedCollector) sample() {
	a, err := l.scrape()
	if err != nil {
		l.t.Errorf("read the metrics: %v", err)
		return
	}
	if a.received != a.published+a.refused+a.dropped+a.queued {
		l.t.Errorf("the counters do not add up: %+v", a)
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

// load sends requests at a rate for a time, each with some beacons, one of them
// with an error. Every request must be answered.
func (l *loadedCollector) load(perSecond int, length time.Duration) {
	l.loadWithNoise(perSecond, length, 0)
}

// loadWithNoise is load with a number of random bytes in each beacon.
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
		l.t.Errorf("no answer from the collector: %v", err)
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

// randomPath returns a path that neither compresses well nor is scrubbed.
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

// waitRecovered waits until the queue is empty.
func (l *loadedCollector) waitRecovered(healed time.Time) time.Duration {
	l.t.Helper()
	testwait.Until(l.t, "the queue is published", func() bool { return l.counters().queued == 0 })
	took := time.Since(healed)
	if took > maxRecovery {
		l.t.Errorf("publishing the queue took %v", took)
	}
	return took
}

// checkTotals checks the counts of the whole scenario.
func (l *loadedCollector) checkTotals() {
	l.t.Helper()
	l.stopSampling()
	a := l.counters()
	if sent := l.accepted.Load() + l.denied.Load(); a.received != sent || a.refused != l.denied.Load() {
		l.t.Errorf("%d beacons sent, %d of them denied: %+v", sent, l.denied.Load(), a)
	}
	if a.published+a.dropped+a.queued != l.accepted.Load() {
		l.t.Errorf("%d beacons accepted: %+v", l.accepted.Load(), a)
	}
	if a.dropped != a.shed {
		l.t.Errorf("dropped for other reasons than a full queue: %+v", a)
	}
	memory := peakMemory(l.t, l.p.cmd.Process.Pid)
	if memory > maxMemory {
		l.t.Errorf("the collector took %d bytes", memory)
	}
	slices.Sort(l.took)
	l.t.Logf("%d accepted, %d published, %d shed, %d denied; p50 %v p99 %v of %d requests; queue at most %.1f MiB; VmHWM %d MiB; %d samples",
		l.accepted.Load(), a.published, a.shed, l.denied.Load(),
		l.took[len(l.took)/2].Round(10*time.Microsecond), l.took[len(l.took)*99/100].Round(10*time.Microsecond), len(l.took),
		l.queueBytes/(1<<20), memory>>20, l.samples)
}
