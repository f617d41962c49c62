package store

import (
	"math/bits"

	"github.com/rumtop/rumtop/internal/beacon"
)

// dedup remembers the latest beacon ids in two generations: when the young one
// is full it becomes the old one, and the old one is cleared. It recognises every
// id that was seen within the last half million.
type dedup struct {
	young, old idSet
}

// generation is the number of ids in one generation.
const generation = 1 << 19

// remember stores id and reports whether it is new. Id 0 is always new.
func (d *dedup) remember(id beacon.ID) bool {
	if id == 0 {
		return true
	}
	if d.old.contains(uint64(id)) || !d.young.insert(uint64(id)) {
		return false
	}
	if d.young.n == generation {
		d.young, d.old = d.old, d.young
		clear(d.young.places)
		d.young.n = 0
	}
	return true
}

// prefetch reads what remember will read: see KeyTable.prefetch.
func (d *dedup) prefetch(id beacon.ID) (x uint32) {
	if d.old.n > 0 {
		x = uint32(d.old.places[d.old.home(uint64(id))])
	}
	if d.young.n > 0 {
		x += uint32(d.young.places[d.young.home(uint64(id))])
	}
	return x
}

func (d *dedup) bytes() int { return 8 * (len(d.young.places) + len(d.old.places)) }

// idSet is a hash set of ids with open addressing.
type idSet struct {
	places []uint64 // 0: free
	n      int
}

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

// insert reports whether id was not in the set.
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
