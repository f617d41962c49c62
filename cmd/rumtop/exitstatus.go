package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// Exit statuses that scripts rely on. A command that a signal stops before it
// is done ends with 128 and the signal's number, as in shells; verdict and check
// then end with exitUnjudged.
const (
	exitOK       = 0
	exitFailed   = 1 // the thing asked failed; of verdict and check a judgement, and nothing else
	exitUsage    = 2 // wrong usage
	exitNoData   = 3 // not enough data
	exitUnjudged = 4 // verdict and check could not judge
)

// exitMeanings say in help and documents what a status means.
var exitMeanings = [...]struct{ any, verdict, check string }{
	exitOK:       {"fine", "not worse, by the margins", "no breach"},
	exitFailed:   {"the thing asked failed", "regressed", "a breach"},
	exitUsage:    {"wrong usage", "wrong usage", "wrong usage"},
	exitNoData:   {"not enough data", "not enough data", "not enough data"},
	exitUnjudged: {"could not judge", "could not judge", "could not judge"},
}

// exitHelp is the paragraph about exit statuses in the help of a command: any,
// verdict or check.
func exitHelp(command string) string {
	var parts []string
	for status, m := range exitMeanings {
		meaning := map[string]string{"verdict": m.verdict, "check": m.check}[command]
		if meaning == "" {
			meaning = m.any
		}
		parts = append(parts, fmt.Sprintf("%d %s", status, meaning))
	}
	text := "Exit status: " + strings.Join(parts, ", ")
	if command == "" {
		return text + "\n(only verdict and check; their 1 is a judgement), 128+N stopped by signal N."
	}
	return text + "\n(no server, no permission, an unreadable file, stopped in the middle)."
}

// A statusError ends the process with a status of its own.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

// usage marks an error as wrong usage.
func usage(format string, args ...any) error {
	return &statusError{exitUsage, fmt.Errorf(format, args...)}
}

// noData marks an error as a lack of data.
func noData(format string, args ...any) error {
	return &statusError{exitNoData, fmt.Errorf(format, args...)}
}

// exitStatus is the status that the error of a command ends the process with.
func exitStatus(ctx context.Context, cmd *cobra.Command, err error) int {
	var marked *statusError
	stopped, isStopped := stoppedBy(ctx, err)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &marked):
		return marked.status
	case errors.Is(err, feed.ErrNoSite):
		return exitNoData
	case stopped == readerGone:
		return stopped.status()
	case unjudged[cmd.Name()] != nil:
		return exitUnjudged
	case isStopped:
		return stopped.status()
	}
	return exitFailed
}

// unjudged are the commands whose status 1 is a judgement, with what they print
// as JSON if they cannot judge: a reader of the document need not know the
// status.
var unjudged = map[string]func(cmd *cobra.Command, reason string) any{
	"verdict": func(cmd *cobra.Command, reason string) any {
		return struct {
			Baseline string                 `json:"baseline"`
			Canary   string                 `json:"canary"`
			Verdict  string                 `json:"verdict"`
			Note     string                 `json:"note"`
			Measures []frame.MeasureVerdict `json:"measures"`
		}{
			plain.Line(cmd.Flag("baseline").Value.String(), 0), plain.Line(cmd.Flag("canary").Value.String(), 0),
			frame.Unjudged, reason, []frame.MeasureVerdict{},
		}
	},
	"check": func(cmd *cobra.Command, reason string) any {
		return &burnReport{
			Schema: burnSchema, At: time.Now().UTC(), Site: cmd.Flag("site").Value.String(),
			Objectives: []frame.Burn{}, Unjudged: reason,
		}
	},
}

// printUnjudged prints the document of a command that could not judge, if it
// was asked for JSON.
func (p *program) printUnjudged(cmd *cobra.Command, reason string) {
	if cmd.Flag("format").Value.String() != "json" {
		return
	}
	enc := json.NewEncoder(p.stdout)
	enc.SetEscapeHTML(false)
	// If this fails, the exit status still tells.
	_ = enc.Encode(unjudged[cmd.Name()](cmd, reason))
}
