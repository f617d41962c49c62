package ui

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	osc52 "github.com/aymanbagabas/go-osc52/v2"
	tea "github.com/charmbracelet/bubbletea"
)

// copied reports where a text went: no terminal says whether its clipboard took
// it.
type copied struct{ to, text string }

// copyLimit is the longest text in bytes that is copied: terminals refuse long
// ones without a word.
const copyLimit = 50_000

// copy sends text to the clipboard of the user's own machine, through whatever
// terminals lie between: with the terminal's sequence OSC 52, inside tmux by tmux
// itself, which by default takes no such sequence from what runs in it.
func (t *terminal) copy(text string) tea.Cmd {
	return func() tea.Msg {
		if len(text) > copyLimit {
			return copied{"not copied, longer than terminals take", text}
		}
		if os.Getenv("TMUX") != "" && copyToTmux(text) == nil {
			return copied{"copied to tmux, sent to the clipboard", text}
		}
		seq := osc52.New(text)
		if os.Getenv("STY") != "" {
			seq = seq.Screen()
		}
		if _, err := io.WriteString(writer{t.out, t}, seq.String()); err != nil {
			return nil // the terminal is gone
		}
		return copied{osc52Words(os.Getenv("TERM"), os.Getenv("TMUX")), text}
	}
}

// osc52Words says that a text was sent, and what may be in its way: a tmux at
// the other end of ssh shows only in TERM.
func osc52Words(term, tmux string) string {
	if tmux != "" || strings.HasPrefix(term, "tmux") || strings.HasPrefix(term, "screen") {
		return "sent to the clipboard (tmux needs: set -g set-clipboard on)"
	}
	return "sent to the clipboard (OSC 52)"
}

// tmuxTimeout is how long tmux may take: it is on this machine.
const tmuxTimeout = 2 * time.Second

// copyToTmux puts text into tmux's buffer, and has tmux send it to the clipboard
// of its own terminal (since tmux 3.2).
func copyToTmux(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), tmuxTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tmux", "load-buffer", "-w", "-")
	cmd.Stdin = strings.NewReader(text)
	return cmd.Run()
}
