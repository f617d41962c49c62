package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// Verdict is the newest release held against the one most used, over the incident:
// the same minutes, weighed to the same mix of region, device and browser.
type Verdict struct {
	Baseline string `json:"baseline"`
	Canary   string `json:"canary"`
	Verdict  string `json:"verdict"` // agg.Regressed, …; Withheld
	Note     string `json:"note,omitempty"`
	Needs    int    `json:"needs,omitempty"` // about how many more page views of the canary it takes
	// BaselineViews and those below are as seen.
	BaselineViews Figure   `json:"baseline_views"`
	CanaryViews   Figure   `json:"canary_views"`
	BaselineUsers Figure   `json:"baseline_users"`
	CanaryUsers   Figure   `json:"canary_users"`
	Support       Figure   `json:"support"` // share of the canary's views from kinds of people whom both have seen
	Measures      []Judged `json:"measures"`
	Command       string   `json:"command"`
}

// Judged is one measure of both releases. What is of too few people is nil.
type Judged struct {
	Measure  string          `json:"measure"`
	Baseline *frame.Estimate `json:"baseline"` // weighed
	Canary   *frame.Estimate `json:"canary"`
	Change   *frame.Estimate `json:"change"` // a difference; of lcp and inp relative to the baseline
	Margin   float64         `json:"margin"` // of what is still not worse
	Verdict  string          `json:"verdict"`
	Needs    int             `json:"needs,omitempty"`
}

// Withheld is the verdict on releases of which one has too few users.
const Withheld = "withheld"

// verdict holds the releases of the incident against each other. Of releases whose
// rows conceal something, the verdict does not tell it either.
func (b *builder) verdict() {
	q := b.phases[b.during]
	// Which one is new shows over all that was before the incident, too.
	q.Verdict = frame.VerdictSpec{On: true, Since: q.At.Sub(b.r.From)}
	v := b.ask(q).Verdict
	if v == nil || v.Baseline == "" || v.Canary == "" {
		return // there are no two releases
	}
	q.Verdict = frame.VerdictSpec{On: true, Baseline: v.Baseline, Canary: v.Canary, Since: q.Window}
	v = b.ask(q).Verdict
	out := &Verdict{
		Baseline: plain.Line(v.Baseline, maxLine), Canary: plain.Line(v.Canary, maxLine), Verdict: Withheld,
		BaselineViews: withheld, CanaryViews: withheld, BaselineUsers: withheld, CanaryUsers: withheld, Support: withheld,
		Measures: []Judged{},
	}
	b.r.Verdict = out
	rows := b.releases()
	baseline, canary := rows[out.Baseline], rows[out.Canary]
	if baseline == nil || canary == nil || !baseline.Users.Told() || !canary.Users.Told() {
		b.r.Privacy.Concealed++
		return
	}
	out.Verdict, out.Note, out.Needs = v.Verdict, plain.Line(v.Note, maxLine), v.Needs
	out.BaselineViews, out.CanaryViews = people(v.BaselineViews), people(v.CanaryViews)
	out.BaselineUsers, out.CanaryUsers, out.Support = people(v.BaselineUsers), people(v.CanaryUsers), told(v.Support)
	out.Command = b.judging(q, v)
	for _, j := range v.Measures {
		m := Judged{Measure: j.Measure, Margin: j.Margin, Verdict: j.Verdict, Needs: j.Needs}
		if j.Verdict != frame.NoData && tells(baseline, j.Measure) && tells(canary, j.Measure) {
			m.Baseline, m.Canary, m.Change = &j.Baseline, &j.Canary, &j.Change
		} else if j.Verdict != frame.NoData {
			b.r.Privacy.Concealed++
		}
		out.Measures = append(out.Measures, m)
	}
}

// releases are the rows of releases over the incident, with what they conceal.
func (b *builder) releases() map[string]*Row {
	by := beacon.Release.String()
	at := slices.IndexFunc(b.r.Breakdowns, func(d Breakdown) bool { return d.By == by })
	if at < 0 { // nobody asked for them
		shown, concealed := len(b.r.Breakdowns), b.r.Privacy.Concealed
		defer func() { b.r.Breakdowns, b.r.Privacy.Concealed = b.r.Breakdowns[:shown], concealed }()
		b.breakdown(by)
		at = shown
	}
	rows := map[string]*Row{}
	for _, s := range b.r.Breakdowns[at].Segments {
		rows[s.Key] = s.Rows[b.during]
	}
	return rows
}

