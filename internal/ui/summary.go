package ui

import (
	"fmt"
	"strings"

	"github.com/rumtop/rumtop/internal/plain"
)

// summary is one line, or for an error its stack as well, that can be pasted
// into a chat: where, when, what.
func summary(m model) string {
	f := m.frame
	if p, ok := m.open.(sessionPane); ok && m.mode == modePane {
		return plain.Line(p.copied(), 1000)
	}
	parts := []string{f.Site, window(f) + " to " + f.At.In(m.loc).Format("15:04 MST")}
	if f.Filter != "" {
		parts = append(parts, f.Filter)
	}
	where := strings.Join(parts, " · ") + ": "
	if m.mode == modeDetail || m.mode == modeErrors || m.onErrors {
		return plain.Line(where+errorSummary(m), 1000)
	}
	_, s := sentence(f, linkOf(f, m.paused, m.watch.stalled), m.loc)
	if r := m.table.selected(); r != nil {
		s += fmt.Sprintf(" | %s=%s: %s views, error rate %s%%, LCP p75 %s, %s", f.By, r.Key,
			count(float64(r.Views)), percent(r.ErrorRate), distNow(r.LCP, seconds, coarseSeconds), affected(r))
	}
	return plain.Line(where+s, 1000)
}

func errorSummary(m model) string {
	g := m.errors.selected()
	if m.mode == modeDetail {
		g = &m.detail.group
	}
	if g == nil {
		return "no errors"
	}
	return fmt.Sprintf("%s · %s · %s · first seen %s · in %s", errorTitle(g.Type, g.Message), plural(float64(g.Count), "error"),
		plural(float64(g.Users), "user"), g.FirstSeen.In(m.loc).Format("15:04:05 MST"), strings.Join(g.Releases, " "))
}
