package report

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/rumtop/rumtop/internal/frame"
)

// Figure is a number of a report, or that it is not told.
type Figure struct {
	Value float64
	State State
	Under int // of StateUnder: it is more than nothing, and less than this
}

// State says whether a figure is told. In JSON the first is a number, the second
// a string such as "<5", and the others null.
type State uint8

const (
	StateNone     State = iota // there is nothing to tell
	StateTold                  // Value
	StateUnder                 // a cohort too small to be told of
	StateWithheld              // it would tell of one: a small cohort's other figures, or a row to subtract from
)

func told(v float64) Figure {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Figure{}
	}
	return Figure{Value: v, State: StateTold}
}

func counted(c frame.Count) Figure { return told(math.Round(float64(c))) }
func people(n int) Figure          { return told(float64(n)) }

var withheld = Figure{State: StateWithheld}

// Told reports whether the figure is a number.
func (f Figure) Told() bool { return f.State == StateTold }

// MarshalJSON writes a number, "<5" or null.
func (f Figure) MarshalJSON() ([]byte, error) {
	switch f.State {
	case StateTold:
		return json.Marshal(f.Value)
	case StateUnder:
		return strconv.AppendQuote(nil, under(f.Under)), nil
	}
	return []byte("null"), nil
}

func under(n int) string { return "<" + strconv.Itoa(n) }

// Tail is how the values of a vital lie in a row.
type Tail struct {
	N    Figure `json:"n"` // page views that reported it
	P50  Figure `json:"p50"`
	P75  Figure `json:"p75"`
	P95  Figure `json:"p95"`
	Thin bool   `json:"thin"` // they rest on too little
}

func tail(d frame.Dist, minCohort int) Tail {
	switch {
	case d.N == 0:
		return Tail{N: told(0)}
	case d.N < minCohort:
		return Tail{N: Figure{State: StateUnder, Under: minCohort}, P50: withheld, P75: withheld, P95: withheld, Thin: true}
	}
	return Tail{N: told(float64(d.N)), P50: told(d.P50), P75: told(d.P75), P95: told(d.P95), Thin: d.Thin()}
}

// Row is what is told of a group of people in a phase.
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
	// Change is against the same length of time before the onset.
	Change Change `json:"change"`
}

// Change says where a row is distinguishably worse (1) or better (−1) than it was
// before; 0: not distinguishable, nil: not known.
type Change struct {
	ErrorRate *int `json:"error_rate"`
	LCP       *int `json:"lcp_p75"`
	INP       *int `json:"inp_p75"`
	CLS       *int `json:"cls_p75"`
}

// vitals are the row's tails in the order of their names in [vitalNames].
func (r *Row) vitals() [3]*Tail { return [3]*Tail{&r.LCP, &r.INP, &r.CLS} }

// rowOf tells all of a row but what only few are in: see conceal.
func rowOf(r *frame.Row, minCohort int) Row {
	out := Row{
		Users: people(r.Users), Affected: people(r.Affected), Views: counted(r.Views), Errors: counted(r.Errors),
		ErroredViews: counted(r.ErroredViews), ErrorRate: told(r.ErrorRate), Requests: counted(r.Requests), FailedRequests: counted(r.FailedRequests),
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

// withhold conceals the whole row; users is what is said of how many they are.
func (r *Row) withhold(users Figure) {
	kept := Tail{N: withheld, P50: withheld, P75: withheld, P95: withheld}
	*r = Row{
		Users: users, Affected: users, Views: withheld, Errors: withheld, ErroredViews: withheld, ErrorRate: withheld,
		Requests: withheld, FailedRequests: withheld, LCP: kept, INP: kept, CLS: kept,
	}
}

// withholdErrors conceals who had errors; affected is what is said of how many they are.
func (r *Row) withholdErrors(affected Figure) {
	r.Affected, r.Errors, r.ErroredViews, r.ErrorRate = affected, withheld, withheld, withheld
	r.Change.ErrorRate = nil
}
