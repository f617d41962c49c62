package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// incident sets onset and end: as a person gives them, else those of the gravest
// finding, else those between markers.
func (b *builder) incident(episodes []frame.Finding) {
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
		if m := b.marker(r.From, beacon.MarkerDeploy, beacon.MarkerFlag, beacon.MarkerRelease); m != nil {
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
		if m := b.marker(in.Onset.At, beacon.MarkerMitigation); m != nil {
			in.End = Moment{At: time.UnixMilli(m.At).UTC(), Source: SourceMarker, Why: "the marker “" + plain.Line(m.Text, maxLine) + "”"}
		}
	}
	// A moment outside the report is mentioned; the phases are cut by those inside.
	if in.Onset.Known() && (in.Onset.At.Before(r.From) || r.To.Sub(in.Onset.At) < time.Second) {
		in.Onset = Moment{Source: SourceUnknown, Why: fmt.Sprintf("unknown: %s (%s) is outside the report", stamp(in.Onset.At), in.Onset.Why)}
	}
	if in.End.Known() && (in.End.At.After(r.To) || in.Onset.Known() && in.End.At.Sub(in.Onset.At) < time.Second) {
		in.End = Moment{Source: SourceUnknown, Why: fmt.Sprintf("unknown: %s (%s) is not between the onset and the end of the report", stamp(in.End.At), in.End.Why)}
	}
}

// marker is the first marker of some kinds in the report, after a moment.
func (b *builder) marker(after time.Time, kinds ...string) *beacon.Marker {
	for i := range b.markers {
		if m := &b.markers[i]; slices.Contains(kinds, m.Kind) && m.At > after.UnixMilli() && m.At < b.r.To.UnixMilli() {
			return m
		}
	}
	return nil
}

// findings lists the findings of the report. Each has a query with its own filter,
// so this comes last.
func (b *builder) findings(episodes []frame.Finding) {
	b.r.Findings = []Finding{}
	for i := range episodes {
		e := &episodes[i]
		if len(b.r.Findings) == maxFindings {
			break
		}
		until := e.Until
		if until.IsZero() || until.After(b.r.To) {
			until = b.r.To
		}
		since := latest(e.Since, b.r.From)
		if until.Sub(since) < time.Second {
			continue
		}
		q := over(b.o, b.o.By[0], since, until)
		q.Filter = narrowed(q.Filter, e.Terms)
		f := b.ask(q)
		out := Finding{
			Measure: e.Measure, Filter: plain.Line(e.Filter, maxLine), Explained: e.Explained, Before: b.estimate(e.Measure, e.Before), Against: e.Against, Last: b.estimate(e.Measure, e.Now),
			Over: rowOf(&f.Total, b.o.MinCohort), Since: e.Since, SinceFrom: e.SinceFrom, SinceTo: e.SinceTo, Until: e.Until,
			P: e.P, Segments: e.Segments, Command: b.command(q),
		}
		if e.After != nil {
			out.After = plain.Line(e.After.Text, maxLine)
		}
		if n := concealRows([]*Row{&out.Over}, 0, b.o.MinCohort); n > 0 {
			b.r.Privacy.Concealed += n
			out.Last, out.Before = nil, nil
		}
		b.r.Findings = append(b.r.Findings, out)
	}
}

// estimate is nil if it is of too few users to show.
func (b *builder) estimate(measure string, e frame.Estimate) *frame.Estimate {
	share := e.Value
	if strings.HasSuffix(measure, "_p75") {
		share = 1
	}
	if e.N == 0 || b.few(share, e.N) {
		return nil
	}
	return &e
}

// timeline orders markers, findings, silences and notes by time.
func (b *builder) timeline() {
	r := &b.r
	add := func(at time.Time, kind, text, by string) {
		if !at.Before(r.From) && !at.After(r.To) {
			r.Timeline = append(r.Timeline, Event{at.UTC(), kind, text, by})
		}
	}
	add(r.From, "record", "the report starts", "")
	for _, m := range b.markers {
		kind := m.Kind
		if kind != beacon.MarkerRelease && !slices.Contains(beacon.MarkerKinds[:], kind) {
			kind = beacon.MarkerNote
		}
		add(time.UnixMilli(m.At), kind, plain.Line(m.Text, maxLine), plain.Line(m.By, maxLine))
	}
	if m := r.Incident.Onset; m.Known() {
		add(m.At, "onset", "onset ("+m.Why+")", "")
	}
	if m := r.Incident.End; m.Known() {
		add(m.At, "end", "end ("+m.Why+")", "")
	}
	for _, f := range r.Findings {
		add(f.Since, "finding", measureTitle(f.Measure)+who(f.Filter)+" got worse", "")
		if !f.Until.IsZero() {
			add(f.Until, "finding", measureTitle(f.Measure)+who(f.Filter)+" recovered", "")
		}
	}
	for _, s := range r.Silences {
		add(s.Since, "silence", s.who()+" silent", "")
	}
	for _, n := range r.Notes {
		if !n.At.IsZero() {
			add(n.At, "note", plain.Line(n.Text, maxLine), n.By)
		}
	}
	add(r.To, "record", "the report ends", "")
	slices.SortStableFunc(r.Timeline, func(x, y Event) int { return cmp.Compare(x.At.UnixMilli(), y.At.UnixMilli()) })
}
