package report

import (
	"fmt"
	"slices"
	"strings"
)

// The sentences that Markdown and HTML share.

// provenance is where the report comes from.
func provenance(r *Report) string {
	s := fmt.Sprintf("%s of %s, %s to %s (%s), %s beacons", "Report", r.Source.File, date(r.Source.From), date(r.Source.To), span(r.Source.To.Sub(r.Source.From)), whole(float64(r.Source.Beacons)))
	if r.Source.Version != "" {
		s += ", recorded by rumtop " + r.Source.Version
	}
	if !r.Source.TakenAt.IsZero() {
		s += " at " + date(r.Source.TakenAt)
	}
	if r.Version != "" {
		s += ", written by rumtop " + r.Version
	}
	return s + ". All times are UTC."
}

func moment(m Moment) string {
	if !m.Known() {
		return m.Why
	}
	s := date(m.At) + " (" + m.Why
	if !m.From.IsZero() && m.To.After(m.From) {
		s += ", between " + clock(m.From) + " and " + clock(m.To) + " (95% CI)"
	}
	return s + ")"
}

// affectedOver is what the number of affected users covers.
func affectedOver(r *Report) string {
	p := &r.Phases[r.during()]
	s := " distinct users with at least one error from " + clock(p.From) + " to " + clock(p.To)
	if f := p.Total.Users; f.Shown() && r.Affected.Shown() && f.Value > 0 {
		s += ", " + percent(r.Affected.Value/f.Value) + " of " + whole(f.Value)
	}
	return s
}

// during is the index of the incident's phase: 0 if the incident is unknown.
func (r *Report) during() int {
	return max(0, slices.IndexFunc(r.Phases, func(p Phase) bool { return p.Name == "during" }))
}

func privacyWords(r *Report) string {
	if r.Privacy.MinCohort == 1 {
		return "No group is hidden."
	}
	s := fmt.Sprintf("Groups under %d users are hidden (<%d)", r.Privacy.MinCohort, r.Privacy.MinCohort)
	return s + fmt.Sprintf(", and so are values that would reveal them: %d rows, values and points.", r.Privacy.Concealed)
}

// prefix is the time and author of a note.
func (n *Note) prefix() string {
	var parts []string
	if !n.At.IsZero() {
		parts = append(parts, date(n.At))
	}
	if n.By != "" {
		parts = append(parts, n.By)
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + ": "
}
