package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/plain"
)

// setTimeline orders markers, findings, silences and notes by time.
func (b *builder) setTimeline() {
	r := &b.r
	addEvent := func(at time.Time, kind, text, by string) {
		if !at.Before(r.From) && !at.After(r.To) {
			r.Timeline = append(r.Timeline, Event{at.UTC(), kind, text, by})
		}
	}
	addEvent(r.From, "record", "the report starts", "")
	for _, m := range b.markers {
		kind := m.Kind
		if kind != beacon.MarkerRelease && !slices.Contains(beacon.MarkerKinds[:], kind) {
			kind = beacon.MarkerNote
		}
		addEvent(time.UnixMilli(m.At), kind, plain.Line(m.Text, maxLine), plain.Line(m.By, maxLine))
	}
	if m := r.Incident.Onset; m.Known() {
		addEvent(m.At, "onset", "onset ("+m.Why+")", "")
	}
	if m := r.Incident.End; m.Known() {
		addEvent(m.At, "end", "end ("+m.Why+")", "")
	}
	for _, f := range r.Findings {
		addEvent(f.Since, "finding", measureTitle(f.Measure)+whereFilter(f.Filter)+" got worse", "")
		if !f.Until.IsZero() {
			addEvent(f.Until, "finding", measureTitle(f.Measure)+whereFilter(f.Filter)+" recovered", "")
		}
	}
	for _, s := range r.Silences {
		addEvent(s.Since, "silence", s.segment()+" silent", "")
	}
	for _, n := range r.Notes {
		if !n.At.IsZero() {
			addEvent(n.At, "note", plain.Line(n.Text, maxLine), n.By)
		}
	}
	addEvent(r.To, "record", "the report ends", "")
	slices.SortStableFunc(r.Timeline, func(x, y Event) int { return cmp.Compare(x.At.UnixMilli(), y.At.UnixMilli()) })
}
