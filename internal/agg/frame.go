package agg

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Schema names the JSON document that a [Frame] marshals to.
const Schema = "rumtop.frame/1"

// Thin is the number of values under which a percentile is shown but marked:
// it rests on too little.
const Thin = 20

// Frame is everything one screen shows, computed. It is immutable once handed
// out, and holds no handle on the aggregator's state. It marshals to the
// document that scripts read with rumtop --once --format json.
type Frame struct {
	Schema   string    `json:"schema"`
	At       time.Time `json:"at"` // right edge of the window
	Site     string    `json:"site"`
	WindowS  float64   `json:"window_s"`
	Filter   string    `json:"filter"`
	By       string    `json:"by"`
	Measure  string    `json:"measure,omitempty"` // the site's own metric that rows carry
	Baseline Baseline  `json:"baseline"`
	Health   Health    `json:"health"`
	Total    Row       `json:"total"`
	// Segments are ordered worst first, or as the query asks. Rows beyond the
	// query's limit are left out; Hidden counts them.
	Segments []Row        `json:"segments"`
	Hidden   int          `json:"hidden_segments,omitempty"`
	Errors   []ErrorGroup `json:"errors"`
	// Gone are groups of the baseline that the window has none of, beyond chance.
	Gone []ErrorGroup `json:"gone_errors,omitempty"`
	// Markers are those of the retained history up to the window's end, in order of time.
	Markers []beacon.Marker `json:"markers,omitempty"`
	// Objectives are those that the aggregator was given, over everyone that
	// each is about, whatever the filter.
	Objectives []Burn `json:"objectives,omitempty"`
	// Finding is what got worse, the gravest thing first in Findings; its state
	// says so where nothing did. It looks at what passes the filter.
	Finding  Finding   `json:"finding"`
	Findings []Finding `json:"findings,omitempty"` // all of them, where there are several
	// Silences are segments that send less than they should, whatever the filter.
	Silences []Silence `json:"silences,omitempty"`
	// Differs answers Query.Differs.
	Differs *Differs `json:"differs,omitempty"`
	// Verdict answers Query.Verdict.
	Verdict *Verdict `json:"verdict,omitempty"`
	// Warnings are sentences a person must know before trusting the numbers,
	// such as a filter on a tag that no beacon carries.
	Warnings []string `json:"warnings,omitempty"`

	// What follows is for the screen alone.
	Series     Series        `json:"-"`
	Detail     *ErrorDetail  `json:"-"` // of Query.Fingerprint, nil when not asked or not found
	Inspection *Inspection   `json:"-"` // of Query.Inspect, nil when not asked
	Sessions   []SessionRow  `json:"-"` // of Query.Sessions, worst first
	Course     []Step        `json:"-"` // of Query.Sessions.ID, in order of time
	Values     []ValueCount  `json:"-"` // of Query.ValuesOf: what the filter bar can complete
	Tags       []string      `json:"-"` // tag names seen, sorted: dimensions to group by
	Live       bool          `json:"-"` // the window's right edge is now
	Now        time.Time     `json:"-"` // the present, wherever the window ends
	Alarm      []Burn        `json:"-"` // the objectives at present: who looks back is to be woken, too
	Quantum    time.Duration `json:"-"` // length of a slot: windows step by it
}

// Baseline says what deltas compare with.
type Baseline struct {
	Kind string    `json:"kind"` // previous, ago, at
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Complete is false while history does not reach back over the whole
	// baseline: deltas are then not marked.
	Complete bool `json:"complete"`
}

// Health is the trust line: what the numbers rest on.
type Health struct {
	Connected    bool       `json:"connected"`
	Server       string     `json:"server,omitempty"`
	Note         string     `json:"note,omitempty"`         // one sentence: why not connected, why no history
	History      bool       `json:"history"`                // the server keeps history (JetStream)
	HistoryFrom  *time.Time `json:"history_from,omitempty"` // receive time of the oldest beacon retained
	Loading      float64    `json:"loading"`                // share of history read, 0..1; 1 when caught up
	LagMS        float64    `json:"lag_ms"`                 // newest beacon: received by the collector → read here
	QuietS       float64    `json:"quiet_s"`                // since the newest beacon was received
	PerS         float64    `json:"beacons_per_s"`          // over the window
	Retained     int        `json:"retained"`               // beacons in the log
	Evicted      int64      `json:"evicted"`                // beacons that --memory pushed out before their time
	Dropped      int64      `json:"dropped"`                // beacons or messages lost on the way to this viewer
	Gaps         int64      `json:"gaps"`                   // missing stream sequences
	Malformed    int64      `json:"malformed"`              // batches that could not be decoded
	Late         int64      `json:"late"`                   // beacons that came after their slot was sealed
	Duplicates   int64      `json:"duplicates"`             // beacons whose id had been counted
	MutedErrors  int64      `json:"muted_errors,omitempty"` // errors that a rule leaves out
	Overflow     int64      `json:"overflow"`               // beacons counted in (other)
	Reconnects   int64      `json:"reconnects"`
	SampleRate   float64    `json:"sample_rate"`        // smallest in the window; 1: everything is sent
	SampleBefore float64    `json:"sample_rate_before"` // the same in the baseline's window; 0: nothing came then
	SkewP95MS    float64    `json:"skew_p95_ms"`        // |browser's clock − collector's|
	SkewN        int        `json:"skew_n"`

	// What the collectors say. What they lost is over the window, by when they
	// said so; a beacon sent again after a refusal was lost once and came once.
	Collectors            int     `json:"collectors"`             // that report
	CollectorsSilent      int     `json:"collectors_silent"`      // that did in the last minutes
	CollectorsLost        int64   `json:"collectors_lost"`        // beacons that had to make room or could not be published
	CollectorsDropped     int64   `json:"collectors_dropped"`     // beacons taken and given up, for any reason
	CollectorsRefused     int64   `json:"collectors_refused"`     // beacons refused, for any reason
	CollectorsDenied      int64   `json:"collectors_denied"`      // requests turned away whole: origin, key, limits
	CollectorsUnforwarded int64   `json:"collectors_unforwarded"` // requests that a vendor did not take
	CollectorsUnbalanced  int     `json:"collectors_unbalanced"`  // whose account does not add up
	CollectorsAlone       int     `json:"collectors_alone"`       // whose users are counted apart from the others'
	CollectorSkewMS       float64 `json:"collector_skew_ms"`      // collector's clock − server's, of the worst
	ServerSkewMS          float64 `json:"server_skew_ms"`         // this machine's clock − server's
	Violations            int64   `json:"violations"`             // times that the server forbade this viewer something
}

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
	// Measure is of the values of Query.Measure, each counted; nil when not asked.
	Measure *Dist `json:"measure,omitempty"`
	// Burn is how many times too fast the row burns an error budget, over the
	// window: the fastest of the objectives about all views or their vitals.
	Burn float64 `json:"burn,omitempty"`
	// Apdex is of LCP, 0..1, where one is asked for.
	Apdex float64 `json:"apdex,omitempty"`
	// Baseline is the same row over the baseline window; nil where it has no beacon.
	Baseline *BaselineRow `json:"baseline,omitempty"`
	Delta    Deltas       `json:"delta"`
	// Against is "all" where the row is a release or a tag's value that was not there
	// in the baseline window: its deltas are then against everyone's.
	Against string `json:"against,omitempty"`

	// Spark is the error rate of each step of the retained history, oldest
	// first, NaN where there was no view. Only rows on screen have one.
	Spark []float64 `json:"-"`
}

