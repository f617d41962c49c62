package main

import (
	"errors"
	"fmt"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/record"
	"github.com/rumtop/rumtop/internal/ui"
)

// screenRecorder adapts a recorder to the screen.
type screenRecorder struct{ *record.Recorder }

// Recording reports the state of the recording.
func (r screenRecorder) Recording() ui.RecordingState { return ui.RecordingState(r.State()) }

// finishRecording finishes a recording that still runs, and lists the files that were
// written: the screen, which showed them for a moment, is closed.
func (p *program) finishRecording(r *record.Recorder, q frame.Query) error {
	err := r.Close(q)
	lines, newest := r.Written()
	for _, line := range lines {
		if _, failed := fmt.Fprintln(p.stdout, line); failed != nil {
			return errors.Join(err, failed)
		}
	}
	if newest != "" {
		_, failed := fmt.Fprintf(p.stdout, "next: rumtop report %s -o incident.html\n", newest)
		err = errors.Join(err, failed)
	}
	return err
}
