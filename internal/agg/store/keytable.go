package store

// KeyTable gives 64-bit keys dense indexes from 0, which are given again after
// remove. It takes 15 to 24 bytes a key, half of what a map does, and a look-up
// touches two cache lines: a slot has what its index leaves free of 32 bits for
// a tag, more bits of the key's hash, so that hardly any key is read in vain.
type KeyTable struct {
	slots []uint32      // tag and index + 1, 0 where free; 1<<bits of them
	keys  Paged[uint64] // by index
	free  []uint32      // indexes to give again
	bits  uint8         // of a place in slots, and so of an index + 1
}

// spread multiplies keys for their upper bits to depend on all of them
// (Fibonacci hashing).
const spread = 0x9e3779b97f4a7c15

// place is where a look-up of key begins, and what tags its slot.
func (t *KeyTable) place(key uint64) (place, tag uint32) {
	h := uint32(key * spread >> 32)
	return h >> (32 - t.bits), h << t.bits
}

func (t *KeyTable) Len() int { return t.keys.Len() - len(t.free) }

// key is the key of an index, 0 if it is free.
func (t *KeyTable) key(i uint32) uint64 { return *t.keys.Elem(i) }

// Bound is larger than all indexes given so far.
func (t *KeyTable) Bound() int { return t.keys.Len() }

// find looks key up.
func (t *KeyTable) find(key uint64) (uint32, bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	s, i := t.seek(key)
	return i, t.slots[s] != 0
}

// seek finds the slot of key and its index, or the free slot that it should have.
func (t *KeyTable) seek(key uint64) (s, i uint32) {
	s, tag := t.place(key)
	mask := uint32(len(t.slots) - 1)
	for ; t.slots[s] != 0; s = (s + 1) & mask {
		if i := t.slots[s] ^ tag - 1; i < mask && *t.keys.Elem(i) == key {
			return s, i
		}
	}
	return s, 0
}

// intern looks key up and gives it an index if it had none.
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
	_, tag := t.place(key)
	t.slots[s] = tag | (i + 1)
	return i, true
}

// remove forgets the key of index i.
func (t *KeyTable) remove(i uint32) {
	mask := uint32(len(t.slots) - 1)
	s, _ := t.seek(*t.keys.Elem(i))
	// What stands behind moves up, unless it would then stand before its own place.
	for next := (s + 1) & mask; t.slots[next] != 0; next = (next + 1) & mask {
		home, _ := t.place(*t.keys.Elem(t.slots[next]&mask - 1))
		if (next-home)&mask >= (next-s)&mask {
			t.slots[s] = t.slots[next]
			s = next
		}
	}
	t.slots[s] = 0
	*t.keys.Elem(i) = 0
	t.free = append(t.free, i)
}

// grow doubles the slots. There is no index to give again then: it would be
// given before the table is full.
func (t *KeyTable) grow() {
	t.bits = max(6, t.bits+1)
	t.slots = make([]uint32, 1<<t.bits)
	mask := uint32(len(t.slots) - 1)
	for i := range uint32(t.keys.Len()) {
		s, tag := t.place(*t.keys.Elem(i))
		for t.slots[s] != 0 {
			s = (s + 1) & mask
		}
		t.slots[s] = tag | (i + 1)
	}
}

// prefetch reads what a look-up of key reads first. Many keys touched in a row are
// fetched from memory side by side, where look-ups would wait one by one.
func (t *KeyTable) prefetch(key uint64) uint32 {
	if len(t.slots) == 0 {
		return 0
	}
	s, _ := t.place(key)
	return t.slots[s]
}

// prefetchKey reads what a look-up reads next.
func (t *KeyTable) prefetchKey(key uint64) uint64 {
	if len(t.slots) == 0 {
		return 0
	}
	s, tag := t.place(key)
	mask := uint32(len(t.slots) - 1)
	for ; t.slots[s] != 0; s = (s + 1) & mask {
		if i := t.slots[s] ^ tag - 1; i < mask {
			return *t.keys.Elem(i)
		}
	}
	return 0
}

// bytes is the memory that the table takes.
func (t *KeyTable) bytes() int {
	return 4*cap(t.slots) + 8*t.keys.Room() + 4*cap(t.free)
}
