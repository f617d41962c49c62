// Package report writes incident reports from snapshots, to start a postmortem
// from. [Build] reads a snapshot into an aggregator, takes from it the frames
// that screens and scripts show, and makes of them one plain value in which
// groups of few users are hidden. HTML, Markdown, CSV and JSON render that
// value.
//
// A report has figures, their data quality, and the command that prints each
// again. Its only prose is the summary and the notes. docs/reports.md describes
// it.
package report

import (
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// Schema names the JSON document that a [Report] marshals to.
const Schema = "rumtop.report/1"

// Options are what to report.
type Options struct {
	From, To   time.Time   // zero: the whole recording
	Filter     filter.Expr // page views of the report
	Traffic    string      // whose, as in [frame.Query]
	By         []string    // dimensions and tags to break down by; none: DefaultBy
	Onset, End time.Time   // of the incident, as a person gives them; zero: as found
	MinCohort  int         // users; smaller groups are hidden. 0: DefaultMinCohort
	Summary    string      // by a person; "": the file's
	Notes      []string    // in addition to those of the file
	Config     agg.Config  // memory, objectives, muted errors
	Version    string      // of the software
	// File is the snapshot's name in commands. Flags are the other flags that
	// they need to print the same figures, and ObjectiveFlags those for
	// objectives.
	File                  string
	Flags, ObjectiveFlags []string
}

// DefaultMinCohort is the fewest users that a group is shown with.
const DefaultMinCohort = 5

// DefaultBy is the dimensions that a report breaks down by, in the order of
// beacon's Drill.
func DefaultBy() []string {
	var names []string
	for _, d := range beacon.DimsBy(func(d *beacon.Dimension) int { return d.Drill }) {
		if beacon.Dimensions[d].Reported {
			names = append(names, d.String())
		}
	}
	return names
}

// Report is the report on an incident, or on any time range. Its strings are
// safe for a terminal, but not for HTML or Markdown without escaping.
type Report struct {
	Schema  string    `json:"schema"`
	Version string    `json:"version"` // of the software that wrote the report
	Site    string    `json:"site"`
	From    time.Time `json:"from"` // exclusive
	To      time.Time `json:"to"`   // inclusive
	Filter  string    `json:"filter"`
	Source  Source    `json:"source"`
	Privacy Privacy   `json:"privacy"`

	Summary string `json:"summary"` // as a person wrote it
	Notes   []Note `json:"notes"`

	Incident Incident  `json:"incident"`
	Findings []Finding `json:"findings"` // the gravest first
	Timeline []Event   `json:"timeline"` // in order of time

	All    Row     `json:"all"` // over the whole time range
	Phases []Phase `json:"phases"`
	// Affected is over the incident, or the whole time range if it is unknown:
	// a union, not a sum.
	Affected   Figure      `json:"affected_users"`
	Breakdowns []Breakdown `json:"breakdowns"`
	Errors     []Error     `json:"errors"`
	Fewer      bool        `json:"errors_of_few"` // errors of few users are left out
	Differs    []Differs   `json:"differs"`
	Verdict    *Verdict    `json:"verdict"` // nil: fewer than two releases
	Silences   []Silence   `json:"silences"`
	Objectives []Objective `json:"objectives"`
	Chart      Chart       `json:"chart"`
	Caveats    []string    `json:"caveats"`
	Commands   Commands    `json:"commands"`
}

// Source is the file that was read.
type Source struct {
	File       string    `json:"file"`
	Version    string    `json:"version"` // of the software that recorded it
	TakenAt    time.Time `json:"taken_at"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Only       string    `json:"only"` // filter of the recording
	Beacons    int64     `json:"beacons"`
	Anonymised bool      `json:"anonymised"`
}

// Privacy is the smallest group shown, and how much is hidden.
type Privacy struct {
	MinCohort int `json:"min_cohort"`
	Concealed int `json:"concealed"` // rows, values and points of charts
}

// Note is a note by a person.
type Note struct {
	At   time.Time `json:"time,omitzero"`
	By   string    `json:"by,omitempty"`
	Text string    `json:"text"`
}

// Incident is the time of the incident.
type Incident struct {
	Onset Moment `json:"onset"`
	End   Moment `json:"end"`
}

// Moment is a point in time, and its source.
type Moment struct {
	At     time.Time `json:"time,omitzero"`
	From   time.Time `json:"from,omitzero"` // with To, its 95% interval, if it was estimated
	To     time.Time `json:"to,omitzero"`
	Source string    `json:"source"` // SourcePerson, …
	Why    string    `json:"why"`    // the same in words
}

// Sources of moments.
const (
	SourcePerson  = "person"  // a flag
	SourceFinding = "finding" // the change point of a finding
	SourceMarker  = "marker"  // a deploy, flag, release or mitigation
	SourceUnknown = "unknown"
)

// Known reports whether there is a time.
func (m Moment) Known() bool { return m.Source != SourceUnknown }

// Finding is a measure that got significantly worse in a segment.
type Finding struct {
	Measure   string          `json:"measure"`
	Filter    string          `json:"filter"` // segment; "": all traffic
	Explained float64         `json:"explained"`
	Before    *frame.Estimate `json:"before"`            // nil, like Last: of too few users
	Against   string          `json:"against,omitempty"` // "all": Before is of all traffic
	Last      *frame.Estimate `json:"last"`              // its last five minutes
	Over      Row             `json:"over"`              // from Since to Until, of the segment
	Since     time.Time       `json:"since"`
	SinceFrom time.Time       `json:"since_from"`
	SinceTo   time.Time       `json:"since_to"`
	Until     time.Time       `json:"until,omitzero"` // zero: ongoing when the recording ended
	After     string          `json:"after,omitempty"`
	P         float64         `json:"p"`
	Segments  int             `json:"segments_watched"`
	Command   string          `json:"command"` // prints Over
}

// Event is an entry of the timeline.
type Event struct {
	At   time.Time `json:"time"`
	Kind string    `json:"kind"` // record, onset, end, finding, or a marker's kind
	Text string    `json:"text"`
	By   string    `json:"by,omitempty"`
}

// Phase is a part of the report's time range.
type Phase struct {
	Name    string    `json:"name"` // before, during, after; whole if the incident is unknown
	From    time.Time `json:"from"` // exclusive
	To      time.Time `json:"to"`
	Total   Row       `json:"total"`
	Command string    `json:"command"`
}

// Breakdown is the phases by a dimension or tag. Its rows overlap: a user can
// be in several.
type Breakdown struct {
	By       string    `json:"by"`
	Segments []Segment `json:"segments"` // by affected users of the incident, most first
	Hidden   int       `json:"hidden"`   // number of segments left out
	Commands []string  `json:"commands"` // one for each phase
}

// Segment is a value of a dimension or tag, with a row for each phase of the
// report; nil in a phase without beacons.
type Segment struct {
	Key  string `json:"key"`
	Rows []*Row `json:"phases"`
}

// Error is an error group of the incident.
type Error struct {
	Fingerprint string    `json:"fingerprint"`
	Type        string    `json:"type"`
	Message     string    `json:"message"`
	Stack       string    `json:"stack"` // a sample
	Handled     bool      `json:"handled"`
	Count       Figure    `json:"count"`
	Users       Figure    `json:"users"`
	FirstSeen   time.Time `json:"first_seen"` // in the file
	LastSeen    time.Time `json:"last_seen"`
	Releases    []string  `json:"releases"`
	New         *bool     `json:"new"` // not seen before the onset; nil: the recording starts with it
	Command     string    `json:"command"`
}

// Differs is what some page views of the incident share and others do not.
type Differs struct {
	Of       string       `json:"of"`
	Against  string       `json:"against"`
	A        Figure       `json:"a"`
	B        Figure       `json:"b"`
	Values   []Difference `json:"values"`
	Compared int          `json:"compared"`
	// Together is a filter that matches most of A.
	Together  string   `json:"together"`
	Coverage  float64  `json:"coverage"`
	Caught    float64  `json:"caught"`
	Precision float64  `json:"precision"`
	Note      string   `json:"note,omitempty"`
	Commands  []string `json:"commands"` // one for each dimension of Values
}

// Difference is a value's share of A and of B.
type Difference struct {
	Field string         `json:"field"`
	Value string         `json:"value"`
	A     float64        `json:"a"`
	B     float64        `json:"b"`
	Diff  frame.Estimate `json:"diff"`
	Lift  float64        `json:"lift"`
	Same  []string       `json:"same,omitempty"`
}

// Objective is an objective at the end of the incident, and the budget spent
// over the whole recording.
type Objective struct {
	Name      string  `json:"name"`
	Objective string  `json:"objective"`
	Known     bool    `json:"known"`
	Good      Figure  `json:"good"` // share
	N         int     `json:"n"`
	Burn      Figure  `json:"burn"`
	Peak      float64 `json:"peak_burn"` // highest over the report
	Page      bool    `json:"page"`      // in breach at some time of the report
	Spent     float64 `json:"budget_spent"`
}

// Commands print the figures outside the phases and breakdowns.
type Commands struct {
	All        string `json:"all"`
	Errors     string `json:"errors"`
	Objectives string `json:"objectives,omitempty"`
}
