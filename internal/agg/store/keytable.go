package store

// KeyTable gives 64-bit keys dense indexes from 0, and reuses those of removed
// keys. It takes 15 to 24 bytes a key, half as much as a map, and a look-up reads
// two cache lines: the bits of a slot that the index does not need hold a tag,
// further bits of the key's hash, so that a look-up hardly ever reads another key.
type KeyTable struct {
	slots []uint32      // tag and index + 1, or 0 if free; 1<<bits of them
	keys  Paged[uint64] // by index
	free  []uint32      // indexes to reuse
	bits  uint8         // of a position in slots, and so of an index + 1
}

// spread is 2⁶⁴ divided by the golden ratio. The upper bits of a product with it
// depend on all bits of the key (Fibonacci hashing).
const spread = 0x9e3779b97f4a7c15

// home returns the slot where a look-up of key starts, and the tag of key.
func (t *KeyTable) home(key uint64) (s, tag uint32) {
	h := uint32(key * spread >> 32)
	return h >> (32 - t.bits), h << t.bits
}

// Len returns the number of keys.
func (t *KeyTable) Len() int { return t.keys.Len() - len(t.free) }

// Bound returns a number larger than every index given so far.
func (t *KeyTable) Bound() int { return t.keys.Len() }

// Key returns the key of an index, 0 if it has none.
func (t *KeyTable) Key(i uint32) uint64 { return *t.keys.Elem(i) }

// find looks key up.
func (t *KeyTable) find(key uint64) (uint32, bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	s, i := t.seek(key)
	return i, t.slots[s] != 0
}

// seek returns the slot of key and its index, or the free slot that it would get.
func (t *KeyTable) seek(key uint64) (s, i uint32) {
	s, tag := t.home(key)
	mask := uint32(len(t.slots) - 1)
	for ; t.slots[s] != 0; s = (s + 1) & mask {
		if i := t.slots[s] ^ tag - 1; i < mask && *t.keys.Elem(i) == key {
			return s, i
		}
	}
	return s, 0
}

// intern looks key up, and gives it an index if it has none.
func (t *KeyTable) intern(key uint64) (i uint32, added bool) {
	if (t.Len()+1)*4 > len(t.slots)*3 {
		t.grow()
	}
	s, i := t.seek(key)
	if t.slots[s] != 0 {
		return i, false
	}
	if n := len(t.free); n > 0 {
		i = t.free[n-1]
		t.free = t.free[:n-1]
		*t.keys.Elem(i) = key
	} else {
		i = uint32(t.keys.Len())
		t.keys.push(key)
	}
	_, tag := t.home(key)
	t.slots[s] = tag | (i + 1)
	return i, true
}

// remove removes the key of index i.
func (t *KeyTable) remove(i uint32) {
	mask := uint32(len(t.slots) - 1)
	s, _ := t.seek(*t.keys.Elem(i))
	// Entries behind it move up, unless they would then be before their home.
	for next := (s + 1) & mask; t.slots[next] != 0; next = (next + 1) & mask {
		home, _ := t.home(*t.keys.Elem(t.slots[next]&mask - 1))
		if (next-home)&mask >= (next-s)&mask {
			t.slots[s] = t.slots[next]
			s = next
		}
	}
	t.slots[s] = 0
	*t.keys.Elem(i) = 0
	t.free = append(t.free, i)
}

// rename replaces the key of index i by another, which must have no index.
func (t *KeyTable) rename(i uint32, key uint64) {
	t.remove(i)
	t.intern(key) // gets the index that was removed last
}

// grow doubles the slots. All indexes are in use then: free ones are reused
// before the table is full.
func (t *KeyTable) grow() {
	t.bits = max(6, t.bits+1)
	t.slots = make([]uint32, 1<<t.bits)
	mask := uint32(len(t.slots) - 1)
	for i := range uint32(t.keys.Len()) {
		s, tag := t.home(*t.keys.Elem(i))
		for t.slots[s] != 0 {
			s = (s + 1) & mask
		}
		t.slots[s] = tag | (i + 1)
	}
}

// prefetch reads the slot that a look-up of key reads first. The memory reads of
// many prefetches in a row overlap; those of look-ups wait for one another.
func (t *KeyTable) prefetch(key uint64) uint32 {
	if len(t.slots) == 0 {
		return 0
	}
	s, _ := t.home(key)
	return t.slots[s]
}

// prefetchKey reads the key that a look-up of key reads next.
func (t *KeyTable) prefetchKey(key uint64) uint64 {
	if len(t.slots) == 0 {
		return 0
	}
	s, tag := t.home(key)
	mask := uint32(len(t.slots) - 1)
	for ; t.slots[s] != 0; s = (s + 1) & mask {
		if i := t.slots[s] ^ tag - 1; i < mask {
			return *t.keys.Elem(i)
		}
	}
	return 0
}

func (t *KeyTable) bytes() int {
	return 4*cap(t.slots) + 8*t.keys.Room() + 4*cap(t.free)
}
