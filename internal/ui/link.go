package ui

import (
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// link is the state of the connection between the stream and the screen.
type link int

const (
	linkWaiting link = iota // no frame yet
	linkLoading
	linkLive
	linkLagging
	linkQuiet   // connected, but no beacons although some are expected
	linkStalled // no new frames
	linkDown
	linkPaused
	linkRecording // a recording is shown
)

// linkOf is the state that a frame reports.
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

// quiet reports whether no beacon arrived for so long that dozens are missing at
// the window's rate: silence must not look like health, but a site with one
// visitor a minute is not silent after ten seconds.
func quiet(f *frame.Frame) bool {
	const least = 10 // seconds
	h := &f.Health
	expected := h.PerS * h.QuietS
	return f.Live && h.QuietS >= least && (expected >= 30 || h.QuietS >= 120)
}

// badge is the state as a glyph and a word.
func (l link) badge(f *frame.Frame, t draw.Theme, loc *time.Location) (draw.Style, string) {
	switch l {
	case linkWaiting:
		return t.Warn, "◌ connecting"
	case linkLoading:
		return t.Warn, "◌ loading " + measure.WholePercent(float64(int(f.Health.Loading*20))/20)
	case linkLagging:
		return t.Warn, "● live, " + measure.TailSeconds(f.Health.LagMS) + " s behind"
	case linkQuiet:
		return t.Bad, "○ no beacons for " + draw.Age(quietFor(f))
	case linkStalled:
		return t.Bad, "✗ stalled"
	case linkDown:
		return t.Bad, "✗ disconnected"
	case linkPaused:
		if f == nil {
			return t.Warn, "‖ paused"
		}
		return t.Warn, "‖ paused " + f.At.In(loc).Format("15:04:05")
	default:
		return t.Good, "● live"
	}
}

func quietFor(f *frame.Frame) time.Duration {
	return time.Duration(f.Health.QuietS * float64(time.Second))
}

// stale reports whether the numbers are no longer up to date.
func (l link) stale() bool { return l == linkDown || l == linkStalled }