// Vital returns the distribution of the i-th of beacon.Vitals.
func (r *Row) Vital(i int) *Dist {
	return [...]*Dist{&r.LCP, &r.INP, &r.CLS, &r.FCP, &r.TTFB}[i]
}

// BaselineRow is what a row was in the baseline window.
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

// Deltas are now minus baseline, of the measures that the table marks.
type Deltas struct {
	ErrorRate Delta `json:"error_rate"`
	LCP       Delta `json:"lcp_p75"`
	INP       Delta `json:"inp_p75"`
	CLS       Delta `json:"cls_p75"`
}

// Delta is one comparison with the baseline.
type Delta struct {
	Diff float64 `json:"diff"` // now − baseline, in the measure's own unit
	// Sign is 1 when it is distinguishably worse, −1 when distinguishably
	// better, 0 when the two cannot be told apart.
	Sign int `json:"sign"`
	// Known is false when one side has too little to compare.
	Known bool `json:"known"`
}

// Dist is the distribution of one metric over page views.
type Dist struct {
	N                  int // page views that reported it
	P50, P75, P95, P99 float64
}

// Thin reports whether the percentiles rest on too little.
func (d Dist) Thin() bool { return d.N < Thin }

// MarshalJSON leaves the percentiles out where there are no values: 0 would
// read as perfect.
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

// Count is a number of events. It is an estimate, and may be fractional inside,
// where clients send a sample; it marshals rounded.
type Count float64

// MarshalJSON rounds: scripts count in whole events.
func (c Count) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, math.Round(float64(c)), 'f', -1, 64), nil
}

// ErrorGroup is all errors of one fingerprint in the window.
type ErrorGroup struct {
	Fingerprint string    `json:"fingerprint"`
	Type        string    `json:"type"`
	Message     string    `json:"message"`
	Count       Count     `json:"count"`
	Users       int       `json:"users"`
	FirstSeen   time.Time `json:"first_seen"` // in the retained history
	LastSeen    time.Time `json:"last_seen"`
	Releases    []string  `json:"releases"`
	// Before is the count in the baseline window; New says that the group was
	// first seen after the baseline began, in a history that reaches further back.
	Before Count `json:"before"`
	New    bool  `json:"new"`
	// State is what became of the group since the baseline: [ErrorNew],
	// [ErrorRegressed], [ErrorGone]; "" where that cannot be said, or nothing did.
	State string `json:"state,omitempty"`
}

// ErrorDetail is one error group, looked at closely.
type ErrorDetail struct {
	ErrorGroup
	Stack   string // a sample, scrubbed, newest frame first as the browser sent it
	Handled bool
	// Spread is, per dimension and tag, how the group's errors distribute over
	// the values, most first, with the share that all page views have.
	Spread []Spread
	Counts []float64 // per step of Series, oldest first
	// Sessions is in how many distinct sessions of the window it was; beacons
	// without a session count in none.
	Sessions int
	Traces   []ErrorTrace // the newest few in the window, newest first
	Release  string       // of the page that sent Stack; "" if that is not in the window
}

// ErrorTrace is the trace that an error's beacon belongs to.
type ErrorTrace struct {
	At time.Time
	ID string // as the page sent it, sanitised; a W3C trace id mostly
}

// Spread is how one dimension's values divide an error group.
type Spread struct {
	Dim    string
	Values []SpreadValue
}

// SpreadValue is one value's share of a group's errors and of all page views.
type SpreadValue struct {
	Value         string
	Errors, Views float64 // 0..1
}

// ValueCount is one value of a dimension and how many beacons of the window carry it.
type ValueCount struct {
	Value   string
	Beacons int
}

// Series are the charts' points for the total: one per step, oldest first,
// covering the retained history (or as much of it as Query.Span asks for).
// A value is NaN where the step has nothing to say.
type Series struct {
	From time.Time     // left edge of the first step
	Step time.Duration // length of a step
	// Complete counts the leading steps that are over; the last one may still be filling.
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
