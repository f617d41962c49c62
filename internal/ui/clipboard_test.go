package ui

import (
	"io"
	"os"
	"strings"
	"testing"
)

// The words never claim more than the terminal says, which is nothing.
func TestCopyWords(t *testing.T) {
	for _, c := range []struct {
		term, tmux, sty string
		want, sent      string
	}{
		{"xterm-256color", "", "", "sent to the clipboard (OSC 52)", "\x1b]52;c;"},
		{"tmux-256color", "", "", "set -g set-clipboard on", "\x1b]52;c;"},     // tmux at the other end of ssh
		{"screen-256color", "", "", "set -g set-clipboard on", "\x1b]52;c;"},   // an older one
		{"tmux-256color", "/nowhere,1,0", "", "set -g set-clipboard", "52;c;"}, // of another user
		{"screen", "", "1.pts", "sent to the clipboard", "\x1bP\x1b]52;c;"},
	} {
		t.Setenv("TERM", c.term)
		t.Setenv("TMUX", c.tmux)
		t.Setenv("STY", c.sty)
		msg, sent := copyTo(t, "error rate 4.1%")
		if !strings.Contains(msg.to, c.want) || strings.Contains(msg.to, "copied") || !strings.Contains(sent, c.sent) {
			t.Errorf("%+v: says %q, sends %q", c, msg.to, sent)
		}
	}
	if msg, sent := copyTo(t, strings.Repeat("x", copyLimit+1)); sent != "" || !strings.Contains(msg.to, "not copied") {
		t.Errorf("a very long text: says %q, sends %d bytes", msg.to, len(sent))
	}
}

// copyTo copies to a terminal, and returns what it was sent.
func copyTo(t *testing.T, text string) (msg copied, sent string) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	tty := &terminal{out: write, gone: func() {}}
	msg, _ = tty.copy(text)().(copied)
	_ = write.Close()
	b, err := io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	return msg, string(b)
}
