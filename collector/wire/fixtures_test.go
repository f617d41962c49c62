package wire

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// recorded returns the requests of all fixtures with a prefix: what real SDKs
// sent from Chromium, in time order.
func recorded(t testing.TB, prefix string) []*Request {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", prefix+"*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures with prefix %s: %v", prefix, err)
	}
	var requests []*Request
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var all []struct {
			Path, Body string
			Binary     []byte
			Headers    map[string]string
		}
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatal(err)
		}
		for _, x := range all {
			if x.Path == "" { // the start of a scenario
				continue
			}
			u, err := url.ParseRequestURI(x.Path)
			if err != nil {
				t.Fatal(err)
			}
			r := &Request{Body: append(x.Binary, x.Body...), URL: u, Header: http.Header{}, ResendID: "attempt", Limits: Limits{Depth: 16}}
			for name, value := range x.Headers {
				r.Header.Set(name, value)
			}
			requests = append(requests, r)
		}
	}
	return requests
}

// seeds returns the bodies of recorded requests.
func seeds(t testing.TB, prefix string) []string {
	t.Helper()
	var bodies []string
	for _, r := range recorded(t, prefix) {
		if len(r.Body) > 0 {
			bodies = append(bodies, string(r.Body))
		}
	}
	return bodies
}

// countingSink counts beacons.
type countingSink int

func (n *countingSink) Accept(*Beacon) bool { *n++; return true }
func (n *countingSink) Reject()             {}
func (n *countingSink) Ignore()             {}

func (n *countingSink) Duplicates(reports []Told) []bool { return make([]bool, len(reports)) }

// BenchmarkDecode decodes everything that an SDK sent in all scenarios. It
// reports, per decoded beacon, the processor time and the bytes read, and the
// bytes per second: ignored data costs time, too. Processor time stays
// comparable on a busy machine.
func BenchmarkDecode(b *testing.B) {
	for _, bench := range []struct {
		fixture string
		format  Format
	}{
		{"web-vitals-6", WebVitals{}}, {"faro-2", Faro{}}, {"boomerang-1.815.1", Boomerang{}}, {"reporting", Reporting{}}, {"aws-rum", AWSRUM{}},
		{"datadog-7", Datadog{}}, {"sentry-11", Sentry{}}, {"sentry-8", Sentry{}}, {"elastic-5.17.5-v2", Elastic{}}, {"elastic-5.17.5-v3", Elastic{}},
		{"otlp-browser-0.6.0-json", OTLP{}}, {"otlp-browser-0.6.0-protobuf", OTLP{}}, {"otlp-honeycomb", OTLP{}}, {"otlp-dash0", OTLP{}},
		{"rum.js", Native{}},
	} {
		b.Run(bench.fixture, func(b *testing.B) {
			requests := []*Request{{Body: []byte(ownBeacon), Limits: Limits{Depth: 16}}}
			if bench.fixture != "rum.js" {
				requests = recorded(b, bench.fixture)
			}
			size := 0
			for _, r := range requests {
				size += len(r.Body)
			}
			var sink countingSink
			b.ReportAllocs()
			began := processorTime(b)
			for b.Loop() {
				for _, r := range requests {
					if err := bench.format.Decode(r, &sink); err != nil {
						b.Fatal(err)
					}
				}
			}
			used := processorTime(b) - began
			b.ReportMetric(float64(used.Nanoseconds())/1e3/float64(sink), "cpu-µs/beacon")
			b.ReportMetric(float64(size)*float64(b.N)/float64(sink), "B/beacon")
			b.ReportMetric(float64(size)*float64(b.N)/1e6/used.Seconds(), "cpu-MB/s")
		})
	}
}

// ownBeacon is a beacon of the browser agent.
const ownBeacon = `{"sdk":"rum.js","id":"01J9Z0001","time":1763647652123,"release":"2.4.1","environment":"production","url":"https://shop.example/users/8412/orders?utm_source=mail","view":"v-0001","session":"s-0001","user":"u-1","navigation":true,"sample_rate":1,"connection":"4g","tags":{"tier":"paid","flag":"new-payment-flow"},"metrics":{"lcp":1200.5,"inp":184,"cls":0.04,"fcp":901,"ttfb":212,"dns":3,"tcp":11,"tls":24}}`

// processorTime is the processor time that the process has used.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
