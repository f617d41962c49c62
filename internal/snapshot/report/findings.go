package report

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// setFindings lists the findings of the report. Each needs a query with a
// filter of its own, so this runs after the queries with the report's filter.
func (b *builder) setFindings(episodes []frame.Finding) {
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
		q := queryOver(b.o, b.o.By[0], since, until)
		q.Filter = narrowed(q.Filter, e.Terms)
		f := b.frameOf(q)
		out := Finding{
			Measure: e.Measure, Filter: plain.Line(e.Filter, maxLine), Explained: e.Explained, Before: b.shownEstimate(e.Measure, e.Before), Against: e.Against, Last: b.shownEstimate(e.Measure, e.Now),
			Over: newRow(&f.Total, b.o.MinCohort), Since: e.Since, SinceFrom: e.SinceFrom, SinceTo: e.SinceTo, Until: e.Until,
			P: e.P, Segments: e.Segments, Command: b.openCommand(q),
		}
		if e.After != nil {
			out.After = plain.Line(e.After.Text, maxLine)
		}
		if n := suppressRows([]*Row{&out.Over}, 0, b.o.MinCohort); n > 0 {
			b.r.Privacy.Concealed += n
			out.Last, out.Before = nil, nil
		}
		b.r.Findings = append(b.r.Findings, out)
	}
}

// shownEstimate is nil if it is of too few users to show.
func (b *builder) shownEstimate(measure string, e frame.Estimate) *frame.Estimate {
	share := e.Value
	if strings.HasSuffix(measure, "_p75") {
		share = 1
	}
	if e.N == 0 || b.isFew(share, e.N) {
		return nil
	}
	return &e
}

// sentence describes a finding: measure, values, segment, users, time.
func (f *Finding) sentence() string {
	s := measureTitle(f.Measure) + whereFilter(f.Filter)
	if f.Last != nil {
		s += ": " + estimate(f.Measure, *f.Last) + " in its last 5 min"
	}
	if f.Before != nil {
		before := ", before "
		if f.Against != "" {
			before = ", overall was "
		}
		s += before + estimate(f.Measure, *f.Before)
	}
	if f.Measure == "error_rate" {
		s += "; " + f.Over.Affected.format(whole) + " affected users"
	}
	s += "; from " + clock(f.Since)
	if f.Until.IsZero() {
		s += ", ongoing when the recording ended"
	} else {
		s += " to " + clock(f.Until)
	}
	if f.After != "" {
		s += "; after “" + f.After + "”"
	}
	if f.Filter != "" && f.Explained > 0 {
		s += "; explains " + strconv.Itoa(int(math.Round(20*f.Explained))*5) + "% of the excess"
	}
	return s
}
