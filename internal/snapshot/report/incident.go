package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// setIncident sets onset and end: those given by flags, else of the gravest
// finding, else of markers.
func (b *builder) setIncident(episodes []frame.Finding) {
	r := &b.r
	unknown := Moment{Source: SourceUnknown, Why: "unknown"}
	in := &r.Incident
	in.Onset, in.End = unknown, unknown
	var gravest *frame.Finding
	for i := range episodes {
		if e := &episodes[i]; e.Since.Before(r.To) && (e.Until.IsZero() || e.Until.After(r.From)) {
			gravest = e
			break
		}
	}
	switch {
	case !b.o.Onset.IsZero():
		in.Onset = Moment{At: b.o.Onset.UTC(), Source: SourcePerson, Why: "as given"}
	case gravest != nil:
		in.Onset = Moment{At: latest(gravest.Since, r.From), From: gravest.SinceFrom, To: gravest.SinceTo, Source: SourceFinding, Why: "change point of " + measureTitle(gravest.Measure)}
	default:
		if m := b.firstMarker(r.From, beacon.MarkerDeploy, beacon.MarkerFlag, beacon.MarkerRelease); m != nil {
			in.Onset = Moment{At: time.UnixMilli(m.At).UTC(), Source: SourceMarker, Why: "no finding; the marker “" + plain.Line(m.Text, maxLine) + "”"}
		}
	}
	if !in.Onset.Known() {
		in.Onset.Why = "unknown: no finding and no marker"
	}
	switch {
	case !b.o.End.IsZero():
		in.End = Moment{At: b.o.End.UTC(), Source: SourcePerson, Why: "as given"}
	case !in.Onset.Known():
	case gravest != nil && in.Onset.Source == SourceFinding:
		in.End.Why = "unknown: ongoing when the recording ended"
		if !gravest.Until.IsZero() && !gravest.Until.After(r.To) {
			in.End = Moment{At: gravest.Until, Source: SourceFinding, Why: "recovered"}
		}
	default:
		if m := b.firstMarker(in.Onset.At, beacon.MarkerMitigation); m != nil {
			in.End = Moment{At: time.UnixMilli(m.At).UTC(), Source: SourceMarker, Why: "the marker “" + plain.Line(m.Text, maxLine) + "”"}
		}
	}
	// A moment outside the report is named as the reason, but does not cut
	// phases.
	if in.Onset.Known() && (in.Onset.At.Before(r.From) || r.To.Sub(in.Onset.At) < time.Second) {
		in.Onset = Moment{Source: SourceUnknown, Why: fmt.Sprintf("unknown: %s (%s) is outside the report", timeFlag(in.Onset.At), in.Onset.Why)}
	}
	if in.End.Known() && (in.End.At.After(r.To) || in.Onset.Known() && in.End.At.Sub(in.Onset.At) < time.Second) {
		in.End = Moment{Source: SourceUnknown, Why: fmt.Sprintf("unknown: %s (%s) is not between the onset and the end of the report", timeFlag(in.End.At), in.End.Why)}
	}
}

// firstMarker is the report's first marker of these kinds after a moment.
func (b *builder) firstMarker(after time.Time, kinds ...string) *beacon.Marker {
	for i := range b.markers {
		if m := &b.markers[i]; slices.Contains(kinds, m.Kind) && m.At > after.UnixMilli() && m.At < b.r.To.UnixMilli() {
			return m
		}
	}
	return nil
}
