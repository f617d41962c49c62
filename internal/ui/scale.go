package ui

import "github.com/rumtop/rumtop/internal/measure"

// scale writes the numbers of a chart or a column in one unit, which the title
// names, so that they compare at a glance.
type scale struct {
	unit       string
	difference string  // unit of a difference
	per        float64 // units in one of the measure's own
	value      func(v float64) string
	tail       func(v float64) string // of a p95, which moves more than it matters
}

var (
	percents = scale{"%", "pp", 100, measure.Percent, measure.Percent}
	numbers  = scale{"", "", 1, measure.Count, measure.Count}
)

// scaleOf is the scale of a vital: seconds if good values are that long.
func scaleOf(v *measure.Vital) scale {
	switch {
	case v.Unit != measure.Millis:
		return scale{"", "", 1, v.Unit.Format, v.Unit.Format}
	case inSeconds(v):
		return scale{"s", "s", 1e-3, measure.Seconds, measure.TailSeconds}
	}
	return scale{"ms", "ms", 1, measure.Milliseconds, measure.Milliseconds}
}

func inSeconds(v *measure.Vital) bool { return v.Unit == measure.Millis && v.Good >= 1000 }

// tailText is a p95 with its unit.
func tailText(v *measure.Vital, p95 float64) string {
	if inSeconds(v) {
		return measure.TailSeconds(p95) + " s"
	}
	return v.Unit.Format(p95)
}

// titled appends the unit to a title.
func titled(title, unit string) string {
	if unit == "" {
		return title
	}
	return title + " " + unit
}
