//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// collectorEnds: all beacons answered with 202 are in the stream when the collector
// has ended, even if the signal arrives while clients post.
func collectorEnds(t *testing.T, e *env) {
	r := newHarness(t, e, "--linger", "10s") // only the drain publishes
	var accepted atomic.Int64
	var posting sync.WaitGroup
	enough := make(chan struct{})
	for client := range 4 {
		posting.Go(func() {
			for n := 0; n < 100_000; n++ {
				body := fmt.Sprintf(`{"navigation":true,"view":"%d-%d"}`, client, n)
				resp, err := http.Post(r.url+"/v1/beacons?key="+siteKey, "application/json", strings.NewReader(body))
				if err != nil {
					return // it has ended
				}
				_, err = io.Copy(io.Discard, resp.Body)
				if closing := resp.Body.Close(); err != nil || closing != nil {
					return
				}
				if resp.StatusCode != http.StatusAccepted {
					return // it is draining
				}
				if accepted.Add(1) == 500 {
					close(enough)
				}
			}
		})
	}
	<-enough
	if status := r.collector.stop(); status != 0 {
		t.Errorf("the collector ended with %d", status)
	}
	posting.Wait()
	f := r.frame()
	if n := accepted.Load(); int64(f.Total.Views) != n || int64(len(r.tail())) != n {
		t.Errorf("%d beacons were accepted, %v are in the stream", n, f.Total.Views)
	}
}

func liveTail(t *testing.T, e *env) {
	r := newHarness(t, e)
	r.post(`{"navigation":true,"release":"before"}`)
	r.frameWith("a first beacon", func(f *frame.Frame) bool { return f.Total.Views == 1 })
	var out testwait.Output
	tail := start(t, &out, e.rumtop, "tail", "--server", r.server, "--site", "shop", "--since", "1h", "--count", "3", "-f", "release?")
	testwait.Until(t, "history in the tail", func() bool { return strings.Contains(out.String(), `"release":"before"`) })
	r.post(`{"navigation":true,"user":"no release"}`)
	r.post(`{"navigation":true,"release":"live"}`)
	r.post(`{"navigation":true,"release":"last"}`)
	if status := tail.status(); status != 0 || strings.Count(out.String(), "\n") != 3 || strings.Contains(out.String(), "no release") {
		t.Errorf("tail --count 3 ended with %d:\n%s", status, out.String())
	}
}

func noServer(t *testing.T, e *env) {
	server := "nats://127.0.0.1:" + freePort(t)
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"--once", "--server", server}, 1, "no NATS server at " + server},
		{[]string{"tail", "--server", server}, 1, "no NATS server at " + server},
		{[]string{"--onec"}, 2, "unknown flag: --onec"},
		{[]string{"--once", "--filter", "lcp>fast"}, 2, "column 5"},
	} {
		stdout, stderr, status := run(t, e.rumtop, c.args...)
		if status != c.status || stdout != "" || !strings.Contains(stderr, c.says) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("rumtop %q: status %d, prints %q, says %q", c.args, status, stdout, stderr)
		}
	}
}

func demo(t *testing.T, e *env) {
	stdout, stderr, status := run(t, e.rumtop, "demo", "--once", "--format", "json", "--by", "release")
	if status != 0 {
		t.Fatalf("rumtop demo ended with %d: %s", status, stderr)
	}
	f := parseFrame(t, stdout)
	i := slices.IndexFunc(f.Segments, func(s frame.Row) bool { return s.Key == "2.4.1" })
	if i < 0 {
		t.Fatalf("no release 2.4.1 in %+v", f.Segments)
	}
	broken := f.Segments[i]
	if broken.ErrorRate < 4*f.Total.Baseline.ErrorRate || f.Total.Delta.ErrorRate.Sign != 1 || f.Total.Views < 1000 || broken.Affected < 20 {
		t.Errorf("no incident: %+v in %+v", broken, f.Total)
	}
	if f.Health.HistoryFrom == nil || f.At.Sub(*f.Health.HistoryFrom).Minutes() < 29 {
		t.Errorf("no half hour of history: %+v", f.Health)
	}
}
