package report

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/rumtop/rumtop/internal/frame"
)

// Figure is a number of a report, or why it is missing.
type Figure struct {
	Value float64
	State State
	Under int // of StateUnder: the value is above 0 and below this
}

// State is whether a figure is shown. In JSON, StateShown is a number, StateUnder a
// string such as "<5", and the others null.
type State uint8

const (
	StateNone     State = iota // no data
	StateShown                 // Value
	StateUnder                 // the cohort is too small
	StateWithheld              // it would reveal a small cohort: its other values, or a row to subtract
)

func figureOf(v float64) Figure {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Figure{}
	}
	return Figure{Value: v, State: StateShown}
}

func counted(c frame.Count) Figure { return figureOf(math.Round(float64(c))) }
func people(n int) Figure          { return figureOf(float64(n)) }

var withheld = Figure{State: StateWithheld}

// Told reports whether the figure is a number.
func (f Figure) Shown() bool { return f.State == StateShown }

// MarshalJSON writes a number, "<5" or null.
func (f Figure) MarshalJSON() ([]byte, error) {
	switch f.State {
	case StateShown:
		return json.Marshal(f.Value)
	case StateUnder:
		return strconv.AppendQuote(nil, under(f.Under)), nil
	}
	return []byte("null"), nil
}

func under(n int) string { return "<" + strconv.Itoa(n) }

// Tail is the percentiles of a vital in a row.
type Tail struct {
	N    Figure `json:"n"` // page views that reported it
	P50  Figure `json:"p50"`
	P75  Figure `json:"p75"`
	P95  Figure `json:"p95"`
	Thin bool   `json:"thin"` // of fewer than 20 page views
}

func tail(d frame.Dist, minCohort int) Tail {
	switch {
	case d.N == 0:
		return Tail{N: figureOf(0)}
	case d.N < minCohort:
		return Tail{N: Figure{State: StateUnder, Under: minCohort}, P50: withheld, P75: withheld, P95: withheld, Thin: true}
	}
	return Tail{N: figureOf(float64(d.N)), P50: figureOf(d.P50), P75: figureOf(d.P75), P95: figureOf(d.P95), Thin: d.Thin()}
}

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

// Change marks values that are significantly worse (1) or better (−1) than before;
// 0: not significant, nil: unknown.
type Change struct {
	ErrorRate *int `json:"error_rate"`
	LCP       *int `json:"lcp_p75"`
	INP       *int `json:"inp_p75"`
	CLS       *int `json:"cls_p75"`
}

// tails are the row's vitals in the order of [vitals].
func (r *Row) tails() [3]*Tail { return [3]*Tail{&r.LCP, &r.INP, &r.CLS} }

// rowOf is a row without the values of few users: see conceal.
func rowOf(r *frame.Row, minCohort int) Row {
	out := Row{
		Users: people(r.Users), Affected: people(r.Affected), Views: counted(r.Views), Errors: counted(r.Errors),
		ErroredViews: counted(r.ErroredViews), ErrorRate: figureOf(r.ErrorRate), Requests: counted(r.Requests), FailedRequests: counted(r.FailedRequests),
		LCP: tail(r.LCP, minCohort), INP: tail(r.INP, minCohort), CLS: tail(r.CLS, minCohort), Estimated: r.Estimated,
	}
	if out.Views.Value == 0 && out.ErroredViews.Value == 0 {
		out.ErrorRate = Figure{}
	}
	if f := &out.FailedRequests; f.Value > 0 && f.Value < float64(minCohort) {
		*f = withheld
	}
	sign := func(d frame.Delta) *int {
		if !d.Known {
			return nil
		}
		return &d.Sign
	}
	out.Change = Change{sign(r.Delta.ErrorRate), sign(r.Delta.LCP), sign(r.Delta.INP), sign(r.Delta.CLS)}
	return out
}

// withhold hides the whole row; users is shown as its number of users.
func (r *Row) withhold(users Figure) {
	kept := Tail{N: withheld, P50: withheld, P75: withheld, P95: withheld}
	*r = Row{
		Users: users, Affected: users, Views: withheld, Errors: withheld, ErroredViews: withheld, ErrorRate: withheld,
		Requests: withheld, FailedRequests: withheld, LCP: kept, INP: kept, CLS: kept,
	}
}

// withholdErrors hides the values of errors; affected is shown as the number of
// affected users.
func (r *Row) withholdErrors(affected Figure) {
	r.Affected, r.Errors, r.ErroredViews, r.ErrorRate = affected, withheld, withheld, withheld
	r.Change.ErrorRate = nil
}
