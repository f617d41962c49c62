package frame

import (
	"time"

	"github.com/rumtop/rumtop/internal/measure"
)

// VerdictSpec asks how one release compares with another. The zero
// value asks for nothing.
type VerdictSpec struct {
	On bool
	// Baseline and Canary are releases. "" picks: the canary is the release that
	// appeared last, the baseline the other one with most page views. If no
	// release appeared since the history started, the canary is the one with
	// most page views.
	Baseline, Canary string
	Since            time.Duration // how much of the history; 0 is all
	Margins          Margins
}

// Margins are how much worse a canary may be and still count as not worse, by
// measure: see [measure.Measure.Margin]. The zero value is [DefaultMargins].
type Margins [measure.Num]float64

// DefaultMargins are the margins of the table of measures: about the least
// worsening for which people roll back.
func DefaultMargins() (m Margins) {
	for id, x := range measure.All {
		m[id] = x.Margin
	}
	return m
}

// The verdicts, on a measure and on a release.
const (
	Regressed = "regressed"
	NotWorse  = "not worse"
	NeedsMore = "needs more"
	Unjudged  = "could not judge" // of a release: see Note
	NoData    = "no data"         // of a measure: one side has none; it does not count
)

// Verdict is the comparison of two releases, weighted to one mix of region,
// device and browser (direct standardisation), since a canary rarely has the
// same users.
type Verdict struct {
	Baseline string    `json:"baseline"`
	Canary   string    `json:"canary"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Verdict  string    `json:"verdict"`
	Note     string    `json:"note,omitempty"`
	// Needs is about how many more page views of the canary a verdict needs.
	Needs int `json:"needs,omitempty"`
	// Views and users of the two, not scaled.
	BaselineViews int `json:"baseline_views"`
	CanaryViews   int `json:"canary_views"`
	BaselineUsers int `json:"baseline_users"`
	CanaryUsers   int `json:"canary_users"`
	// Support is the share of the canary's page views in strata (region, device,
	// browser) that both releases have: only these are compared.
	Support  float64          `json:"support"`
	Strata   int              `json:"strata"`
	Measures []MeasureVerdict `json:"measures"`
	Adoption []float64        `json:"adoption"` // the canary's share of all page views, in even steps from From to To; −1: none
}

// MeasureVerdict is one measure of both releases.
type MeasureVerdict struct {
	Measure  string   `json:"measure"`
	Baseline Estimate `json:"baseline"` // standardised, with anytime-valid intervals
	Canary   Estimate `json:"canary"`
	// Change is canary minus baseline, or for lcp and inp relative to the baseline.
	Change  Estimate `json:"change"`
	Margin  float64  `json:"margin"`
	Verdict string   `json:"verdict"`
	Needs   int      `json:"needs,omitempty"` // more values of the canary, about
}
