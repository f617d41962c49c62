package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/testwait"
)

const visit = `{"id":"b1","time":1763647652123,"release":"2.4.1","environment":"production","url":"https://shop.example/users/8412/orders?mail=jane.doe@example.com","route":"/users/:id/orders",
	"view":"v-1","session":"s-1","user":"jane.doe@example.com","navigation":true,"tags":{"tier":"paid"},"metrics":{"lcp":2412.5},
	"errors":[{"type":"TypeError","message":"no cart for jane.doe@example.com","stack":"TypeError: jane.doe@example.com\n    at total (https://shop.example/app.js?user=jane.doe@example.com:1:2)"}],
	"requests":[{"url":"https://api.shop.example/cart?mail=jane.doe@example.com","method":"POST","status":500,"duration":812}],"events":[{"name":"checkout_completed","value":1}]}`

// status runs a command that may fail.
func (h *harness) status(args ...string) (status int, stderr string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testwait.Patience)
	defer cancel()
	var out, problems bytes.Buffer
	status = run(ctx, append(args, "--server", h.server), strings.NewReader(""), &out, &problems)
	return status, problems.String()
}

// Every name of the contract is in the document that scripts read.
func TestFrameNamesOfContract(t *testing.T) {
	example, err := os.ReadFile("testdata/frame-contract.json")
	if err != nil {
		t.Fatal(err)
	}
	h := newHarness(t, "--site", "shop=k", "--region", "eu-west")
	h.send("k", post{body: visit})
	h.settle()
	text := h.rumtop("--once", "--format", "json", "--by", "release")
	missing(t, "", map[string]any(parse(t, string(example))), map[string]any(parse(t, text)))
	got := parse(t, text)
	got.holds(t, numbers{
		"schema": "rumtop.frame/1", "site": "shop", "window_s": 300, "by": "release", "filter": "", "baseline/kind": "previous",
		"health/connected": true, "health/dropped": 0, "health/gaps": 0, "health/sample_rate": 1, "total/key": "", "segments/0/key": "2.4.1",
		"total/baseline": nil,
	})
	if empty := h.rumtop("--once", "--format", "json", "--region", "us-*"); !strings.Contains(empty, `"segments":[]`) || !strings.Contains(empty, `"errors":[]`) {
		t.Errorf("an empty list is none: %s", empty)
	}
	if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "}\n") {
		t.Errorf("not one document a line: %s", text)
	}
}

// missing reports names of the example that are not in the document. What an
// example row leaves out, or has empty, says nothing; total/baseline is there
// only where the baseline has beacons.
func missing(t *testing.T, path string, example, got any) {
	t.Helper()
	switch e := example.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s is %v, no object", path, got)
			return
		}
		for name, inner := range e {
			if path+"/"+name == "/total/baseline" {
				continue
			}
			if _, ok := g[name]; !ok {
				t.Errorf("%s/%s is missing", path, name)
				continue
			}
			missing(t, path+"/"+name, inner, g[name])
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) == 0 {
			t.Errorf("%s is %v, no list with an element", path, got)
			return
		}
		missing(t, path+"/0", e[0], g[0])
	}
}

