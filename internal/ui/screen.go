package ui

import (
	"strings"

	"github.com/rumtop/rumtop/internal/ui/draw"
)

func (m model) View() string {
	if m.width <= 0 || m.height <= 0 {
		return ""
	}
	l := m.layout()
	lines := make([]string, l.h)
	if room, open := m.paneRoom(); open && room == roomScreen {
		m.drawWholePane(lines, l)
	} else {
		m.drawLines(lines, l)
		m.drawBody(lines, l)
	}
	if m.prompt.active {
		m.prompt.overlay(lines, m.theme, l.w)
	}
	screen := strings.Join(lines, "\n")
	if m.ascii {
		return draw.ToASCII(screen)
	}
	return screen
}

// place copies lines to their place on the screen.
func (b band) place(lines []string, what ...string) { copy(lines[b.y:b.y+b.h], what) }

// drawWholePane draws a pane that has all of the screen but the line of hints.
func (m model) drawWholePane(lines []string, l layout) {
	copy(lines[:l.h-1], m.pane.view(m.scene(l)))
	lines[l.h-1] = hintLine(m.pane.hints(&m.keys), m.theme, l.w)
}

// drawLines draws the single lines above and below the body.
func (m model) drawLines(lines []string, l layout) {
	state := m.link()
	if l.header.h > 0 {
		hs := headerState{
			watching: m.presence.label(), since: m.sinceT0(), title: m.title, question: m.query,
			link: state, loc: m.loc, recording: m.recording,
		}
		if m.frame != nil {
			hs.recorded = m.recorded.mark(m.frame.At)
		}
		l.header.place(lines, headerLine(m.frame, hs, m.theme, l.w))
	}
	status := statusLine(m.frame, state, m.notice.text, m.theme, m.loc, l.w)
	reasons := reasonsLine(m.frame, state, m.theme, m.loc, l.w)
	if m.selecting() && m.notice.text == "" {
		status, reasons = m.chosen.headline(m.frame, m.theme, m.loc, l.w), status
	}
	l.status.place(lines, status)
	if l.reasons.h > 0 {
		l.reasons.place(lines, reasons)
	}
	if l.warning.h > 0 {
		l.warning.place(lines, warningLine(m.frame, m.theme, l.w))
	}
	if l.trust.h > 0 {
		l.trust.place(lines, trustLine(m.frame, m.theme, m.loc, l.w))
	}
	if l.hints.h > 0 {
		l.hints.place(lines, hintLine(m.hints(), m.theme, l.w))
	}
}

// drawBody draws the triage screen, or what the open pane leaves of it.
func (m model) drawBody(lines []string, l layout) {
	th := m.shownTheme()
	room, open := m.paneRoom()
	if !open || room != roomPage {
		l.charts.place(lines, m.charts.view(m.frame, l, th)...)
	}
	if open {
		l.table.place(lines, m.pane.view(m.scene(l))...)
	} else {
		l.table.place(lines, m.table.view(m.frame, th, l.w, l.table.h, !m.onErrors)...)
	}
	if open && room != roomTable {
		return
	}
	errors := m.errors.lines(scene{m.frame, th, m.loc, l.w - l.beside, l.errors.h}, m.onErrors)
	if l.beside > 0 && m.frame != nil {
		differs := newDiffersTable(th, l.beside-2, false).lines(m.frame.Differs, differsTitle(m.frame), l.errors.h-1, noSelection)
		errors = sideBySide(differs, errors, l.beside)
	}
	l.errors.place(lines, errors...)
}
