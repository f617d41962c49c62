package agg

// keyTable gives 64-bit keys dense indexes from 0, which are given again after
// remove. It takes 15 to 24 bytes a key, half of what a map does, and a look-up
// touches two cache lines.
type keyTable struct {
	slots []uint32      // index + 1, 0 where free; a power of two long
	keys  paged[uint64] // by index
	free  []uint32      // indexes to give again
	shift uint8
}

// spread multiplies keys for their upper bits to depend on all of them
// (Fibonacci hashing).
const spread = 0x9e3779b97f4a7c15

func (t *keyTable) len() int { return t.keys.len() - len(t.free) }

// find looks key up.
func (t *keyTable) find(key uint64) (uint32, bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	mask := uint64(len(t.slots) - 1)
	for s := key * spread >> t.shift; ; s++ {
		i := t.slots[s&mask]
		if i == 0 {
			return 0, false
		}
		if *t.keys.at(i - 1) == key {
			return i - 1, true
		}
	}
}

// add looks key up and gives it an index if it had none.
func (t *keyTable) add(key uint64) (i uint32, added bool) {
	if (t.len()+1)*4 > len(t.slots)*3 {
		t.grow()
	}
	mask := uint64(len(t.slots) - 1)
	s := key * spread >> t.shift
	for ; ; s++ {
		i := t.slots[s&mask]
		if i == 0 {
			break
		}
		if *t.keys.at(i - 1) == key {
			return i - 1, false
		}
	}
	if n := len(t.free); n > 0 {
		i = t.free[n-1]
		t.free = t.free[:n-1]
		*t.keys.at(i) = key
	} else {
		i = uint32(t.keys.len())
		t.keys.push(key)
	}
	t.slots[s&mask] = i + 1
	return i, true
}

// remove forgets the key of index i.
func (t *keyTable) remove(i uint32) {
	mask := uint64(len(t.slots) - 1)
	s := *t.keys.at(i) * spread >> t.shift
	for t.slots[s&mask] != i+1 {
		s++
	}
	s &= mask
	// What stands behind moves up, unless it would then stand before its own place.
	for next := (s + 1) & mask; t.slots[next] != 0; next = (next + 1) & mask {
		home := *t.keys.at(t.slots[next] - 1) * spread >> t.shift
		if (next-home)&mask >= (next-s)&mask {
			t.slots[s] = t.slots[next]
			s = next
		}
	}
	t.slots[s] = 0
	*t.keys.at(i) = 0
	t.free = append(t.free, i)
}

func (t *keyTable) grow() {
	old := t.slots
	size := max(64, 2*len(old))
	t.slots = make([]uint32, size)
	t.shift = 64
	for n := size; n > 1; n >>= 1 {
		t.shift--
	}
	mask := uint64(size - 1)
	for _, i := range old {
		if i == 0 {
			continue
		}
		s := *t.keys.at(i - 1) * spread >> t.shift
		for t.slots[s&mask] != 0 {
			s++
		}
		t.slots[s&mask] = i
	}
}

// touch reads what a look-up of key reads first. Many keys touched in a row are
// fetched from memory side by side, where look-ups would wait one by one.
func (t *keyTable) touch(key uint64) uint32 {
	if len(t.slots) == 0 {
		return 0
	}
	return t.slots[key*spread>>t.shift]
}

// touchKey reads what a look-up reads next, where touch has read slot.
func (t *keyTable) touchKey(slot uint32) uint64 {
	if slot == 0 {
		return 0
	}
	return *t.keys.at(slot - 1)
}

// bytes is the memory that the table takes.
func (t *keyTable) bytes() int {
	return 4*cap(t.slots) + 8*t.keys.room() + 4*cap(t.free)
}
