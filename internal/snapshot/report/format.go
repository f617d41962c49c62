package report

import (
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
)

// measureTitle is the title of a finding's measure.
func measureTitle(key string) string {
	m, _ := measure.ByKey(key)
	return m.Title
}

// estimate writes a value of a finding's measure with its interval and n.
func estimate(key string, e frame.Estimate) string {
	m, _ := measure.ByKey(key)
	return m.Unit.Format(e.Value) + " (" + m.Unit.Format(e.Low) + " to " + m.Unit.Format(e.High) + ", n=" + whole(float64(e.N)) + ")"
}

func whereFilter(filter string) string {
	if filter == "" {
		return ""
	}
	return " where " + filter
}

func percent(v float64) string { return measure.Share.Format(v) }

func whole(v float64) string { return measure.Whole(v) }

// format writes a figure, or what is shown in its place.
func (f Figure) format(number func(float64) string) string {
	switch f.State {
	case StateShown:
		return number(f.Value)
	case StateUnder:
		return under(f.Under)
	case StateWithheld:
		return "withheld"
	default:
		return "–"
	}
}

// formatVital writes a percentile of a vital; ~ marks a thin one.
func formatVital(id measure.ID, f Figure, thin bool) string {
	s := f.format(measure.All[id].Unit.Format)
	if thin && f.Shown() {
		s += "~"
	}
	return s
}

// changeWords marks a significant change.
func changeWords(sign *int) string {
	switch {
	case sign == nil || *sign == 0:
		return ""
	case *sign > 0:
		return "▲ worse"
	}
	return "▼ better"
}

// changeMark is changeWords as one character, after a space.
func changeMark(of *int) string {
	s, _, _ := strings.Cut(changeWords(of), " ")
	return strings.TrimSuffix(" "+s, " ")
}

// clock is a time of day in UTC, date one with the day.
func clock(t time.Time) string { return t.UTC().Format("15:04:05") + " UTC" }
func date(t time.Time) string  { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// timeIn is a time of the report, with the day if the report covers several.
func timeIn(r *Report, t time.Time) string {
	if r.From.UTC().YearDay() != r.To.UTC().YearDay() {
		return t.UTC().Format("Jan 2 15:04:05")
	}
	return t.UTC().Format("15:04:05")
}

// span is a duration, to the second.
func span(d time.Duration) string {
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// estimateMark marks estimates.
func estimateMark(r *Row) string {
	if r.Estimated {
		return "≈ "
	}
	return ""
}
