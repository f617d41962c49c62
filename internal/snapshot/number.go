package snapshot

import "math/bits"

// numbers gives 64-bit hashes dense numbers from 1, in order of appearance; hash
// 0 is none. It is what a map would do, in a third of the time: millions of
// beacons are looked up here.
type numbers struct {
	places []place // a power of two of them
	n      int
}

type place struct {
	hash   uint64
	number int32 // 0: free
}

// spread multiplies hashes for their upper bits to depend on all of them.
const spread = 0x9e3779b97f4a7c15

// add gives a hash its number and tells whether it had none yet.
func (t *numbers) add(hash uint64) (number int32, fresh bool) {
	if hash == 0 {
		return 0, false
	}
	if 4*t.n >= 3*len(t.places) {
		t.grow()
	}
	p := t.find(hash)
	if p.number != 0 {
		return p.number, false
	}
	t.n++
	*p = place{hash, int32(t.n)}
	return p.number, true
}

// find is where a hash stands, or where it is to stand.
func (t *numbers) find(hash uint64) *place {
	mask := len(t.places) - 1
	for i := int(hash * spread >> (64 - bits.Len(uint(mask)))); ; i++ {
		if p := &t.places[i&mask]; p.number == 0 || p.hash == hash {
			return p
		}
	}
}

func (t *numbers) grow() {
	old := t.places
	t.places = make([]place, max(1024, 4*len(old)))
	for _, p := range old {
		if p.number != 0 {
			*t.find(p.hash) = p
		}
	}
}
