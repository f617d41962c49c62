package ui

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// urlField is the filter's name for a requested address.
const urlField = "url"

// findingSentence is what got worse, in which segment, how many users are
// affected, and since when.
func findingSentence(f *frame.Frame, loc *time.Location) (gravity, string) {
	x := &f.Finding
	switch x.State {
	case frame.FindingOn:
		s := worsened(x) + where(x)
		if x.Affected > 0 {
			s += " · " + affectedBy(f, x)
		}
		return grave, s + " · since " + draw.Clock(x.Since, f.At, loc)
	case frame.FindingOver:
		return fine, fmt.Sprintf("resolved %s: %s%s · %s–%s (%s)", draw.Clock(x.Until, f.At, loc), valueNow(x), where(x),
			draw.Clock(x.Since, f.At, loc), draw.Clock(x.Until, f.At, loc), draw.Span(x.Until.Sub(x.Since).Round(10*time.Second)))
	}
	return calm, ""
}

// briefly is a sentence for little room. One about a finding names the segment
// by its values, so that the affected users and the onset stay visible; if even
// that is too long, the segment is last and clipped.
func briefly(f *frame.Frame, sentence string, loc *time.Location, w int) string {
	if f == nil || f.Finding.State != frame.FindingOn || len(f.Finding.Terms) == 0 {
		return sentence
	}
	if _, whole := findingSentence(f, loc); whole != sentence {
		return sentence
	}
	x := &f.Finding
	values := make([]string, len(x.Terms))
	for i, t := range x.Terms {
		if values[i] = t.Value; t.Field == urlField {
			values[i] = pathOf(t.Value)
		}
	}
	segment, users, since := strings.Join(values, " "), "", " · since "+draw.Clock(x.Since, f.At, loc)
	if x.Affected > 0 {
		users = " · " + affectedBy(f, x)
	}
	if s := worsened(x) + " · " + segment + users + since; draw.Cells(draw.Clean(s, maxSentence)) <= w {
		return s
	}
	if x.Affected > 0 {
		users = " · " + slowFor(x) + affectedCount(f, x)
	}
	s := worsened(x) + users + since
	if room := w - draw.Cells(s) - len(" · ") + 1; room >= draw.MinText {
		s += " · " + draw.Clean(segment, room)
	}
	return s
}

// valueNow is the measure of a finding and its value.
func valueNow(x *frame.Finding) string {
	m, ok := measure.ByKey(x.Measure)
	if !ok {
		return x.Measure
	}
	return m.Title + " " + m.Unit.Format(x.Now.Value)
}

// worsened is the value of a finding and how many times worse it is.
func worsened(x *frame.Finding) string {
	s := valueNow(x)
	if _, ok := measure.ByKey(x.Measure); ok && draw.Finite(x.Factor) && x.Factor > 0 {
		s += " (" + measure.Times(x.Factor) + ")"
	}
	return s
}

// where is the segment of a finding as a filter; "" for all traffic.
func where(x *frame.Finding) string {
	if x.Filter == "" {
		return ""
	}
	for _, t := range x.Terms {
		if t.Field != urlField {
			continue
		}
		if short, err := filter.NewTerm(t.Field, filter.Eq, "*"+filter.Literal(pathOf(t.Value))); err == nil {
			return " where " + strings.Replace(x.Filter, t.String(), short.String(), 1)
		}
	}
	return " where " + x.Filter
}

// pathOf leaves out what most addresses of a site have in common.
func pathOf(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			return rest[i:]
		}
	}
	return address
}

// affectedBy is how many users a finding affects, with their share unless it is
// unknown.
func affectedBy(f *frame.Frame, x *frame.Finding) string {
	s := slowFor(x) + affectedCount(f, x)
	if !f.Total.Estimated {
		s += " (" + measure.WholePercent(x.Share) + ")"
	}
	return s
}

func affectedCount(f *frame.Frame, x *frame.Finding) string {
	s := plural(float64(x.Affected), "user")
	if f.Total.Estimated {
		return "≈ " + s
	}
	return s
}

// slowFor is how a finding affects users, if not by errors.
func slowFor(x *frame.Finding) string {
	m, ok := measure.ByKey(x.Measure)
	switch {
	case !ok || m.Vital < 0:
		return ""
	case m.Unit == measure.Score:
		return "shifts for "
	}
	return "slow for "
}

// reasons is the second line: what the sentence is based on, and what else got
// worse.
func reasons(f *frame.Frame, loc *time.Location) string {
	if f == nil {
		return ""
	}
	x := &f.Finding
	if x.State != frame.FindingOn && x.State != frame.FindingOver {
		switch {
		case x.State == frame.FindingReading && f.Health.Loading >= 1:
			return "looking for regressions …"
		case len(f.Silences) > 0:
			return silenceReasons(f)
		case x.State == frame.FindingQuiet && x.Segments > 1:
			return fmt.Sprintf("no significant change in %s segments", measure.Count(float64(x.Segments)))
		}
		return ""
	}
	var parts []string
	if x.After != nil {
		parts = append(parts, after(x.After, x.Since))
	}
	if m, ok := measure.ByKey(x.Measure); ok {
		before := "was "
		if x.Against != "" {
			before = "overall was "
		}
		parts = append(parts, before+m.Unit.Format(x.Before.Value))
	}
	if x.Filter != "" && x.Explained > 0 {
		parts = append(parts, "explains "+measure.WholePercent(math.Round(20*x.Explained)/20)+" of the rise")
	}
	for i := range f.Findings {
		if o := &f.Findings[i]; i > 0 && o.State == frame.FindingOn {
			parts = append(parts, "also "+worsened(o)+where(o))
		}
	}
	if x.Error != "" {
		parts = append(parts, x.Error)
	}
	return strings.Join(parts, " · ")
}

// after is the marker before the onset, and how long before.
func after(m *beacon.Marker, since time.Time) string {
	lead := since.Sub(time.UnixMilli(m.At))
	switch {
	case lead < 30*time.Second:
		return "right after “" + m.Text + "”"
	case lead < 2*time.Minute:
		return draw.Span(lead.Round(10*time.Second)) + " after “" + m.Text + "”"
	}
	return draw.Span(lead.Round(time.Minute)) + " after “" + m.Text + "”"
}
