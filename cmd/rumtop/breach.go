package main

import (
	"fmt"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
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
	// Telemetry lists problems of the data itself, one sentence each: they may
	// be the cause of the breach.
	Telemetry []string `json:"telemetry,omitempty"`
}

// breachOf describes the breach that starts or ends with a frame, nil if none does.
func breachOf(b *frame.Breaches, f *frame.Frame) *breach {
	event := b.Observe(f)
	if event == "" {
		return nil
	}
	objectives := f.InBreach()
	if event == frame.BreachEnded {
		objectives = f.ObjectivesNow
	}
	return &breach{
		Schema: breachSchema, Event: event, Site: f.Site, At: f.Now, Since: b.Since,
		Objectives: objectives, Total: f.Total, Telemetry: telemetry(f),
	}
}

// telemetry lists the problems of the data of a frame, one sentence each.
func telemetry(f *frame.Frame) (out []string) {
	h := &f.Health
	warn := func(wrong bool, format string, args ...any) {
		if wrong {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	warn(!h.Connected, "disconnected from the server")
	warn(h.HistoryReason != "", "no history: %s", plain.Line(h.HistoryReason, 200))
	warn(h.CollectorsProblem != "", "collector: %s", plain.Line(h.CollectorsProblem, 300))
	warn(h.Dropped > 0, "%s dropped in transit", measure.Quantity(float64(h.Dropped), "message", "messages"))
	warn(h.Gaps > 0, "%s missing from stream", measure.Quantity(float64(h.Gaps), "message", "messages"))
	warn(h.Malformed > 0, "%s", measure.Quantity(float64(h.Malformed), "undecodable batch", "undecodable batches"))
	warn(h.Evicted > 0, "%s evicted by --memory", measure.Quantity(float64(h.Evicted), "beacon", "beacons"))
	for _, s := range f.Silences {
		segment := "all traffic"
		if s.Field != "" {
			segment = plain.Line(s.String(), 100)
		}
		warn(true, "%s sends %.0f%% of expected beacons since %s", segment, 100*s.Received/s.Expected, s.Since.Format(time.RFC3339))
	}
	warn(h.SampleBefore > 0 && h.SampleBefore != h.SampleRate, "sampling went from %.3g%% to %.3g%%", 100*h.SampleBefore, 100*h.SampleRate)
	warn(h.QuietS > 30, "no beacons for %.0f s", h.QuietS)
	return out
}
