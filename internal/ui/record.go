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

// Recorder keeps what is seen, in files. Its methods take as long as writing
// does, but for Recording; they are called beside the screen's own goroutine.
type Recorder interface {
	// Snapshot writes all that is retained and says in one line where to, and how much.
	Snapshot(ctx context.Context, seen *frame.Frame) (string, error)
	// Start begins a recording with all that is retained. It goes on until Stop,
	// which says in one line what became of it.
	Start(ctx context.Context, seen *frame.Frame) error
	Stop(ctx context.Context, seen *frame.Frame) (string, error)
	// Recording tells how the recording goes.
	Recording() RecordingState
}

// RecordingState is how a recording goes.
type RecordingState struct {
	On     bool
	Failed bool      // it goes on no more, though nobody stopped it: Stop says why
	Since  time.Time // receive time of its first beacon
	Bytes  int64     // written so far
}

// mark is the recording in the header. It changes by the minute.
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

// record has the recorder do something, and the screen say what came of it.
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

// fileWritten says what became of a file.
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

// Recording is what a screen is told that shows a recording: its numbers stand
// still, and are not to be taken for what is so now.
type Recording struct {
	From, To   time.Time // receive times of the first and the last beacon
	Anonymised bool      // page views count as users
}

// badge says that nothing here is live, and which stretch of time it is.
func (r *Recording) badge(loc *time.Location) string {
	from, to := r.From.In(loc), r.To.In(loc)
	text := "▣ recording " + from.Format("15:04") + "–" + to.Format("15:04") + " " + zoneName(to, loc) + ", " + to.Format("2006-01-02")
	if r.Anonymised {
		text += ", users are views"
	}
	return text
}
