package agg

import "github.com/rumtop/rumtop/internal/agg/store"

// tally counts occurrences by key, so that the number of distinct keys is known
// while occurrences are added and removed. The zero value is empty.
type tally struct {
	entries []tallyEntry // a power of two long
	n       int
	shift   uint8
}

type tallyEntry struct {
	key   uint64 // never 0 where in use
	count uint32
}

// pair combines two indexes to one key.
func pair(a, b uint32) uint64 { return uint64(a+1)<<32 | uint64(b) }

// change changes the count of key by ±1, and returns the change of the number of
// distinct keys: 1, 0 or -1. An occurrence must be added before it is removed.
func (t *tally) change(key uint64, by int) int {
	if by > 0 && (t.n+1)*4 > len(t.entries)*3 {
		t.grow()
	}
	if len(t.entries) == 0 {
		return 0
	}
	switch e, s := t.find(key); {
	case e.key == key:
		e.count += uint32(by)
		if e.count == 0 {
			t.remove(s)
			return -1
		}
	case by > 0:
		*e = tallyEntry{key, 1}
		t.n++
		return 1
	}
	return 0
}

// find returns the entry of key and its place, or the free one that it would get.
func (t *tally) find(key uint64) (e *tallyEntry, s uint64) {
	mask := uint64(len(t.entries) - 1)
	for s = hashPair(key) >> t.shift; ; s = (s + 1) & mask {
		if e = &t.entries[s]; e.key == key || e.key == 0 {
			return e, s
		}
	}
}

// count returns the occurrences of key.
func (t *tally) count(key uint64) int {
	if t.n == 0 {
		return 0
	}
	e, _ := t.find(key)
	return int(e.count)
}

// merge makes the occurrences of pair(a, m.From) those of pair(a, m.To), and
// returns the change of the number of distinct keys: -1 if both had some, else 0.
func (t *tally) merge(a uint32, m store.Merge) int {
	if t.n == 0 {
		return 0
	}
	from, s := t.find(pair(a, m.From))
	if from.key == 0 {
		return 0
	}
	count := from.count
	t.remove(s)
	// The place that became free is enough for a new key.
	to, _ := t.find(pair(a, m.To))
	isNew := to.key == 0
	if isNew {
		to.key = pair(a, m.To)
		t.n++
	}
	if to.count += count; isNew {
		return 0
	}
	return -1
}

// fibonacci is 2⁶⁴ divided by the golden ratio: multiplying by it spreads keys
// over the upper bits.
const fibonacci = 0x9e3779b97f4a7c15

func hashPair(key uint64) uint64 {
	key *= fibonacci
	return (key ^ key>>32) * fibonacci
}

func (t *tally) remove(s uint64) {
	t.n--
	mask := uint64(len(t.entries) - 1)
	for next := (s + 1) & mask; t.entries[next].key != 0; next = (next + 1) & mask {
		home := hashPair(t.entries[next].key) >> t.shift
		if (next-home)&mask >= (next-s)&mask {
			t.entries[s] = t.entries[next]
			s = next
		}
	}
	t.entries[s] = tallyEntry{}
}

func (t *tally) grow() {
	old := t.entries
	size := max(16, 2*len(old))
	t.entries = make([]tallyEntry, size)
	t.shift = 64
	for n := size; n > 1; n >>= 1 {
		t.shift--
	}
	mask := uint64(size - 1)
	for _, e := range old {
		if e.key == 0 {
			continue
		}
		s := hashPair(e.key) >> t.shift
		for t.entries[s].key != 0 {
			s = (s + 1) & mask
		}
		t.entries[s] = e
	}
}

// clear empties the tally, and frees its memory if it is mostly unused.
func (t *tally) clear() {
	if len(t.entries) > 1<<12 && t.n < len(t.entries)/8 {
		*t = tally{}
		return
	}
	clear(t.entries)
	t.n = 0
}
