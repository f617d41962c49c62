//go:build e2e

package ui

import (
	"os"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/testwait"
)

// startShell is a shell in tmux that can start the screen.
func startShell(t *testing.T, what string) (m tmux, screen string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	m = startTmuxWith(t, 120, 36, what, "/bin/sh", "-i")
	return m, self
}

// titled waits until the window has a title.
func (m tmux) titled(want string) {
	m.t.Helper()
	testwait.Until(m.t, "the title is "+want, func() bool {
		return strings.TrimSpace(m.run("display-message", "-p", "#T")) == want
	})
}

// The title shows a breach, and is the shell's while the screen sleeps and when
// it has closed.
func TestTitleGivenBackInTmux(t *testing.T) {
	m, screen := startShell(t, "breach")
	m.keys(`printf '\033]2;my shell\033\\'`, "Enter")
	m.titled("my shell")
	m.keys(screen, "Enter")
	m.titled("▲ rumtop: payment")
	m.keys("C-z")
	m.titled("my shell")
	m.keys("fg", "Enter")
	m.titled("▲ rumtop: payment")
	m.keys("q")
	m.titled("my shell")
}

// tmux takes the clipboard's sequence from no program, by default: the screen
// asks tmux itself.
func TestCopyInTmux(t *testing.T) {
	m, screen := startShell(t, "incident")
	m.run("set", "-s", "set-clipboard", "external")
	m.keys(screen, "Enter")
	m.shows("▲ error rate")
	m.keys("y")
	m.shows("copied to tmux, sent to the clipboard: ")
	if got := m.run("show-buffer"); !strings.Contains(got, "error rate") || strings.Contains(got, "\x1b") {
		t.Errorf("tmux's buffer holds %q", got)
	}
}
