package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/frame"
)

// watch notices when frames stop: a stalled screen must not look like a quiet
// site.
type watch struct {
	every   time.Duration
	frames  int // that have arrived
	seen    int // of them at the last look
	stalled bool
}

type watchMsg struct{}

func newWatch(interval time.Duration) watch {
	return watch{every: max(4*interval, 4*time.Second), seen: -1}
}

func (w watch) tick() tea.Cmd {
	return tea.Tick(w.every, func(time.Time) tea.Msg { return watchMsg{} })
}

// count takes a frame, or nil once no more will arrive.
func (w watch) count(f *frame.Frame) watch {
	w.stalled = f == nil
	if f != nil {
		w.frames++
	}
	return w
}

// look compares the number of frames with that of the last look.
func (w watch) look(paused bool) watch {
	w.stalled = !paused && w.frames == w.seen
	w.seen = w.frames
	return w
}
