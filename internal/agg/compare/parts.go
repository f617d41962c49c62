package compare

import (
	"strings"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// parts are the two parts of the page views, A and B.
type parts struct {
	lo, hi int64
	// split returns how many page views of A and of B a row is.
	split func(c *store.Chunk, i int) (a, b float64)
}

// each visits the rows of the two parts, with the page views of A and B, scaled.
func (p *parts) each(l *store.Log, visit func(c *store.Chunk, i int, a, b float64)) {
	l.Each(p.lo, p.hi, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 {
			return
		}
		if a, b := p.split(c, i); a != 0 || b != 0 {
			w := float64(l.Origins.Weights[c.Origin[i]]) / store.One
			visit(c, i, a*w, b*w)
		}
	})
}

// viewsIf splits page views by whether they are in A.
func viewsIf(inA func(c *store.Chunk, i int) bool) func(*store.Chunk, int) (a, b float64) {
	return func(c *store.Chunk, i int) (a, b float64) {
		switch {
		case c.TotalRoles[i]&store.RoleView == 0:
			return 0, 0
		case inA(c, i):
			return 1, 0
		}
		return 0, 1
	}
}

// newParts compiles a question. If the parts are nil, there is nothing to
// compare, and the answer has a note that says why.
func newParts(l *store.Log, q Question) (*parts, *frame.Differs) {
	spec := q.Spec
	p, d := &parts{lo: q.Lo, hi: q.Hi}, &frame.Differs{Against: "the rest", Spec: spec}
	switch spec.Kind {
	case frame.DiffersErrored:
		d.Of = "errored views"
		p.split = func(c *store.Chunk, i int) (x, y float64) {
			if c.TotalRoles[i]&store.RoleErrored != 0 {
				x, y = 1, -1
			}
			if c.TotalRoles[i]&store.RoleView != 0 {
				y++
			}
			return x, y
		}
	case frame.DiffersSlow:
		m := beacon.VitalIndex(spec.Metric)
		if m < 0 {
			d.Note = spec.Metric + ": unknown metric: use " + strings.Join(beacon.Vitals[:], ", ")
			return nil, d
		}
		bound := float32(spec.Bound)
		if bound <= 0 {
			bound = float32(q.P75)
		}
		d.Of = "views with slow " + strings.ToUpper(spec.Metric)
		p.split = func(c *store.Chunk, i int) (x, y float64) {
			switch {
			case c.TotalRoles[i]&(1<<m) == 0:
				return 0, 0
			case c.Vital(i, m) > bound:
				return 1, 0
			}
			return 0, 1
		}
	case frame.DiffersSpan:
		d.Of, d.Against = "views of the span", "before it"
		p.lo, p.hi = spec.From-(spec.To-spec.From), spec.To
		p.split = viewsIf(func(c *store.Chunk, i int) bool { return c.ReceivedAt(i) >= spec.From })
	case frame.DiffersRelease:
		if spec.A == "" || spec.B == "" {
			v := frame.Verdict{Canary: spec.A, Baseline: spec.B}
			pickReleases(l, &v, q.Lo, q.Hi)
			spec.A, spec.B = v.Canary, v.Baseline
		}
		if spec.A == "" || spec.B == "" {
			d.Note = noTwoReleases
			return nil, d
		}
		d.Of, d.Against, d.Spec = "views of "+spec.A, spec.B, spec
		x, y := releaseString(l, spec.A), releaseString(l, spec.B)
		views := viewsIf(func(c *store.Chunk, i int) bool { return l.Origins.List[c.Origin[i]].Dims[beacon.Release] == x })
		p.split = func(c *store.Chunk, i int) (float64, float64) {
			if r := l.Origins.List[c.Origin[i]].Dims[beacon.Release]; r != x && r != y {
				return 0, 0
			}
			return views(c, i)
		}
	case frame.DiffersFilter:
		e, err := filter.Parse(spec.A)
		if err != nil {
			d.Note = err.Error()
			return nil, d
		}
		d.Of = "views with " + e.String()
		p.split = viewsIf(store.NewMatcher(l, e).Passes)
	default:
		return nil, nil
	}
	return p, d
}
