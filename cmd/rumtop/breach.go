package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// breachSchema names the document that --on-breach is given.
const breachSchema = "rumtop.breach/1"

// breach is what --on-breach is told.
type breach struct {
	Schema string          `json:"schema"`
	Event  agg.BreachEvent `json:"event"`
	Site   string          `json:"site"`
	At     time.Time       `json:"at"`
	Since  time.Time       `json:"since"` // when it began

	// Objectives are those that burn too fast; at its end, all of them.
	Objectives []frame.Burn `json:"objectives"`
	Total      frame.Row    `json:"total"`
	// Telemetry is what is wrong with the numbers themselves, one sentence each:
	// a breach may be theirs.
	Telemetry []string `json:"telemetry,omitempty"`
}

// tell describes what a frame brings to the breaches, nil where that is nothing.
func tell(b *agg.Breaches, f *frame.Frame) *breach {
	event := b.Look(f)
	if event == "" {
		return nil
	}
	objectives := f.Pages()
	if event == agg.BreachEnded {
		objectives = f.Alarm
	}
	return &breach{
		Schema: breachSchema, Event: event, Site: f.Site, At: f.Now, Since: b.Since,
		Objectives: objectives, Total: f.Total, Telemetry: telemetry(f),
	}
}

// telemetry is what a person should know before believing a frame.
func telemetry(f *frame.Frame) (out []string) {
	h := &f.Health
	say := func(wrong bool, format string, args ...any) {
		if wrong {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	say(!h.Connected, "not connected to the server")
	say(h.Dropped > 0, "%d messages were dropped on the way here", h.Dropped)
	say(h.Gaps > 0, "%d messages are missing from the stream", h.Gaps)
	say(h.Malformed > 0, "%d batches could not be read", h.Malformed)
	say(h.Evicted > 0, "%d beacons were pushed out by --memory", h.Evicted)
	for _, s := range f.Silences {
		who := "everyone"
		if s.Field != "" {
			who = plain.Line(s.String(), 100)
		}
		say(true, "%s sends %.0f%% of what it should since %s", who, 100*s.Received/s.Expected, s.Since.Format(time.RFC3339))
	}
	say(h.SampleBefore > 0 && h.SampleBefore != h.SampleRate, "the share of sessions sent went from %.3g%% to %.3g%%", 100*h.SampleBefore, 100*h.SampleRate)
	say(h.QuietS > 30, "no beacon for %.0f s", h.QuietS)
	return out
}

// How long a command may take to hear of a breach.
const breachTime = 30 * time.Second

// raise runs the command of --on-breach and waits for it.
func raise(ctx context.Context, command string, b *breach) error {
	in, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("describe the breach: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, breachTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	cmd.Stdin = bytes.NewReader(append(in, '\n'))
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("--on-breach: %w: %s", err, bytes.TrimSpace(out[:min(len(out), 200)]))
	}
	return nil
}

// alarm runs the command for each breach that it is told of, one after the other. What
// comes while one runs waits; what comes on top of that is dropped.
type alarm struct {
	command string
	waiting chan *breach
}

func newAlarm(command string) *alarm { return &alarm{command, make(chan *breach, 4)} }

func (a *alarm) tell(b *breach) {
	select {
	case a.waiting <- b:
	default:
	}
}

// run ends with ctx. failed is told of commands that do not work.
func (a *alarm) run(ctx context.Context, failed func(error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case b := <-a.waiting:
			if err := raise(ctx, a.command, b); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
	}
}
