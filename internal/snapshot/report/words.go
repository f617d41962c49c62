package report

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rumtop/rumtop/internal/frame"
)

// vitalNames are the vitals that reports tell of, in the order of [Row].
var vitalNames = [...]string{"LCP", "INP", "CLS"}

// measureName is how a finding's measure is spoken of.
func measureName(measure string) string {
	switch measure {
	case "error_rate":
		return "error rate"
	case "failed_requests":
		return "failed requests"
	}
	name, percentile, _ := strings.Cut(measure, "_")
	return strings.TrimSpace(strings.ToUpper(name) + " " + percentile)
}

// measured writes a finding's value with its unit.
func measured(measure string, v float64) string {
	switch {
	case measure == "error_rate" || measure == "failed_requests":
		return percent(v)
	case strings.HasPrefix(measure, "cls"):
		return unitless(v)
	}
	return millis(v)
}

// estimate writes a value with its interval and n.
func estimate(measure string, e frame.Estimate) string {
	return measured(measure, e.Value) + " (" + measured(measure, e.Low) + " to " + measured(measure, e.High) + ", n=" + whole(float64(e.N)) + ")"
}

func who(filter string) string {
	if filter == "" {
		return ""
	}
	return " where " + filter
}

func percent(v float64) string {
	digits := 2
	if v >= .1 {
		digits = 1
	}
	return strconv.FormatFloat(100*v, 'f', digits, 64) + " %"
}

func whole(v float64) string { return humanize.Comma(int64(math.Round(v))) }

// millis writes milliseconds: seconds from one on.
func millis(v float64) string {
	if v >= 1000 {
		return strconv.FormatFloat(v/1000, 'f', 2, 64) + " s"
	}
	return strconv.FormatFloat(v, 'f', 0, 64) + " ms"
}

func unitless(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }

// show writes a figure, or what stands for it.
func (f Figure) show(number func(float64) string) string {
	switch f.State {
	case StateTold:
		return number(f.Value)
	case StateUnder:
		return under(f.Under)
	case StateWithheld:
		return "withheld"
	}
	return "–"
}

// showVital writes a percentile, marked with ~ where it is thin.
func showVital(vital int, f Figure, thin bool) string {
	number := millis
	if vital == 2 {
		number = unitless
	}
	s := f.show(number)
	if thin && f.Told() {
		s += "~"
	}
	return s
}

// change marks what is distinguishably worse or better.
func change(sign *int) string {
	switch {
	case sign == nil || *sign == 0:
		return ""
	case *sign > 0:
		return "▲ worse"
	}
	return "▼ better"
}

// sign is change in one character, with a blank before it.
func sign(of *int) string {
	s, _, _ := strings.Cut(change(of), " ")
	return strings.TrimSuffix(" "+s, " ")
}

// clock is a time of day, in UTC; date has the day, too.
func clock(t time.Time) string { return t.UTC().Format("15:04:05") + " UTC" }
func date(t time.Time) string  { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// when is a time of the report, with the day where it is over more than one.
func when(r *Report, t time.Time) string {
	if r.From.UTC().YearDay() != r.To.UTC().YearDay() {
		return t.UTC().Format("Jan 2 15:04:05")
	}
	return t.UTC().Format("15:04:05")
}

// span is a length of time, to the second.
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

// counts is the word for estimates.
func counts(r *Row) string {
	if r.Estimated {
		return "≈ "
	}
	return ""
}
