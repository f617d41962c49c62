package ui

import (
	"math"
	"strconv"
)

// Numbers on the screen carry as many digits as a decision needs, and no more:
// a digit that flickers says nothing and costs a line. What must be exact is in
// --once and in snapshots.

const unknown = "·"

// count shows a number of things: exact under 1,000, then to three digits.
func count(v float64) string {
	switch {
	case math.IsNaN(v) || v < 0:
		return unknown
	case v < 999.5:
		return strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	case v < 9995:
		n := int(math.Round(v/10)) * 10
		return strconv.Itoa(n/1000) + "," + threeDigits(n%1000)
	case v < 999.5e3:
		return scaled(v, 1e3, "k")
	case v < 999.5e6:
		return scaled(v, 1e6, "M")
	case v < 999.5e9:
		return scaled(v, 1e9, "G")
	}
	return ">999G"
}

func threeDigits(n int) string {
	s := strconv.Itoa(n)
	return "000"[:3-len(s)] + s
}

// scaled shows three digits of v in units.
func scaled(v, unit float64, suffix string) string {
	v /= unit
	decimals := 2
	switch {
	case v >= 99.95:
		decimals = 0
	case v >= 9.995:
		decimals = 1
	}
	return strconv.FormatFloat(v, 'f', decimals, 64) + suffix
}

// percent shows a share of 0..1 in percent, without the sign: two decimals
// under 1 %, one from there on.
func percent(share float64) string {
	v := share * 100
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return unknown
	case v >= 99.95:
		return "100"
	case v >= 0.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case v > 0 && v < 0.005:
		return "<0.01"
	case v == 0:
		return "0"
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// wholePercent shows a share without decimals: 37%.
func wholePercent(share float64) string {
	switch v := share * 100; {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return unknown
	case v > 0 && v < 0.5:
		return "<1%"
	case v > 99.5 && v < 100:
		return ">99%"
	default:
		return strconv.FormatFloat(math.Round(v), 'f', 0, 64) + "%"
	}
}

// seconds shows milliseconds as seconds: two decimals under 10 s.
func seconds(ms float64) string {
	s := ms / 1000
	switch {
	case math.IsNaN(s) || math.IsInf(s, 0):
		return unknown
	case s >= 99.95:
		return strconv.FormatFloat(math.Min(s, 9999), 'f', 0, 64)
	case s >= 9.995:
		return strconv.FormatFloat(s, 'f', 1, 64)
	}
	return strconv.FormatFloat(s, 'f', 2, 64)
}

// coarseSeconds shows tails, which move more than they matter: one decimal.
func coarseSeconds(ms float64) string {
	s := ms / 1000
	switch {
	case math.IsNaN(s) || math.IsInf(s, 0):
		return unknown
	case s >= 99.5:
		return strconv.FormatFloat(math.Min(s, 9999), 'f', 0, 64)
	}
	return strconv.FormatFloat(s, 'f', 1, 64)
}

// millis shows milliseconds to three digits.
func millis(ms float64) string {
	switch {
	case math.IsNaN(ms) || math.IsInf(ms, 0):
		return unknown
	case ms >= 9995:
		return scaled(ms, 1e3, "k")
	case ms >= 999.5:
		return strconv.FormatFloat(math.Round(ms/10)*10, 'f', 0, 64)
	}
	return strconv.FormatFloat(math.Round(ms), 'f', 0, 64)
}

// unitless shows a layout shift.
func unitless(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return unknown
	}
	return strconv.FormatFloat(math.Min(v, 99), 'f', 2, 64)
}
