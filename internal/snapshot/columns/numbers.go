package columns

import "math/bits"

// Numbers gives 64-bit hashes dense numbers from 1, in order of appearance; hash
// 0 is none. It is what a map would do, in a third of the time: millions of
// beacons are looked up here. Its zero value is ready.
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

// HashMultiplier multiplies hashes for their upper bits to depend on all of them.
const HashMultiplier = 0x9e3779b97f4a7c15

// Add gives a hash its number and tells whether it had none yet.
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

// find is where a hash stands, or where it is to stand.
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
