package config

import (
	"fmt"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
)

// ParseBaseline reads what deltas compare with: "previous" or "", an age (1h), or
// a moment as [ParseMoment] reads it.
func ParseBaseline(s string, now time.Time) (frame.BaselineSpec, error) {
	if s == "previous" || s == "" {
		return frame.BaselineSpec{}, nil
	}
	if d, err := time.ParseDuration(s); err == nil {
		if d <= 0 {
			return frame.BaselineSpec{}, fmt.Errorf("baseline %s: an age must be positive", s)
		}
		return frame.BaselineSpec{Ago: d}, nil
	}
	t, err := ParseMoment(s, now)
	if err != nil {
		return frame.BaselineSpec{}, fmt.Errorf("baseline %q: use previous, an age such as 1h, or a time such as 14:00 or 2026-11-20T14:00:00Z", s)
	}
	return frame.BaselineSpec{At: t}, nil
}

// ParseMoment reads a moment in the past: a time of day, an age, or a time with
// its date. A time of day is the last one before now, in now's location.
func ParseMoment(s string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), t.Second(), 0, now.Location())
			if at.After(now) {
				at = at.AddDate(0, 0, -1)
			}
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q: use a time such as 14:02, 5m (ago) or 2026-11-20T14:02:00Z", s)
}
