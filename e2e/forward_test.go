//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// vendor is the server that SDKs send to without a collector.
type vendor struct {
	mu  sync.Mutex
	got []string
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.got = append(v.got, r.Method+" "+r.URL.RequestURI()+" "+string(body))
}

func (v *vendor) requests() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.got)
}

// A vendor receives what its SDK sent, byte for byte and without rumtop's key,
// and nothing of users without consent. The flag and the configuration file do
// the same.
func TestForwarding(t *testing.T) {
	e := buildPrograms(t)
	t.Run("flag", func(t *testing.T) {
		forwardsWithConsent(t, func(vendor string) *harness {
			return newHarness(t, e, "--forward-to", "web-vitals="+vendor+"/base", "--forward-to", "elastic="+vendor)
		})
	})
	t.Run("file", func(t *testing.T) {
		forwardsWithConsent(t, func(vendor string) *harness { return configuredHarness(t, e, vendor) })
	})
	t.Run("vendor hangs", func(t *testing.T) { hangingVendor(t, e) })
	t.Run("vendors that accept nothing", func(t *testing.T) { unwillingVendors(t, e) })
}

// configuredHarness names the vendor in a configuration file.
func configuredHarness(t *testing.T, e *env, vendor string) *harness {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	text := "collect:\n  forward-to:\n    - web-vitals=" + vendor + "/base\n    - elastic=" + vendor + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "rumtop")
	script := "#!/bin/sh\nRUMTOP_CONFIG=" + path + " exec " + e.rumtop + " \"$@\"\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	configured := *e
	configured.rumtop = program
	return newHarness(t, &configured)
}

func forwardsWithConsent(t *testing.T, newHarness func(vendor string) *harness) {
	v := new(vendor)
	server := httptest.NewServer(v)
	t.Cleanup(server.Close)
	r := newHarness(server.URL)
	lcp := func(id, more string) string { return `{"name":"LCP","value":1,"id":"` + id + `"` + more + `}` }
	elastic := `{"metadata":{"service":{"name":"shop"}}}` + "\n" + `{"transaction":{"id":"t","type":"page-load"}}`
	r.send("/web-vitals?key="+siteKey, lcp("none", `,"consent":"none"`))
	r.send("/web-vitals?key="+siteKey, lcp("minimal", `,"consent":"minimal"`))
	r.send("/web-vitals?key="+siteKey, lcp("gpc", ""), "Sec-GPC", "1")
	r.send("/k/"+siteKey+"/intake/v2/rum/events", elastic, "DNT", "1")
	r.send("/collect?key="+siteKey, `{"events":[{"name":"of no target"}],"meta":{}}`)
	r.send("/web-vitals?x=1&key="+siteKey, lcp("taken", `,"user":"jane.doe@example.com"`))
	r.send("/k/"+siteKey+"/intake/v2/rum/events", elastic+"\n")
	want := []string{
		"POST /base/web-vitals?x=1 " + lcp("taken", `,"user":"jane.doe@example.com"`),
		"POST /intake/v2/rum/events " + elastic + "\n",
	}
	testwait.Until(t, "the vendor has both requests", func() bool { return len(v.requests()) >= len(want) })
	if status := r.collector.stop(); status != 0 { // sends the queue before it ends
		t.Errorf("the collector ended with %d", status)
	}
	got := v.requests()
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the vendor got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// send posts a body as an SDK does; header has names and values in turn. The
// collector must accept it.
func (r *harness) send(path, body string, header ...string) {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodPost, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode >= 300 {
		r.t.Fatalf("%s: %d, %v", path, resp.StatusCode, err)
	}
}

// A vendor that hangs does not delay pages.
func hangingVendor(t *testing.T, e *env) {
	hold := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(hold) }) // before the server is closed
	r := newHarness(t, e, "--forward-to", "web-vitals="+server.URL)
	began := time.Now()
	for range 20 {
		resp, err := http.Post(r.url+"/web-vitals?key="+siteKey, "text/plain", strings.NewReader(`{"name":"LCP","value":1,"id":"a"}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusNoContent {
			t.Fatalf("%d, %v", resp.StatusCode, err)
		}
	}
	if took := time.Since(began); took > 9*time.Second { // one request alone would have waited ten
		t.Errorf("20 answers took %v", took)
	}
}

// Pages are answered as usual if one vendor is down and another asks to wait; the
// frame and the doctor report it.
func unwillingVendors(t *testing.T, e *env) {
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	t.Cleanup(busy.Close)
	r := newHarness(t, e, "--origin", "https://shop.example", "--forward-to", "web-vitals="+busy.URL, "--forward-to", "faro=http://127.0.0.1:"+freePort(t))
	send := func(path, body, origin string) int {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, r.url+path+"?key="+siteKey, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Origin", origin)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode
	}
	for i := range 3 {
		if status := send("/web-vitals", fmt.Sprintf(`{"name":"LCP","value":1,"id":"v%d"}`, i), "https://shop.example"); status != http.StatusNoContent {
			t.Errorf("web-vitals: %d", status)
		}
	}
	if status := send("/collect", `{"events":[{"name":"bought"}],"meta":{"session":{"id":"s"}}}`, "https://shop.example"); status != http.StatusAccepted {
		t.Errorf("faro: %d", status)
	}
	if status := send("/collect", `{"events":[{"name":"bought"}],"meta":{}}`, "https://other.example"); status != http.StatusForbidden {
		t.Errorf("another origin: %d", status)
	}
	r.frameWith("the frame reports requests not forwarded and denied", func(f *frame.Frame) bool {
		return f.Health.CollectorsUnforwarded == 4 && f.Health.CollectorsDenied == 1 && f.Total.Beacons == 4
	})
	said, _, _ := run(t, e.rumtop, "doctor", "--server", r.server, "--collector", r.url)
	for _, want := range []string{"1 request denied (origin 1)", "0 requests forwarded, 4 not (failed "} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing from the doctor's output:\n%s", want, said)
		}
	}
}
