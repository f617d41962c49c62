package config

import (
	"fmt"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/walltime"
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
	if _, ok := timeOfDay(s); err != nil && !ok {
		return frame.BaselineSpec{}, fmt.Errorf("baseline %q: use previous, an age such as 1h, or a time such as 14:00 or 2026-11-20T14:00:00Z", s)
	}
	if err != nil {
		return frame.BaselineSpec{}, fmt.Errorf("baseline %w", err)
	}
	return frame.BaselineSpec{At: t}, nil
}

// ParseMoment reads a moment in the past: a time of day, an age, or a time with
// its date. A time of day is the last one before now, in now's location: see
// [walltime.Last].
func ParseMoment(s string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if t, ok := timeOfDay(s); ok {
		return walltime.Last(now, t.Hour(), t.Minute(), t.Second())
	}
	return time.Time{}, fmt.Errorf("%q: use a time such as 14:02, 5m (ago) or 2026-11-20T14:02:00Z", s)
}

// timeOfDay reads 14:02 or 14:02:30.
func timeOfDay(s string) (t time.Time, ok bool) {
	for _, layout := range [...]string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
