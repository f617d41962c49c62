package store

import (
	"math/bits"

	"github.com/rumtop/rumtop/internal/beacon"
)

// dedup remembers the ids of the beacons that came last, in two generations:
// when the younger is full it becomes the older, and the older is forgotten.
// A beacon that comes again within the last half million is always recognised.
type dedup struct {
	young, old idSet
}

// generation is how many ids one generation holds.
const generation = 1 << 19

// idSet holds ids in the open; 0 marks a free place.
type idSet struct {
	places []uint64
	n      int
}

// remember remembers id and reports whether it is new. 0 is always new.
func (s *dedup) remember(id beacon.ID) bool {
	if id == 0 {
		return true
	}
	if s.old.contains(uint64(id)) || !s.young.insert(uint64(id)) {
		return false
	}
	if s.young.n == generation {
		s.young, s.old = s.old, s.young
		clear(s.young.places)
		s.young.n = 0
	}
	return true
}

// prefetch reads what add will read: see keyTable.touch.
func (s *dedup) prefetch(id beacon.ID) (x uint32) {
	if s.old.n > 0 {
		x = uint32(s.old.places[s.old.home(uint64(id))])
	}
	if s.young.n > 0 {
		x += uint32(s.young.places[s.young.home(uint64(id))])
	}
	return x
}

func (s *dedup) bytes() int { return 8 * (len(s.young.places) + len(s.old.places)) }

func (s *idSet) home(id uint64) int {
	hi, _ := bits.Mul64(id*spread, uint64(len(s.places)))
	return int(hi)
}

func (s *idSet) contains(id uint64) bool {
	if s.n == 0 {
		return false
	}
	for p := s.home(id); ; {
		switch s.places[p] {
		case id:
			return true
		case 0:
			return false
		}
		if p++; p == len(s.places) {
			p = 0
		}
	}
}

func (s *idSet) insert(id uint64) bool {
	if s.n*4 >= len(s.places)*3 {
		s.grow()
	}
	for p := s.home(id); ; {
		switch s.places[p] {
		case id:
			return false
		case 0:
			s.places[p] = id
			s.n++
			return true
		}
		if p++; p == len(s.places) {
			p = 0
		}
	}
}

func (s *idSet) grow() {
	old := s.places
	s.places = make([]uint64, min(max(256, 4*len(old)), generation*4/3+2))
	s.n = 0
	for _, id := range old {
		if id != 0 {
			s.insert(id)
		}
	}
}
