package ui

import (
	"io"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	tea "github.com/charmbracelet/bubbletea"
)

// windowTitle is the title of the terminal's window, which is the shell's again
// when the screen has closed or sleeps.
type windowTitle struct {
	mu    sync.Mutex
	saved bool // the terminal has put the shell's title aside
}

// Terminals keep a stack of titles (xterm's XTWINOPS 22 and 23; tmux has it, too).
// One that has none, such as GNU screen, shows its default for an empty title.
const (
	pushTitle = "\x1b[22;0t"
	popTitle  = "\x1b[23;0t"
)

// setTitle sets the title, after saving the shell's.
func (t *terminal) setTitle(title string) tea.Cmd {
	return func() tea.Msg {
		t.title.mu.Lock()
		defer t.title.mu.Unlock()
		seq := ansi.SetWindowTitle(title)
		if !t.title.saved {
			seq = pushTitle + seq
		}
		t.title.saved = true
		_, _ = io.WriteString(writer{t.out, t}, seq)
		return nil
	}
}

// restoreTitle gives the title back, if it was set.
func (t *terminal) restoreTitle() tea.Msg {
	t.title.mu.Lock()
	defer t.title.mu.Unlock()
	if t.title.saved {
		t.title.saved = false
		_, _ = io.WriteString(writer{t.out, t}, ansi.SetWindowTitle("")+popTitle)
	}
	return nil
}

// titleWait is how long the end waits for the title: a terminal with its flow
// stopped takes no output.
const titleWait = 200 * time.Millisecond

// leaveTitle restores the title at the end, or gives up.
func (t *terminal) leaveTitle() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.restoreTitle()
	}()
	select {
	case <-done:
	case <-time.After(titleWait):
	}
}
