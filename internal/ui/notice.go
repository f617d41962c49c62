package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// notice is a short answer to a key, shown in place of the sentence.
type notice struct {
	text   string
	number int // counts notices, so that an old timer cannot end a new one
}

// noticeTime is how long a notice stays.
const noticeTime = 4 * time.Second

// noticeExpired ends the notice of that number.
type noticeExpired int

func (r noticeExpired) apply(m model) (model, tea.Cmd) {
	if int(r) == m.notice.number {
		m.notice.text = ""
	}
	return m, nil
}

// notify shows a notice for some seconds.
func (m model) notify(text string) (model, tea.Cmd) {
	m.notice = notice{text, m.notice.number + 1}
	n := m.notice.number
	return m, tea.Tick(noticeTime, func(time.Time) tea.Msg { return noticeExpired(n) })
}
