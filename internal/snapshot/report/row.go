package report

import (
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
)

// Row is a segment, or all traffic, in a phase.
type Row struct {
	Users          Figure `json:"users"`
	Affected       Figure `json:"affected_users"`
	Views          Figure `json:"views"`
	Errors         Figure `json:"errors"`
	ErroredViews   Figure `json:"errored_views"`
	ErrorRate      Figure `json:"error_rate"` // errored views ÷ views, 0..1
	Requests       Figure `json:"requests"`
	FailedRequests Figure `json:"failed_requests"`
	LCP            Tail   `json:"lcp"` // milliseconds
	INP            Tail   `json:"inp"`
	CLS            Tail   `json:"cls"`       // no unit
	Estimated      bool   `json:"estimated"` // counts are scaled from a sample
	// Change compares with the same length of time before the onset.
	Change Change `json:"change"`
}

// Change marks values that are significantly worse (1) or better (−1) than
// before; 0: not significant, nil: unknown.
type Change struct {
	ErrorRate *int `json:"error_rate"`
	LCP       *int `json:"lcp_p75"`
	INP       *int `json:"inp_p75"`
	CLS       *int `json:"cls_p75"`
}

// rowVital is a vital of rows.
type rowVital struct {
	id     measure.ID
	tail   func(*Row) *Tail
	change func(*Change) **int
}

var (
	lcp = rowVital{measure.LCP, func(r *Row) *Tail { return &r.LCP }, func(c *Change) **int { return &c.LCP }}
	inp = rowVital{measure.INP, func(r *Row) *Tail { return &r.INP }, func(c *Change) **int { return &c.INP }}
	cls = rowVital{measure.CLS, func(r *Row) *Tail { return &r.CLS }, func(c *Change) **int { return &c.CLS }}
)

// vitals are the vitals of rows, in the order of tables. A new one needs its
// fields in [Row] and [Change], and an entry here.
var vitals = [...]rowVital{lcp, inp, cls}

// measure is the vital's entry in the table of measures.
func (v rowVital) measure() measure.Measure { return measure.All[v.id] }

// vital is its entry in the table of vitals.
func (v rowVital) vital() measure.Vital { return measure.Vitals[v.measure().Vital] }

// p75 and p95 are its percentiles, with unit; ~ marks thin ones.
func (v rowVital) p75(r *Row) string { t := v.tail(r); return formatVital(v.id, t.P75, t.Thin) }
func (v rowVital) p95(r *Row) string { t := v.tail(r); return formatVital(v.id, t.P95, t.Thin) }

// n is the number of page views that reported it.
func (v rowVital) n(r *Row) string { return v.tail(r).N.format(whole) }

// newRow makes a row. It hides tails and failed requests of too few page views;
// suppressRows hides small cohorts.
func newRow(r *frame.Row, minCohort int) Row {
	out := Row{
		Users: intFigure(r.Users), Affected: intFigure(r.Affected), Views: countFigure(r.Views), Errors: countFigure(r.Errors),
		ErroredViews: countFigure(r.ErroredViews), ErrorRate: newFigure(r.ErrorRate), Requests: countFigure(r.Requests), FailedRequests: countFigure(r.FailedRequests),
		Estimated: r.Estimated,
	}
	if out.Views.Value == 0 && out.ErroredViews.Value == 0 {
		out.ErrorRate = Figure{}
	}
	if f := &out.FailedRequests; f.Value > 0 && f.Value < float64(minCohort) {
		*f = withheld
	}
	out.Change.ErrorRate = significance(r.Delta.ErrorRate)
	for _, v := range vitals {
		*v.tail(&out) = newTail(*r.Vital(v.measure().Vital), minCohort)
		*v.change(&out.Change) = significance(r.Delta.Of(v.id))
	}
	return out
}

// significance is the sign of a delta, nil if it is unknown.
func significance(d frame.Delta) *int {
	if !d.Known {
		return nil
	}
	return &d.Sign
}

// withhold hides the whole row; users is shown as its number of users.
func (r *Row) withhold(users Figure) {
	*r = Row{
		Users: users, Affected: users, Views: withheld, Errors: withheld, ErroredViews: withheld, ErrorRate: withheld,
		Requests: withheld, FailedRequests: withheld,
	}
	for _, v := range vitals {
		*v.tail(r) = Tail{N: withheld, P50: withheld, P75: withheld, P95: withheld}
	}
}

// withholdErrors hides the values of errors; affected is shown as the number of
// affected users.
func (r *Row) withholdErrors(affected Figure) {
	r.Affected, r.Errors, r.ErroredViews, r.ErrorRate = affected, withheld, withheld, withheld
	r.Change.ErrorRate = nil
}
