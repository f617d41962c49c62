package frame

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/measure"
)

// Thin is the number of values under which a percentile is shown but marked:
// it is of too few values.
const Thin = 20

// Row is one segment, or the total, over the window.
type Row struct {
	Key            string  `json:"key"`
	Views          Count   `json:"views"`
	Seen           int     `json:"views_seen"` // not scaled: what the vitals' n is a part of
	Errors         Count   `json:"errors"`
	ErroredViews   Count   `json:"errored_views"`
	ErrorRate      float64 `json:"error_rate"` // errored views ÷ views, 0..1; 0 when there is no view
	Users          int     `json:"users"`
	Affected       int     `json:"affected_users"`
	Requests       Count   `json:"requests"`
	FailedRequests Count   `json:"failed_requests"`
	LCP            Dist    `json:"lcp"`
	INP            Dist    `json:"inp"`
	CLS            Dist    `json:"cls"`
	FCP            Dist    `json:"fcp"`
	TTFB           Dist    `json:"ttfb"`
	Beacons        int     `json:"beacons"`
	Estimated      bool    `json:"estimated"` // counts are scaled from a sample
	Exact          bool    `json:"users_exact"`
	// Measure is the distribution of the values of Query.Measure; nil if not asked.
	Measure *Dist `json:"measure,omitempty"`
	// Burn is the highest burn rate of the row over the window, among objectives of
	// all views or their vitals.
	Burn float64 `json:"burn,omitempty"`
	// Apdex is that of LCP, 0..1, if the configuration asks for it.
	Apdex float64 `json:"apdex,omitempty"`
	// Baseline is the same row over the baseline window; nil if that has no beacon.
	Baseline *BaselineRow `json:"baseline,omitempty"`
	Delta    Deltas       `json:"delta"`
	// Against is "all" if the row is a release or a tag's value without a beacon in
	// the baseline window: its deltas then compare with all traffic.
	Against string `json:"against,omitempty"`

	// Spark is the error rate of each step of the retained history, oldest
	// first, NaN without a view. Only rows on screen have one.
	Spark []float64 `json:"-"`
}

// Vital returns the distribution of the i-th of beacon.Vitals.
func (r *Row) Vital(i int) *Dist {
	return [...]*Dist{&r.LCP, &r.INP, &r.CLS, &r.FCP, &r.TTFB}[i]
}

// BaselineRow is a row in the baseline window.
type BaselineRow struct {
	Views        Count   `json:"views"`
	Errors       Count   `json:"errors"`
	ErroredViews Count   `json:"errored_views"`
	ErrorRate    float64 `json:"error_rate"`
	Users        int     `json:"users"`
	Affected     int     `json:"affected_users"`
	LCP          Dist    `json:"lcp"`
	INP          Dist    `json:"inp"`
	CLS          Dist    `json:"cls"`
	FCP          Dist    `json:"fcp"`
	TTFB         Dist    `json:"ttfb"`
}

// Vital returns the distribution of the i-th of beacon.Vitals.
func (r *BaselineRow) Vital(i int) *Dist {
	return [...]*Dist{&r.LCP, &r.INP, &r.CLS, &r.FCP, &r.TTFB}[i]
}

// Deltas are now minus baseline, of the measures that the table marks.
type Deltas struct {
	ErrorRate Delta `json:"error_rate"`
	LCP       Delta `json:"lcp_p75"`
	INP       Delta `json:"inp_p75"`
	CLS       Delta `json:"cls_p75"`
}

// Of returns the delta of a measure, an unknown one if the table does not mark it.
func (d *Deltas) Of(id measure.ID) Delta {
	if f := d.field(id); f != nil {
		return *f
	}
	return Delta{}
}

// Set sets the delta of a measure, if the table marks it.
func (d *Deltas) Set(id measure.ID, to Delta) {
	if f := d.field(id); f != nil {
		*f = to
	}
}

func (d *Deltas) field(id measure.ID) *Delta {
	switch id {
	case measure.ErrorRate:
		return &d.ErrorRate
	case measure.LCP:
		return &d.LCP
	case measure.INP:
		return &d.INP
	case measure.CLS:
		return &d.CLS
	default:
		return nil
	}
}

// Delta is one comparison with the baseline.
type Delta struct {
	Diff float64 `json:"diff"` // now − baseline, in the measure's own unit
	// Sign is 1 if it is significantly worse, −1 if significantly better, 0 if the
	// difference is not significant.
	Sign int `json:"sign"`
	// Known is false if one side has too few values.
	Known bool `json:"known"`
}

// Dist is the distribution of one metric over page views.
type Dist struct {
	N                  int // page views that reported it
	P50, P75, P95, P99 float64
}

// Thin reports whether the percentiles are of fewer than [Thin] values.
func (d Dist) Thin() bool { return d.N < Thin }

// MarshalJSON leaves out the percentiles of no values: 0 would read as perfect.
func (d Dist) MarshalJSON() ([]byte, error) {
	if d.N == 0 {
		return []byte(`{"n":0}`), nil
	}
	return json.Marshal(struct {
		N   int     `json:"n"`
		P50 float64 `json:"p50"`
		P75 float64 `json:"p75"`
		P95 float64 `json:"p95"`
		P99 float64 `json:"p99"`
	}(d))
}

// Count is a number of events. If clients send a sample, it is an estimate and may
// be fractional; it marshals rounded.
type Count float64

// MarshalJSON rounds: scripts count in whole events.
func (c Count) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, math.Round(float64(c)), 'f', -1, 64), nil
}

// ValueCount is one value of a dimension and how many beacons of the window carry it.
type ValueCount struct {
	Value   string
	Beacons int
}

// Series are the charts' points for the total: one per step, oldest first,
// covering the retained history (or as much of it as Query.Span asks for).
// A value is NaN if its step has no data.
type Series struct {
	From time.Time     // left edge of the first step
	Step time.Duration // length of a step
	// Complete is the number of leading steps that are over.
	Complete  int
	ErrorRate []float64 // 0..1
	LCP75     []float64 // ms
	LCP95     []float64
	INP75     []float64
	INP95     []float64
	Affected  []float64 // distinct users with an error
	Views     []float64
	Beacons   []float64
}

// Vital is the 75th and 95th percentile of the i-th of beacon.Vitals; nil for a
// vital without a chart.
func (s *Series) Vital(i int) (p75, p95 []float64) {
	switch beacon.Vitals[i] {
	case beacon.LCP:
		return s.LCP75, s.LCP95
	case beacon.INP:
		return s.INP75, s.INP95
	}
	return nil, nil
}

// Estimate is a value with its 95 % interval and its n.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	N     int     `json:"n"`
}
