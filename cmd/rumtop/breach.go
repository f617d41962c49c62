package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// breachSchema names the document that --on-breach reads.
const breachSchema = "rumtop.breach/1"

// breach is the document that --on-breach reads.
type breach struct {
	Schema string            `json:"schema"`
	Event  frame.BreachEvent `json:"event"`
	Site   string            `json:"site"`
	At     time.Time         `json:"at"`
	Since  time.Time         `json:"since"` // start of the breach

	// Objectives are those in breach; at its end, all of them.
	Objectives []frame.Burn `json:"objectives"`
	Total      frame.Row    `json:"total"`
	// Telemetry is what is wrong with the data itself, one sentence each: the
	// breach may come from that.
	Telemetry []string `json:"telemetry,omitempty"`
}

// breachOf describes the breach that starts or ends with a frame, nil if none does.
func breachOf(b *frame.Breaches, f *frame.Frame) *breach {
	event := b.Observe(f)
	if event == "" {
		return nil
	}
	objectives := f.Pages()
	if event == frame.BreachEnded {
		objectives = f.Alarm
	}
	return &breach{
		Schema: breachSchema, Event: event, Site: f.Site, At: f.Now, Since: b.Since,
		Objectives: objectives, Total: f.Total, Telemetry: telemetry(f),
	}
}

// telemetry is what a person must know before trusting a frame.
func telemetry(f *frame.Frame) (out []string) {
	h := &f.Health
	say := func(wrong bool, format string, args ...any) {
		if wrong {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	say(!h.Connected, "disconnected from the server")
	say(h.Dropped > 0, "%d messages dropped in transit", h.Dropped)
	say(h.Gaps > 0, "%d messages missing from stream", h.Gaps)
	say(h.Malformed > 0, "%d undecodable batches", h.Malformed)
	say(h.Evicted > 0, "%d beacons evicted by --memory", h.Evicted)
	for _, s := range f.Silences {
		who := "everyone"
		if s.Field != "" {
			who = plain.Line(s.String(), 100)
		}
		say(true, "%s sends %.0f%% of expected beacons since %s", who, 100*s.Received/s.Expected, s.Since.Format(time.RFC3339))
	}
	say(h.SampleBefore > 0 && h.SampleBefore != h.SampleRate, "sampling went from %.3g%% to %.3g%%", 100*h.SampleBefore, 100*h.SampleRate)
	say(h.QuietS > 30, "no beacons for %.0f s", h.QuietS)
	return out
}

// breachTimeout is how long the command of --on-breach may run.
const breachTimeout = 30 * time.Second

// runOnBreach runs the command of --on-breach and waits for it.
func runOnBreach(ctx context.Context, command string, b *breach) error {
	in, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("describe the breach: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, breachTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	cmd.Stdin = bytes.NewReader(append(in, '\n'))
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("--on-breach: %w: %s", err, bytes.TrimSpace(out[:min(len(out), 200)]))
	}
	return nil
}

// breachRunner runs the command of --on-breach, for one breach after the other.
// A few wait while it runs; more are dropped.
type breachRunner struct {
	command string
	waiting chan *breach
}

func newBreachRunner(command string) *breachRunner {
	return &breachRunner{command, make(chan *breach, 4)}
}

func (a *breachRunner) enqueue(b *breach) {
	select {
	case a.waiting <- b:
	default:
	}
}

// run runs until ctx ends. It calls failed with the error of each command.
func (a *breachRunner) run(ctx context.Context, failed func(error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case b := <-a.waiting:
			if err := runOnBreach(ctx, a.command, b); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
	}
}
