//go:build e2e

package ui

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/testwait"
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
	return startTmuxWith(t, w, h, "incident", self)
}

// startTmuxWith runs a command in which the test binary is the screen.
func startTmuxWith(t *testing.T, w, h int, what string, command ...string) tmux {
	t.Helper()
	// A server of its own: one that is ending would refuse the session.
	m := tmux{t, "rumtop-ui-" + strconv.Itoa(os.Getpid()) + "-" + strings.ReplaceAll(t.Name(), "/", "-")}
	m.run(append([]string{
		"-f", "/dev/null", "new-session", "-d", "-x", strconv.Itoa(w), "-y", strconv.Itoa(h),
		"-e", screenVariable + "=" + what, "-e", "TERM=tmux-256color", "-e", "CI=",
	}, command...)...)
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

// shows waits until the screen shows a text, and returns the screen.
func (m tmux) shows(text string) string {
	m.t.Helper()
	var screen string
	testwait.Until(m.t, "the screen shows "+text, func() bool {
		screen = m.run("capture-pane", "-p")
		return strings.Contains(screen, text)
	})
	return screen
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
	testwait.Until(t, "q quits", func() bool {
		return exec.Command("tmux", "-L", m.socket, "has-session").Run() != nil
	})
}
