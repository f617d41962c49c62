package stats

import "math"

// AnytimeZ returns the number of standard errors to each side of an interval
// from n values that holds at 95 % however often, and whenever, one looks: the
// normal-mixture confidence sequence (Robbins, 1970; Waudby-Smith et al.,
// 2021). It is tightest at 5,000 values.
func AnytimeZ(n float64) float64 {
	const alpha, tightest = .05, 5000
	l := -2 * math.Log(alpha)
	r := n * (l + math.Log(l+1)) / tightest
	return math.Sqrt(2 * (1 + 1/r) * math.Log(math.Sqrt(r+1)/alpha))
}
