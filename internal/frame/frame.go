// Package frame holds a question and its answer as plain data: [Query] goes to
// whatever holds the beacons, [Frame] comes back, and the screen, reports and
// commands know nothing else. Neither refers to the state it was computed from,
// so a frame may as well come from another process.
package frame

import (
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
)

// InBreach are the objectives in breach now.
func (f *Frame) InBreach() (out []Burn) {
	for _, o := range f.ObjectivesNow {
		if o.Page {
			out = append(out, o)
		}
	}
	return out
}

// Schema names the JSON document that a [Frame] marshals to.
const Schema = "rumtop.frame/1"

// Frame is everything one screen shows, computed. It is immutable once handed
// out, and holds no handle on the aggregator's state. It marshals to the
// document that scripts read with rumtop --once --format json.
type Frame struct {
	Schema   string    `json:"schema"`
	At       time.Time `json:"at"` // right edge of the window
	Site     string    `json:"site"`
	WindowS  float64   `json:"window_s"`
	Filter   string    `json:"filter"`
	Traffic  string    `json:"traffic"` // whose page views count: people, bot, synthetic, extension or all
	By       string    `json:"by"`
	Measure  string    `json:"measure,omitempty"` // custom measure of the rows
	Baseline Baseline  `json:"baseline"`
	Health   Health    `json:"health"`
	Total    Row       `json:"total"`
	// Segments are ordered worst first, or as the query asks. Rows beyond the
	// query's limit are left out; Hidden counts them.
	Segments []Row        `json:"segments"`
	Hidden   int          `json:"hidden_segments,omitempty"`
	Errors   []ErrorGroup `json:"errors"`
	// Gone are the error groups in state [ErrorGone].
	Gone []ErrorGroup `json:"gone_errors,omitempty"`
	// Markers are those of the retained history up to the window's end, oldest first.
	Markers []beacon.Marker `json:"markers,omitempty"`
	// Objectives are those of the configuration, each over its own filter, not the
	// query's.
	Objectives []Burn `json:"objectives,omitempty"`
	// Finding is the gravest finding in the traffic that matches the filter; its
	// state tells if there is none.
	Finding  Finding   `json:"finding"`
	Findings []Finding `json:"findings,omitempty"` // all of them, gravest first, if there are several
	// Silences are segments that send far fewer beacons than expected, whatever the
	// filter.
	Silences []Silence `json:"silences,omitempty"`
	// Differs answers Query.Differs.
	Differs *Differs `json:"differs,omitempty"`
	// Verdict answers Query.Verdict.
	Verdict *Verdict `json:"verdict,omitempty"`
	// Warnings are sentences a person must know before trusting the numbers,
	// such as a filter on a tag that no beacon carries.
	Warnings []string `json:"warnings,omitempty"`

	// What follows is for the screen alone.
	Series        Series          `json:"-"`
	Detail        *ErrorDetail    `json:"-"` // of Query.Fingerprint, nil if not asked or not found
	Inspection    *Inspection     `json:"-"` // of Query.Inspect, nil if not asked
	Sessions      []SessionRow    `json:"-"` // of Query.Sessions, worst first
	Timeline      []TimelineEntry `json:"-"` // of Query.Sessions.ID, oldest first
	Values        []ValueCount    `json:"-"` // of Query.ValuesOf, for completion
	Tags          []string        `json:"-"` // tag names seen, sorted: dimensions to group by
	Live          bool            `json:"-"` // the window's right edge is now
	Now           time.Time       `json:"-"` // the present, also if the window ends earlier
	ObjectivesNow []Burn          `json:"-"` // the objectives at Now: the bell also rings in a viewer that looks back
	Quantum       time.Duration   `json:"-"` // length of a slot: windows step by it
}

// Baseline is the window that deltas compare with.
type Baseline struct {
	Kind string    `json:"kind"` // previous, ago, at
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Complete is false if the history does not cover the whole baseline: deltas are
	// then not marked.
	Complete bool `json:"complete"`
}

// Query is what a frame answers. A query with the filter and grouping of the last
// one costs what has arrived since; a new filter or grouping reads the whole log.
type Query struct {
	Site   string
	Filter filter.Expr
	// Traffic is whose page views count: a name of beacon.TrafficClass, or
	// [AllTraffic]; "" is people. A filter or a grouping that names traffic decides
	// for itself, see [Query.CountedTraffic].
	Traffic string
	By      string        // a dimension's name, or a tag's: "tag.tier" or "tier"
	Window  time.Duration // length of the rolling window, exact to the millisecond; under 1 s: 5 minutes
	// Baseline: zero value compares with the window just before.
	Baseline BaselineSpec
	// At is the end of the window. Zero is now.
	At time.Time
	// Sort names the column that orders the rows; "" is worst first (affected
	// users, then error rate). Reverse reverses the order.
	Sort    string // "", key, views, error_rate, lcp, inp, cls, users, affected
	Reverse bool
	// Rows is how many segments the frame carries, from Offset; 0 is all.
	Rows, Offset int
	// Steps is how many points charts and sparklines have; 0 leaves them out.
	Steps int
	// Span is how much of the history the charts show; 0 is all of it.
	Span time.Duration
	// Errors is how many error groups the frame carries; 0 is 10.
	Errors int
	// Fingerprint asks for the detail of one error group.
	Fingerprint string
	// Measure is the custom measure that rows have.
	Measure string
	// Inspect asks for the detail of one segment.
	Inspect InspectSpec
	// Sessions asks for sessions with errors.
	Sessions SessionsSpec
	// ValuesOf asks for the values of one dimension or tag, for completion.
	ValuesOf string
	// Differs asks what differs between two parts of the page views.
	Differs DiffersSpec
	// Verdict asks how one release compares with another.
	Verdict VerdictSpec
}

// BaselineSpec is what the deltas compare with.
type BaselineSpec struct {
	Ago time.Duration // the same window this long ago
	At  time.Time     // the window that ends there
}
