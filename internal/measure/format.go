package measure

import (
	"math"
	"strconv"
	"strings"
)

// Unknown is what stands where a number is missing: NaN, or no value at all.
const Unknown = "·"

// Unit is what a measure is counted in, and so how its numbers are written.
// Numbers carry as many digits as a decision needs: a digit that flickers
// carries no information and costs a redrawn line. Exact values are in JSON
// and in snapshots.
type Unit uint8

// The units.
const (
	Share  Unit = iota // 0..1, written in percent
	Millis             // milliseconds, written in ms, from one second on in s
	Score              // a layout shift: no unit
	Number             // a site's own metric, in its own unit
)

// Format writes a value with its unit: "11.5%", "173 ms", "2.02 s", "0.041".
func (u Unit) Format(v float64) string {
	switch u {
	case Share:
		return withUnit(Percent(v), "%")
	case Millis:
		return Duration(v)
	case Score:
		return Decimal(v)
	default:
		return Plain(v)
	}
}

// Change writes a difference of two values with its sign: "+0.50pp", "+120 ms",
// "-0.010".
func (u Unit) Change(v float64) string {
	s := "+"
	if v < 0 {
		s = "-"
	}
	v = math.Abs(v)
	if u == Share {
		return s + withUnit(Percent(v), "pp")
	}
	return s + u.Format(v)
}

// withUnit appends the unit of a number that is known.
func withUnit(number, unit string) string {
	if number == Unknown {
		return number
	}
	return number + unit
}

// Percent writes a share of 0..1 in percent, without the sign: two decimals
// under 1, one from there on.
func Percent(share float64) string {
	v := share * 100
	switch {
	case !finite(v):
		return Unknown
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

// WholePercent writes a share without decimals: "37%", "<1%", ">99%".
func WholePercent(share float64) string {
	switch v := share * 100; {
	case !finite(v):
		return Unknown
	case v > 0 && v < 0.5:
		return "<1%"
	case v > 99.5 && v < 100:
		return ">99%"
	default:
		return strconv.FormatFloat(math.Round(v), 'f', 0, 64) + "%"
	}
}

// Duration writes milliseconds with a unit: "173 ms", from one second on
// "2.02 s", "12.3 s", "173 s".
func Duration(ms float64) string {
	switch {
	case !finite(ms):
		return Unknown
	case ms < 999.5:
		return strconv.FormatFloat(math.Round(ms), 'f', 0, 64) + " ms"
	}
	return Seconds(ms) + " s"
}

// Seconds writes milliseconds in seconds to three digits, without the unit.
func Seconds(ms float64) string {
	s := ms / 1000
	switch {
	case !finite(s):
		return Unknown
	case s >= 99.95:
		return strconv.FormatFloat(math.Min(s, 9999), 'f', 0, 64)
	case s >= 9.995:
		return strconv.FormatFloat(s, 'f', 1, 64)
	}
	return strconv.FormatFloat(s, 'f', 2, 64)
}

// TailSeconds is [Seconds] for tails, which move more than they matter: one
// decimal.
func TailSeconds(ms float64) string {
	s := ms / 1000
	switch {
	case !finite(s):
		return Unknown
	case s >= 99.5:
		return strconv.FormatFloat(math.Min(s, 9999), 'f', 0, 64)
	}
	return strconv.FormatFloat(s, 'f', 1, 64)
}

// Milliseconds writes milliseconds to three digits, without the unit.
func Milliseconds(ms float64) string {
	switch {
	case !finite(ms):
		return Unknown
	case ms >= 9995:
		return threeDigits(ms, 1e3, "k")
	case ms >= 999.5:
		return strconv.FormatFloat(math.Round(ms/10)*10, 'f', 0, 64)
	}
	return strconv.FormatFloat(math.Round(ms), 'f', 0, 64)
}

// Decimal writes a layout shift: three decimals, two from 1 on.
func Decimal(v float64) string {
	switch {
	case !finite(v):
		return Unknown
	case v >= 0.9995:
		return strconv.FormatFloat(math.Min(v, 99), 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}

// Plain writes a number in a unit of the site's own.
func Plain(v float64) string {
	if v > 0 && v < 10 {
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	return Count(v)
}

// Times writes a factor: "3.1×".
func Times(factor float64) string {
	switch {
	case !finite(factor):
		return Unknown
	case factor >= 100:
		return strconv.FormatFloat(factor, 'f', 0, 64) + "×"
	}
	return strconv.FormatFloat(factor, 'f', 1, 64) + "×"
}

// Count writes a number of things: exact under 1,000, then to three digits.
func Count(v float64) string {
	switch {
	case math.IsNaN(v) || v < 0:
		return Unknown
	case v < 999.5:
		return strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	case v < 9995:
		return Whole(math.Round(v/10) * 10)
	case v < 999.5e3:
		return threeDigits(v, 1e3, "k")
	case v < 999.5e6:
		return threeDigits(v, 1e6, "M")
	case v < 999.5e9:
		return threeDigits(v, 1e9, "G")
	}
	return ">999G"
}

// Whole writes a number of things exactly: "5,029".
func Whole(v float64) string {
	if !finite(v) {
		return Unknown
	}
	s := strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	digits := strings.TrimPrefix(s, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return s[:len(s)-len(strings.TrimPrefix(s, "-"))] + digits
}

// threeDigits writes v in multiples of unit.
func threeDigits(v, unit float64, suffix string) string {
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

// finite reports whether v is a number that can be written.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Quantity writes a number of things with its noun: "1 user", "0 users",
// "1,201 users".
func Quantity(n float64, one, many string) string {
	if math.Round(n) == 1 {
		return "1 " + one
	}
	return Whole(n) + " " + many
}
