package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// enough is the number of page views below which no rate is reported.
const enough = 20

// sentence is the first line: what the frame shows, the gravest thing first. It
// states no causes.
func sentence(f *frame.Frame, l link, loc *time.Location) (gravity, string) {
	if f == nil {
		if l == linkStalled {
			return grave, "no data: no frame computed since start"
		}
		return doubtful, "waiting for data"
	}
	if g, s := linkSentence(f, l); s != "" {
		return g, s
	}
	g, s := findingSentence(f, loc)
	if s != "" && g == grave {
		return g, s
	}
	if silence := silenceSentence(f, loc); silence != "" {
		return grave, silence
	}
	if s != "" {
		return g, s
	}
	if s := scarceSentence(f); s != "" {
		return doubtful, s
	}
	return rateSentence(f)
}

// linkSentence is why the numbers are missing or not up to date.
func linkSentence(f *frame.Frame, l link) (gravity, string) {
	note := f.Health.Note
	if note != "" {
		note = ": " + note
	}
	switch l {
	case linkDown:
		if f.Health.Retained == 0 {
			return grave, "not connected" + note
		}
		return grave, "disconnected, data is stale" + note
	case linkStalled:
		return grave, "no new frames: data is stale"
	case linkQuiet:
		return grave, fmt.Sprintf("no beacons for %s, %s/s before: no visitors, blank pages, or beacons are blocked",
			draw.Age(quietFor(f)), measure.Count(coarse(max(f.Health.PerS, 1))))
	case linkLoading:
		if f.Total.Beacons > 0 {
			return calm, ""
		}
		return doubtful, "loading history"
	default:
		return calm, ""
	}
}

// scarceSentence is why there is too little to report a rate; "" if there is
// enough.
func scarceSentence(f *frame.Frame) string {
	t, note := &f.Total, f.Health.Note
	switch {
	case f.Health.Retained == 0 && note != "" && f.Site == "": // the note asks for a site
		return note
	case f.Health.Retained == 0 && note != "":
		return nothingReceived(f) + ": " + note
	case f.Health.Retained == 0:
		return nothingReceived(f)
	case t.Beacons == 0 && f.Health.Excluded.Views() > 0:
		return fmt.Sprintf("no %s in %s; left out: %s · :traffic all shows them", f.Traffic, window(f), f.Health.Excluded.String())
	case t.Beacons == 0 && f.Filter != "":
		return fmt.Sprintf("no beacons in %s match the filter · esc undoes it, ] widens the window", window(f))
	case t.Beacons == 0:
		return fmt.Sprintf("no beacons in the last %s · ] widens the window", window(f))
	case float64(t.Views) < enough && t.Affected == 0:
		return fmt.Sprintf("not enough data: %s in %s, none with an error", plural(float64(t.Views), "page view"), window(f))
	case float64(t.Views) < enough:
		return fmt.Sprintf("not enough data: %s in %s · %s", plural(float64(t.Views), "page view"), window(f), affected(t))
	}
	return ""
}

func nothingReceived(f *frame.Frame) string {
	if f.Site == "" {
		return "no beacons received yet"
	}
	return "no beacons received yet for site " + f.Site
}

// rateSentence is the error rate and how it compares with the baseline.
func rateSentence(f *frame.Frame) (gravity, string) {
	t, reading := &f.Total, f.Finding.State == frame.FindingReading
	views := measure.Count(float64(t.Views))
	if t.Errors == 0 && t.Affected == 0 && !reading {
		return fine, fmt.Sprintf("no errors in %s over %s views", window(f), views)
	}
	s := fmt.Sprintf("error rate %s over %s views · %s", measure.Share.Format(t.ErrorRate), views, affected(t))
	switch d := t.Delta.ErrorRate; {
	case reading:
		return calm, s
	case !f.Baseline.Complete || !d.Known || t.Baseline == nil:
		return calm, s + " · no baseline yet"
	case d.Sign > 0: // by chance, or not yet for long enough to be a finding
		return doubtful, s + " · was " + measure.Share.Format(t.Baseline.ErrorRate)
	case d.Sign < 0:
		return fine, s + " · improved from " + measure.Share.Format(t.Baseline.ErrorRate)
	}
	return fine, s + " · no change"
}

// affected is the affected users of a row and their share.
func affected(r *frame.Row) string {
	s := plural(float64(r.Affected), "user")
	if r.Estimated || !r.Exact {
		s = "≈ " + s
	}
	if r.Users > 0 && r.Affected > 0 && !r.Estimated { // errors are reported by unsampled sessions too, users are not
		s += " (" + measure.WholePercent(float64(r.Affected)/float64(r.Users)) + ")"
	}
	return s
}

// plural is a number of things.
func plural(n float64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if strings.HasSuffix(what, "ch") {
		what += "e"
	}
	return measure.Count(n) + " " + what + "s"
}

func window(f *frame.Frame) string { return draw.Span(windowOf(f)) }

func windowOf(f *frame.Frame) time.Duration { return time.Duration(f.WindowS * float64(time.Second)) }
