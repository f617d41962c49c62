package columns

import "math/bits"

// Numbers maps 64-bit hashes to dense numbers from 1, in order of appearance;
// hash 0 has number 0. It takes a third of the time of a Go map, and runs for
// millions of beacons. The zero value is ready to use.
type Numbers struct {
	slots []slot // a power of two of them
	n     int
}

// Len is how many hashes have a number.
func (t *Numbers) Len() int { return t.n }

type slot struct {
	hash   uint64
	number int32 // 0: free
}

// HashMultiplier multiplies hashes so that their upper bits depend on all bits.
const HashMultiplier = 0x9e3779b97f4a7c15

// Add returns the number of a hash, and whether it is new.
func (t *Numbers) Add(hash uint64) (number int32, fresh bool) {
	if hash == 0 {
		return 0, false
	}
	if 4*t.n >= 3*len(t.slots) {
		t.grow()
	}
	p := t.find(hash)
	if p.number != 0 {
		return p.number, false
	}
	t.n++
	*p = slot{hash, int32(t.n)}
	return p.number, true
}

// find is the slot of a hash, or the free one for it.
func (t *Numbers) find(hash uint64) *slot {
	mask := len(t.slots) - 1
	for i := int(hash * HashMultiplier >> (64 - bits.Len(uint(mask)))); ; i++ {
		if p := &t.slots[i&mask]; p.number == 0 || p.hash == hash {
			return p
		}
	}
}

func (t *Numbers) grow() {
	old := t.slots
	t.slots = make([]slot, max(1024, 4*len(old)))
	for _, p := range old {
		if p.number != 0 {
			*t.find(p.hash) = p
		}
	}
}
