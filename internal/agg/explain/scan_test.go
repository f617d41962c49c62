package explain

import (
	"testing"

	"github.com/rumtop/rumtop/internal/frame"
)

// lattice has 100 views for each set of n terms, of which the sets that contain
// bad have events.
func lattice(n, bad int, events float64) *Lattice {
	t := &Lattice{Cells: make([]Cell, 1<<n)}
	for set := range t.Cells {
		t.Cells[set] = Cell{Events: 1, Views: 100}
		if set&bad == bad {
			t.Cells[set].Events = events
		}
	}
	t.Accumulate()
	return t
}

func TestScanBest(t *testing.T) {
	for name, c := range map[string]struct {
		scan Scan
		want int
	}{
		"one term":       {Scan{Now: lattice(4, 0b0100, 60), Past: lattice(4, 0, 1)}, 0b0100},
		"two terms":      {Scan{Now: lattice(4, 0b0101, 60), Past: lattice(4, 0, 1)}, 0b0101},
		"without a past": {Scan{Now: lattice(4, 0b0101, 60)}, 0b0101},
		"all views":      {Scan{Now: lattice(4, 0, 60), Past: lattice(4, 0, 1)}, 0},
		"no excess":      {Scan{Now: lattice(4, 0, 1), Past: lattice(4, 0, 1)}, 0},
		"required term":  {Scan{Now: lattice(4, 0b0110, 60), Past: lattice(4, 0, 1), Required: 0b0010}, 0b0110},
	} {
		if got := c.scan.Best(); got != c.want {
			t.Errorf("%s: %04b, want %04b", name, got, c.want)
		}
	}
}

func TestTermsOf(t *testing.T) {
	terms := []frame.Term{{Field: "release", Value: "2"}, {Field: "browser", Value: "Safari"}, {Field: "page", Value: "/"}}
	some := TermsOf(terms, 0b101)
	if len(some) != 2 || some[0] != terms[0] || some[1] != terms[2] || SetOf(terms, some) != 0b101 {
		t.Errorf("%+v, set %03b", some, SetOf(terms, some))
	}
}

func TestFieldsOrder(t *testing.T) {
	fields := Fields([]string{"flag"})
	place := map[string]int{}
	for i, f := range fields {
		place[f] = i
	}
	if place["tag.flag"] == 0 || place["tag.flag"] < place["release"] || place["tag.flag"] > place["browser"] || fields[len(fields)-2] != "page" || fields[len(fields)-1] != "traffic" {
		t.Errorf("%v", fields)
	}
}
