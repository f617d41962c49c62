//go:build e2e

package ui

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// tmux is a screen in a real terminal.
type tmux struct {
	t      *testing.T
	socket string
}

func startTmux(t *testing.T, w, h int) tmux {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	m := tmux{t, "rumtop-ui-" + strconv.Itoa(os.Getpid())}
	m.run("-f", "/dev/null", "new-session", "-d", "-x", strconv.Itoa(w), "-y", strconv.Itoa(h),
		"-e", screenVariable+"=incident", "-e", "TERM=tmux-256color", "-e", "CI=", self)
	t.Cleanup(func() { _ = exec.Command("tmux", "-L", m.socket, "kill-server").Run() })
	return m
}

func (m tmux) run(args ...string) string {
	m.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-L", m.socket}, args...)...).CombinedOutput()
	if err != nil {
		m.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return string(out)
}

// shows waits until the screen holds a text, and gives the screen.
func (m tmux) shows(text string) string {
	m.t.Helper()
	var screen string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if screen = m.run("capture-pane", "-p"); strings.Contains(screen, text) {
			return screen
		}
	}
	m.t.Fatalf("no %q on the screen:\n%s", text, screen)
	return ""
}

func (m tmux) keys(keys ...string) { m.run(append([]string{"send-keys"}, keys...)...) }

func TestTriageInTmux(t *testing.T) {
	m := startTmux(t, 120, 36)
	m.run("set", "-g", "status", "off")
	m.shows("affected users")
	m.shows("▲ error rate")
	m.keys("Enter")
	m.shows("by page   release=2.4.1")
	m.keys("/", "o", "s", "=", "i", "O", "S", "Enter")
	m.shows("release=2.4.1 os=iOS")
	m.keys("BSpace")
	m.keys("BSpace")
	m.shows("by release")
	m.keys("e", "Enter")
	m.shows("breakdown")
	m.keys("Escape")
	m.shows("esc back")
	m.keys("?")
	m.shows("drill down")
	m.keys("Escape")
	m.run("resize-window", "-x", "80", "-y", "24")
	lines := strings.Split(strings.TrimRight(m.shows("? help"), "\n"), "\n")
	if len(lines) != 24 {
		t.Errorf("%d lines after the resize", len(lines))
	}
	m.keys("q")
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if exec.Command("tmux", "-L", m.socket, "has-session").Run() != nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("q does not leave")
		}
	}
}
