// Package measure is the table of what rumtop measures: its names, units,
// bounds, and which change matters. The screen, reports, tables, findings and
// verdicts read it, and write their numbers through it, so that a measure has
// one name and one format everywhere.
package measure

import "github.com/rumtop/rumtop/internal/beacon"

// ID is the place of a measure in [All]. It means nothing outside the process;
// what leaves it is [Measure.Key].
type ID uint8

// The measures.
const (
	ErrorRate ID = iota
	LCP
	INP
	CLS
	FailedRequests
	Num
)

// Measure is a number that rumtop compares. A higher value of every measure is
// worse.
type Measure struct {
	ID   ID
	Key  string // in findings' JSON: error_rate, lcp_p75
	Name string // in filters, sort orders, verdicts and margins: error_rate, lcp
	// Title is the name in prose and on screens: "error rate", "LCP p75".
	Title string
	Unit  Unit
	// Vital is the place in beacon.Vitals of the vital whose 75th percentile
	// this is, -1 for a share.
	Vital int
	// MinChange is the smallest absolute change that a finding reports, in the
	// measure's unit, and MinFactor the smallest relative one.
	MinChange, MinFactor float64
	// Margin is how much worse a canary may be and still count as not worse: a
	// share of the baseline if Relative, else a difference in the measure's unit.
	Margin   float64
	Relative bool
}

// All is every measure, by its [ID].
var All = [Num]Measure{
	ErrorRate:      {ErrorRate, "error_rate", "error_rate", "error rate", Share, -1, 0.003, 1.5, 0.005, false},
	LCP:            {LCP, "lcp_p75", beacon.LCP, "LCP p75", Millis, 0, 100, 1.1, 0.10, true},
	INP:            {INP, "inp_p75", beacon.INP, "INP p75", Millis, 1, 25, 1.1, 0.10, true},
	CLS:            {CLS, "cls_p75", beacon.CLS, "CLS p75", Score, 2, 0.02, 1.1, 0.02, false},
	FailedRequests: {FailedRequests, "failed_requests", "failed_requests", "failed requests", Share, -1, 0.005, 1.5, 0.005, false},
}

// ByKey finds a measure by [Measure.Key], as findings have it.
func ByKey(key string) (Measure, bool) {
	for _, m := range All {
		if m.Key == key {
			return m, true
		}
	}
	return Measure{}, false
}

// ByName finds a measure by [Measure.Name], as verdicts have it.
func ByName(name string) (Measure, bool) {
	for _, m := range All {
		if m.Name == name {
			return m, true
		}
	}
	return Measure{}, false
}

// Vital is what is known of one of beacon.Vitals.
type Vital struct {
	Name  string // in JSON and filters: lcp
	Title string // in prose and on screens: LCP
	Unit  Unit
	// Good and Poor are its bounds: up to Good is good, above Poor is poor
	// (https://web.dev/articles/defining-core-web-vitals-thresholds).
	Good, Poor float64
}

// Vitals is every vital, in the order of beacon.Vitals.
var Vitals = [len(beacon.Vitals)]Vital{
	{beacon.LCP, "LCP", Millis, 2500, 4000},
	{beacon.INP, "INP", Millis, 200, 500},
	{beacon.CLS, "CLS", Score, 0.1, 0.25},
	{beacon.FCP, "FCP", Millis, 1800, 3000},
	{beacon.TTFB, "TTFB", Millis, 800, 1800},
}
