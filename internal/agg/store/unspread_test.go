package store

import "testing"

func TestUnspreadUndoesSpread(t *testing.T) {
	factor, inverse := uint64(spread), uint64(unspread)
	if got := factor * inverse; got != 1 {
		t.Errorf("spread × unspread = %#x, want 1", got)
	}
}
