package ui

import (
	"fmt"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// sentenceOfSilence is who sends less than they should, and since when. Nobody
// can say whether they are hurt, gone, or only not heard.
func sentenceOfSilence(f *frame.Frame, loc *time.Location) string {
	if len(f.Silences) == 0 {
		return ""
	}
	s := silenceFact(&f.Silences[0], f.At, loc) + " · a page that shows nothing reports no error"
	if n := len(f.Silences) - 1; n > 0 {
		s += " · and " + plural(float64(n), "other segment")
	}
	return s
}

func silenceFact(s *frame.Silence, now time.Time, loc *time.Location) string {
	who := "everyone"
	if s.Field != "" {
		who = s.String()
	}
	if s.Received == 0 {
		return fmt.Sprintf("%s has fallen silent · since %s", who, draw.Clock(s.Since, now, loc))
	}
	return fmt.Sprintf("%s sends %s of what it should · since %s", who, wholePercent(s.Received/s.Expected), draw.Clock(s.Since, now, loc))
}

// reasonsOfSilence is what the sentence rests on, and the marker that came
// shortly before.
func reasonsOfSilence(f *frame.Frame) string {
	s := &f.Silences[0]
	text := ""
	for i := range f.Markers {
		m := &f.Markers[i]
		if lead := s.Since.Sub(time.UnixMilli(m.At)); lead >= -time.Minute && lead <= 10*time.Minute {
			text = after(m, s.Since) + " · "
		}
	}
	return text + fmt.Sprintf("%s beacons a minute came of about %s", count(coarse(s.Received)), count(coarse(s.Expected)))
}
