package ui

import (
	"fmt"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// silenceSentence is which segment sends too few beacons, and since when. It does
// not claim why: its users may be affected, away, or unreported.
func silenceSentence(f *frame.Frame, loc *time.Location) string {
	if len(f.Silences) == 0 {
		return ""
	}
	s := silenceText(&f.Silences[0], f.At, loc) + " · blank pages report no errors"
	if n := len(f.Silences) - 1; n > 0 {
		s += " · and " + plural(float64(n), "other segment")
	}
	return s
}

func silenceText(s *frame.Silence, now time.Time, loc *time.Location) string {
	segment := "all traffic"
	if s.Field != "" {
		segment = s.String()
	}
	since := draw.Clock(s.Since, now, loc)
	if s.Received == 0 {
		return fmt.Sprintf("%s is silent · since %s", segment, since)
	}
	return fmt.Sprintf("%s sends %s of expected beacons · since %s", segment, measure.WholePercent(s.Received/s.Expected), since)
}

// silenceReasons is what the sentence is based on, and the marker shortly before.
func silenceReasons(f *frame.Frame) string {
	s := &f.Silences[0]
	text := ""
	for i := range f.Markers {
		m := &f.Markers[i]
		if lead := s.Since.Sub(time.UnixMilli(m.At)); lead >= -time.Minute && lead <= 10*time.Minute {
			text = after(m, s.Since) + " · "
		}
	}
	return text + fmt.Sprintf("%s beacons/min of about %s expected", measure.Count(coarse(s.Received)), measure.Count(coarse(s.Expected)))
}
