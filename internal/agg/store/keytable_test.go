package store

import (
	"math/rand/v2"
	"testing"
)

// TestKeyTable plays keys that come and go against a map: more at first than
// go, then fewer, from so few that they come again.
func TestKeyTable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var table KeyTable
	known := map[uint64]uint32{}
	var keys []uint64
	table.intern(0)
	for round := range 200_000 {
		key := 1 + r.Uint64N(20_000)
		if i, ok := table.find(key); ok != (known[key] != 0) || ok && i != known[key] {
			t.Fatalf("round %d: find says %d, %v; want %d", round, i, ok, known[key])
		}
		if got := table.prefetchKey(key); known[key] != 0 && got == 0 {
			t.Fatalf("round %d: no key is touched", round)
		}
		if len(keys) > 0 && r.IntN(100_000) < round {
			k := r.IntN(len(keys))
			gone := keys[k]
			keys[k] = keys[len(keys)-1]
			keys = keys[:len(keys)-1]
			table.remove(known[gone])
			delete(known, gone)
		}
		i, added := table.intern(key)
		if added != (known[key] == 0) || !added && i != known[key] {
			t.Fatalf("round %d: add says %d, %v; want %d", round, i, added, known[key])
		}
		if added {
			known[key] = i
			keys = append(keys, key)
		}
		if table.Len() != len(known)+1 || *table.keys.Elem(i) != key {
			t.Fatalf("round %d: %d keys, want %d", round, table.Len(), len(known)+1)
		}
	}
	if len(table.slots) > 1<<15 {
		t.Errorf("%d slots for %d keys at most", len(table.slots), 20_000)
	}
}
