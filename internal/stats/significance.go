// Package stats decides whether a difference can be chance: tests, intervals
// and change points, on plain numbers.
package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// RateTest returns the p-value of a rate that rose: the chance that x1 events
// or more fall among n1 trials, if x0 fell among n0 and nothing changed. Given
// all events, those among n1 are binomial (Przyborowski and Wilenski, 1940).
// The test is exact for small counts, for which a normal approximation would
// raise an alarm on three errors.
func RateTest(x1, n1, x0, n0 float64) float64 {
	if !(x1 > 0 && n1 > 0 && n0 > 0) {
		return 1
	}
	return mathext.RegIncBeta(x1, x0+1, n1/(n1+n0))
}

// ShareTest returns the p-value of a share that rose from x0/n0 to x1/n1, by
// [ShareZ]. It is for shares that are far from 0 and 1.
func ShareTest(x1, n1, x0, n0 float64) float64 {
	z, ok := ShareZ(x1, n1, x0, n0)
	if !ok {
		return 1
	}
	return math.Erfc(z/math.Sqrt2) / 2 // upper tail of the standard normal
}

// ShareZ returns how many standard errors the share x1/n1 is above x0/n0, as in
// the two-proportion z test. It is not ok if all of the trials are events, or
// none.
func ShareZ(x1, n1, x0, n0 float64) (z float64, ok bool) {
	p := (x1 + x0) / (n1 + n0)
	se := math.Sqrt(p * (1 - p) * (1/n1 + 1/n0))
	if !(se > 0) {
		return 0, false
	}
	return (x1/n1 - x0/n0) / se, true
}
