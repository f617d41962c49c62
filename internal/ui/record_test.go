package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/rumtop/rumtop/internal/frame"
)

// tape is a recorder that writes nothing.
type tape struct {
	on    *bool
	since time.Time
	err   error
}

func (r tape) Snapshot(context.Context, *frame.Frame) (string, error) {
	return "a.rumsnap: 2.4 MB", r.err
}

func (r tape) Start(context.Context, *frame.Frame) error {
	*r.on = true
	return r.err
}

func (r tape) Stop(context.Context, *frame.Frame) (string, error) {
	*r.on = false
	return "b.rumsnap: 7 MB", r.err
}

func (r tape) Recording() RecordingState {
	if *r.on && r.err != nil {
		return RecordingState{On: true, Failed: true}
	}
	return RecordingState{On: *r.on, Since: r.since, Bytes: 12_345_678}
}

// done presses a key and gives the model the messages of its commands, except
// those of timers.
func done(t *testing.T, m model, key string) model {
	t.Helper()
	next, cmd := m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(key)})
	m = next.(model)
	batch, ok := cmd().(tea.BatchMsg)
	if !ok {
		t.Fatal("the key has nothing done")
	}
	for _, c := range batch[1:] { // the first ends what is said, seconds later
		m = send(m, c())
	}
	return m
}

func TestRecordKeys(t *testing.T) {
	m := screen(t, noColor, 120, 36, incident())
	if !strings.Contains(press(m, "s").View(), "cannot record here") {
		t.Error("without a recorder s does not say so")
	}
	m.recorder = tape{on: new(bool), since: noon.Add(-32 * time.Minute)}
	if m := done(t, m, "s"); !strings.Contains(m.View(), "a.rumsnap: 2.4 MB") {
		t.Error("no notice where the snapshot is")
	}
	m = done(t, m, "R")
	if !strings.Contains(m.View(), "● REC 32m 12 MB") {
		t.Errorf("the header does not say that it records:\n%s", m.View())
	}
	m = done(t, m, "R")
	if v := m.View(); strings.Contains(v, "REC") || !strings.Contains(v, "b.rumsnap") {
		t.Error("the recording has not ended")
	}
	m.recorder = tape{on: new(bool), err: errors.New("no space left on device")}
	if m := done(t, m, "s"); !strings.Contains(m.View(), "no space left on device") {
		t.Error("no notice of a full disk")
	}
	*m.recorder.(tape).on = true
	if m := send(m, frameMsg{incident()}); !strings.Contains(m.View(), "✗ REC failed") {
		t.Error("a recording that has failed looks as if it went on")
	}
	loading := incident()
	loading.Health.Loading = .5
	if !strings.Contains(press(send(m, frameMsg{loading}), "s").View(), "still loading") {
		t.Error("a half loaded history is written")
	}
}

// oneView is a frame unlike the others.
func oneView() *frame.Frame {
	f := incident()
	f.Total.Views = 1
	return f
}

// recorded is a screen that shows a recording.
func recorded(t *testing.T, w, h int) model {
	t.Helper()
	m := screen(t, noColor, w, h)
	m.recording = &Recording{From: noon.Add(-30 * time.Minute), To: noon}
	m.query.At, m.until, m.paused = noon, noon, true
	return send(m, frameMsg{incident()})
}

// A recording never looks live, and is walked through rather than paused.
func TestRecordingNeverLive(t *testing.T) {
	m := recorded(t, 120, 36)
	if v := m.View(); !strings.Contains(v, "▣ recording 13:37–14:07 UTC, 2026-11-20  at 14:07:") || strings.Contains(v, "live") || strings.Contains(v, "paused") {
		t.Errorf("the header:\n%s", strings.Split(v, "\n")[0])
	}
	if q := asked(press(m, "left")); !q.At.Equal(noon.Add(-time.Minute)) {
		t.Errorf("← asks for %v", q.At)
	}
	for key, says := range map[string]string{"right": "end of recording", "space": "move through time", "s": "cannot record a recording"} {
		if !strings.Contains(press(m, key).View(), says) {
			t.Errorf("%s does not say that %s", key, says)
		}
	}
	for range answersTaken + 1 { // more of the file comes without a question
		m = send(m, frameMsg{incident()})
	}
	if m = send(m, frameMsg{oneView()}); m.frame.Total.Views == incident().Total.Views {
		t.Error("a frame of the file is not taken")
	}
}

// Two screens fill the terminal exactly, and keys go to both.
func TestAbreast(t *testing.T) {
	for _, size := range [][2]int{{60, 20}, {80, 24}, {99, 30}, {100, 30}, {120, 36}, {200, 60}, {20, 5}, {1, 1}} {
		w, h := size[0], size[1]
		a := splitView{screens: [2]model{recorded(t, w, h), recorded(t, w, h)}}
		next, _ := a.Update(tea.WindowSizeMsg{Width: w, Height: h})
		next, _ = next.Update(sideMsg{1, frameMsg{oneView()}})
		next, _ = next.Update(tea.KeyMsg{Type: tea.KeyLeft})
		a = next.(splitView)
		lines := strings.Split(a.View(), "\n")
		if len(lines) > max(h, 3) {
			t.Errorf("%d×%d: %d lines", w, h, len(lines))
		}
		for i, l := range lines {
			if n := ansi.StringWidth(l); n > max(w, 3) {
				t.Errorf("%d×%d: line %d has %d cells", w, h, i, n)
			}
		}
		for i := range a.screens {
			if q := asked(a.screens[i]); !q.At.Equal(noon.Add(-time.Minute)) {
				t.Errorf("%d×%d: screen %d asks for %v", w, h, i, q.At)
			}
		}
		if a.screens[0].frame.Total.Views == a.screens[1].frame.Total.Views {
			t.Errorf("%d×%d: what comes to one screen goes to the other", w, h)
		}
	}
}

// The messages of a screen's commands return to that screen; quitting ends both.
func TestMessagesKeepTheirSide(t *testing.T) {
	batch := sided(1, tea.Batch(func() tea.Msg { return noticeExpired(7) }, tea.Quit))().(tea.BatchMsg)
	if msg, ok := batch[0]().(sideMsg); !ok || msg.side != 1 || msg.msg != noticeExpired(7) {
		t.Errorf("%v", msg)
	}
	if _, ok := batch[1]().(tea.QuitMsg); !ok {
		t.Error("the end is one screen's own")
	}
}