// tells reports whether a row says what a verdict on a measure would.
func tells(r *Row, measure string) bool {
	switch measure {
	case "error_rate":
		return r.ErrorRate.Told()
	case "failed_requests":
		return r.FailedRequests.Told()
	case "lcp":
		return r.LCP.N.Told()
	case "inp":
		return r.INP.N.Told()
	}
	return r.CLS.N.Told()
}

// judging is the command that prints a verdict.
func (b *builder) judging(q frame.Query, v *frame.Verdict) string {
	words := []string{"rumtop", "verdict", b.file, "--format", "json", "--baseline", v.Baseline, "--canary", v.Canary, "--at", stamp(q.At), "--since", q.Window.String()}
	if text := q.Filter.String(); text != "" {
		words = append(words, "--filter", text)
	}
	return join(append(words, b.flags...))
}

// short tells what was compared, and what came of it.
func (v *Verdict) short() string {
	return fmt.Sprintf("Release %s against %s: %s.", v.Canary, v.Baseline, verdictWords(v.Verdict))
}

// words tells it, and what it rests on.
func (v *Verdict) words() string {
	s := v.short()
	if v.Verdict == Withheld {
		return s + " One of them has too few users to be told of."
	}
	s += fmt.Sprintf(" %s page views of %s users against %s of %s, during the incident; %s of the first are of people (region, device, browser) whom both have seen, and only those are compared, weighed to one mix. Intervals hold however often one looks.",
		v.CanaryViews.show(whole), v.CanaryUsers.show(whole), v.BaselineViews.show(whole), v.BaselineUsers.show(whole), v.Support.show(percent))
	if v.Needs > 0 {
		s += " About " + whole(float64(v.Needs)) + " more page views are needed to tell."
	}
	if v.Note != "" {
		s += " " + v.Note + "."
	}
	return s
}

func verdictHead(v *Verdict) []string {
	return []string{"measure", v.Baseline, "n", v.Canary, "n", "change (interval)", "margin", "verdict"}
}

func (j *Judged) cells() []string {
	show := func(e *frame.Estimate, of func(frame.Estimate) string) string {
		switch {
		case j.Verdict == frame.NoData:
			return "–"
		case e == nil:
			return "withheld"
		}
		return of(*e)
	}
	value := func(e frame.Estimate) string { return measured(j.Measure, e.Value) }
	n := func(e frame.Estimate) string { return whole(float64(e.N)) }
	return []string{
		spoken(j.Measure), show(j.Baseline, value), show(j.Baseline, n), show(j.Canary, value), show(j.Canary, n),
		show(j.Change, func(e frame.Estimate) string {
			number, unit := j.change()
			return number(e.Value) + unit + " (" + number(e.Low) + " to " + number(e.High) + ")"
		}),
		j.margin(), verdictWords(j.Verdict),
	}
}

// verdictWords says a verdict to who was not there.
func verdictWords(verdict string) string {
	switch verdict {
	case frame.Regressed:
		return "worse"
	case frame.NeedsMore:
		return "too little to tell"
	}
	return verdict
}

// spoken is what a measure of a verdict is called.
func spoken(measure string) string {
	switch measure {
	case "error_rate", "failed_requests":
		return measureName(measure)
	}
	return measureName(measure + "_p75")
}

// change is how differences of the measure are written.
func (j *Judged) change() (number func(float64) string, unit string) {
	digits, scale := 1, 100.
	unit = " %"
	switch j.Measure {
	case "error_rate", "failed_requests":
		digits, unit = 2, " points"
	case beacon.CLS:
		digits, scale, unit = 3, 1, ""
	}
	return func(v float64) string {
		s := strconv.FormatFloat(scale*v, 'f', digits, 64)
		if v > 0 {
			s = "+" + s
		}
		return s
	}, unit
}

func (j *Judged) margin() string {
	number, unit := j.change()
	return strings.TrimPrefix(number(j.Margin), "+") + unit
}
