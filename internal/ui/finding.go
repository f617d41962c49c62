package ui

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// measureWords is how a finding's measure is spoken of.
var measureWords = map[string]struct {
	name string
	unit string
	show func(float64) string
}{
	"error_rate":      {"error rate", "%", percent},
	"failed_requests": {"failed requests", "%", percent},
	"lcp_p75":         {"LCP p75", " s", seconds},
	"inp_p75":         {"INP p75", " ms", millis},
	"cls_p75":         {"CLS p75", "", unitless},
}

// sentenceOfFinding is what got worse, for whom, how many are hurt, since when.
func sentenceOfFinding(f *frame.Frame, loc *time.Location) (gravity, string) {
	x := &f.Finding
	switch x.State {
	case frame.FindingOn:
		s := worsened(x) + who(x)
		if x.Affected > 0 {
			s += " · " + usersOf(f, x)
		}
		return grave, s + " · since " + draw.Clock(x.Since, f.At, loc)
	case frame.FindingOver:
		return fine, fmt.Sprintf("over since %s: %s%s · from %s, for %s", draw.Clock(x.Until, f.At, loc), worsened(x), who(x),
			draw.Clock(x.Since, f.At, loc), draw.Span(x.Until.Sub(x.Since).Round(10*time.Second)))
	}
	return calm, ""
}

// briefly is a sentence where there is little room. One about a finding says who
// it is by values alone, so that how many are hurt, and since when, stay in sight; where even that is
// too long, who comes last and is cut.
func briefly(f *frame.Frame, sentence string, loc *time.Location, w int) string {
	if f == nil || f.Finding.State != frame.FindingOn || len(f.Finding.Terms) == 0 {
		return sentence
	}
	if _, whole := sentenceOfFinding(f, loc); whole != sentence {
		return sentence
	}
	x := &f.Finding
	values := make([]string, len(x.Terms))
	for i, t := range x.Terms {
		if values[i] = t.Value; t.Field == "url" {
			values[i] = pathOf(t.Value)
		}
	}
	who, users, since := strings.Join(values, " "), "", " · since "+draw.Clock(x.Since, f.At, loc)
	if x.Affected > 0 {
		users = " · " + usersOf(f, x)
	}
	if s := worsened(x) + " · " + who + users + since; draw.Cells(draw.Clean(s, maxSentence)) <= w {
		return s
	}
	users, _, _ = strings.Cut(users, " (")
	s := worsened(x) + users + since
	if room := w - draw.Cells(s) - len(" · ") + 1; room >= leastMark {
		s += " · " + draw.Clean(who, room)
	}
	return s
}

func worsened(x *frame.Finding) string {
	m := measureWords[x.Measure]
	if m.show == nil {
		return x.Measure
	}
	s := fmt.Sprintf("%s %s%s", m.name, m.show(x.Now.Value), m.unit)
	if draw.Finite(x.Factor) && x.Factor > 0 {
		s += " ×" + factor(x.Factor)
	}
	return s
}

func who(x *frame.Finding) string {
	if x.Filter == "" {
		return ""
	}
	for _, t := range x.Terms {
		if t.Field != "url" {
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

func usersOf(f *frame.Frame, x *frame.Finding) string {
	s := plural(float64(x.Affected), "user")
	if f.Total.Estimated {
		s = "≈ " + s
	} else {
		s += " (" + wholePercent(x.Share) + ")"
	}
	switch x.Measure {
	case "lcp_p75", "inp_p75":
		return "slow for " + s
	case "cls_p75":
		return "shifts for " + s
	}
	return s
}

// reasons is the second line: what the sentence rests on, and what else is wrong.
func reasons(f *frame.Frame, loc *time.Location) string {
	if f == nil {
		return ""
	}
	x := &f.Finding
	if x.State != frame.FindingOn && x.State != frame.FindingOver {
		switch {
		case x.State == frame.FindingReading && f.Health.Loading >= 1:
			return "looking for what got worse …"
		case len(f.Silences) > 0:
			return reasonsOfSilence(f)
		case x.State == frame.FindingQuiet && x.Segments > 1:
			return fmt.Sprintf("nothing got distinguishably worse in %s segments", count(float64(x.Segments)))
		}
		return ""
	}
	m := measureWords[x.Measure]
	s := ""
	if x.After != nil {
		s = after(x.After, x.Since) + " · "
	}
	if m.show != nil {
		before := "was "
		if x.Against != "" {
			before = "everyone was at "
		}
		s += before + m.show(x.Before.Value) + m.unit
	}
	if x.Filter != "" && x.Explained > 0 {
		s += " · " + wholePercent(math.Round(20*x.Explained)/20) + " of the rise is there"
	}
	for i := range f.Findings {
		if o := &f.Findings[i]; i > 0 && o.State == frame.FindingOn {
			s += " · also " + worsened(o) + who(o)
		}
	}
	if x.Error != "" {
		s += " · " + x.Error
	}
	return s
}

// after tells the marker before the onset, and how long before.
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

// reasonsLine draws it.
func reasonsLine(f *frame.Frame, l link, t draw.Theme, loc *time.Location, w int) string {
	p := draw.Line{Width: w}
	if l == linkDown || l == linkStalled || l == linkQuiet {
		return ""
	}
	p.Skip(margin)
	p.Put(t.Dim, clauses(draw.Clean(reasons(f, loc), maxSentence), w-margin))
	return p.Flush()
}
