package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// maxSummary is the longest line that is copied, in cells: chats fold longer
// lines.
const maxSummary = 1000

// summary is the screen in one line to paste into a chat: the site, the time in
// UTC, the filter, and the numbers with their n.
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

// utcRange is the window in UTC: readers may be in any zone.
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

// rowSummary is a row's numbers, each with its n.
func rowSummary(r *frame.Row) string {
	rate := measure.All[measure.ErrorRate]
	parts := []string{fmt.Sprintf("%s %s (n=%s)", rate.Title, rate.Unit.Format(r.ErrorRate), measure.Count(float64(r.Views)))}
	for _, id := range [...]measure.ID{measure.LCP, measure.INP} {
		m := measure.All[id]
		d := r.Vital(m.Vital)
		parts = append(parts, fmt.Sprintf("%s %s (n=%s)", m.Title, percentileText(*d, m.Unit), measure.Count(float64(d.N))))
	}
	return strings.Join(append(parts, affected(r)+" affected"), ", ")
}

// percentileText is a p75, marked if it is thin.
func percentileText(d frame.Dist, unit measure.Unit) string {
	switch {
	case d.N == 0:
		return measure.Unknown
	case d.Thin():
		return "~" + unit.Format(d.P75)
	}
	return unit.Format(d.P75)
}

// groupSummary is an error group in one line, with its sessions and a trace if
// they are known.
func groupSummary(g *frame.ErrorGroup, f *frame.Frame, sessions, trace string) string {
	s := fmt.Sprintf("%s · %s · %s", errorTitle(g.Type, g.Message), plural(float64(g.Count), "error"), plural(float64(g.Users), "user")) + sessions
	if _, change := errorTrend(g, f, draw.Theme{}); change != measure.Unknown && change != "=" {
		s += " · " + change
	}
	s += " · first seen " + g.FirstSeen.UTC().Format("15:04:05 UTC")
	if len(g.Releases) > 0 {
		s += " · in " + strings.Join(g.Releases, " ")
	}
	return s + trace + " · fingerprint=" + g.Fingerprint
}

// markerSummary is the newest few markers of the window and the one before it.
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
