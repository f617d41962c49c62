package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/plain"
)

// Verdict compares the newest release with the most used one over the incident:
// in the same minutes, weighted to one mix of region, device and browser.
type Verdict struct {
	Baseline string `json:"baseline"`
	Canary   string `json:"canary"`
	Verdict  string `json:"verdict"` // frame.Regressed, …; Withheld
	Note     string `json:"note,omitempty"`
	Needs    int    `json:"needs,omitempty"` // page views of the canary still needed, about
	// BaselineViews and the counts below are not scaled.
	BaselineViews Figure           `json:"baseline_views"`
	CanaryViews   Figure           `json:"canary_views"`
	BaselineUsers Figure           `json:"baseline_users"`
	CanaryUsers   Figure           `json:"canary_users"`
	Support       Figure           `json:"support"` // share of the canary's views in strata of both releases
	Measures      []VerdictMeasure `json:"measures"`
	Command       string           `json:"command"`
}

// VerdictMeasure is a measure of both releases; values of too few users are
// nil.
type VerdictMeasure struct {
	Measure  string          `json:"measure"`
	Baseline *frame.Estimate `json:"baseline"` // weighted
	Canary   *frame.Estimate `json:"canary"`
	Change   *frame.Estimate `json:"change"` // a difference; for lcp and inp relative to the baseline
	Margin   float64         `json:"margin"` // how much worse still counts as not worse
	Verdict  string          `json:"verdict"`
	Needs    int             `json:"needs,omitempty"`
}

// Withheld is the verdict if one of the releases has too few users.
const Withheld = "withheld"

// setVerdict compares the releases of the incident. It hides the values that
// the rows of the releases hide.
func (b *builder) setVerdict() {
	q := b.phases[b.during]
	// The newest release is known only with the time before the incident.
	q.Verdict = frame.VerdictSpec{On: true, Since: q.At.Sub(b.r.From)}
	v := b.frameOf(q).Verdict
	if v == nil || v.Baseline == "" || v.Canary == "" {
		return // fewer than two releases
	}
	q.Verdict = frame.VerdictSpec{On: true, Baseline: v.Baseline, Canary: v.Canary, Since: q.Window}
	v = b.frameOf(q).Verdict
	out := &Verdict{
		Baseline: plain.Line(v.Baseline, maxLine), Canary: plain.Line(v.Canary, maxLine), Verdict: Withheld,
		BaselineViews: withheld, CanaryViews: withheld, BaselineUsers: withheld, CanaryUsers: withheld, Support: withheld,
		Measures: []VerdictMeasure{},
	}
	b.r.Verdict = out
	rows := b.releaseRows()
	baseline, canary := rows[out.Baseline], rows[out.Canary]
	if baseline == nil || canary == nil || !baseline.Users.Shown() || !canary.Users.Shown() {
		b.r.Privacy.Concealed++
		return
	}
	out.Verdict, out.Note, out.Needs = v.Verdict, plain.Line(v.Note, maxLine), v.Needs
	out.BaselineViews, out.CanaryViews = intFigure(v.BaselineViews), intFigure(v.CanaryViews)
	out.BaselineUsers, out.CanaryUsers, out.Support = intFigure(v.BaselineUsers), intFigure(v.CanaryUsers), newFigure(v.Support)
	out.Command = b.verdictCommand(q, v)
	for _, j := range v.Measures {
		m := VerdictMeasure{Measure: j.Measure, Margin: j.Margin, Verdict: j.Verdict, Needs: j.Needs}
		if j.Verdict != frame.NoData && showsMeasure(baseline, j.Measure) && showsMeasure(canary, j.Measure) {
			m.Baseline, m.Canary, m.Change = &j.Baseline, &j.Canary, &j.Change
		} else if j.Verdict != frame.NoData {
			b.r.Privacy.Concealed++
		}
		out.Measures = append(out.Measures, m)
	}
}

// releaseRows are the rows of releases over the incident, after suppression.
func (b *builder) releaseRows() map[string]*Row {
	by := beacon.Release.String()
	at := slices.IndexFunc(b.r.Breakdowns, func(d Breakdown) bool { return d.By == by })
	if at < 0 { // no breakdown by release
		shown, concealed := len(b.r.Breakdowns), b.r.Privacy.Concealed
		defer func() { b.r.Breakdowns, b.r.Privacy.Concealed = b.r.Breakdowns[:shown], concealed }()
		b.addBreakdown(by)
		at = shown
	}
	rows := map[string]*Row{}
	for _, s := range b.r.Breakdowns[at].Segments {
		rows[s.Key] = s.Rows[b.during]
	}
	return rows
}

// showsMeasure reports whether a row shows the values of a verdict's measure.
func showsMeasure(r *Row, name string) bool {
	m, _ := measure.ByName(name)
	switch m.ID {
	case measure.ErrorRate:
		return r.ErrorRate.Shown()
	case measure.FailedRequests:
		return r.FailedRequests.Shown()
	default:
		i := slices.IndexFunc(vitals[:], func(v rowVital) bool { return v.id == m.ID })
		return i >= 0 && vitals[i].tail(r).N.Shown()
	}
}

// result is the verdict as a sentence.
func (v *Verdict) result() string {
	return fmt.Sprintf("Release %s vs %s: %s.", v.Canary, v.Baseline, verdictWords(v.Verdict))
}

// summary is the verdict with its data.
func (v *Verdict) summary() string {
	s := v.result()
	if v.Verdict == Withheld {
		return s + " One of them has too few users to show."
	}
	s += fmt.Sprintf(" %s page views of %s users vs %s of %s, during the incident; only the comparable %s of the first count (region, device, browser), weighted to one mix. Intervals are anytime-valid.",
		v.CanaryViews.format(whole), v.CanaryUsers.format(whole), v.BaselineViews.format(whole), v.BaselineUsers.format(whole), v.Support.format(percent))
	if v.Needs > 0 {
		s += " Needs about " + whole(float64(v.Needs)) + " more page views."
	}
	if v.Note != "" {
		s += " " + v.Note + "."
	}
	return s
}

func verdictHead(v *Verdict) []string {
	return []string{"measure", v.Baseline, "n", v.Canary, "n", "change (interval)", "margin", "verdict"}
}

func (j *VerdictMeasure) cells() []string {
	show := func(e *frame.Estimate, of func(frame.Estimate) string) string {
		switch {
		case j.Verdict == frame.NoData:
			return "–"
		case e == nil:
			return "withheld"
		}
		return of(*e)
	}
	m, _ := measure.ByName(j.Measure)
	value := func(e frame.Estimate) string { return m.Unit.Format(e.Value) }
	change := func(v float64) string { // of lcp and inp relative to the baseline
		if m.Relative {
			return fmt.Sprintf("%+.1f%%", 100*v)
		}
		return m.Unit.Change(v)
	}
	n := func(e frame.Estimate) string { return whole(float64(e.N)) }
	return []string{
		m.Title, show(j.Baseline, value), show(j.Baseline, n), show(j.Canary, value), show(j.Canary, n),
		show(j.Change, func(e frame.Estimate) string {
			return change(e.Value) + " (" + change(e.Low) + " to " + change(e.High) + ")"
		}),
		strings.TrimPrefix(change(j.Margin), "+"), verdictWords(j.Verdict),
	}
}

// verdictWords is a verdict in words; the constant stays in JSON.
func verdictWords(verdict string) string {
	switch verdict {
	case frame.Regressed:
		return "regressed"
	case frame.NeedsMore:
		return "not enough data"
	}
	return verdict
}
