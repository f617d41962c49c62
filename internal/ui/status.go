package ui

import (
	"fmt"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// link is the state of the way from the stream to the screen.
type link int

const (
	linkWaiting link = iota // no frame yet
	linkLoading
	linkLive
	linkLagging
	linkQuiet   // connected, but no beacon where some were to be expected
	linkStalled // frames themselves stopped coming
	linkDown
	linkPaused
	linkRecording // not live: what was
)

// linkOf reads the state from a frame.
func linkOf(f *frame.Frame, paused, stalled bool) link {
	switch {
	case paused:
		return linkPaused
	case stalled:
		return linkStalled
	case f == nil:
		return linkWaiting
	case !f.Health.Connected:
		return linkDown
	case f.Health.Loading < 1:
		return linkLoading
	case quiet(f):
		return linkQuiet
	case f.Health.LagMS > 2000:
		return linkLagging
	}
	return linkLive
}

// quiet reports whether no beacon came for so long that at the window's own rate
// dozens should have. Silence must not look like health; nor does a site with
// one visitor a minute fall silent after ten seconds.
func quiet(f *frame.Frame) bool {
	const patience = 10 // seconds
	h := &f.Health
	expected := h.PerS * h.QuietS
	return f.Live && h.QuietS >= patience && (expected >= 30 || h.QuietS >= 120)
}

// badge is the state in a glyph and a word.
func (l link) badge(f *frame.Frame, t draw.Theme, loc *time.Location) (draw.Style, string) {
	switch l {
	case linkWaiting:
		return t.Warn, "◌ connecting"
	case linkLoading:
		return t.Warn, "◌ loading " + wholePercent(float64(int(f.Health.Loading*20))/20)
	case linkLagging:
		return t.Warn, "● live, " + coarseSeconds(f.Health.LagMS) + " s behind"
	case linkQuiet:
		return t.Bad, "○ no beacon for " + draw.Age(quietFor(f))
	case linkStalled:
		return t.Bad, "✗ stalled"
	case linkDown:
		return t.Bad, "✗ disconnected"
	case linkPaused:
		if f == nil {
			return t.Warn, "‖ paused"
		}
		return t.Warn, "‖ paused at " + f.At.In(loc).Format("15:04:05")
	}
	return t.Good, "● live"
}

func quietFor(f *frame.Frame) time.Duration {
	return time.Duration(f.Health.QuietS * float64(time.Second))
}

// stale reports whether the numbers are no longer kept up to date.
func (l link) stale() bool { return l == linkDown || l == linkStalled }

// gravity is how much a sentence should be noticed.
type gravity int

const (
	calm gravity = iota
	fine
	doubtful
	grave
)

func (g gravity) style(t draw.Theme) draw.Style {
	switch g {
	case fine:
		return t.Good
	case doubtful:
		return t.Warn
	case grave:
		return t.Bad
	}
	return t.Text
}

func (g gravity) glyph() string {
	switch g {
	case fine:
		return "✓"
	case doubtful:
		return "○"
	case grave:
		return "▲"
	}
	return "·"
}

// enough is the number of page views under which rates are not spoken of.
const enough = 20

// sentence says in one line what is so now. It holds nothing that the frame does
// not: causes are another matter.
func sentence(f *frame.Frame, l link, loc *time.Location) (gravity, string) {
	if f == nil {
		if l == linkStalled {
			return grave, "nothing to show: no frame has been computed since the start"
		}
		return doubtful, "waiting for the first numbers"
	}
	if g, s := sentenceOfLink(f, l); s != "" {
		return g, s
	}
	t, x := &f.Total, &f.Finding
	g, s := sentenceOfFinding(f, loc)
	if s != "" && g == grave {
		return g, s
	}
	if quiet := sentenceOfSilence(f, loc); quiet != "" {
		return grave, quiet
	}
	if s != "" {
		return g, s
	}
	switch {
	case f.Health.Retained == 0 && f.Health.Note != "" && f.Site == "": // which site to watch is what is to be said
		return doubtful, f.Health.Note
	case f.Health.Retained == 0 && f.Health.Note != "":
		return doubtful, nothingYetFrom(f) + ": " + f.Health.Note
	case f.Health.Retained == 0:
		return doubtful, nothingYetFrom(f) + ": no beacon has come"
	case t.Beacons == 0 && f.Filter != "":
		return doubtful, fmt.Sprintf("no beacon in %s matches the filter · esc widens it, ] looks further back", window(f))
	case t.Beacons == 0:
		return doubtful, fmt.Sprintf("no beacon in the last %s · ] looks further back", window(f))
	case float64(t.Views) < enough && t.Affected == 0:
		return doubtful, fmt.Sprintf("not enough data: %s in %s, none with an error", plural(float64(t.Views), "page view"), window(f))
	case float64(t.Views) < enough:
		return doubtful, fmt.Sprintf("not enough data: %s in %s · %s", plural(float64(t.Views), "page view"), window(f), affected(t))
	}
	if t.Errors == 0 && t.Affected == 0 && x.State != frame.FindingReading {
		return fine, fmt.Sprintf("no error in %s over %s views", window(f), count(float64(t.Views)))
	}
	s = fmt.Sprintf("error rate %s%% over %s views · %s", percent(t.ErrorRate), count(float64(t.Views)), affected(t))
	switch d := t.Delta.ErrorRate; {
	case x.State == frame.FindingReading:
		return calm, s
	case !f.Baseline.Complete || !d.Known || t.Baseline == nil:
		return calm, s + " · no baseline yet"
	case d.Sign > 0: // by chance, or not yet for long enough to be called a finding
		return doubtful, s + fmt.Sprintf(" · was %s%%", percent(t.Baseline.ErrorRate))
	case d.Sign < 0:
		return fine, s + fmt.Sprintf(" · better than before (%s%%)", percent(t.Baseline.ErrorRate))
	}
	return fine, s + " · as before"
}

func nothingYetFrom(f *frame.Frame) string {
	if f.Site == "" {
		return "nothing received yet"
	}
	return "nothing received yet for site " + f.Site
}

func sentenceOfLink(f *frame.Frame, l link) (gravity, string) {
	note := f.Health.Note
	if note != "" {
		note = ": " + note
	}
	switch l {
	case linkDown:
		if f.Health.Retained == 0 {
			return grave, "not connected" + note
		}
		return grave, "not connected, numbers are old" + note
	case linkStalled:
		return grave, "no new frame is being computed: the numbers are old"
	case linkQuiet:
		return grave, fmt.Sprintf("no beacon for %s, where %s a second came before: nobody visits, pages are blank, or beacons do not get here",
			draw.Age(quietFor(f)), count(coarse(max(f.Health.PerS, 1))))
	case linkLoading:
		if f.Total.Beacons == 0 {
			return doubtful, "reading the history"
		}
	}
	return calm, ""
}

func affected(r *frame.Row) string {
	s := plural(float64(r.Affected), "user")
	if r.Estimated || !r.Exact {
		s = "≈ " + s
	}
	if r.Users > 0 && r.Affected > 0 && !r.Estimated { // errors come from sessions outside a sample too, users do not
		s += " (" + wholePercent(float64(r.Affected)/float64(r.Users)) + ")"
	}
	return s
}

func plural(n float64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return count(n) + " " + what + "s"
}

func window(f *frame.Frame) string { return draw.Span(windowOf(f)) }

func windowOf(f *frame.Frame) time.Duration { return time.Duration(f.WindowS * float64(time.Second)) }