func TestFlagsPrecedence(t *testing.T) {
	h := newHarness(t, "--site", "shop=k")
	h.send("k", post{body: visit})
	h.settle()
	asked := func(args ...string) string {
		f := h.frame("shop", args...)
		by, _ := f.at("by").(string)
		return by
	}
	if by := asked(); by != "region" {
		t.Errorf("by default by %s", by)
	}
	config := t.TempDir()
	if err := os.MkdirAll(filepath.Join(config, "rumtop"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "rumtop", "config.yaml"), []byte("by: page\nwindow: 2m\nregion: [eu-*, unknown]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CONFIG_HOME", config)
	if by := asked(); by != "page" {
		t.Errorf("the file says page, asked by %s", by)
	}
	f := h.frame("shop")
	if f.at("window_s") != 120. || f.at("filter") != "region=eu-*,unknown" || f.at("total/views") != 1. {
		t.Errorf("the file's window and regions: %v %v, %v views", f.at("window_s"), f.at("filter"), f.at("total/views"))
	}
	t.Setenv("RUMTOP_BY", "os")
	t.Setenv("RUMTOP_REGION", "us-*,sa-*")
	if by := asked(); by != "os" {
		t.Errorf("RUMTOP_BY says os, asked by %s", by)
	}
	if filter := h.frame("shop").at("filter"); filter != "region=us-*,sa-*" {
		t.Errorf("RUMTOP_REGION gives the filter %v", filter)
	}
	if by := asked("--by", "release"); by != "release" {
		t.Errorf("--by release, asked by %s", by)
	}
}

func TestTailPrintsScrubbedBeacons(t *testing.T) {
	h := newHarness(t, "--site", "shop=k", "--region", "eu-west")
	h.send("k", post{body: visit})
	h.send("k", post{body: `{"navigation":true,"view":"v-2","user":"jane.doe@example.com","release":"2.4.0"}`})
	h.settle()
	out := h.rumtop("tail", "--since", "1h", "--count", "2")
	if strings.Contains(out, "jane") || strings.Contains(out, "example.com") {
		t.Errorf("personal data left the collector: %s", out)
	}
	rows := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(rows) != 2 {
		t.Fatalf("%d lines: %s", len(rows), out)
	}
	if strings.Contains(rows[1], `"2.4.1"`) { // shards may come in any order
		rows[0], rows[1] = rows[1], rows[0]
	}
	b, other := parse(t, rows[0]), parse(t, rows[1])
	b.holds(t, numbers{
		"site": "shop", "region": "eu-west", "release": "2.4.1", "environment": "production", "page": "/users/:id/orders",
		"navigation": true, "time": 1763647652123, "tags/tier": "paid", "metrics/lcp": 2412.5, "sdk": "beacons",
		"errors/0/type": "TypeError", "errors/0/message": "no cart for [email]", "errors/0/handled": false,
		"requests/0/method": "POST", "requests/0/status": 500, "requests/0/duration": 812,
		"events/0/name": "checkout_completed", "events/0/value": 1,
	})
	hash := regexp.MustCompile(`^[0-9a-f]{16}$`)
	for _, id := range []string{"id", "view", "session", "user"} {
		if s, _ := b.at(id).(string); !hash.MatchString(s) {
			t.Errorf("%s = %v, no hash", id, b.at(id))
		}
	}
	if b.at("user") != other.at("user") || b.at("view") == other.at("view") {
		t.Error("the same user has two hashes, or two views have one")
	}
	if received, _ := b.at("received").(string); !regexp.MustCompile(`^\d{4}-\d\d-\d\dT.*Z$`).MatchString(received) {
		t.Errorf("received = %v", b.at("received"))
	}
	if out := h.rumtop("tail", "--since", "1h", "--count", "1", "-f", "error=yes release=2.4.*"); !strings.Contains(out, `"2.4.1"`) {
		t.Errorf("the filter lets through %s", out)
	}
}

func TestPrintFramesOfServer(t *testing.T) {
	h := newHarness(t, "--site", "shop=k", "--region", "eu-west")
	h.send("k", post{body: visit})
	h.settle()
	table := h.rumtop() // standard output is no terminal
	for _, want := range []string{"rumtop  shop", "eu-west", "TypeError: no cart for [email]", "trust: connected"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	if strings.Contains(table, "\x1b") {
		t.Errorf("escapes in what is no terminal: %q", table)
	}
	if frames := h.rumtop("--count", "3", "--interval", "100ms", "--format", "json"); strings.Count(frames, "\n") != 3 {
		t.Errorf("--count 3 printed %s", frames)
	}
	if rows := strings.Split(h.rumtop("--count", "2", "--interval", "100ms", "--format", "csv"), "\n"); len(rows) != 1+2*2+1 || !strings.HasPrefix(rows[0], "at,by,key,views,") {
		t.Errorf("two frames as CSV: %q", rows)
	}
	file := filepath.Join(t.TempDir(), "frame.json")
	if out := h.rumtop("--once", "--format", "json", "-o", file); out != "" {
		t.Errorf("-o prints %s", out)
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if parse(t, string(written)).at("total/views") != 1. {
		t.Errorf("-o wrote %s", written)
	}
}

func TestSiteByName(t *testing.T) {
	h := newHarness(t, "--site", "shop=k", "--site", "docs=l")
	if status, problem := h.status("--once"); status != exitNoData || !strings.Contains(problem, "no site has reported yet") {
		t.Errorf("no site: %d %s", status, problem)
	}
	if status, problem := h.status("--once", "--site", "shop"); status != exitNoData || !strings.Contains(problem, "check that rumtop collect serves it") {
		t.Errorf("a site before its first beacon: %d %s", status, problem)
	}
	h.send("k", post{body: `{"navigation":true}`})
	h.send("k", post{body: `{"navigation":true}`})
	h.settle()
	if f := parse(t, h.rumtop("--once", "--format", "json")); f.at("site") != "shop" || f.at("total/views") != 2. {
		t.Errorf("the only site is %v with %v views", f.at("site"), f.at("total/views"))
	}
	h.send("l", post{body: `{"navigation":true}`})
	h.settle()
	for _, command := range [][]string{{"--once"}, {"tail", "--count", "1"}} {
		if status, problem := h.status(command...); status != exitFailed || !strings.Contains(problem, "docs, shop") || !strings.Contains(problem, "--site") {
			t.Errorf("%v of two sites: %d %s", command, status, problem)
		}
	}
	if views := h.frame("docs").at("total/views"); views != 1. {
		t.Errorf("docs has %v views", views)
	}
}

func TestFilterUnknownTagRefused(t *testing.T) {
	h := newHarness(t, "--site", "shop=k")
	h.send("k", post{body: visit})
	h.settle()
	if status, problem := h.status("--once", "-f", "relaese=2.4.1"); status != exitUsage || !strings.Contains(problem, "release") {
		t.Errorf("a misspelt field: %d %s", status, problem)
	}
}

func TestCollectInvalidFlags(t *testing.T) {
	h := newHarness(t, "--site", "shop=k")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--listen", strings.TrimPrefix(h.url, "http://")}, "--listen"},
		{[]string{"--listen", "nonsense"}, "--listen"},
		{[]string{"--geoip", "nowhere.mmdb"}, "nowhere.mmdb"},
		{[]string{"--origin", "shop.example"}, "origin"},
		{[]string{"--trusted-proxies", "10.0.0.0/99"}, "10.0.0.0/99"},
		{[]string{"--region", "EU West"}, "region"},
		{[]string{"--default-consent", "perhaps"}, "perhaps"},
	} {
		args := append([]string{"collect", "--site", "shop=k", "--listen", "127.0.0.1:0"}, c.args...)
		if status, problem := h.status(args...); status == exitOK || !strings.Contains(problem, c.want) || strings.Count(problem, "\n") != 1 {
			t.Errorf("%v: %d %s", c.args, status, problem)
		}
	}
}
