package beacon

import "math"

// Metrics and durations are integers on the wire; the lowest bits give their
// unit. Browsers report most of them to a tenth of a millisecond, so that two
// bytes suffice instead of a float's four.
//
//	…0  tenths
//	01  ten-thousandths
//	11  the bits of a float32, for all other numbers

const maxOnGrid = 1 << 30

// packNumber is exact: unpackNumber returns v.
func packNumber(v float32) uint64 {
	d := float64(v)
	if d >= 0 && d <= maxOnGrid {
		if n := uint64(d*10 + .5); tenths(n) == v {
			return n << 1
		}
		if n := uint64(d*1e4 + .5); tenThousandths(n) == v {
			return n<<2 | 1
		}
	}
	return uint64(math.Float32bits(v))<<2 | 3
}

func unpackNumber(n uint64) float32 {
	switch {
	case n&1 == 0:
		return tenths(n >> 1)
	case n&2 == 0:
		return tenThousandths(n >> 2)
	}
	return math.Float32frombits(uint32(n >> 2))
}

func tenths(n uint64) float32         { return float32(float64(n) / 10) }
func tenThousandths(n uint64) float32 { return float32(float64(n) / 1e4) }

// roundMetric rounds vitals and navigation phases to 0.1 ms and CLS to 0.0001.
// Custom metrics keep the precision of a float32.
func roundMetric(name string, v float32) float32 {
	switch name {
	case CLS:
		return tenThousandths(uint64(min(float64(v), maxOnGrid)*1e4 + .5))
	case LCP, INP, FCP, TTFB, "dns", "tcp", "tls":
		return roundMillis(v)
	}
	return v
}

// roundMillis rounds a duration to 0.1 ms.
func roundMillis(v float32) float32 {
	return tenths(uint64(min(float64(v), maxOnGrid)*10 + .5))
}
