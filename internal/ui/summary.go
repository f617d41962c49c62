package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// maxSummary is the longest line that is copied, in cells: chats fold longer ones.
const maxSummary = 1000

// summary is what is on screen in one line that can be pasted into a chat, to be
// read anywhere: which site, when in UTC, of whom, what, and on how many it rests.
func summary(m model) string {
	f := m.frame
	var says string
	if m.pane != nil {
		var alone bool
		if says, alone = m.pane.summary(f); alone {
			return plain.Line(says, maxSummary)
		}
	} else if m.onErrors {
		says = m.errors.summary(f)
	}
	if says == "" {
		says = triageSummary(m)
	}
	parts := []string{f.Site, utcRange(f)}
	if f.Filter != "" {
		parts = append(parts, f.Filter)
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
	if m.selecting() {
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

// groupSummary is an error group in one line, with the sessions that had it and
// a trace, where those are known.
func groupSummary(g *frame.ErrorGroup, f *frame.Frame, sessions, trace string) string {
	s := fmt.Sprintf("%s · %s · %s", errorTitle(g.Type, g.Message), plural(float64(g.Count), "error"), plural(float64(g.Users), "user")) + sessions
	if _, change := errorTrend(g, f, draw.Theme{}); change != unknown && change != "=" {
		s += " · " + change
	}
	s += " · first seen " + g.FirstSeen.UTC().Format("15:04:05 UTC")
	if len(g.Releases) > 0 {
		s += " · in " + strings.Join(g.Releases, " ")
	}
	return s + trace + " · fingerprint=" + g.Fingerprint
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
