package report

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/rumtop/rumtop/internal/frame"
)

// Figure is a number of a report, or the reason why it is missing.
type Figure struct {
	Value float64
	State State
	Under int // of StateUnder: the value is above 0 and below this
}

// State is whether a figure is shown. In JSON, StateShown is a number,
// StateUnder a string such as "<5", and the others null.
type State uint8

const (
	StateNone     State = iota // no data
	StateShown                 // Value
	StateUnder                 // the cohort is too small
	StateWithheld              // it would reveal a small cohort: its other values, or a row to subtract
)

func newFigure(v float64) Figure {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Figure{}
	}
	return Figure{Value: v, State: StateShown}
}

func countFigure(c frame.Count) Figure { return newFigure(math.Round(float64(c))) }
func intFigure(n int) Figure           { return newFigure(float64(n)) }

var withheld = Figure{State: StateWithheld}

// Shown reports whether the figure is a number.
func (f Figure) Shown() bool { return f.State == StateShown }

// MarshalJSON writes a number, "<5" or null.
func (f Figure) MarshalJSON() ([]byte, error) {
	switch f.State {
	case StateShown:
		return json.Marshal(f.Value)
	case StateUnder:
		return strconv.AppendQuote(nil, under(f.Under)), nil
	default:
		return []byte("null"), nil
	}
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

func newTail(d frame.Dist, minCohort int) Tail {
	switch {
	case d.N == 0:
		return Tail{N: newFigure(0)}
	case d.N < minCohort:
		return Tail{N: Figure{State: StateUnder, Under: minCohort}, P50: withheld, P75: withheld, P95: withheld, Thin: true}
	}
	return Tail{N: newFigure(float64(d.N)), P50: newFigure(d.P50), P75: newFigure(d.P75), P95: newFigure(d.P95), Thin: d.Thin()}
}
