package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// pause is whether the screen stands still, and which frames it still takes.
type pause struct {
	paused  bool
	until   time.Time // where the pause began: the latest time to walk to
	answers int       // frames that may still answer a query
}

// answersTaken is how many frames are taken after a query while paused: one
// that was on its way already, and the answer.
const answersTaken = 2

// accepts reports whether a frame is to be shown, and counts it.
func (p pause) accepts() (pause, bool) {
	switch {
	case !p.paused:
		return p, true
	case p.answers == 0:
		return p, false
	}
	p.answers--
	return p, true
}

// togglePause freezes the screen at the frame it shows; counting goes on.
func togglePause(m model) (model, tea.Cmd) {
	if m.recording != nil {
		return m.notify("a recording has no pause: ← → move through time")
	}
	m.paused = !m.paused
	m.watch.seen = -1
	if !m.paused {
		m.query.At, m.until = time.Time{}, time.Time{}
		return m, nil
	}
	if m.frame != nil {
		m.query.At, m.until = m.frame.At, m.frame.At
	}
	return m, nil
}

// step is how far one key press walks through time.
func (m model) step() time.Duration {
	step := m.query.Window / 5
	if m.frame != nil && m.frame.Quantum > 0 {
		step = max(step.Truncate(m.frame.Quantum), m.frame.Quantum)
	}
	return step
}

// walk moves the window through the history, pausing first.
func (m model) walk(by time.Duration) (model, tea.Cmd) {
	if m.frame == nil {
		return m, nil
	}
	if !m.paused {
		if by > 0 {
			return m.notify("already live")
		}
		m, _ = togglePause(m)
	}
	at := m.query.At.Add(by)
	if at.After(m.until) {
		at = m.until
	}
	if from := m.frame.Health.HistoryFrom; from != nil && at.Before(*from) {
		at = *from
	}
	if at.Equal(m.query.At) {
		return m.notify(m.walkEnd(by))
	}
	m.query.At = at
	return m, nil
}

// walkEnd says why a walk goes no further.
func (m model) walkEnd(by time.Duration) string {
	switch {
	case by <= 0:
		return "start of history"
	case m.recording != nil:
		return "end of recording"
	}
	return "end of paused data: space resumes"
}
