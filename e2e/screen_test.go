//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// terminal runs rumtop in a real terminal, tmux.
type terminal struct {
	t      *testing.T
	socket string
	status string // file that the exit status is written to: tmux can miss it
	pid    string // of rumtop
}

func newTerminal(t *testing.T, width, height int, command ...string) *terminal {
	t.Helper()
	conf := filepath.Join(t.TempDir(), "tmux.conf")
	// The last screen stays readable after the program ends.
	if err := os.WriteFile(conf, []byte("set -g remain-on-exit on\nset -g status off\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := &terminal{t: t, socket: filepath.Join(t.TempDir(), "tmux"), status: filepath.Join(t.TempDir(), "status")}
	t.Cleanup(func() {
		if t.Failed() {
			screen, _ := exec.Command("tmux", "-S", m.socket, "capture-pane", "-p").Output()
			t.Logf("the screen:\n%s", screen)
		}
		_ = exec.Command("tmux", "-S", m.socket, "kill-server").Run() // already killed by some tests
	})
	args := []string{"-f", conf, "new-session", "-d", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height)}
	for _, kv := range append(bareEnvironment(t), "TERM=tmux-256color", "TMUX=", "CI=") {
		args = append(args, "-e", kv)
	}
	m.tmux(append(append(args, "sh", "-c", `"$@"; echo $? >"$0"`, m.status), command...)...)
	shell := strings.TrimSpace(m.tmux("display-message", "-p", "#{pane_pid}"))
	testwait.Until(t, "rumtop begins", func() bool {
		children, err := os.ReadFile(filepath.Join("/proc", shell, "task", shell, "children"))
		m.pid = strings.TrimSpace(string(children))
		return err != nil || m.pid != "" // or has ended already
	})
	return m
}

func (m *terminal) tmux(args ...string) string {
	m.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", m.socket}, args...)...).CombinedOutput()
	if err != nil {
		m.t.Fatalf("tmux %q: %v %s", args, err, out)
	}
	return string(out)
}

func (m *terminal) sendKeys(keys ...string) { m.tmux(append([]string{"send-keys"}, keys...)...) }

// garbage matches the rest of an escape sequence that the terminal did not parse.
var garbage = regexp.MustCompile(`\x1b|\[[0-9;?]+[A-Za-z]|\][0-9]+;|rgb:`)

// waitFor waits until every text is on the screen.
func (m *terminal) waitFor(texts ...string) string {
	m.t.Helper()
	var screen string
	testwait.Until(m.t, fmt.Sprintf("%q on the screen", texts), func() bool {
		screen = m.tmux("capture-pane", "-p")
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
	if found := garbage.FindString(screen); found != "" {
		m.t.Errorf("garbage %q on the screen:\n%s", found, screen)
	}
	return screen
}

// exitStatus waits for the program to end and returns its exit status.
func (m *terminal) exitStatus() string {
	m.t.Helper()
	var status []byte
	testwait.Until(m.t, "rumtop ends", func() bool {
		status, _ = os.ReadFile(m.status) // not there yet
		return strings.HasSuffix(string(status), "\n")
	})
	return strings.TrimSpace(string(status))
}

// postTraffic posts page views of two releases, of which one has errors.
func postTraffic(r *harness) {
	r.t.Helper()
	for batch := range 8 {
		var body strings.Builder
		for i := range 25 {
			n := 25*batch + i
			release, trouble := "2.4.0", ""
			if n%2 == 0 {
				release, trouble = "2.4.1", `,"errors":[{"type":"TypeError","message":"reading 'total'","stack":"TypeError: reading 'total'\n    at total (https://shop.example/app.js:1:2)"}]`
			}
			_, _ = fmt.Fprintf(&body, `{"id":"%d","navigation":true,"view":"v%d","user":"u%d","release":"%s","metrics":{"lcp":%d,"inp":%d,"cls":0.02}%s}`+"\n", n, n, n, release, 1500+10*n, 100+n, trouble)
		}
		r.post(body.String())
	}
	r.frameWith("the traffic", func(f *frame.Frame) bool { return f.Total.Views == 200 })
}

func triage(t *testing.T, e *env, width, height int) {
	r := newHarness(t, e)
	postTraffic(r)
	m := newTerminal(t, width, height, e.rumtop, "--server", r.server)
	m.waitFor("rumtop", "shop", "live", "by region", "eu-west", "error rate", "LCP", "TypeError")
	m.sendKeys("b")
	m.waitFor("release", "environment", "browser")
	m.sendKeys("Down", "Enter")
	m.waitFor("by release", "2.4.1", "2.4.0")
	m.sendKeys("Enter")
	m.waitFor("release=2.4.1")
	m.sendKeys("e")
	m.waitFor("TypeError: reading 'total'", "100")
	m.sendKeys("Enter")
	m.waitFor("at total (")
	m.sendKeys("Escape")
	m.sendKeys("?")
	m.waitFor("filter", "excl", "what differs")
	m.sendKeys("Escape")
	m.waitFor("? help")
	lines := strings.Split(strings.TrimRight(m.tmux("capture-pane", "-p"), "\n"), "\n")
	if len(lines) > height {
		t.Errorf("%d lines in a terminal of %d", len(lines), height)
	}
	m.sendKeys("q")
	if status := m.exitStatus(); status != "0" {
		t.Errorf("rumtop ended with %s", status)
	}
}

// hasEnded reports whether a process has ended; zombies count.
func hasEnded(pid string) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z") || strings.HasPrefix(rest, "X")
}

func terminalGoesAway(t *testing.T, e *env) {
	r := newHarness(t, e)
	postTraffic(r)
	m := newTerminal(t, 80, 24, e.rumtop, "--server", r.server)
	m.waitFor("live", "eu-west")
	if hasEnded(m.pid) {
		t.Fatalf("process %s is not rumtop's", m.pid)
	}
	m.tmux("kill-server")
	closed := time.Now()
	testwait.Until(t, "rumtop ends with its terminal", func() bool { return hasEnded(m.pid) })
	if took := time.Since(closed); took > time.Second {
		t.Errorf("rumtop outlived its terminal by %v", took)
	}
}

func screenBeforeServer(t *testing.T, e *env) {
	r := &harness{t: t, env: e, site: "shop", key: siteKey, store: t.TempDir(), server: "nats://127.0.0.1:" + freePort(t)}
	m := newTerminal(t, 80, 24, e.rumtop, "--server", r.server)
	m.waitFor("disconnected", "not connected", "retrying")
	r.startServer()
	m.waitFor("no site has reported yet")
	r.startCollector()
	postTraffic(r)
	m.waitFor("live", "shop", "eu-west", "TypeError")
	m.sendKeys("q")
	if status := m.exitStatus(); status != "0" {
		t.Errorf("rumtop ended with %s", status)
	}
}

// serverRestarts: beacons that the collector accepts while the server is down appear
// after its restart, on a screen that stayed open.
func serverRestarts(t *testing.T, e *env) {
	r := newHarness(t, e)
	postTraffic(r)
	m := newTerminal(t, 80, 24, e.rumtop, "--server", r.server)
	m.waitFor("live", "eu-west")
	if status := r.nats.stop(); status != 0 && status != 1 {
		t.Errorf("nats-server ended with %d", status)
	}
	m.waitFor("disconnected")
	r.post(`{"navigation":true,"view":"meanwhile","errors":[{"type":"MeanwhileError","message":"while the server was away"}]}`)
	r.startServer()
	m.waitFor("live", "MeanwhileError")
	if f := r.frame(); f.Total.Views != 201 || f.Health.Gaps != 0 {
		t.Errorf("after the restart: %v views, %+v", f.Total.Views, f.Health)
	}
	m.sendKeys("q")
	if status := m.exitStatus(); status != "0" {
		t.Errorf("rumtop ended with %s", status)
	}
}

func demoScreen(t *testing.T, e *env) {
	m := newTerminal(t, 120, 36, e.rumtop, "demo")
	m.waitFor("rumtop", "live", "by region", "eu-west", "TypeError")
	m.sendKeys("v")
	m.waitFor("by release", "2.4.1")
	m.sendKeys("q")
	if status := m.exitStatus(); status != "0" {
		t.Errorf("rumtop demo ended with %s", status)
	}
}
