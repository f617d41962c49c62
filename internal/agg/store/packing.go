package store

import (
	"math"
	"math/bits"
)

// packSkew packs a clock difference in milliseconds into a byte, accurate to
// 6 %; the sign is lost. 0 means unknown.
func packSkew(ms int64) uint8 {
	v := uint64(max(ms, -ms)) + 1 // 0 ms becomes 1, which is exact
	exp := bits.Len64(v) - 1
	if exp > 30 {
		return 255
	}
	return uint8(1 + (exp<<3 | int(v<<3>>exp&7)))
}

// UnpackSkew returns the middle of the range that packs to p, in milliseconds.
func UnpackSkew(p uint8) float32 {
	exp := int(p-1) >> 3
	lo := float32(uint64(8+(p-1)&7)<<exp) / 8
	return max(0, lo+float32(uint64(1)<<exp)/16-1)
}

// browserTime returns a browser's clock that packs to the same skew, 0 if the
// skew is unknown.
func browserTime(received int64, skew uint8) int64 {
	if skew == 0 {
		return 0
	}
	return received + int64(UnpackSkew(skew))
}

// packDuration keeps the upper half of a float32: milliseconds to within 0.4 %.
func packDuration(ms float32) uint16 {
	if !isUsable(ms) {
		return 0
	}
	return uint16((math.Float32bits(ms) + 1<<15) >> 16)
}

func UnpackDuration(p uint16) float32 { return math.Float32frombits(uint32(p) << 16) }

// isUsable reports whether v can be a measured value: finite and not below zero.
func isUsable(v float32) bool { return v >= 0 && v <= math.MaxFloat32 }

// One is a count of 1 as a weight. Weights are fixed-point numbers, so that
// adding and subtracting them leaves no remainder.
const One = 1 << 16

// maxWeight limits the weight of a tiny sampling rate, in ones.
const maxWeight = 1_000_000

// weightOf is what a row counts at a sampling rate: its inverse.
func weightOf(rate float32) int64 {
	if !(rate > 0 && rate < 1) {
		return One
	}
	return int64(math.Round(min(1/float64(rate), maxWeight) * One))
}

// rateOf returns a sampling rate that weightOf turns into weight.
func rateOf(weight int64) float32 {
	if weight <= One {
		return 1
	}
	rate := float32(One / float64(weight))
	for _, r := range [...]float32{rate, math.Nextafter32(rate, 0), math.Nextafter32(rate, 1)} {
		if weightOf(r) == weight {
			return r
		}
	}
	return rate
}
