package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// maxSummary is the longest line that is copied, in cells: chats fold longer ones.
const maxSummary = 1000

// summary is what is on screen in one line that can be pasted into a chat, to be
// read anywhere: which site, when in UTC, of whom, what, and on how many it rests.
func summary(m model) string {
	f := m.frame
	if p, ok := m.open.(sessionPane); ok && m.mode == modePane {
		return plain.Line(p.copied(), maxSummary)
	}
	parts := []string{f.Site, utcRange(f)}
	if f.Filter != "" {
		parts = append(parts, f.Filter)
	}
	var says string
	switch {
	case m.mode == modeDetail, m.mode == modeErrors, m.onErrors:
		says = errorSummary(m)
	case m.mode == modePane:
		says = paneSummary(m.open, f)
	}
	if says == "" {
		says = triageSummary(m)
	}
	line := strings.Join(parts, " · ") + ": " + says
	if marks := markerSummary(f); marks != "" {
		line += " | " + marks
	}
	return plain.Line(line, maxSummary)
}

// utcRange is the window; those who read it may be anywhere.
func utcRange(f *frame.Frame) string {
	to := f.At.UTC()
	from := to.Add(-time.Duration(f.WindowS * float64(time.Second)))
	first := "2006-01-02 15:04"
	last := "15:04 UTC"
	if from.Format(time.DateOnly) != to.Format(time.DateOnly) {
		last = first + " UTC"
	}
	return from.Format(first) + "–" + to.Format(last)
}

func triageSummary(m model) string {
	f := m.frame
	_, s := sentence(f, linkOf(f, m.paused, m.watch.stalled), time.UTC)
	if !m.chosen.empty() && m.mode == modeTriage {
		s += " | " + timeSpan(m.chosen.from, m.chosen.to, time.UTC) + " UTC: " + m.chosen.says(f)
	}
	s += " | all: " + rowSummary(&f.Total)
	if r := m.table.selected(); r != nil {
		s += " | " + f.By + "=" + r.Key + ": " + rowSummary(r)
	}
	return s
}

// rowSummary is a row's numbers, each with what it rests on.
func rowSummary(r *frame.Row) string {
	return fmt.Sprintf("error rate %s%% (n=%s), LCP p75 %s (n=%s), INP p75 %s (n=%s), %s hurt", percent(r.ErrorRate), count(float64(r.Views)),
		p75(r.LCP, seconds, " s"), count(float64(r.LCP.N)), p75(r.INP, millis, " ms"), count(float64(r.INP.N)), affected(r))
}

// p75 is a percentile with its unit, marked where it rests on too little.
func p75(d frame.Dist, say func(float64) string, unit string) string {
	switch {
	case d.N == 0:
		return unknown
	case d.Thin():
		return "~" + say(d.P75) + unit
	}
	return say(d.P75) + unit
}

func errorSummary(m model) string {
	g := m.errors.selected()
	if m.mode == modeDetail {
		g = &m.detail.group
	}
	if g == nil {
		return "no errors"
	}
	s := fmt.Sprintf("%s · %s · %s", errorTitle(g.Type, g.Message), plural(float64(g.Count), "error"), plural(float64(g.Users), "user"))
	if m.mode == modeDetail && m.detail.full != nil && m.detail.full.Sessions > 0 {
		s += " · " + plural(float64(m.detail.full.Sessions), "session")
	}
	if _, change := errorTrend(g, m.frame, m.theme); change != unknown && change != "=" {
		s += " · " + change
	}
	s += " · first seen " + g.FirstSeen.UTC().Format("15:04:05 UTC")
	if len(g.Releases) > 0 {
		s += " · in " + strings.Join(g.Releases, " ")
	}
	if m.mode == modeDetail && m.detail.full != nil && len(m.detail.full.Traces) > 0 {
		s += " · " + m.detail.traces.copied(m.detail.full.Traces[0].ID)
	}
	return s + " · fingerprint=" + g.Fingerprint
}

// paneSummary is what a page shows; "" where the sentence says as much.
func paneSummary(open pane, f *frame.Frame) string {
	var parts []string
	switch p := open.(type) {
	case markerPane:
		if p.cursor < len(p.markers) {
			return markerText(&p.markers[p.cursor])
		}
	case objectivePane:
		for _, b := range p.burns {
			s := fmt.Sprintf("%s (%s): %s%% good (n=%s), burn ×%s", b.Name, b.Objective, percent(b.Good), count(float64(b.N)), factor(b.Now))
			if b.Page {
				s += ", page"
			}
			parts = append(parts, s)
		}
	case trustPane:
		for _, c := range claims(f, time.UTC) {
			if c.weight >= doubtful {
				parts = append(parts, c.name+" "+c.value)
			}
		}
		if len(parts) == 0 {
			parts = append(parts, "nothing speaks against the numbers")
		}
		parts = append(parts, count(coarse(f.Health.PerS))+" beacons/s", sampling(f.Health.SampleRate))
	case differsPane:
		if d := p.answer; d != nil {
			parts = append(parts, fmt.Sprintf("%s (n=%s) against %s (n=%s)", d.Of, count(float64(d.A)), d.Against, count(float64(d.B))))
			if d.Together.Filter != "" {
				parts = append(parts, fmt.Sprintf("%s holds for %s of them", d.Together.Filter, wholePercent(d.Together.Coverage)))
			}
			for _, v := range d.Values[:min(len(d.Values), 3)] {
				parts = append(parts, fmt.Sprintf("%s=%s %s against %s", v.Field, v.Value, wholePercent(v.A), wholePercent(v.B)))
			}
		}
	case releasePane:
		if v := p.verdict; v != nil {
			parts = append(parts, fmt.Sprintf("%s (%s views) against %s (%s views): %s", v.Canary, count(float64(v.CanaryViews)), v.Baseline, count(float64(v.BaselineViews)), v.Verdict))
			for _, j := range v.Measures {
				parts = append(parts, j.Measure+" "+j.Verdict)
			}
		}
	case inspectPane:
		if i := p.got; i != nil {
			where := p.by + "=" + i.Key
			if p.whole {
				where = "all"
			}
			parts = append(parts, fmt.Sprintf("%s: %s p75 %.4g p95 %.4g (n=%s), %s good, %s poor", where, i.Vital, i.Dist.P75, i.Dist.P95,
				count(float64(i.Dist.N)), wholePercent(i.GoodShare), wholePercent(i.PoorShare)))
		}
	}
	return strings.Join(parts, " · ")
}

// markerSummary is what happened in the window and the one before it, the newest few.
func markerSummary(f *frame.Frame) string {
	const most = 3
	var parts []string
	since := f.At.Add(-2 * time.Duration(f.WindowS*float64(time.Second))).UnixMilli()
	for i := range f.Markers {
		if f.Markers[i].At >= since {
			parts = append(parts, markerText(&f.Markers[i]))
		}
	}
	return strings.Join(parts[max(len(parts)-most, 0):], ", ")
}

func markerText(m *beacon.Marker) string {
	s := time.UnixMilli(m.At).UTC().Format("15:04 UTC ") + m.Text
	if m.By != "" {
		s += " (" + m.By + ")"
	}
	return s
}
