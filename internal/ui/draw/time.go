package draw

import (
	"strconv"
	"time"
)

// Span shows a length of time in the units that people type: 30s, 5m, 1h30m.
func Span(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d <= 0:
		return "0s"
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + "s"
	case d < time.Hour && d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + "m" + strconv.Itoa(int(d%time.Minute/time.Second)) + "s"
	case d%time.Hour < time.Minute:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	}
	return strconv.Itoa(int(d/time.Hour)) + "h" + strconv.Itoa(int(d%time.Hour/time.Minute)) + "m"
}

// Age shows how long ago something was, in steps that grow with it, so that a
// growing age does not repaint its line every second.
func Age(d time.Duration) string {
	step := time.Minute
	switch {
	case d < 20*time.Second:
		step = 5 * time.Second
	case d < 2*time.Minute:
		step = 10 * time.Second
	case d > 2*time.Hour:
		step = time.Hour
	}
	return Span(d.Truncate(step))
}

// Clock shows a time of day in minutes, with the date where it is not that of now.
func Clock(t, now time.Time, loc *time.Location) string {
	t, now = t.In(loc), now.In(loc)
	if t.YearDay() != now.YearDay() || t.Year() != now.Year() {
		return t.Format("Jan 2 15:04")
	}
	return t.Format("15:04")
}
