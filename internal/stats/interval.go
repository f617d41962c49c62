package stats

import "math"

// Z95 is the number of standard errors to each side of a 95 % interval.
const Z95 = 1.96

// Estimate is a value with its 95 % interval, and the n that it is based on.
type Estimate struct {
	Value, Low, High float64
	N                int
}

// Wilson returns a share, 0..1, with its score interval (Wilson, 1927). n is
// the trials that were seen; the share itself may be of scaled counts.
func Wilson(share float64, n int) Estimate {
	if n == 0 {
		return Estimate{Value: share, High: 1}
	}
	low, high := wilson(share, n, Z95)
	return Estimate{Value: share, Low: low, High: high, N: n}
}

// WilsonLow returns the lower end of the one-sided 95 % score interval of a
// share seen in n trials, 0 if n is.
func WilsonLow(share float64, n int) float64 {
	if n == 0 {
		return 0
	}
	low, _ := wilson(share, n, 1.645)
	return low
}

func wilson(share float64, n int, z float64) (low, high float64) {
	m := float64(n)
	middle := share + z*z/(2*m)
	half := z * math.Sqrt(share*(1-share)/m+z*z/(4*m*m))
	return max(0, (middle-half)/(1+z*z/m)), min(1, (middle+half)/(1+z*z/m))
}

// Newcombe returns a − b with the interval that follows from those of the two
// shares (method 10 of Newcombe, 1998).
func Newcombe(a, b Estimate) Estimate {
	diff := a.Value - b.Value
	return Estimate{
		Value: diff, N: min(a.N, b.N),
		Low:  diff - math.Hypot(a.Value-a.Low, b.High-b.Value),
		High: diff + math.Hypot(a.High-a.Value, b.Value-b.Low),
	}
}

// Share returns part/whole within 0..1, 0 if there is no whole.
func Share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return min(1, max(0, part/whole))
}
