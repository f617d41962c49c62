package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// watch notices when frames stop coming: a screen that stands still must not
// look like a quiet site.
type watch struct {
	every   time.Duration
	seen    int
	stalled bool
}

type watchMsg struct{}

func newWatch(interval time.Duration) watch {
	return watch{every: max(4*interval, 4*time.Second), seen: -1}
}

func (w watch) tick() tea.Cmd {
	return tea.Tick(w.every, func(time.Time) tea.Msg { return watchMsg{} })
}

// look compares the number of frames with that of the last look.
func (w watch) look(frames int, paused bool) watch {
	w.stalled = !paused && frames == w.seen
	w.seen = frames
	return w
}
