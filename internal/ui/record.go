package ui

import (
	"context"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/dustin/go-humanize"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// Recorder writes snapshots and recordings. Its methods but Recording take as
// long as writing does and run outside the screen's goroutine.
type Recorder interface {
	// Snapshot writes the whole history and returns one line: file and size.
	Snapshot(ctx context.Context, seen *frame.Frame) (string, error)
	// Start starts a recording with the whole history. Stop ends it and returns
	// one line: file and size.
	Start(ctx context.Context, seen *frame.Frame) error
	Stop(ctx context.Context, seen *frame.Frame) (string, error)
	// Recording is the state of the recording.
	Recording() RecordingState
}

// RecordingState is the state of a recording.
type RecordingState struct {
	On     bool
	Failed bool      // it ended by itself: Stop returns the error
	Since  time.Time // receive time of its first beacon
	Bytes  int64     // written so far
}

// mark is the recording in the header; it changes once a minute.
func (s RecordingState) mark(now time.Time) string {
	if !s.On {
		return ""
	}
	if s.Failed {
		return "✗ REC failed"
	}
	var parts []string
	if !s.Since.IsZero() {
		parts = append(parts, draw.Span(max(now.Sub(s.Since), 0).Truncate(time.Minute)))
	}
	if s.Bytes >= 1e5 {
		parts = append(parts, humanize.Bytes(uint64(s.Bytes-s.Bytes%1e5)))
	}
	return strings.TrimSpace("● REC " + strings.Join(parts, " "))
}

// record runs a method of the recorder; the screen shows its result.
func record(saying string, do func(context.Context, Recorder, *frame.Frame) (string, error)) action {
	return func(m model) (model, tea.Cmd) {
		recorder, seen := m.recorder, m.frame
		switch {
		case m.recording != nil:
			return m.notify("cannot record a recording")
		case recorder == nil:
			return m.notify("cannot record here")
		case seen == nil || seen.Health.Loading < 1:
			return m.notify("history is still loading: try again then")
		}
		m, timer := m.notify(saying)
		return m, tea.Batch(timer, func() tea.Msg {
			text, err := do(context.Background(), recorder, seen)
			return fileWritten{text, err}
		})
	}
}

func takeSnapshot(m model) (model, tea.Cmd) {
	return record("writing a snapshot", func(ctx context.Context, r Recorder, seen *frame.Frame) (string, error) {
		return r.Snapshot(ctx, seen)
	})(m)
}

func toggleRecording(m model) (model, tea.Cmd) {
	if m.recorded.On {
		return record("saving the recording", func(ctx context.Context, r Recorder, seen *frame.Frame) (string, error) {
			return r.Stop(ctx, seen)
		})(m)
	}
	return record("recording started", func(ctx context.Context, r Recorder, seen *frame.Frame) (string, error) {
		return "recording: R stops and saves", r.Start(ctx, seen)
	})(m)
}

// fileWritten brings the result of a method of the recorder.
type fileWritten struct {
	text string
	err  error
}

func (r fileWritten) apply(m model) (model, tea.Cmd) {
	m.recorded = m.recorder.Recording()
	if r.err != nil {
		return m.notify(r.err.Error())
	}
	return m.notify(r.text)
}

// Recording describes the recording that a screen shows instead of live data.
type Recording struct {
	From, To   time.Time // receive times of the first and the last beacon
	Anonymised bool      // page views count as users
}

// badge marks the screen as a recording, with its time range.
func (r *Recording) badge(loc *time.Location) string {
	from, to := r.From.In(loc), r.To.In(loc)
	text := "▣ recording " + from.Format("15:04") + "–" + to.Format("15:04") + " " + zoneName(to, loc) + ", " + to.Format("2006-01-02")
	if r.Anonymised {
		text += ", users are views"
	}
	return text
}
