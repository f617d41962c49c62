package demo

import (
	"math"
	"math/rand/v2"
)

// random is a seedable generator. Seeding is cheap, so every step of a session
// has its own seed, and no session keeps a generator.
type random struct {
	*rand.Rand
	pcg rand.PCG
}

func newRandom() *random {
	d := &random{}
	d.Rand = rand.New(&d.pcg)
	return d
}

func (d *random) seed(a, b uint64) { d.pcg.Seed(mix(a, b), a) }

func (d *random) chance(p float64) bool { return d.Float64() < p }

func (d *random) between(lo, hi float64) float64 { return lo + (hi-lo)*d.Float64() }

// lognormal has the given median; its p75 is median·e^(0.674·sigma).
func (d *random) lognormal(median, sigma float64) float64 {
	return median * math.Exp(sigma*d.NormFloat64())
}

// pick chooses an index with a probability proportional to its weight.
func (d *random) pick(weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	x := d.Float64() * sum
	for i, w := range weights {
		if x -= w; x < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// mix spreads two numbers over 64 bits (the finaliser of splitmix64).
func mix(a, b uint64) uint64 {
	z := a + 0x9e3779b97f4a7c15*(b+1)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
