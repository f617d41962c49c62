//go:build e2e

package e2e

import (
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

const siteKey = "pk_shop"

// harness runs a nats-server and a collector of the site shop as processes.
type harness struct {
	t         *testing.T
	env       *env
	site, key string
	server    string // of NATS
	store     string // its directory
	nats      *process
	url       string // the collector's address: http://…
	collector *process
}

// newHarness starts both; flags are further flags of the collector.
func newHarness(t *testing.T, e *env, flags ...string) *harness {
	t.Helper()
	r := &harness{t: t, env: e, site: "shop", key: siteKey, store: t.TempDir(), server: "nats://127.0.0.1:" + freePort(t)}
	r.startServer()
	r.startCollector(flags...)
	return r
}

func (r *harness) startServer() {
	r.t.Helper()
	r.nats = start(r.t, nil, r.env.nats, "-js", "-sd", r.store, "-a", "127.0.0.1", "-p", r.server[strings.LastIndex(r.server, ":")+1:])
	testwait.Until(r.t, "nats-server is ready", func() bool { return strings.Contains(r.nats.lines.String(), "Server is ready") })
}

func (r *harness) startCollector(flags ...string) {
	r.t.Helper()
	r.collector = start(r.t, nil, r.env.rumtop, append([]string{
		"collect", "--server", r.server, "--listen", "127.0.0.1:0", "--site", r.site + "=" + r.key, "--region", "eu-west", "--rate-limit", "off",
	}, flags...)...)
	address := regexp.MustCompile(`address=(\S+)`)
	testwait.Until(r.t, "the collector listens", func() bool {
		m := address.FindStringSubmatch(r.collector.lines.String())
		if m != nil {
			r.url = "http://" + m[1]
		}
		return m != nil
	})
}

// post sends beacons like any HTTP client.
func (r *harness) post(body string) {
	r.t.Helper()
	resp, err := http.Post(r.url+"/v1/beacons?key="+r.key, "application/json", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusAccepted || !strings.Contains(string(answer), `"rejected": 0`) {
		r.t.Fatalf("post: %d %s %v", resp.StatusCode, answer, err)
	}
	if err := resp.Body.Close(); err != nil {
		r.t.Fatal(err)
	}
}

// rumtop runs a command that must succeed.
func (r *harness) rumtop(args ...string) string {
	r.t.Helper()
	out, problems, status := run(r.t, r.env.rumtop, append(args, "--server", r.server)...)
	if status != 0 {
		r.t.Fatalf("rumtop %q ended with %d: %s", args, status, problems)
	}
	return out
}

// frame is the JSON of rumtop --once. Status 3 says that nothing has come yet.
func (r *harness) frame(args ...string) *frame.Frame {
	r.t.Helper()
	args = append([]string{"--once", "--format", "json", "--site", r.site, "--server", r.server}, args...)
	out, problems, status := run(r.t, r.env.rumtop, args...)
	if status != 0 && status != 3 {
		r.t.Fatalf("rumtop %q ended with %d: %s", args, status, problems)
	}
	return parseFrame(r.t, out)
}

func parseFrame(t *testing.T, text string) *frame.Frame {
	t.Helper()
	f := &frame.Frame{}
	if err := json.Unmarshal([]byte(text), f); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return f
}

// frameWith waits for a frame that satisfies a condition.
func (r *harness) frameWith(what string, holds func(*frame.Frame) bool, args ...string) *frame.Frame {
	r.t.Helper()
	var f *frame.Frame
	r.t.Cleanup(func() {
		if r.t.Failed() && f != nil {
			r.t.Logf("total: %+v\nerrors: %+v", f.Total, f.Errors)
		}
	})
	testwait.Until(r.t, what, func() bool { f = r.frame(args...); return holds(f) })
	return f
}

// tail returns everything that viewers receive.
func (r *harness) tail() []string {
	r.t.Helper()
	n := r.frame().Health.Retained
	out := r.rumtop("tail", "--site", r.site, "--since", "1h", "--count", strconv.Itoa(n))
	rows := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(rows) != n {
		r.t.Fatalf("%d of %d lines: %s", len(rows), n, out)
	}
	return rows
}

// checkPrivacy fails if the name that the pages leak is in the files of the server,
// in the collector's log or in its metrics. The name is long, because the search
// covers megabytes of random ids, where chance spells four letters now and then.
func (r *harness) checkPrivacy() {
	r.t.Helper()
	const word = "fontainebleau"
	look := func(where, text string) {
		if i := strings.Index(strings.ToLower(text), word); i >= 0 {
			r.t.Errorf("%q is in %s: …%q…", word, where, text[max(0, i-80):min(len(text), i+80)])
		}
	}
	look("the collector's log", r.collector.lines.String())
	resp, err := http.Get(r.url + "/metrics")
	if err != nil {
		r.t.Fatal(err)
	}
	metrics, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		r.t.Fatal(err)
	}
	look("the collector's metrics", string(metrics))
	files := 0
	err = filepath.WalkDir(r.store, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil // removed by the server
		}
		files++
		look(path, string(data))
		return err
	})
	if err != nil || files == 0 {
		r.t.Errorf("read the files of the server: %d, %v", files, err)
	}
}
