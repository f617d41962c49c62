package beacon

import "math"

// Metrics and durations stand on the wire as whole numbers of a grid that says
// itself which one it is: browsers report most of them to a tenth of a
// millisecond, so that two bytes do where a float takes four.
//
//	…0  tenths
//	01  ten-thousandths
//	11  the bits of a float32, for what lies on neither grid

const maxOnGrid = 1 << 30

// packNumber is exact: unpackNumber gives v back.
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

// round puts a metric on the grid that it needs: vitals and navigation phases
// to 0.1 ms, CLS to 0.0001. Metrics of the site's own keep what a float32 can.
func round(name string, v float32) float32 {
	switch name {
	case CLS:
		return tenThousandths(uint64(min(float64(v), maxOnGrid)*1e4 + .5))
	case LCP, INP, FCP, TTFB, "dns", "tcp", "tls":
		return milliseconds(v)
	}
	return v
}

// milliseconds keeps a duration to 0.1 ms.
func milliseconds(v float32) float32 {
	return tenths(uint64(min(float64(v), maxOnGrid)*10 + .5))
}
