package compare

import (
	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/frame"
)

const (
	minDiffersViews = 20   // views of A below which there is no comparison
	minValueViews   = 5    // views of A that a value must have
	minDifference   = 0.02 // of shares, below which a value is left out
	maxDiffers      = 40
	differsP        = 0.01 // at most, over all values that are compared
	nearlySame      = 0.9
)

// Question is what [Differs] answers, over the rows received in [Lo, Hi), Unix
// milliseconds.
type Question struct {
	Spec   frame.DiffersSpec
	Lo, Hi int64
	Fields []string // to compare, in the order of explanations
	// P75 of the vital of frame.DiffersSlow, above which a view is slow if Spec
	// has no bound.
	P75 float64
}

// Differs returns what differs between the two parts of the page views that a
// question names; nil if it names none.
func Differs(l *store.Log, q Question) *frame.Differs {
	p, d := newParts(l, q)
	if p == nil {
		return d
	}
	var origins, pages [2][]float64
	for side := range 2 {
		origins[side], pages[side] = make([]float64, len(l.Origins.List)), make([]float64, len(l.Pages.Text))
	}
	p.each(l, func(c *store.Chunk, i int, a, b float64) {
		origins[0][c.Origin[i]] += a
		origins[1][c.Origin[i]] += b
		pages[0][c.Page[i]] += a
		pages[1][c.Page[i]] += b
	})
	d.A, d.B = frame.Count(sum(origins[0])), frame.Count(sum(origins[1]))
	if d.A < minDiffersViews || d.B < minDiffersViews {
		d.Note = "too few page views to compare"
		return d
	}
	rankValues(l, d, q.Fields, origins, pages)
	combine(l, d, p, q.Fields)
	return d
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}
