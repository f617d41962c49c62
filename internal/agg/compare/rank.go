package compare

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/stats"
)

// rankValues compares the shares of every value of the fields, and ranks the
// significant differences.
func rankValues(l *store.Log, d *frame.Differs, fields []string, origins, pages [2][]float64) {
	for _, field := range fields {
		s := store.NewSegments(l, field)
		counts := origins
		if s.Dim == beacon.Page {
			counts = pages
		}
		values := byValue(&s, counts)
		if len(values) < 2 { // a value that all have does not differ
			continue
		}
		for text, v := range values {
			if text == store.OtherString {
				continue
			}
			d.Compared++
			if v[0] < minValueViews {
				continue
			}
			e := frame.Difference{Term: frame.Term{Field: field, Value: store.KeyOf(l.Strings.Text[text])}, N: frame.Count(v[0])}
			x, y := stats.Wilson(min(1, v[0]/float64(d.A)), int(d.A)), stats.Wilson(min(1, max(0, v[1])/float64(d.B)), int(d.B))
			e.A, e.B, e.Diff = x.Value, y.Value, frame.Estimate(stats.Newcombe(x, y))
			if e.B > 0 {
				e.Lift = e.A / e.B
			}
			d.Values = append(d.Values, e)
		}
	}
	d.Values = slices.DeleteFunc(d.Values, func(e frame.Difference) bool {
		p := stats.ShareTest(e.A*float64(d.A), float64(d.A), e.B*float64(d.B), float64(d.B))
		return e.Diff.Value < minDifference || p*float64(d.Compared) > differsP
	})
	slices.SortStableFunc(d.Values, byDifference)
	d.Values = slices.Clip(d.Values[:min(len(d.Values), maxDiffers)])
}

// byValue adds up the page views of A and B by value, given by origin or page.
func byValue(s *store.Segments, counts [2][]float64) map[uint32]*[2]float64 {
	values := map[uint32]*[2]float64{}
	for side := range counts {
		for id, n := range counts[side] {
			if n == 0 {
				continue
			}
			text := s.Value(uint32(id))
			v := values[text]
			if v == nil {
				v = new([2]float64)
				values[text] = v
			}
			v[side] += n
		}
	}
	return values
}

// byDifference orders by the lower end of the interval, the greatest first.
func byDifference(x, y frame.Difference) int {
	return cmp.Or(cmp.Compare(y.Diff.Low, x.Diff.Low), strings.Compare(x.Field, y.Field), strings.Compare(x.Value, y.Value))
}
